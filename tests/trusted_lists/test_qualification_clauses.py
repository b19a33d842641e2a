"""ETSI TS 119 615, requirement by requirement: what the lists and the certificate together come to.

The numbers are those of V1.4.1 as public implementations quote them; the standard's text was not read.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asn1crypto import core

from esign.validation.qc_statements import QcType
from esign.validation.qualification import Qualification, determine_qualification
from esign.validation.qualification_rules import Answer

QES, QSEAL = Qualification.QUALIFIED_SIGNATURE, Qualification.QUALIFIED_SEAL
ADES_QC, ADSEAL_QC = Qualification.ADVANCED_SIGNATURE_QC, Qualification.ADVANCED_SEAL_QC
NOT, OPEN, WEB = Qualification.NOT_QUALIFIED, Qualification.INDETERMINATE, Qualification.WEB
AFTER, USED = datetime(2022, 5, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
BEFORE, USED_BEFORE = datetime(2015, 1, 1, tzinfo=UTC), datetime(2016, 1, 1, tzinfo=UTC)
QC = "0.4.0.1862.1"
COMPLIANCE, DEVICE = (f"{QC}.1", b""), (f"{QC}.4", b"")
QCP, QCP_PLUS = "0.4.0.1456.1.2", "0.4.0.1456.1.1"


class Identifiers(core.SequenceOf):
    _child_spec = core.ObjectIdentifier


def types(*numbers):
    return (f"{QC}.6", Identifiers([f"{QC}.6.{number}" for number in numbers]).dump())


@pytest.fixture
def judge(list_world, services):
    def judged(name, *statements, issued=AFTER, used=USED, policies=()):
        issuer = list_world.issuers[name]
        leaf = issuer.issue(at=issued, statements=statements, policies=policies)
        return determine_qualification((leaf, issuer.der), services=services, used_at=used)

    return judged


def test_the_steps_name_the_list_the_number_and_the_service_that_decided(judge, list_world):
    first = judge("granted", COMPLIANCE, types(1)).steps[0]
    day = list_world.at.replace(day=list_world.at.day - 1)
    assert first.reason == f"DE #40/{day:%Y-%m-%d}: SANDBOX granted"


def test_only_what_is_wrong_with_the_lists_that_speak_is_told_unless_the_answer_is_open(judge):
    assert judge("granted", COMPLIANCE, types(1)).findings == ()
    assert len(judge("recognised", COMPLIANCE, types(1)).findings) == 4
    assert len(judge("on-stale-list", COMPLIANCE, types(1)).findings) == 4


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("duplicate-granted", "it is listed twice for the same, with different statuses"),
        ("two-providers", "it is listed for several providers"),
    ],
)
def test_pro_4_3_4_06_and_11_several_entries_that_do_not_agree(judge, name, reason):
    report = judge(name, COMPLIANCE, DEVICE, types(1))
    assert (report.qualification, report.reason.endswith(reason)) == (OPEN, True)


def test_pro_4_3_4_entries_for_other_purposes_do_not_disturb(judge):
    assert judge("duplicate-for-seals", COMPLIANCE, DEVICE, types(1)).qualification is QES


def test_pro_4_4_4_10a_a_status_that_such_a_service_cannot_have(judge):
    assert judge("recognised", COMPLIANCE, DEVICE, types(1)).qualification is OPEN
    assert judge("never-granted", COMPLIANCE, DEVICE).qualification is OPEN


@pytest.mark.parametrize(
    ("name", "statements", "outcome"),
    [
        ("granted", (COMPLIANCE,), ADES_QC),
        ("granted", (COMPLIANCE, types(1)), ADES_QC),
        ("granted", (COMPLIANCE, types(2)), NOT),
        ("granted", (COMPLIANCE, types(1, 2)), OPEN),
        ("granted", (types(1),), NOT),
        ("granted", (), NOT),
        ("not-qualified", (COMPLIANCE, types(1)), ADES_QC),
        ("statement-only", (), OPEN),
        ("statement-only", (types(1),), ADES_QC),
        ("statement-only", (types(2),), ADSEAL_QC),
        ("statement-only", (types(1, 2),), OPEN),
        ("statement-by-list", (), ADES_QC),
        ("statement-and-not-qualified", (COMPLIANCE,), OPEN),
        ("seal-by-list", (COMPLIANCE, types(1)), ADSEAL_QC),
        ("seal-by-list", (COMPLIANCE, DEVICE, types(1, 2)), QSEAL),
        ("seal-by-list", (types(2),), NOT),
        ("web-by-list", (COMPLIANCE, types(1)), WEB),
        ("two-types-by-list", (COMPLIANCE,), OPEN),
        ("legal-person", (COMPLIANCE, types(1)), OPEN),
        ("legal-person", (COMPLIANCE, types(2)), ADSEAL_QC),
    ],
)
def test_pro_4_4_4_12_to_31_tables_1_to_3(judge, name, statements, outcome):
    assert judge(name, *statements).qualification is outcome


def test_pro_4_5_4_04_b_a_qualifier_that_is_not_understood(judge):
    assert judge("unknown-qualifier", COMPLIANCE, DEVICE).qualification is OPEN
    report = judge("unknown-qualifier-uncritical", COMPLIANCE, DEVICE)
    assert report.qualification is QES
    assert any("passed over, not critical: SandboxQualifier" in step.reason for step in report.steps)


@pytest.mark.parametrize(
    ("name", "statements", "policies", "answer"),
    [
        ("before-regulation", (COMPLIANCE,), (), Answer.YES),
        ("before-regulation", (), (QCP,), Answer.YES),
        ("before-regulation", (), (QCP_PLUS,), Answer.YES),
        ("before-regulation", (), (), Answer.NO),
        ("before-regulation", (COMPLIANCE, types(2)), (), Answer.YES),
        ("never-granted", (COMPLIANCE,), (), Answer.YES),
        ("ceased-before", (COMPLIANCE,), (), Answer.NO),
        ("seal-of-before", (COMPLIANCE,), (), Answer.INDETERMINATE),
    ],
)
def test_pro_4_4_4_33_table_5_in_the_time_of_the_directive(judge, name, statements, policies, answer):
    report = judge(name, *statements, issued=BEFORE, used=USED_BEFORE, policies=policies)
    assert (report.at_issuance.qualified, report.at_use.qualified) == (answer, answer)
    assert report.at_use.kind is (QcType.SIGNATURE if answer is Answer.YES else None)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("before-regulation", ADES_QC),
        ("never-granted", OPEN),
        ("withdrawn-at-transition", NOT),
        ("transition-to-seals", NOT),
    ],
)
def test_pro_4_4_4_33_f_a_certificate_of_the_directive_used_after_the_regulation(judge, name, outcome):
    assert judge(name, COMPLIANCE, issued=BEFORE, used=USED).qualification is outcome
    old = judge(name, issued=BEFORE, used=USED, policies=(QCP,))
    assert old.qualification is outcome  # its policy stands for the statement as long as it lives (Art. 51 (2))


@pytest.mark.parametrize(
    ("name", "statements", "policies", "answer"),
    [
        ("sscd-then-qscd", (COMPLIANCE,), (), Answer.YES),
        ("no-sscd-then-no-qscd", (COMPLIANCE, DEVICE), (), Answer.NO),
        ("sscd-contradicts", (COMPLIANCE, DEVICE), (), Answer.INDETERMINATE),
        ("before-regulation", (COMPLIANCE, DEVICE), (), Answer.YES),
        ("before-regulation", (COMPLIANCE,), (QCP_PLUS,), Answer.YES),
        ("before-regulation", (COMPLIANCE,), (QCP,), Answer.NO),
    ],
)
def test_pro_4_5_4_03_table_6_the_device_in_the_time_of_the_directive(judge, name, statements, policies, answer):
    report = judge(name, *statements, issued=BEFORE, used=USED_BEFORE, policies=policies)
    assert report.at_use.device is answer


@pytest.mark.parametrize(
    ("name", "statements", "outcome"),
    [
        ("device-as-stated", (COMPLIANCE, DEVICE), QES),
        ("device-as-stated", (COMPLIANCE,), ADES_QC),
        ("device-as-stated-contradicts", (COMPLIANCE, DEVICE), OPEN),
        ("managed-on-behalf", (COMPLIANCE,), QES),
        ("managed-contradicts", (COMPLIANCE, DEVICE), OPEN),
        ("sscd-only", (COMPLIANCE, DEVICE), OPEN),
        ("no-sscd-only", (COMPLIANCE,), OPEN),
        ("sscd-and-qscd", (COMPLIANCE,), QES),
        ("sscd-then-qscd", (COMPLIANCE,), QES),
        ("no-sscd-then-no-qscd", (COMPLIANCE, DEVICE), ADES_QC),
    ],
)
def test_pro_4_5_4_04_table_7_the_device_since_the_regulation(judge, name, statements, outcome):
    assert judge(name, *statements).qualification is outcome
