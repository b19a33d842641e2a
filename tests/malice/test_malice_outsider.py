"""Somebody without the link, or with another one: guessing, replaying, framing, asking from another site, measuring."""

from __future__ import annotations

import secrets
import statistics
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from certs.signatory import ServerRefused
from esign.foundation.canonical import canonical
from esign.foundation.digests import sha256
from tests.actors import COMPANY
from tests.conftest import AGENT, WEB
from tests.malice.server import invited
from tests.malice.test_malice_client import KINDS, Bench, fresh
from web.agent_origin import create_agent_origin

UNKNOWN = "ceremony.invitation.unknown"


def tokens_near(token: str) -> list[str]:
    """Return tokens that almost fit, and others that never could."""
    flipped = "".join(c.lower() if c.isupper() else c.upper() for c in token)
    last = token[:-1] + ("A" if token[-1] != "A" else "B")
    first = ("A" if token[0] != "A" else "B") + token[1:]
    return [first, last, flipped, token[:-1], token + "A", token[::-1], "A" * 43, secrets.token_urlsafe(32), " ", "'--"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_recorded_message_without_its_token_says_nothing_and_does_nothing(shared_world: Any, kind: str) -> None:
    """Guessing around the right token, with a message that was honest; nothing is told and nothing is counted."""
    bench = Bench(shared_world, kind)
    body = bench.body(bench.honest())
    before = shared_world.ledger(bench.contract)
    answers = [bench.post(body, token=token) for token in tokens_near(bench.signatory.wire.invitation.token)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == UNKNOWN and not answers[0].json().get("facts")
    assert shared_world.ledger(bench.contract) == before
    bench.goes_on()


@pytest.mark.parametrize("kind", KINDS)
def test_a_recorded_message_with_its_token_gets_its_own_answer_again_and_nothing_more(
    shared_world: Any, kind: str
) -> None:
    bench = Bench(shared_world, kind)
    bench.step(kind)
    first = bench.signatory.wire.sent[kind]
    before = shared_world.ledger(bench.contract)
    answers = {(answer.status_code, answer.content) for answer in (bench.post(first) for _ in range(5))}
    assert len(answers) == 1
    assert shared_world.ledger(bench.contract) == before
    _, other = invited(shared_world)
    elsewhere = bench.post(first, token=other.partition("#")[2])
    assert elsewhere.status_code in (400, 403, 404, 409)
    assert elsewhere.content not in {content for _, content in answers}


def test_a_stranger_burns_no_attempt(shared_world: Any) -> None:
    """Sixty messages by somebody who knows everything but token and device key."""
    bench = Bench(shared_world, "intent")
    payload = bench.honest()
    before = shared_world.ledger(bench.contract)
    for _ in range(20):
        wrong = bench.body({**fresh(payload), "proof": secrets.token_hex(32)})
        assert bench.post(wrong, token=secrets.token_urlsafe(32)).json()["code"] == UNKNOWN
    assert shared_world.ledger(bench.contract) == before
    stranger = Bench(shared_world, "hello")
    for _ in range(20):
        forged = stranger.body({**fresh(payload), "proof": secrets.token_hex(32)})
        assert bench.refused(forged).startswith("ceremony.")
    kinds = shared_world.ledger(bench.contract)
    assert "intent.wrong_code" not in kinds and "attempt.locked" not in kinds
    bench.goes_on()


def test_with_the_link_alone_nobody_signs_or_shuts_the_party_out(shared_world: Any) -> None:
    """Another customer with this link: a device of theirs gets no certificate, and the party still signs."""
    contract, link = invited(shared_world)
    mine = shared_world.signatory(link)
    mine.hello()
    for person in ("mehmet-yilmaz-gross", "zoe-darvai-nguyen"):
        thief = shared_world.signatory(link, person)
        with pytest.raises(ServerRefused) as refused:
            thief.hello()
            thief.enrol()
        assert refused.value.code.startswith(("identity.person.", "ceremony.invitation."))
    assert "enrolment.granted" not in shared_world.ledger(contract)
    mine.run()
    assert shared_world.application.contracts.view(COMPANY, contract).state == "concluded"


FOREIGN = (
    "https://evil.example",
    "http://localhost:8082",
    "http://localhost:8080",
    "null",
    "http://localhost:8081.evil",
)


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("kind", KINDS)
def test_no_other_site_may_ask_or_read(shared_world: Any, kind: str, origin: str) -> None:
    preflight = shared_world.http.request(
        "OPTIONS",
        f"{WEB}/ceremony/v1/{kind}",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    allowed = {name.lower() for name in preflight.headers if name.lower().startswith("access-control-")}
    assert not allowed
    asked = shared_world.http.post(
        f"{WEB}/ceremony/v1/{kind}",
        content=b"x",
        headers={"Origin": origin, "Content-Type": "application/jose", "Authorization": f"Bearer {'A' * 43}"},
    )
    assert "access-control-allow-origin" not in asked.headers
    assert "set-cookie" not in asked.headers
    assert asked.headers["cross-origin-resource-policy"] == "same-origin"
    simple = shared_world.http.post(
        f"{WEB}/ceremony/v1/{kind}", content=b"x", headers={"Origin": origin, "Content-Type": "text/plain"}
    )
    assert simple.status_code == 415, "what a form of another site could send without a preflight is not read"


def test_the_agents_own_site_may_ask_without_cookies(shared_world: Any) -> None:
    bench = Bench(shared_world, "hello")
    bench.step("hello")
    wire = bench.signatory.wire
    answer = shared_world.http.post(
        f"{WEB}/ceremony/v1/hello",
        content=wire.sent["hello"],
        headers={
            "Origin": AGENT,
            "Content-Type": "application/jose",
            "Authorization": f"Bearer {wire.invitation.token}",
            "Cookie": "esign_session=stolen",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == AGENT
    assert "access-control-allow-credentials" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_a_cookie_is_no_key_to_the_ceremony(shared_world: Any) -> None:
    """Another customer's session: the API knows no cookies, so none opens anything."""
    shared_world.http.get(f"{WEB}/")
    bench = Bench(shared_world, "hello")
    body = bench.body(bench.honest())
    for cookie in ("esign_session=stolen", f"token={bench.signatory.wire.invitation.token}"):
        headers = {"Content-Type": "application/jose", "Cookie": cookie}
        answer = shared_world.http.post(f"{WEB}/ceremony/v1/hello", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, UNKNOWN)
    bench.goes_on()


def framing(headers: Any) -> tuple[bool, bool]:
    policy = {part.strip() for part in headers["Content-Security-Policy"].split(";")}
    return "frame-ancestors 'none'" in policy, headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/security", "/privacy", "/no-such-page", "/ceremony/v1/hello"])
def test_no_page_of_the_installation_can_be_framed(shared_world: Any, path: str) -> None:
    assert framing(shared_world.http.get(f"{WEB}{path}").headers) == (True, True)


def test_the_agents_page_cannot_be_framed(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b"<!doctype html>")
    files = {"index.html": sha256(b"<!doctype html>").hex()}
    (tmp_path / "manifest.json").write_bytes(canonical({"v": "esign-agent/1", "files": files}))
    origin = create_agent_origin(tmp_path, api=WEB, idp="https://id.example")
    with httpx.Client(transport=httpx.WSGITransport(app=origin)) as http:
        for path in ("/", "/no-such-page"):
            assert framing(http.get(f"{AGENT}{path}").headers) == (True, True)


ROUNDS = 120


def test_the_time_of_a_refusal_does_not_tell_whether_a_contract_exists(shared_world: Any) -> None:
    """Medians over a fixed number of interleaved requests; the bound is generous, a database search is not the point.

    The time of this thread's work, not the clock's: what else the machine does is none of the answer.

    What is compared: a token that nobody has, and tokens of an open, a signed and an ended invitation in a stranger's
    hand that differ in their last character – none of them may take its own time.
    """
    open_one, signed = Bench(shared_world, "hello"), Bench(shared_world, "hello")
    signed.signatory.run()
    body = open_one.body(open_one.honest())
    near = {
        name: bench.signatory.wire.invitation.token[:-2] + "zz"
        for name, bench in (("open", open_one), ("signed", signed))
    }
    cases = {"nobody's": secrets.token_urlsafe(32), **near, "malformed": "x"}
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(ROUNDS + 10):
        for name, token in cases.items():
            begun = time.thread_time()
            answer = open_one.post(body, token=token)
            elapsed = time.thread_time() - begun
            assert answer.json()["code"] == UNKNOWN
            if number >= 10:
                taken[name].append(elapsed)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    fastest, slowest = min(medians.values()), max(medians.values())
    assert slowest - fastest < max(0.002, 0.5 * fastest), medians
