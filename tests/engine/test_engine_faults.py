"""Our own faults, slow services, sick rows: nothing is burnt, nothing grows for ever, nobody waits for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from cryptography import x509

from certs.signatory import SandboxSignatory, ServerRefused
from esign.ceremony.attempt import SignedAttempt
from esign.engine import Application
from esign.engine.ceremony import attempts
from esign.gateways.errors import GatewayTimeout
from esign.pades.errors import AttributesEncodingError, EmbedError
from tests.actors import COMPANY
from web import create_app

WEB, AGENT = "http://localhost:8080", "http://localhost:8081"
SIMPLE, SOPHIE = "mobile-plan", "sophie-mueller-luedenscheidt"


class Silent:
    """A timestamp authority that does not answer, and counts who asks."""

    def __init__(self) -> None:
        self.asked = 0

    def stamp(self, digest: bytes) -> Any:
        self.asked += 1
        raise GatewayTimeout


def silence(world: Any) -> Silent:
    source = Silent()
    world.application = Application.of(replace(world.application.contracts.household, timestamps=source))
    world.apps[WEB] = create_app(world.application, agent_origin=AGENT, sandbox_url=None)
    return source


def ready(world: Any, template: str = "electricity-supply", person: str = "jana-beispiel") -> tuple[str, Any]:
    contract, link = world.invite(template)
    signatory = world.signatory(link, person)
    signatory.hello()
    if template != SIMPLE:
        signatory.enrol()
    signatory.open()
    signatory.document()
    return contract, signatory


def kept(world: Any, signatory: SandboxSignatory) -> attempts.KeptAttempt:
    with world.application.contracts.household.store.reading() as tx:
        return attempts.load(tx, signatory.tau.hex())


def test_a_fault_of_ours_is_not_kept_and_the_same_message_gets_its_answer_once_it_is_mended(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract, signatory = ready(world)

    def broken(**_: Any) -> bytes:
        raise AttributesEncodingError("a digest has 32 bytes")

    with monkeypatch.context() as patched:
        patched.setattr("esign.engine.ceremony.intent.signed_attributes", broken)
        with pytest.raises(ServerRefused) as refused:
            signatory.declare()
    assert refused.value.status == 500
    assert "intent.refused" not in world.ledger(contract)
    assert set(signatory.wire.again("intent").json()) == {"attributes"}
    assert world.ledger(contract).count("intent.declared") == 1


def test_the_seal_signs_once_however_long_the_timestamp_authority_is_silent(world: Any) -> None:
    contract, signatory = ready(world, SIMPLE, SOPHIE)
    silence(world)
    with pytest.raises(ServerRefused) as refused:
        signatory.declare()
    assert refused.value.code == "engine.conclusion.postponed"
    after = kept(world, signatory)
    assert isinstance(after.attempt, SignedAttempt) and "seed" not in after.contents.attempt
    for minutes in range(1, 30):
        world.clock.offset = timedelta(minutes=minutes)
        world.application.upkeep.conclude_abandoned()
    assert world.ledger(contract).count("permission.granted") == 1
    before = world.ledger(contract)
    world.start()
    assert world.application.upkeep.conclude_abandoned() == 1
    assert world.ledger(contract)[: len(before)] == before
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"


def test_upkeep_asks_a_silent_service_less_and_less_often_but_whoever_asks_is_not_kept_waiting(world: Any) -> None:
    _, signatory = ready(world)
    signatory.declare()
    source = silence(world)
    with pytest.raises(ServerRefused):
        signatory.sign()
    assert source.asked == 1
    tries = []
    for second in range(120):
        world.clock.offset = timedelta(seconds=second)
        before = source.asked
        world.application.upkeep.conclude_abandoned()
        if source.asked > before:
            tries.append(second)
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses == sorted(pauses) and pauses[0] >= 5 and pauses[-1] >= 40 and len(tries) in (5, 6), tries
    with pytest.raises(ServerRefused):
        signatory.wire.again("signature")
    assert source.asked > len(tries) + 1


def test_a_row_that_breaks_holds_up_no_other(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [ready(world) for _ in range(3)]
    silence(world)
    for _, signatory in pairs:
        signatory.declare()
        with pytest.raises(ServerRefused):
            signatory.sign()
    world.start()
    sick = pairs[0][1].tau.hex()
    from esign.engine.ceremony import conclusion

    honest = conclusion.conclude

    def conclude(house: Any, tau: str) -> Any:
        if tau == sick:
            raise KeyError("a fault that nobody foresaw")
        return honest(house, tau)

    monkeypatch.setattr("esign.engine.ceremony.conclusion.conclude", conclude)
    assert world.application.upkeep.conclude_abandoned() == 2
    states = sorted(world.application.contracts.view(COMPANY, contract).state for contract, _ in pairs)
    assert states == ["concluded", "concluded", "invited"]


def test_nothing_overdue_is_no_work_done(world: Any) -> None:
    ready(world)
    assert world.application.upkeep.end_overdue() == 0
    world.clock.offset = timedelta(seconds=world.settings.attempt_seconds + 1)
    assert world.application.upkeep.end_overdue() == 1
    assert world.application.upkeep.end_overdue() == 0


def test_a_signature_that_never_fits_fails_the_contract_instead_of_being_tried_for_ever(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract, signatory = ready(world)
    signatory.declare()

    def full(*_: Any) -> bytes:
        raise EmbedError("signature is longer than the room kept for it")

    monkeypatch.setattr("esign.engine.ceremony.finishing.embed", full)
    with pytest.raises(ServerRefused) as refused:
        signatory.sign()
    assert refused.value.code == "engine.conclusion.release_refused"
    assert world.application.contracts.view(COMPANY, contract).state == "failed"
    assert world.application.upkeep.conclude_abandoned() == 0


def test_an_attempt_ends_before_its_certificate_so_that_the_signature_can_still_be_timestamped(world: Any) -> None:
    _, link = world.invite()
    signatory = world.signatory(link)
    signatory.hello()
    signatory.enrol()
    until = x509.load_der_x509_certificate(signatory.certificate).not_valid_after_utc
    world.clock.offset = timedelta(minutes=45)
    signatory.open()
    assert signatory._attempt.claims["expires_at"] <= until.timestamp() - 120
    world.clock.offset = timedelta(minutes=57, seconds=30)
    with pytest.raises(ServerRefused) as refused:
        signatory.open()
    assert refused.value.code == "engine.open.certificate_unknown"


def test_in_the_invitations_last_minute_no_attempt_begins(world: Any) -> None:
    _, link = world.invite(SIMPLE)
    signatory = world.signatory(link, SOPHIE)
    signatory.hello()
    world.clock.offset = timedelta(days=world.settings.invitation_days) - timedelta(seconds=20)
    with pytest.raises(ServerRefused) as refused:
        signatory.open()
    assert (refused.value.status, refused.value.code) == (410, "engine.invitation.expired")


def test_a_greeting_after_the_end_ends_the_contract_but_not_while_a_signature_made_in_time_is_put_in(
    world: Any,
) -> None:
    contract, signatory = ready(world)
    signatory.declare()
    silence(world)
    with pytest.raises(ServerRefused):
        signatory.sign()
    world.clock.offset = timedelta(minutes=20)  # the certificate is still good
    with world.application.contracts.household.store.transaction() as tx:
        [invitation] = tx.invitations.of_contract(contract)
        tx.invitations.update(replace(invitation, expires_at=world.clock.now()))
    assert signatory.hello()["state"] == "open"
    assert world.application.upkeep.end_expired_contracts() == 0
    assert "contract.expired" not in world.ledger(contract)
    world.start()
    signatory.take_signed(signatory.wire.again("signature"))
    signatory.result()
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"


def test_a_mail_that_breaks_the_worker_holds_up_no_other_and_is_recorded_at_last(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply"))
    second = world.application.contracts.draw_up(COMPANY, world.sample("household-insurance"))
    for contract in (first, second):
        world.application.contracts.invite(COMPANY, contract)
    honest = world.post.send

    def send(mail: Any) -> bytes:
        if "jana" in mail.to:
            raise LookupError("a fault that nobody foresaw")
        return bytes(honest(mail))

    monkeypatch.setattr(world.post, "send", send)
    assert world.application.delivery.deliver_due() == 1
    assert "delivery.done" in world.ledger(second)
    for hours in range(1, 80):
        world.clock.offset = timedelta(hours=hours)
        world.application.delivery.deliver_due()
    assert world.ledger(first).count("delivery.failed") == 1
