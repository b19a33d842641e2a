"""The conclusion: nothing lost when a trust service fails, nothing released that does not pass, nothing done twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from certs.signatory import SandboxSignatory, ServerRefused
from esign.ceremony.attempt import SignedAttempt
from esign.engine.ceremony import attempts
from esign.gateways.errors import MailUnavailable
from esign.proof.ports import TimestampSource
from esign.signing import NoQualifiedDevice
from esign.validation import Finding, FindingKind, ReleaseReport
from tests.actors import COMPANY


def declared(world: Any, template: str = "electricity-supply") -> tuple[str, SandboxSignatory]:
    contract, link = world.invite(template)
    signatory = world.signatory(link)
    for step in (signatory.hello, signatory.enrol, signatory.open, signatory.document, signatory.declare):
        step()
    return contract, signatory


class SilentAuthority:
    def stamp(self, digest: bytes) -> Any:
        from esign.gateways.errors import GatewayTimeout

        raise GatewayTimeout


def with_timestamps(world: Any, source: TimestampSource) -> None:
    from dataclasses import replace

    from esign.engine import Application

    household = replace(world.application.contracts.household, timestamps=source)
    world.application = Application.of(household)
    from web import create_app

    world.apps["http://localhost:8080"] = create_app(
        world.application, agent_origin="http://localhost:8081", sandbox_url=None
    )


def test_a_silent_timestamp_authority_postpones_and_loses_nothing(world: Any) -> None:
    contract, signatory = declared(world)
    with_timestamps(world, SilentAuthority())
    with pytest.raises(ServerRefused) as refusal:
        signatory.sign()
    assert (refusal.value.status, refusal.value.code) == (503, "engine.conclusion.postponed")
    assert world.application.contracts.view(COMPANY, contract).state == "invited"
    assert "signature.received" in world.ledger(contract)
    world.start()
    signatory.take_signed(signatory.wire.again("signature"))
    signatory.result()
    assert world.ledger(contract).count("contract.concluded") == 1


def test_an_abandoned_conclusion_is_taken_up_without_the_customer(world: Any) -> None:
    contract, signatory = declared(world)
    with_timestamps(world, SilentAuthority())
    with pytest.raises(ServerRefused):
        signatory.sign()
    world.start()
    assert world.application.upkeep.conclude_abandoned() == 1
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"
    assert world.application.upkeep.conclude_abandoned() == 0


def test_what_does_not_pass_the_release_check_fails_the_contract_and_is_not_released(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract, signatory = declared(world)
    finding = Finding(kind=FindingKind.LEVEL_CONTRADICTION, what="the file says simple")
    monkeypatch.setattr(
        "esign.engine.ceremony.conclusion.check_release",
        lambda *_, **__: ReleaseReport(passed=False, findings=(finding,)),
    )
    with pytest.raises(ServerRefused) as refusal:
        signatory.sign()
    assert refusal.value.code == "engine.conclusion.release_refused"
    assert world.application.contracts.view(COMPANY, contract).state == "failed"
    kinds = world.ledger(contract)
    assert kinds[-3:] == ["release.failed", "contract.failed", "signature.refused"]
    with pytest.raises(ServerRefused):
        signatory.result()
    assert world.application.delivery.deliver_due() == 2, (
        "notice of the certificate, receipt of the order, nothing else"
    )
    assert "Zertifikat auf Ihren Namen" in world.post.subject(-2)


def test_a_revoked_certificate_fails_the_contract(world: Any) -> None:
    contract, signatory = declared(world)
    from cryptography import x509

    assert signatory.certificate is not None
    world.sandbox.revoke(x509.load_der_x509_certificate(signatory.certificate).serial_number)
    with pytest.raises(ServerRefused) as refusal:
        signatory.sign()
    assert refusal.value.code == "engine.conclusion.release_refused"
    assert world.application.contracts.view(COMPANY, contract).state == "failed"


def test_concurrent_signatures_conclude_once(world: Any) -> None:
    contract, signatory = declared(world)
    sent: dict[str, bytes] = {}

    def keep(body: bytes) -> bytes:
        sent["body"] = body
        raise KeyboardInterrupt

    signatory.wire.tamper_bytes["signature"] = keep
    with pytest.raises(KeyboardInterrupt):
        signatory.sign()
    token = signatory.wire.invitation.token

    def post(_: int) -> str:
        try:
            return str(world.application.ceremony.answer("signature", token, sent["body"]).status)
        except Exception as error:
            return str(getattr(error, "code", type(error)))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(post, range(8)))
    assert "200" in answers
    assert set(answers) <= {"200", "engine.message.in_progress"}
    assert world.ledger(contract).count("contract.concluded") == 1


def test_at_the_simple_level_the_seal_signs_with_a_permission_from_the_ledger(world: Any) -> None:
    contract, link = world.invite("mobile-plan")
    signatory = world.signatory(link)
    signatory.run()
    kinds = world.ledger(contract)
    assert kinds.index("intent.declared") < kinds.index("permission.granted") < kinds.index("signature.embedded")
    assert world.application.contracts.view(COMPANY, contract).level.word == "simple"


def test_a_qualified_contract_is_refused_where_no_qualified_device_is_configured(world: Any) -> None:
    with pytest.raises(NoQualifiedDevice) as refusal:
        world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply", level="qualified"))
    assert refusal.value.detail == "no qualified device configured"
    assert world.application.contracts.list(COMPANY) == ()


def test_no_live_seed_remains_after_the_conclusion(world: Any) -> None:
    _, signatory = declared(world)
    signatory.sign()
    with world.application.contracts.household.store.reading() as tx:
        kept = attempts.load(tx, signatory.tau.hex())
    assert isinstance(kept.attempt, SignedAttempt)
    assert "seed" not in kept.contents.attempt


def test_the_signed_copy_is_delivered_once_and_again_after_a_failure(world: Any) -> None:
    contract, signatory = declared(world)
    signatory.sign()
    world.post.failure = MailUnavailable()
    assert world.application.delivery.deliver_due() == 0
    world.post.failure = None
    assert world.application.delivery.deliver_due() == 0, "not before its pause is over"
    world.clock.offset = timedelta(minutes=5)
    assert world.application.delivery.deliver_due() == 3, "notice of the certificate, receipt of the order, signed copy"
    assert world.application.delivery.deliver_due() == 0
    assert world.ledger(contract).count("delivery.done") == 4
    assert "SANDBOX" in world.post.text()


def test_the_ledger_is_intact_and_stamped_only_when_there_is_something_new(world: Any) -> None:
    _, signatory = declared(world)
    signatory.sign()
    assert world.application.ledger.stamp_due() is True
    assert world.application.ledger.stamp_due() is False
    report = world.application.ledger.verify()
    assert (report.intact, report.heads) == (True, 1)
