"""Bad input at the ceremony's door: each is refused with its own code, recorded, and the honest customer goes on."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from certs.signatory import SandboxSignatory, ServerRefused
from tests.actors import COMPANY
from tests.conftest import database, installation

MEMBERS = ("hello", "enrol", "open", "document", "intent", "signature", "result")
ASIDE = ("handover", "decline")
"""Messages beside the walk: sent before the signature."""
KINDS = (*MEMBERS, *ASIDE)


@pytest.fixture(scope="module")
def house(
    request: pytest.FixtureRequest, sandbox_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("refusals")
    with database(request) as address, installation(folder, sandbox_folder, address) as made:
        yield made


@pytest.fixture
def shared(house: Any) -> Any:
    """One installation in which each test has a contract of its own; nothing is left to be mailed."""
    house.application.delivery.deliver_due()
    return house


@pytest.fixture(scope="module")
def invited(house: Any) -> tuple[str, str]:
    """A contract and its link that nobody opens."""
    found: tuple[str, str] = house.invite()
    return found


def schema_members(kind: str) -> list[str]:
    """Return the top-level members of a message, read from its schema."""
    schema = json.loads((resources.files("esign.ceremony") / "schemas" / f"{kind}.json").read_text())
    return sorted(schema["properties"])


def changed(value: Any) -> Iterator[Any]:
    """Return wrong values for a member: another one of the same form, and others of another form."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield -1
    elif isinstance(value, str):
        yield value[:-1] + ("A" if value[-1:] != "A" else "B") if value else "x"
        yield value + "="
    elif isinstance(value, dict):
        yield {}
        yield {**value, "unknown": 1}
    yield None
    yield ["x"]


CASES = [(kind, member) for kind in KINDS for member in schema_members(kind)]

HARMLESS = {("hello", "lang"), ("hello", "iat"), ("hello", "jti")}
"""Members that a device may choose freely: another value of the same form is another honest message."""
FREE = {"iat", "jti", "client_nonce", "telemetry", "clock_skew", "lang", "reason"}


def walk_to(signatory: SandboxSignatory, kind: str) -> None:
    """Walk up to the message of a kind, which is sent by :func:`send`."""
    for step in MEMBERS[: MEMBERS.index("signature" if kind in ASIDE else kind)]:
        send(signatory, step)


def send(signatory: SandboxSignatory, kind: str) -> object:
    names = {"intent": "declare", "signature": "sign"}
    return getattr(signatory, names.get(kind, kind))()


@pytest.mark.parametrize(("kind", "member"), CASES)
def test_each_changed_field_of_every_message_is_refused_and_the_honest_customer_goes_on(
    shared: Any, kind: str, member: str
) -> None:
    contract, link = shared.invite()
    signatory = shared.signatory(link)
    walk_to(signatory, kind)
    before = shared.ledger(contract)
    seen: dict[str, Any] = {}

    def watch(payload: dict[str, Any]) -> dict[str, Any]:
        seen["value"] = copy.deepcopy(payload.get(member))
        raise KeyboardInterrupt  # the honest message is not sent yet: only its value is looked at

    signatory.wire.tamper[kind] = watch
    with pytest.raises(KeyboardInterrupt):
        send(signatory, kind)
    refusals = 0
    for wrong in changed(seen["value"]):
        if member in FREE and type(wrong) is type(seen["value"]):
            continue
        if wrong == seen["value"]:
            continue

        def tampered(payload: dict[str, Any], wrong: Any = wrong) -> dict[str, Any]:
            if wrong is None:
                return {name: value for name, value in payload.items() if name != member}
            return {**payload, member: wrong}

        if seen["value"] is None and wrong is None:
            continue
        signatory.wire.tamper[kind] = tampered
        if kind == "result" and member == "transcript" and wrong is None:
            continue  # a device that lost its transcript may ask all the same
        with pytest.raises(ServerRefused) as refusal:
            send(signatory, kind)
        assert refusal.value.code.split(".")[0] in ("ceremony", "identity", "engine"), (member, wrong)
        assert refusal.value.status in (400, 403, 404, 409, 410, 413, 422), (refusal.value.code, refusal.value.status)
        refusals += 1
    assert refusals > 0
    after = shared.ledger(contract)
    assert after[: len(before)] == before
    assert len(after) > len(before), "the refusal is recorded"
    assert not {"intent.declared", "signature.received", "contract.concluded"} & set(after[len(before) :])
    del signatory.wire.tamper[kind]
    if kind == "enrol":
        signatory.hello()  # a refused enrolment may be used again only if nothing of it was kept; a new one always
    for step in ["handover", "signature"] if kind in ASIDE else MEMBERS[MEMBERS.index(kind) :]:
        send(signatory, step)
    assert shared.application.contracts.view(COMPANY, contract).state == "concluded"


@pytest.mark.parametrize("kind", KINDS)
def test_a_used_number_with_other_bytes_is_refused(shared: Any, kind: str) -> None:
    _, link = shared.invite()
    signatory = shared.signatory(link)
    walk_to(signatory, kind)
    used: dict[str, str] = {}
    signatory.wire.tamper["hello"] = lambda payload: {**payload, "jti": used.setdefault("jti", payload["jti"])}
    signatory.hello()
    del signatory.wire.tamper["hello"]
    signatory.wire.tamper[kind] = lambda payload: {**payload, "jti": used["jti"], "iat": payload["iat"] + 1}
    with pytest.raises(ServerRefused) as refusal:
        send(signatory, kind)
    assert (refusal.value.status, refusal.value.code) == (409, "ceremony.message.replayed")


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 42 + "=", "../../etc/passwd", "A" * 10_000], ids=range(6))
@pytest.mark.parametrize("kind", [*KINDS, "unknown"])
def test_a_guessed_token_learns_nothing(shared: Any, invited: tuple[str, str], token: str, kind: str) -> None:
    before = shared.ledger(invited[0])
    answer = shared.http.post(
        f"http://localhost:8080/ceremony/v1/{kind}",
        content=b"whatever",
        headers={"Content-Type": "application/jose", "Authorization": f"Bearer {token}".encode()},
    )
    assert answer.status_code == 404
    assert answer.json()["code"] == "ceremony.invitation.unknown"
    assert not answer.json().get("facts")
    assert shared.ledger(invited[0]) == before


def test_another_customers_link_does_not_let_me_sign(world: Any) -> None:
    contract, link = world.invite("electricity-supply")
    thief = world.signatory(link, "mehmet-yilmaz-gross")
    thief.hello()
    with pytest.raises(ServerRefused) as refusal:
        thief.enrol()
    assert (refusal.value.status, refusal.value.code) == (403, "identity.person.name_differs")
    assert "enrolment.refused" in world.ledger(contract)
    honest = world.signatory(link)
    with pytest.raises(ServerRefused) as refusal:
        honest.hello()
    assert (refusal.value.status, refusal.value.code) == (409, "ceremony.invitation.bound")
    honest = world.signatory(world.application.contracts.resend(COMPANY, contract).link)
    honest.run()
    with pytest.raises(ServerRefused) as refusal:
        thief.hello()
    assert (refusal.value.status, refusal.value.code) == (404, "ceremony.invitation.unknown")
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"


def test_a_message_of_another_invitation_is_refused(world: Any) -> None:
    _, mine = world.invite("electricity-supply")
    _, other = world.invite("household-insurance")
    signatory, stranger = world.signatory(mine), world.signatory(other, "mehmet-yilmaz-gross")
    stranger.hello()
    signatory.wire.sent["hello"] = stranger.wire.sent["hello"]
    with pytest.raises(ServerRefused) as refusal:
        signatory.wire.again("hello")
    assert refusal.value.code == "ceremony.message.foreign_invitation"


def test_a_transcript_of_another_invitation_is_refused(world: Any) -> None:
    _, mine = world.invite("electricity-supply")
    _, other = world.invite("household-insurance")
    signatory, stranger = world.signatory(mine), world.signatory(other, "mehmet-yilmaz-gross")
    for each in (signatory, stranger):
        each.hello()
        each.enrol()
        each.open()
        each.document()
    foreign = stranger.tau.hex()
    for kind in ("document", "intent"):
        signatory.wire.tamper[kind] = lambda payload: {**payload, "transcript": foreign}
        with pytest.raises(ServerRefused) as refusal:
            send(signatory, kind)
        assert refusal.value.code in ("engine.attempt.unknown", "ceremony.intent.foreign_transcript")


def test_wrong_codes_are_counted_and_the_fifth_locks_the_attempt(world: Any) -> None:
    contract, link = world.invite()
    signatory = world.signatory(link)
    walk_to(signatory, "intent")
    right = signatory.scratch()
    wrong = "000000" if right != "000000" else "111111"
    codes = []
    for left in (4, 3, 2, 1):
        with pytest.raises(ServerRefused) as refusal:
            signatory.declare(wrong)
        assert (refusal.value.code, refusal.value.facts["left"]) == ("ceremony.intent.wrong_code", left)
        again = pytest.raises(ServerRefused)
        with again as repeated:
            signatory.wire.again("intent")
        codes.append(repeated.value.facts["left"])
    assert codes == [4, 3, 2, 1], "the same message again is not counted again"
    with pytest.raises(ServerRefused) as refusal:
        signatory.declare(wrong)
    assert refusal.value.code == "ceremony.intent.locked"
    with pytest.raises(ServerRefused) as refusal:
        signatory.declare(right)
    assert refusal.value.code == "ceremony.intent.locked", "the right code comes too late"
    kinds = world.ledger(contract)
    assert kinds.count("intent.wrong_code") == 5
    assert kinds.count("attempt.locked") == 1
    signatory.open()
    signatory.document()
    signatory.declare()
    signatory.sign()
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"


def test_an_expired_attempt_is_refused_and_a_new_one_can_be_started(world: Any) -> None:
    contract, link = world.invite()
    signatory = world.signatory(link)
    walk_to(signatory, "intent")
    server = world.clock.offset
    request = signatory.wire.message  # the device's clock stands still, the server's goes on
    assert request is not None
    world.clock.offset = server + timedelta(seconds=world.settings.attempt_seconds)
    signatory.clock = type("Stopped", (), {"now": lambda self: world.clock.now() - timedelta(hours=1)})()
    with pytest.raises(ServerRefused) as refusal:
        signatory.declare()
    assert refusal.value.code == "ceremony.intent.expired"
    assert world.application.upkeep.end_overdue() == 1
    assert "attempt.expired" in world.ledger(contract)


def test_an_invitation_that_is_over_signs_nothing(world: Any) -> None:
    contract, link = world.invite()
    signatory = world.signatory(link)
    signatory.hello()
    world.clock.offset = timedelta(days=world.settings.invitation_days)
    assert signatory.hello()["state"] == "closed"
    stranger = world.signatory(link)
    with pytest.raises(ServerRefused) as refusal:
        stranger.hello()
    assert refusal.value.code == "engine.invitation.closed"
    assert world.application.contracts.view(COMPANY, contract).state == "expired"


def test_no_more_than_five_devices_are_bound(world: Any) -> None:
    _, link = world.invite()
    first = world.signatory(link)
    first.hello()
    for _ in range(4):
        world.signatory(first.handover()["link"]).hello()
    with pytest.raises(ServerRefused) as refusal:
        first.handover()
    assert (refusal.value.status, refusal.value.code) == (409, "ceremony.invitation.too_many_devices")


def test_after_the_signature_no_new_device_is_bound(world: Any) -> None:
    _, link = world.invite()
    world.signatory(link).run()
    with pytest.raises(ServerRefused) as refusal:
        world.signatory(link).hello()
    assert refusal.value.code == "engine.invitation.closed"


def test_the_default_policy_demands_a_passkey(world: Any) -> None:
    contract, link = world.invite()
    signatory = world.signatory(link, passkey=False)
    signatory.hello()
    with pytest.raises(ServerRefused) as refusal:
        signatory.enrol()
    assert refusal.value.code == "engine.enrolment.user_verification_required"
    assert "enrolment.granted" not in world.ledger(contract)


def test_a_key_without_a_passkey_is_recorded_as_such_where_a_policy_says_so(world: Any) -> None:
    world.settings = world.settings.with_changes(signature_policy_advanced="scratch-advanced-recorded")
    world.start()
    contract, link = world.invite()
    signatory = world.signatory(link, passkey=False)
    signatory.run()
    view = world.application.contracts.view(COMPANY, contract)
    assert (view.state, view.level.word) == ("concluded", "advanced")


def test_a_malformed_message_of_whoever_holds_the_link_is_recorded_only_so_often(world: Any) -> None:
    contract, link = world.invite()
    token = link.split("#")[1]
    for number in range(60):
        answer = world.http.post(
            "http://localhost:8080/ceremony/v1/hello",
            content=f"nonsense {number}".encode(),
            headers={"Content-Type": "application/jose", "Authorization": f"Bearer {token}"},
        )
        assert answer.json()["code"] == "ceremony.message.malformed"
    assert world.ledger(contract).count("message.refused") == 50
    world.signatory(link).run()


@pytest.mark.parametrize("kind", ["document", "result"])
def test_a_request_for_somebody_elses_document_is_refused_and_recorded(world: Any, kind: str) -> None:
    contract, link = world.invite()
    signatory = world.signatory(link)
    walk_to(signatory, kind)
    before = world.ledger(contract)
    signatory.wire.tamper[kind] = lambda payload: {**payload, "transcript": "00" * 32}
    with pytest.raises(ServerRefused) as refusal:
        send(signatory, kind)
    assert (refusal.value.status, refusal.value.code) == (404, "engine.attempt.unknown")
    with pytest.raises(ServerRefused):
        signatory.wire.again(kind, "application/pdf")
    assert world.ledger(contract) == [*before, "message.refused"]


def test_two_windows_of_one_device_greet_at_the_same_moment(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from esign.engine.ceremony.desk import CeremonyDesk

    contract, link = world.invite()
    signatory = world.signatory(link)
    begin = CeremonyDesk._begin
    other: dict[str, Any] = {}

    def slow(self: Any, received: Any, step: Any) -> Any:
        if not other:
            other["answer"] = None
            other["answer"] = signatory.hello()  # the other window is faster
        return begin(self, received, step)

    monkeypatch.setattr(CeremonyDesk, "_begin", slow)
    assert signatory.hello()["state"] == other["answer"]["state"] == "waiting"
    assert world.ledger(contract).count("device.bound") == 1


def test_a_reference_with_a_slash_is_no_path(world: Any) -> None:
    contract, link = world.invite(reference="2026/11-0042 A.1")
    signatory = world.signatory(link)
    signatory.run()
    assert signatory._attempt.claims["document"]["name"] == "2026-11-0042 A.1.pdf"
    assert world.application.delivery.deliver_due() >= 1
    assert any(b"2026-11-0042 A.1.pdf" in mail for mail in world.post.mails)
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"
