"""The dossier of a walk through the whole engine: sandbox, browserless signatory, vault, ledger, timestamps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from esign.evidence import DossierReport, Outcome, verify_dossier
from esign.evidence.dossier_container import read_container
from tests.actors import COMPANY

PERSONS = {
    "electricity-supply": "jana-beispiel",
    "household-insurance": "mehmet-yilmaz-gross",
    "mobile-plan": "sophie-mueller-luedenscheidt",
    "cost-approval": "karl-heinz-oesterreicher",
}


def concluded(world: Any, template: str) -> str:
    contract, link = world.invite(template)
    world.signatory(link, PERSONS[template]).run()
    world.application.delivery.deliver_due()
    return contract


def report_of(world: Any, data: bytes) -> DossierReport:
    return verify_dossier(data, anchors=world.application.contracts.household.trust.certificates)


def failures(report: DossierReport) -> list[tuple[str, str | None, str]]:
    return [(step.name, step.part, step.what) for step in report.steps if step.outcome is Outcome.FAILED]


@pytest.mark.parametrize("template", PERSONS)
def test_the_dossier_of_every_sample_contract_is_valid(world: Any, template: str) -> None:
    contract = concluded(world, template)
    report = report_of(world, world.application.dossiers.create(COMPANY, contract))
    assert failures(report) == []
    assert report.valid
    assert report.sandbox
    assert report.level == world.application.contracts.view(COMPANY, contract).level.word


def test_with_the_dispute_keys_of_two_persons_the_seed_is_disclosed_and_settles_the_dispute(world: Any) -> None:
    contract = concluded(world, "electricity-supply")
    data = world.application.dossiers.create(COMPANY, contract, world.sandbox.dispute_private_keys_pem)
    report = report_of(world, data)
    assert failures(report) == []
    assert {step.name: step.outcome for step in report.steps}["disclosure"] is Outcome.PASSED
    assert "seed.disclosed" in world.ledger(contract)


def test_a_dossier_made_after_wrong_codes_and_further_attempts_is_valid(world: Any) -> None:
    contract, link = world.invite("electricity-supply")
    signatory = world.signatory(link)
    for step in (signatory.hello, signatory.enrol, signatory.open, signatory.document):
        step()
    right = signatory.scratch()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    with pytest.raises(Exception, match="wrong_code"):
        signatory.declare(wrong)
    signatory.open()
    signatory.document()
    signatory.declare()
    signatory.sign()
    signatory.result()
    report = report_of(world, world.application.dossiers.create(COMPANY, contract))
    assert failures(report) == []
    assert "intent.wrong_code" in world.ledger(contract)
    assert "attempt.superseded" in world.ledger(contract)


def test_a_second_dossier_holds_what_happened_since(world: Any) -> None:
    contract = concluded(world, "electricity-supply")
    first = read_container(world.application.dossiers.create(COMPANY, contract))
    world.clock.offset += timedelta(days=1)
    second = read_container(world.application.dossiers.create(COMPANY, contract))
    assert b"dossier.created" not in first["ledger.json"]
    assert b"dossier.created" in second["ledger.json"]


def test_the_whole_ledger_is_intact_afterwards(world: Any) -> None:
    concluded(world, "electricity-supply")
    assert world.application.ledger.stamp_due()
    report = world.application.ledger.verify()
    assert (report.intact, report.first_fault) == (True, None)


def test_ledger_and_database_hold_nothing_personal_in_the_clear(world: Any) -> None:
    concluded(world, "mobile-plan")
    data = world.sample("mobile-plan")["signatory"]
    for file in world.settings.state_dir.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for member in ("family_name", "email"):
                assert data[member].encode() not in content, (file.name, member)
