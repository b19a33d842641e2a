"""The whole ceremony without a browser, against the real engine, web and sandbox, over HTTP without sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from certs.signatory import SandboxSignatory, ServerRefused, SignatoryRefused
from certs.signatory.words import b64, h, unb64
from tests.actors import COMPANY

PERSONS = {
    "electricity-supply": "jana-beispiel",
    "household-insurance": "mehmet-yilmaz-gross",
    "mobile-plan": "sophie-mueller-luedenscheidt",
    "cost-approval": "karl-heinz-oesterreicher",
}
SIMPLE = "mobile-plan"
DONE = {"contract.concluded", "signature.embedded", "release.passed", "signature.received"}


def code(action: Callable[[], Any]) -> str:
    with pytest.raises(ServerRefused) as refused:
        action()
    return refused.value.code


def reason(action: Callable[[], Any]) -> str:
    with pytest.raises(SignatoryRefused) as refused:
        action()
    return refused.value.reason_code


def walked(signatory: SandboxSignatory, *steps: str) -> SandboxSignatory:
    for step in steps:
        getattr(signatory, step)()
    return signatory


READY = ("hello", "enrol", "open", "document")


@pytest.fixture
def jana(world: Any) -> SandboxSignatory:
    _, link = world.invite()
    signatory: SandboxSignatory = world.signatory(link)
    return signatory


def contract(world: Any) -> str:
    return str(world.application.contracts.list(COMPANY)[0].id)


def concluded(world: Any) -> bool:
    return bool(DONE & set(world.ledger(contract(world))))


def other(signatory: SandboxSignatory) -> str:
    return f"{(int(signatory.scratch()) + 1) % 1_000_000:06d}"


@pytest.mark.parametrize("name", PERSONS)
def test_every_sample_contract_is_concluded(name: str, world: Any) -> None:
    made, link = world.invite(name)
    signatory = world.signatory(link, PERSONS[name])
    receipt = signatory.run()
    assert receipt.document == world.application.contracts.signed_document(COMPANY, made)
    assert receipt.document_digest == h(receipt.document) and receipt.tau == signatory.tau
    assert (receipt.attributes_digest is None) is (name == SIMPLE)
    assert world.ledger(made).count("contract.concluded") == 1
    assert signatory.hello()["state"] == "signed"


@pytest.mark.parametrize("name", ["electricity-supply", SIMPLE])
def test_the_same_bytes_get_the_same_answer_also_after_a_restart(name: str, world: Any) -> None:
    made, link = world.invite(name)
    signatory = world.signatory(link, PERSONS[name])
    first: dict[str, bytes] = {}

    class Restarting(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = world.http.send(request)
            world.start()
            again = world.http.send(request)
            assert (again.status_code, again.content) == (answer.status_code, answer.content)
            first[request.url.path.rsplit("/", 1)[1]] = answer.content
            headers = {"content-type": answer.headers["content-type"]}
            return httpx.Response(answer.status_code, headers=headers, content=again.content)

    signatory.wire.http = httpx.Client(transport=Restarting())
    signatory.run()
    before = world.ledger(made)
    for kind, content in first.items():
        media = "application/pdf" if kind in ("document", "result") else "application/json"
        assert signatory.wire.again(kind, media).content == content
    assert world.ledger(made) == before
    assert before.count("attempt.opened") == before.count("contract.concluded") == 1


def test_a_number_that_was_used_is_not_used_for_something_else(world: Any, jana: SandboxSignatory) -> None:
    numbers: list[str] = []

    def fixed(payload: dict[str, Any]) -> dict[str, Any]:
        numbers.append(payload["jti"])
        return {**payload, "jti": numbers[0]}

    jana.wire.tamper["hello"] = fixed
    jana.hello()
    assert code(jana.hello) == "ceremony.message.replayed"


@pytest.mark.parametrize("step", ["hello", "enrol", "open", "document", "declare", "sign", "result"])
def test_at_every_step_a_foreign_message_is_refused_and_the_right_one_still_good(
    step: str, world: Any, jana: SandboxSignatory
) -> None:
    kinds = {"declare": "intent", "sign": "signature"}
    kind = kinds.get(step, step)
    steps = ["hello", "enrol", "open", "document", "declare", "sign", "result"]
    walked(jana, *steps[: steps.index(step)])
    before = world.ledger(contract(world))
    for change, expected in (
        ({"aud": "https://evil.example"}, "ceremony.message.foreign_audience"),
        ({"invitation": "00" * 32}, "ceremony.message.foreign_invitation"),
        ({"type": "document" if kind != "document" else "open"}, "ceremony.message.wrong_type"),
        ({"v": "esign/2"}, "ceremony.message.malformed"),
        ({"extra": 1}, "ceremony.message.malformed"),
    ):
        jana.wire.tamper[kind] = lambda payload, change=change: {**payload, **change}
        assert code(getattr(jana, step)) == expected
    jana.wire.tamper.clear()
    jana.wire.tamper_bytes[kind] = lambda body: body[:-8] + b"AAAAAAAA"
    assert code(getattr(jana, step)) == "ceremony.message.signature"
    jana.wire.tamper_bytes.clear()
    happened = [entry for entry in world.ledger(contract(world))[len(before) :] if "refused" not in entry]
    assert happened == []
    walked(jana, *steps[steps.index(step) :])
    assert concluded(world)


def test_without_the_token_nothing_is_said(world: Any, jana: SandboxSignatory) -> None:
    jana.hello()
    origin = jana.origin
    stranger = world.signatory((origin, "A" * 43))
    with pytest.raises(ServerRefused) as refused:
        stranger.hello()
    assert (refused.value.status, refused.value.code) == (404, "ceremony.invitation.unknown")
    assert dict(refused.value.facts) == {}


def test_a_second_device_needs_a_hand_over_and_five_are_the_most(world: Any) -> None:
    _, link = world.invite()
    first = walked(world.signatory(link), "hello")
    assert code(world.signatory(link).hello) == "ceremony.invitation.bound"
    links = [first.handover()["link"]]
    for _ in range(4):
        device = walked(world.signatory(links[-1]), "hello")
        if len(links) < 4:
            links.append(device.handover()["link"])
    assert code(device.handover) == "ceremony.invitation.too_many_devices"


# Enrolment --------------------------------------------------------------------------------------------------------


def test_another_person_gets_no_certificate_for_this_contract(world: Any) -> None:
    _, link = world.invite()
    stranger = walked(world.signatory(link, "zoe-darvai-nguyen"), "hello")
    assert code(stranger.enrol).startswith("identity.")
    assert "enrolment.granted" not in world.ledger(contract(world))


def test_where_a_passkey_is_required_none_is_not_enough(world: Any) -> None:
    _, link = world.invite()
    bare = walked(world.signatory(link, passkey=False), "hello")
    assert code(bare.enrol) == "engine.enrolment.user_verification_required"


@pytest.mark.parametrize("member", ["csr", "capsule_key", "id_token", "passkey", "enrolment"])
def test_what_belongs_to_another_enrolment_is_refused(member: str, world: Any, jana: SandboxSignatory) -> None:
    _, link = world.invite()
    foreign = walked(world.signatory(link), "hello")
    seen: dict[str, Any] = {}
    foreign.wire.tamper["enrol"] = lambda payload: seen.update(payload) or payload
    foreign.enrol()
    jana.hello()
    jana.wire.tamper["enrol"] = lambda payload: {**payload, member: seen[member]}
    refused = code(jana.enrol)
    assert refused.startswith(("identity.", "engine.enrolment."))
    jana.wire.tamper.clear()
    jana.enrol()


# Intent -----------------------------------------------------------------------------------------------------------


def test_four_wrong_codes_are_counted_and_the_right_one_is_still_good(world: Any, jana: SandboxSignatory) -> None:
    walked(jana, *READY)
    for left in (4, 3, 2, 1):
        with pytest.raises(ServerRefused) as refused:
            jana.declare(other(jana))
        assert (refused.value.code, refused.value.facts["left"]) == ("ceremony.intent.wrong_code", left)
        assert code(lambda: jana.wire.again("intent")) == "ceremony.intent.wrong_code"  # not counted again
    walked(jana, "declare", "sign", "result")
    assert world.ledger(contract(world)).count("intent.wrong_code") == 4


def test_the_fifth_wrong_code_locks_and_a_new_attempt_opens(world: Any, jana: SandboxSignatory) -> None:
    walked(jana, *READY)
    for _ in range(4):
        assert code(lambda: jana.declare(other(jana))) == "ceremony.intent.wrong_code"
    assert code(lambda: jana.declare(other(jana))) == "ceremony.intent.locked"
    assert code(jana.declare) == "ceremony.intent.locked"
    assert not concluded(world)
    walked(jana, "open", "document", "declare", "sign", "result")
    assert concluded(world)


def test_whoever_did_not_open_the_capsule_cannot_make_codes_count(world: Any, jana: SandboxSignatory) -> None:
    walked(jana, *READY)
    jana.wire.tamper["intent"] = lambda payload: {**payload, "have": "00" * 32}
    for _ in range(6):
        assert code(jana.declare) == "ceremony.intent.capsule_not_opened"
    jana.wire.tamper.clear()
    walked(jana, "declare", "sign", "result")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"order": {"label": "bestellen", "summary": None}}, "ceremony.intent.order_label"),
        ({"order": {"label": None, "summary": "00" * 32}}, "ceremony.intent.order_summary"),
        ({"user_verification": None}, "ceremony.user_verification.missing"),
    ],
)
def test_the_right_code_alone_declares_nothing(
    change: dict[str, Any], expected: str, world: Any, jana: SandboxSignatory
) -> None:
    walked(jana, *READY)

    def tamper(payload: dict[str, Any]) -> dict[str, Any]:
        if "order" in change:
            order = {name: value or payload["order"][name] for name, value in change["order"].items()}
            return {**payload, "order": order}
        return {name: value for name, value in payload.items() if name not in change}

    jana.wire.tamper["intent"] = tamper
    assert code(jana.declare) == expected
    assert "intent.declared" not in world.ledger(contract(world))


def test_presence_is_not_verification(world: Any, jana: SandboxSignatory) -> None:
    walked(jana, *READY)
    assert jana.authenticator is not None
    jana.authenticator.verifies_user = False
    assert code(jana.declare) == "ceremony.user_verification.not_verified"
    jana.authenticator.verifies_user = True
    walked(jana, "declare", "sign", "result")


def test_a_proof_of_one_attempt_is_worth_nothing_in_the_next(world: Any, jana: SandboxSignatory) -> None:
    walked(jana, *READY)
    seen: dict[str, Any] = {}

    def keep(payload: dict[str, Any]) -> dict[str, Any]:
        seen.update(payload)
        return {**payload, "proof": "00" * 32}

    jana.wire.tamper["intent"] = keep
    assert code(jana.declare) == "ceremony.intent.wrong_code"
    first = jana.tau.hex()
    jana.wire.tamper.clear()
    walked(jana, "open", "document")
    jana.wire.tamper["intent"] = lambda payload: {**payload, **{name: seen[name] for name in ("have", "proof")}}
    assert code(jana.declare) == "ceremony.intent.capsule_not_opened"
    jana.wire.tamper["intent"] = lambda payload: {**payload, "transcript": first}
    assert code(jana.declare) == "ceremony.intent.superseded"
    assert "intent.declared" not in world.ledger(contract(world))


# States -----------------------------------------------------------------------------------------------------------


def test_no_step_can_be_left_out(world: Any, jana: SandboxSignatory) -> None:
    jana.hello()
    stranger = {"transcript": "00" * 32}
    assert code(lambda: jana.wire.ask("document", stranger)).startswith("engine.")
    assert code(lambda: jana.wire.ask("open", {"client_nonce": "00" * 32, "certificate": "00" * 32})).startswith(
        "engine."
    )
    walked(jana, "enrol", "open", "document")
    forged = {"transcript": jana.tau.hex(), "signature": b64(bytes(64))}
    assert code(lambda: jana.wire.ask("signature", forged)) == "ceremony.signature.not_declared"
    assert code(lambda: jana.wire.ask("result", {"transcript": jana.tau.hex()}, "application/pdf"))
    assert not concluded(world)


def test_a_signature_by_another_key_is_refused(world: Any, jana: SandboxSignatory) -> None:
    walked(jana, *READY, "declare")
    right, jana.signature_key = jana.signature_key, jana.wire.device_key
    assert code(jana.sign) == "ceremony.signature.invalid"
    assert not concluded(world)
    jana.signature_key = right
    walked(jana, "sign", "result")


def test_after_the_end_nothing_can_be_declared_or_signed(world: Any, jana: SandboxSignatory) -> None:
    claims = walked(jana, *READY)._attempt.claims
    world.clock.offset += timedelta(seconds=claims["expires_at"] - claims["issued_at"] + 1)
    assert reason(jana.declare) == "agent.attempt.expired"
    jana.clock = type("Stopped", (), {"now": lambda self: world.clock.now() - world.clock.offset})()
    assert code(jana.declare) == "ceremony.intent.expired"
    assert not concluded(world)


def test_after_the_signature_no_attempt_starts(world: Any, jana: SandboxSignatory) -> None:
    jana.run()
    assert code(jana.open)
    assert code(jana.declare) == "ceremony.intent.already_signed"
    assert world.ledger(contract(world)).count("attempt.opened") == 1


# A server that lies -----------------------------------------------------------------------------------------------


class Liar(httpx.BaseTransport):
    """Passes everything on, and changes the answers to one type of message."""

    def __init__(self, http: httpx.Client, kind: str, lie: Callable[[bytes], bytes]) -> None:
        self.http, self.kind, self.lie = http, kind, lie

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.http.send(request)
        content = self.lie(answer.content) if request.url.path.endswith(f"/{self.kind}") else answer.content
        return httpx.Response(
            answer.status_code, headers={"content-type": answer.headers["content-type"]}, content=content
        )


def lying(world: Any, signatory: SandboxSignatory, kind: str, lie: Callable[[bytes], bytes]) -> None:
    signatory.wire.http = httpx.Client(transport=Liar(world.http, kind, lie))


def about_json(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[bytes], bytes]:
    return lambda body: json.dumps(change(json.loads(body))).encode()


def about_transcript(*path: str, value: Any) -> Callable[[bytes], bytes]:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        claims = json.loads(unb64(answer["transcript"]))
        place = claims
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        text = json.dumps(claims, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return {**answer, "transcript": b64(text.encode())}

    return about_json(change)


TRANSCRIPT_LIES = {
    "other_contract": about_transcript("contract", value="b3RoZXI"),
    "other_site": about_transcript("aud", value="https://evil.example"),
    "other_agent": about_transcript("agent", value="00" * 32),
    "stale": about_transcript("client_nonce", value="00" * 32),
    "other_person": about_transcript("signatory", "name", value="Jan Beispiel"),
    "other_keys": about_transcript("signatory", "capsule_key", value="00" * 32),
    "user_verification": about_transcript("user_verification", value="none"),
    "other_level": about_transcript("statement", "level", value="qualified"),
    "other_trust": about_transcript("statement", "trust", value="configured"),
    "declaration": about_json(lambda answer: {**answer, "declaration": "Ich kaufe zwei."}),
    "summary": about_json(lambda answer: {**answer, "summary": b64(b"{}")}),
    "policy": about_json(lambda answer: {**answer, "policy": b64(b"{}")}),
    "malformed": about_transcript("extra", value=1),
}


@pytest.mark.parametrize("lie", TRANSCRIPT_LIES)
def test_an_offer_that_is_not_mine_is_refused(lie: str, world: Any, jana: SandboxSignatory) -> None:
    walked(jana, "hello", "enrol")
    lying(world, jana, "open", TRANSCRIPT_LIES[lie])
    assert reason(jana.open) == f"agent.transcript.{lie}"
    assert reason(jana.document) == "agent.step.too_early"
    assert "intent.declared" not in world.ledger(contract(world))


def test_another_capsule_does_not_open(world: Any, jana: SandboxSignatory) -> None:
    walked(jana, *READY)
    first = json.loads(jana.wire.again("open").content)["capsule"]
    lying(world, jana, "open", about_json(lambda answer: {**answer, "capsule": first}))
    jana.open()
    lying(world, jana, "none", bytes)
    jana.document()
    assert reason(jana.declare) == "agent.capsule.unopened"


def test_another_document_is_refused(world: Any, jana: SandboxSignatory) -> None:
    walked(jana, "hello", "enrol", "open")
    for lie, expected in (
        (lambda pdf: pdf + b"\n", "agent.document.length"),
        (lambda pdf: pdf[:2000] + bytes([pdf[2000] ^ 1]) + pdf[2001:], "agent.document.revisions"),
        (lambda pdf: pdf[:-30] + bytes([pdf[-30] ^ 1]) + pdf[-29:], "agent.document.other"),
    ):
        lying(world, jana, "document", lie)
        assert reason(jana.document) == expected
        assert reason(jana.scratch) == "agent.step.too_early"
    lying(world, jana, "none", bytes)
    walked(jana, "document", "declare", "sign", "result")


def test_other_attributes_are_not_signed(world: Any, jana: SandboxSignatory) -> None:
    walked(jana, *READY)
    right = b""

    def lie(answer: dict[str, Any]) -> dict[str, Any]:
        nonlocal right
        right = unb64(answer["attributes"])
        return {"attributes": b64(right[:-1] + bytes([right[-1] ^ 1]))}

    lying(world, jana, "intent", about_json(lie))
    assert reason(jana.declare) == "agent.attributes.other"
    assert reason(jana.sign) == "agent.step.too_early"
    assert not concluded(world)


def test_another_finished_file_is_no_receipt(world: Any, jana: SandboxSignatory) -> None:
    walked(jana, *READY)
    prepared = jana._attempt.document
    walked(jana, "declare", "sign")
    for lie, expected in (
        (lambda pdf: prepared, "agent.result.not_signed"),
        (lambda pdf: pdf[:2000] + bytes([pdf[2000] ^ 1]) + pdf[2001:], "agent.result.other_document"),
        (lambda pdf: pdf + b"\n", "agent.result.later_revision"),
    ):
        lying(world, jana, "result", lie)
        assert reason(jana.result) == expected
