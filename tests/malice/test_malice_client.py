"""A client that lies: every leaf of every message, every way to write a message, every step out of turn, all at once.

Generated from the schemas of the messages. Each is refused with a code of its own kind, none is an accident (500), and
the honest ceremony goes on from where it stood.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certs.signatory import SandboxSignatory, ServerRefused
from certs.signatory.words import h, labelled, new_key, raw, sign_der, spki
from esign.foundation.canonical import canonical
from tests.actors import COMPANY
from tests.malice.server import b64, invited, unb64
from tests.malice.variants import lies, named

STEPS = {
    "hello": "hello",
    "enrol": "enrol",
    "open": "open",
    "document": "document",
    "intent": "declare",
    "signature": "sign",
    "result": "result",
}
KINDS = tuple(STEPS)
DONE = {"intent.declared", "signature.received", "signature.embedded", "contract.concluded"}
REFUSED = {400, 403, 404, 409, 410, 413, 415, 422, 423}

FREE = {
    "iat": "informational",
    "jti": "a fresh number is another message",
    "lang": "the language of the page",
    "client_nonce": "another nonce opens another attempt",
    "telemetry": "an indication, never a proof",
    "clock_skew": "reported by the device",
    "passkey.prf": "what the device says about itself; nothing follows from it",
    "passkey.attestation_object longer": "without attestation nothing signs it; bytes behind the value say nothing",
}
"""Leaves whose other values of the same form are another honest message."""
SAME_FORM = {"other", "more", "less", "far more", "longer", "en", "de", "mouse", "touch", "keyboard"}


class Bench:
    """One signatory who stands before a step."""

    def __init__(self, world: Any, before: str) -> None:
        self.world = world
        self.contract, link = invited(world)
        self.signatory: SandboxSignatory = world.signatory(link)
        self.kind = before
        for kind in KINDS[: KINDS.index(before)]:
            self.step(kind)

    def step(self, kind: str) -> Any:
        return getattr(self.signatory, STEPS[kind])()

    def honest(self) -> dict[str, Any]:
        """Return what would be said now, without saying it."""
        caught: list[dict[str, Any]] = []

        def catch(payload: dict[str, Any]) -> dict[str, Any]:
            caught.append(payload)
            raise InterruptedError

        self.signatory.wire.tamper[self.kind] = catch
        with pytest.raises(InterruptedError):
            self.step(self.kind)
        del self.signatory.wire.tamper[self.kind]
        return caught[0]

    def body(self, payload: Any, header: dict[str, Any] | None = None, key: Any = None) -> bytes:
        device = self.signatory.wire.device_key
        mine = {"alg": "ES256", "kid": h(spki(device)).hex(), "typ": "esign+jws"}
        signed = f"{b64(canonical(header or mine))}.{b64(canonical(payload))}"
        return f"{signed}.{b64(raw(sign_der(key or device, signed.encode())))}".encode()

    def post(self, body: bytes, kind: str = "", token: str = "") -> httpx.Response:
        wire = self.signatory.wire
        headers = {"Content-Type": "application/jose", "Authorization": f"Bearer {token or wire.invitation.token}"}
        answer: httpx.Response = self.world.http.post(
            f"{wire.api}/ceremony/v1/{kind or self.kind}", content=body, headers=headers
        )
        return answer

    def refused(self, body: bytes, kind: str = "") -> str:
        answer = self.post(body, kind)
        assert answer.status_code in REFUSED, (answer.status_code, answer.content[:300])
        code = str(answer.json()["code"])
        assert code.split(".")[0] in ("ceremony", "identity", "engine", "web"), code
        return code

    def goes_on(self) -> None:
        """Walk the rest of the way, honestly; nothing had happened before."""
        assert not DONE - {"intent.declared"} & set(self.world.ledger(self.contract)) or self.kind == "result"
        if self.kind == "enrol":
            self.step("hello")
        for kind in KINDS[KINDS.index(self.kind) :]:
            self.step(kind)
        assert self.world.application.contracts.view(COMPANY, self.contract).state == "concluded"


def fresh(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "jti": secrets.token_hex(16)}


def free(place: tuple[str | int, ...], kind: str) -> bool:
    name = named(place)
    return f"{name} {kind}" in FREE or (
        kind in SAME_FORM and any(name == each or name.startswith(each + ".") for each in FREE)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_changed_leaf_of_every_message_is_refused(shared_world: Any, kind: str) -> None:
    bench = Bench(shared_world, kind)
    honest = bench.honest()
    refusals = 0
    for place, what, payload in lies(kind, honest):
        if free(place, what) or (kind == "result" and place == ("transcript",) and what == "absent"):
            continue
        if place and place[0] != "jti" and isinstance(payload, dict) and "jti" in payload:
            payload = fresh(payload)
        if kind == "intent" and place == ("proof",) and what == "other":
            continue  # a wrong code: counted, and tested where codes are counted
        answer = bench.post(bench.body(payload))
        assert answer.status_code in REFUSED, (named(place), what, answer.status_code)
        code = answer.json()["code"]
        refusals += 1
        if what in ("one member too many", "absent", "unknown word", "out of range") and place != ("passkey",):
            assert not code.startswith("engine.") or place in (("user_verification",),), (named(place), what, code)
    assert refusals >= 9
    bench.goes_on()


def written(bench: Bench, payload: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Yield every wrong way to write a right message."""
    device, stranger = bench.signatory.wire.device_key, new_key()
    kid = h(spki(device)).hex()
    header = {"alg": "ES256", "kid": kid, "typ": "esign+jws"}
    for name, wrong in (
        ("no algorithm", {**header, "alg": "none"}),
        ("symmetric", {**header, "alg": "HS256"}),
        ("another curve", {**header, "alg": "ES384"}),
        ("no key", {"alg": "ES256", "typ": "esign+jws"}),
        ("another type", {**header, "typ": "JWT"}),
        ("a key of its own", {**header, "jwk": {"kty": "EC"}}),
        ("a key elsewhere", {**header, "jku": "https://evil.example/keys"}),
        ("critical", {**header, "crit": ["exp"], "exp": 1}),
        ("another key's name", {**header, "kid": "0" * 64}),
    ):
        yield name, bench.body(fresh(payload), wrong)
    yield "a stranger's key", bench.body(fresh(payload), {**header, "kid": h(spki(stranger)).hex()}, stranger)
    yield "a stranger's signature", bench.body(fresh(payload), None, stranger)
    head, body, signature = bench.body(fresh(payload)).split(b".")
    pair = unb64(signature.decode())
    r, s = int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big")
    for name, wrong_signature in (
        ("zeros", bytes(64)),
        ("short", pair[:63]),
        ("long", pair + b"\0"),
        ("in DER", encode_dss_signature(r, s)),
        ("empty", b""),
        ("exchanged halves", pair[32:] + pair[:32]),
    ):
        yield f"signature {name}", b".".join((head, body, b64(wrong_signature).encode()))
    yield "padded", b".".join((head, body + b"=", signature))
    yield "four parts", b".".join((head, body, signature, b""))
    yield "two parts", head + b"." + body
    yield "JSON serialisation", canonical({"payload": body.decode(), "signature": signature.decode()})
    yield "a blank behind", b".".join((head, body, signature)) + b" "
    for name, text in (
        ("blanks", json.dumps(fresh(payload)).encode()),
        ("a member twice", canonical(fresh(payload))[:-1] + b',"v":"esign/1"}'),
        ("a list", b"[]"),
        ("no JSON", b"\xff\xfe"),
        ("deep", b"[" * 5000 + b"]" * 5000),
        ("a fraction", canonical(fresh(payload)).replace(b'"iat":', b'"iat":0.5e1,"x":')),
    ):
        signed = f"{b64(canonical(header))}.{b64(text)}"
        yield f"payload with {name}", f"{signed}.{b64(raw(sign_der(device, signed.encode())))}".encode()


@pytest.mark.parametrize("kind", ["hello", "intent", "signature"])
def test_every_wrong_way_to_write_a_message_is_refused(shared_world: Any, kind: str) -> None:
    bench = Bench(shared_world, kind)
    honest = bench.honest()
    codes = {name: bench.refused(body) for name, body in written(bench, honest)}
    assert len(codes) > 25
    for name, code in codes.items():
        assert code.startswith("ceremony."), (name, code)
    bench.goes_on()


def test_each_message_goes_to_its_own_address_and_in_its_own_turn(shared_world: Any) -> None:
    """Every message at every other message's address, and before its turn."""
    bench = Bench(shared_world, "hello")
    payloads: dict[str, dict[str, Any]] = {}
    walker = Bench(shared_world, "hello")
    for kind in KINDS:
        walker.kind = kind
        payloads[kind] = walker.honest()
        walker.step(kind)
    mine = bench.honest()
    for turn, kind in enumerate(KINDS):
        bench.kind = kind
        for later, other in enumerate(KINDS):
            payload = {**fresh(payloads[other]), "invitation": mine["invitation"]}
            if other != kind:
                code = bench.refused(bench.body(payload), kind)
                assert code == "ceremony.message.wrong_type" or turn == 0, (kind, other, code)
            if later > turn:
                code = bench.refused(bench.body(payload), other)
                assert code.split(".")[0] in ("ceremony", "engine", "identity")
        bench.step(kind)
    assert shared_world.application.contracts.view(COMPANY, bench.contract).state == "concluded"


def test_a_certificate_of_somebody_else_opens_nothing(shared_world: Any) -> None:
    mine, other = Bench(shared_world, "open"), Bench(shared_world, "open")
    payload = mine.honest()
    for certificate in (h(other.signatory.certificate or b"").hex(), "0" * 64):
        assert mine.refused(mine.body({**fresh(payload), "certificate": certificate})).startswith("engine.")
    mine.goes_on()


def test_a_passkeys_word_for_something_else_enrols_nobody(shared_world: Any) -> None:
    """The bare nonce, a transcript's challenge, another enrolment's: made anew and used again."""
    bench = Bench(shared_world, "enrol")
    payload, passkey = bench.honest(), bench.signatory.authenticator
    assert passkey is not None
    nonce = unb64(bench.signatory.greeting["enrolment"]["nonce"])
    for challenge in (nonce, labelled("user-verification", nonce), labelled("enrolment", bytes(32))):
        for made in (passkey.register(challenge), passkey.use(challenge)):
            assert bench.refused(bench.body({**fresh(payload), "passkey": made})) == "identity.passkey.challenge"
    bench.goes_on()


@pytest.mark.parametrize(("kind", "limit"), [("hello", 65_536), ("document", 65_536), ("enrol", 131_072)])
def test_a_message_too_large_is_refused_before_it_is_read(shared_world: Any, kind: str, limit: int) -> None:
    bench = Bench(shared_world, kind)
    honest = bench.honest()
    small = len(bench.body({**fresh(honest), "lang": ""}))

    def filled(size: int) -> bytes:
        """A signed message of at most that size, three bytes short of it at most."""
        return bench.body({**fresh(honest), "lang": "a" * ((size - small) * 3 // 4)})

    for size in (limit + 8, 131_080, 262_145, 3_000_000):
        body = filled(size)
        assert len(body) > limit
        answer = bench.post(body)
        assert answer.status_code == 413
        assert answer.json()["code"] in ("ceremony.message.too_large", "web.body_too_large")
    assert limit - 8 < len(filled(limit)) <= limit
    assert bench.refused(filled(limit)) == "ceremony.message.malformed", "read, and then refused for what it says"
    bench.goes_on()


def test_eight_signatures_at_once_make_one_contract(shared_world: Any) -> None:
    bench = Bench(shared_world, "signature")
    payload = bench.honest()
    bodies = [bench.body(fresh(payload)) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(bench.post, bodies))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert set(statuses) <= {200, 409, 503}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    kinds = shared_world.ledger(bench.contract)
    assert kinds.count("signature.received") == kinds.count("contract.concluded") == 1
    bench.signatory._attempt.signed_digest = None  # type: ignore[union-attr]  # an attempt is open here
    assert shared_world.application.contracts.view(COMPANY, bench.contract).state == "concluded"


def test_ten_wrong_codes_at_once_are_five(shared_world: Any) -> None:
    bench = Bench(shared_world, "intent")
    payload = bench.honest()
    bodies = [bench.body({**fresh(payload), "proof": secrets.token_hex(32)}) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        codes = [answer.json()["code"] for answer in pool.map(bench.post, bodies)]
    assert set(codes) <= {"ceremony.intent.wrong_code", "ceremony.intent.locked", "engine.message.in_progress"}
    kinds = shared_world.ledger(bench.contract)
    assert kinds.count("intent.wrong_code") <= 5 and kinds.count("attempt.locked") == (
        codes.count("ceremony.intent.locked") > 0
    )
    assert bench.refused(bench.body(fresh(payload))) == "ceremony.intent.locked"
    bench.kind = "open"
    bench.goes_on()


@pytest.fixture(scope="module")
def door(shared_world: Any) -> Bench:
    return Bench(shared_world, "intent")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(body=st.binary(max_size=400), kind=st.sampled_from([*KINDS, "unknown", "..%2fhello"]))
def test_whatever_bytes_come_in_a_refusal_goes_out(door: Bench, body: bytes, kind: str) -> None:
    answer = door.post(body, kind)
    assert answer.status_code in REFUSED
    assert answer.headers["content-type"].startswith("application/problem+json")


@quick
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_whatever_a_bound_device_signs_is_refused_unless_it_is_right(door: Bench, kind: str, data: Any) -> None:
    honest = fresh(door.honest())
    member = data.draw(st.sampled_from(sorted({*honest, "extra"} - {"iat", "telemetry", "clock_skew", "jti"})))
    value = data.draw(json_values)
    payload = {**honest, "type": kind, member: value}
    if payload == {**honest, "type": kind} and kind == "intent":
        return
    try:
        body = door.body(payload)
    except (ValueError, TypeError, UnicodeEncodeError):
        return
    code = door.refused(body, kind)
    assert code.startswith(("ceremony.message.", "ceremony.intent.")), code


def test_after_all_that_the_honest_customer_signs(door: Bench) -> None:
    door.goes_on()


def test_refusals_do_not_carry_what_was_sent(shared_world: Any) -> None:
    bench = Bench(shared_world, "hello")
    secret = "Jana-geheim-4711"
    answer = bench.post(bench.body({**bench.honest(), "lang": secret, "device_key": secret}))
    assert secret not in answer.text
    with pytest.raises(ServerRefused):
        bench.signatory.wire.ask("result", {"transcript": secret}, "application/pdf")
