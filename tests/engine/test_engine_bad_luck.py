"""Bad luck: answers that are lost, clocks that are wrong, devices that change or go, time that runs out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from certs.signatory import SandboxSignatory, ServerRefused, SignatoryRefused
from esign.engine import Application
from esign.evidence import verify_dossier
from esign.foundation.clock import Clock
from tests.actors import COMPANY
from tests.conftest import AGENT, WEB

STEPS = ("hello", "enrol", "open", "document", "declare", "sign", "result")
ANSWERED = {"declare": "intent", "sign": "signature"}


def state(world: Any, contract: str) -> str:
    return str(world.application.contracts.view(COMPANY, contract).state)


def walked(signatory: SandboxSignatory, upto: str) -> SandboxSignatory:
    for step in STEPS[: STEPS.index(upto) + 1]:
        getattr(signatory, step)()
    return signatory


class Lossy(httpx.BaseTransport):
    """Hands every request on; the answer to a type of message gets lost once, after the server has done its work."""

    def __init__(self, honest: httpx.Client, kind: str) -> None:
        self.honest, self.kind, self.lost = honest, kind, b""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.honest.send(request)
        if request.url.path.endswith(f"/ceremony/v1/{self.kind}") and not self.lost:
            self.lost = answer.content
            raise httpx.ReadError("the connection broke")
        headers = [
            pair for pair in answer.headers.multi_items() if pair[0] not in ("content-length", "content-encoding")
        ]
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)


@pytest.mark.parametrize("restart", [False, True], ids=["the same server", "a restarted server"])
@pytest.mark.parametrize("step", STEPS)
def test_a_lost_answer_is_given_again_to_the_same_bytes(world: Any, step: str, restart: bool) -> None:
    contract, link = world.invite()
    signatory = world.signatory(link)
    if step != "hello":
        walked(signatory, STEPS[STEPS.index(step) - 1])
    kind = ANSWERED.get(step, step)
    lossy = Lossy(world.http, kind)
    signatory.wire.http = httpx.Client(transport=lossy)
    with pytest.raises(httpx.ReadError):
        getattr(signatory, step)()
    before = world.ledger(contract)
    if restart:
        world.start()
    media = "application/pdf" if kind in ("document", "result") else "application/json"
    again = signatory.wire.again(kind, media)
    assert again.content == lossy.lost
    assert world.ledger(contract) == before, "nothing happened twice"


@pytest.mark.parametrize("kind", ["handover", "decline"])
def test_a_lost_answer_beside_the_way_is_given_again_too(world: Any, kind: str) -> None:
    contract, link = world.invite()
    signatory = walked(world.signatory(link), "open")
    lossy = Lossy(world.http, kind)
    signatory.wire.http = httpx.Client(transport=lossy)
    with pytest.raises(httpx.ReadError):
        getattr(signatory, kind)()
    before = world.ledger(contract)
    world.start()
    assert signatory.wire.again(kind).content == lossy.lost
    assert world.ledger(contract) == before


@pytest.mark.parametrize("upto", STEPS[:-2])
def test_a_closed_tab_is_gone_on_from_at_every_step(world: Any, upto: str) -> None:
    """A client that remembers its keys and nothing else greets again and goes on; nothing of what it did is lost."""
    contract, link = world.invite()
    first = walked(world.signatory(link), upto)
    again = world.signatory(link)
    again.wire.device_key, again.authenticator = first.wire.device_key, first.authenticator
    again.signature_key, again.capsule_key = first.signature_key, first.capsule_key
    again.hello()
    again.certificate = first.certificate
    if again.certificate is None:
        again.enrol()
    for step in STEPS[2:]:
        getattr(again, step)()
    assert state(world, contract) == "concluded"
    assert world.ledger(contract).count("device.bound") == 1


@pytest.mark.parametrize("upto", ["enrol", "open", "document", "declare"])
def test_another_device_takes_over_an_open_attempt_and_the_first_one_sees_it_ended(world: Any, upto: str) -> None:
    contract, link = world.invite()
    desktop = walked(world.signatory(link), upto)
    phone = world.signatory(desktop.handover()["link"])
    walked(phone, "document")
    if upto in ("document", "declare"):
        with pytest.raises(ServerRefused) as refused:
            desktop.declare() if upto == "document" else desktop.sign()
        assert refused.value.code == f"ceremony.{'intent' if upto == 'document' else 'signature'}.superseded"
    for step in STEPS[4:]:
        getattr(phone, step)()
    assert state(world, contract) == "concluded"
    with pytest.raises(ServerRefused) as refused:
        desktop.open()
    assert refused.value.code in ("engine.invitation.closed", "engine.open.concluding")
    assert world.ledger(contract).count("signature.embedded") == 1


def test_two_windows_of_one_device_the_later_offer_counts(world: Any) -> None:
    contract, link = world.invite()
    first = walked(world.signatory(link), "document")
    second = world.signatory(link)
    for name in ("authenticator", "signature_key", "capsule_key", "certificate", "greeting"):
        setattr(second, name, getattr(first, name))
    second.wire.device_key = first.wire.device_key
    second.open()
    with pytest.raises(ServerRefused) as refused:
        first.declare()
    assert refused.value.code == "ceremony.intent.superseded"
    for step in STEPS[3:]:
        getattr(second, step)()
    assert state(world, contract) == "concluded"


class Shifted:
    """A device's clock that is wrong."""

    def __init__(self, clock: Clock, by: timedelta) -> None:
        self.clock, self.by = clock, by

    def now(self) -> Any:
        return self.clock.now() + self.by


@pytest.mark.parametrize("minutes", [6, -6, 24 * 60, -24 * 60])
def test_a_devices_wrong_clock_is_recorded_and_refuses_nothing(
    world: Any, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its certificate is judged by the server's clock, as the browser does it: by the skew that ``hello`` shows."""
    contract, link = world.invite()
    signatory = world.signatory(link)
    wrong = Shifted(world.clock, timedelta(minutes=minutes))
    signatory.wire.clock = wrong
    walked(signatory, "enrol")
    signatory.clock = wrong
    for step in STEPS[2:]:
        getattr(signatory, step)()
    assert state(world, contract) == "concluded"
    with world.application.contracts.household.store.reading() as tx:
        (declared,) = [entry for entry in tx.ledger.of_contract(contract) if entry.kind == "intent.declared"]
    assert abs(int(declared.facts["clock_skew"]) - 60 * minutes) <= 5


def set_back(world: Any, minutes: int, *, everybody: bool) -> None:
    """Let the clock jump back: of the server alone, or of the trust services as well."""
    if everybody:
        world.clock.offset = timedelta(minutes=minutes)
        return
    from web import create_app

    clock = Shifted(world.clock, timedelta(minutes=minutes))
    world.application = Application.of(replace(world.application.contracts.household, clock=clock))
    world.apps[WEB] = create_app(world.application, agent_origin=AGENT, sandbox_url=None)


@pytest.mark.parametrize("everybody", [False, True], ids=["the server", "everybody"])
@pytest.mark.parametrize("minutes", [-2, -60])
@pytest.mark.parametrize("upto", STEPS[:-2])
def test_a_clock_that_jumps_back_postpones_and_fails_nothing(
    world: Any, upto: str, minutes: int, everybody: bool
) -> None:
    contract, link = world.invite()
    signatory = walked(world.signatory(link), upto)
    set_back(world, minutes, everybody=everybody)
    code = ""
    try:
        for step in STEPS[STEPS.index(upto) + 1 :]:
            getattr(signatory, step)()
    except (ServerRefused, SignatoryRefused) as refused:
        code = getattr(refused, "code", "") or getattr(refused, "reason_code", "")
        assert state(world, contract) == "invited", f"a wrong clock ended the contract: {code}"
    world.clock.offset = timedelta()
    world.start()  # and its clock is right again
    if code == "engine.conclusion.postponed":
        assert world.application.upkeep.conclude_abandoned() == 1
    elif code:
        world.signatory(signatory.handover()["link"]).run()
    assert state(world, contract) == "concluded"


@pytest.mark.parametrize("upto", ["open", "document", "declare"])
def test_an_attempt_ends_in_every_state_and_the_next_one_is_signed(world: Any, upto: str) -> None:
    contract, link = world.invite()
    signatory = walked(world.signatory(link), upto)
    server = Shifted(world.clock, timedelta())
    signatory.clock = server  # the device does not notice
    world.clock.offset = timedelta(hours=1)
    server.by = -timedelta(hours=1)
    step = {"open": "document", "document": "declare", "declare": "sign"}[upto]
    if step == "document":
        signatory.document()  # to look at it harms nobody
        step = "declare"
    with pytest.raises(ServerRefused) as refused:
        getattr(signatory, step)()
    assert refused.value.code == f"ceremony.{ANSWERED[step]}.expired"
    world.application.upkeep.end_overdue()
    kinds = world.ledger(contract)
    assert kinds.count("attempt.expired") == 1 and "signature.received" not in kinds
    signatory.clock = world.clock
    again = world.signatory(signatory.handover()["link"])
    again.run()
    assert state(world, contract) == "concluded"


def test_a_signature_made_in_time_lands_although_the_attempt_has_ended_since(world: Any) -> None:
    from tests.engine.test_engine_conclusion import SilentAuthority, with_timestamps

    contract, link = world.invite()
    signatory = walked(world.signatory(link), "declare")
    silent = world.application.contracts.household.timestamps
    with_timestamps(world, SilentAuthority())
    with pytest.raises(ServerRefused):
        signatory.sign()
    with_timestamps(world, silent)
    world.clock.offset = timedelta(minutes=16)
    world.application.upkeep.end_overdue()
    assert "attempt.expired" not in world.ledger(contract)
    assert world.application.upkeep.conclude_abandoned() == 1
    assert state(world, contract) == "concluded"


def test_who_loses_the_device_enrols_again_and_old_signatures_stay(world: Any) -> None:
    old, link = world.invite()
    before = world.signatory(link).run()
    contract, link = world.invite()
    walked(world.signatory(link), "document")  # and then the device is lost
    lost = world.signatory(link)
    with pytest.raises(ServerRefused) as refused:
        lost.hello()
    assert refused.value.code == "ceremony.invitation.bound"
    after = world.signatory(world.application.contracts.resend(COMPANY, contract).link).run()
    assert after.document != before.document
    world.clock.offset = timedelta(days=400)
    assert world.application.contracts.signed_document(COMPANY, old) == before.document
    anchors = world.application.contracts.household.trust.certificates
    assert all(
        verify_dossier(world.application.dossiers.create(COMPANY, each), anchors=anchors).valid
        for each in (old, contract)
    )


def test_a_device_that_came_later_cannot_use_up_the_first_ones_attempts(world: Any) -> None:
    contract, link = world.invite()
    owner = walked(world.signatory(link), "document")
    stranger = world.signatory(owner.handover()["link"])
    walked(stranger, "enrol")
    for _ in range(16):
        stranger.open()
    with pytest.raises(ServerRefused) as refused:
        stranger.open()
    assert (refused.value.code, refused.value.facts["limit"]) == ("ceremony.invitation.too_many_attempts", 17)
    for _ in range(3):
        owner.open()
    for step in STEPS[3:]:
        getattr(owner, step)()
    assert state(world, contract) == "concluded"
    assert world.ledger(contract).count("attempt.opened") == 20
