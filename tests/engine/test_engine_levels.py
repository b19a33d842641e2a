"""No contract gets less, or another policy, than it was drawn up with."""

from __future__ import annotations

import dataclasses
import sys
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from esign import bootstrap
from esign.engine.contracts.desk import ContractDesk
from esign.evidence import verify_dossier
from esign.foundation.clock import FixedClock
from esign.policy import PolicyLevelDiffers, signature_policies
from esign.signing import NoSealDevice, SealNotValid
from tests.actors import COMPANY


@pytest.mark.parametrize(
    ("template", "changes"),
    [
        ("electricity-supply", {"signature_policy_advanced": "scratch-simple"}),
        ("mobile-plan", {"signature_policy_simple": "scratch-advanced"}),
    ],
)
def test_a_policy_of_another_level_draws_nothing_up(world: Any, template: str, changes: dict[str, str]) -> None:
    world.settings = world.settings.with_changes(**changes)
    world.start()
    with pytest.raises(PolicyLevelDiffers) as refused:
        world.application.contracts.draw_up(COMPANY, world.sample(template))
    assert refused.value.code == "policy.level"
    assert world.application.contracts.list(COMPANY) == ()


def test_without_a_seal_no_contract_is_drawn_up_that_only_a_seal_can_conclude(world: Any) -> None:
    settings = world.settings.with_changes(seal_file=None)
    application = bootstrap.build(settings, http=world.http, clock=world.clock, mailer=world.post)
    with pytest.raises(NoSealDevice):
        application.contracts.draw_up(COMPANY, world.sample("mobile-plan"))
    assert application.contracts.list(COMPANY) == ()
    application.contracts.draw_up(COMPANY, world.sample("electricity-supply"))


def test_the_policy_is_frozen_when_the_contract_is_drawn_up(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    contract, link = world.invite()
    before = next(each for each in signature_policies() if each.name == "scratch-advanced")

    def changed(root: Any = None) -> tuple[Any, ...]:
        source = before.source.replace(b"user_verification: required", b"user_verification: none") + b"# changed\n"
        return (dataclasses.replace(before, source=source, user_verification="none"),)

    monkeypatch.setattr(sys.modules["esign.policy.signature_policy"], "signature_policies", changed)
    weak = world.signatory(link, passkey=False)
    assert weak.hello()["user_verification"] == "required"
    with pytest.raises(Exception, match="user_verification_required"):
        weak.enrol()
    world.application.contracts.resend(COMPANY, contract)
    world.application.delivery.deliver_due()
    signatory = world.signatory(world.link())
    signatory.run()
    report = verify_dossier(
        world.application.dossiers.create(COMPANY, contract),
        anchors=world.application.contracts.household.trust.certificates,
    )
    assert report.valid, report.first_failure


def test_with_an_expired_seal_nothing_is_begun_that_the_release_check_would_refuse(world: Any) -> None:
    contract, link = world.invite("mobile-plan")
    signatory = world.signatory(link, "sophie-mueller-luedenscheidt")
    signatory.hello()
    device = world.application.contracts.household.devices.for_seal()
    until = x509.load_der_x509_certificate(device.certificate).not_valid_after_utc
    household = world.application.contracts.household
    late = FixedClock(at=until + timedelta(seconds=1))
    desk = ContractDesk(household=dataclasses.replace(household, clock=late))
    with pytest.raises(SealNotValid) as refused:
        desk.household.seal()
    assert refused.value.code == "signing.seal.not_valid"
    with pytest.raises(SealNotValid):
        desk.draw_up(COMPANY, world.sample("mobile-plan"))
    assert len(world.application.contracts.list(COMPANY)) == 1
    assert world.ledger(contract)[-1] == "device.bound"
