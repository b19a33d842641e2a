"""ETSI TS 119 615 clauses 4.3 to 4.5: qualified or not, at issuance and at use."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asn1crypto import core
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.trusted_lists import Issuer
from certs.trusted_lists.world import encode_statements
from esign.validation import FindingKind
from esign.validation.qc_statements import CertificateStatementsError, QcType, read_statements
from esign.validation.qualification import Qualification, TrustedServices, determine_qualification
from esign.validation.qualification_rules import Answer
from esign.validation.trusted_lists import LoadedLists

ISSUED = datetime(2022, 5, 1, tzinfo=UTC)
USED = datetime(2026, 10, 1, tzinfo=UTC)
QC = "0.4.0.1862.1"
COMPLIANCE, DEVICE = (f"{QC}.1", b""), (f"{QC}.4", b"")


class Identifiers(core.SequenceOf):
    _child_spec = core.ObjectIdentifier


class Countries(core.SequenceOf):
    _child_spec = core.PrintableString


def types(*numbers):
    return (f"{QC}.6", Identifiers([f"{QC}.6.{number}" for number in numbers]).dump())


def law(*countries):
    return (f"{QC}.7", Countries(list(countries)).dump())


@pytest.fixture
def judge(list_world, services):
    def judged(name, *, issued=ISSUED, used=USED, services=services, **leaf):
        issuer = list_world.issuers[name]
        return determine_qualification((issuer.issue(at=issued, **leaf), issuer.der), services=services, used_at=used)

    return judged


def test_4_4_granted_compliance_and_device_make_a_qualified_signature(judge):
    report = judge("granted", statements=[COMPLIANCE, DEVICE, types(1)])
    assert report.qualification is Qualification.QUALIFIED_SIGNATURE
    assert (report.at_issuance.qualified, report.at_use.qualified) == (Answer.YES, Answer.YES)
    assert (report.at_use.territory, report.at_use.service) == ("DE", "SANDBOX granted")
    assert [step.number for step in report.steps] == [f"{n}.{m}" for n in (1, 2) for m in range(1, 7)]
    assert all(step.clause and step.reason for step in report.steps)


def test_4_5_without_a_device_it_is_advanced_with_a_qualified_certificate(judge):
    report = judge("granted", statements=[COMPLIANCE, types(1)])
    assert report.qualification is Qualification.ADVANCED_SIGNATURE_QC


def test_a_certificate_without_a_type_is_for_signatures(judge):
    assert judge("granted").at_use.kind is QcType.SIGNATURE


def test_4_4_without_compliance_it_is_not_qualified(judge):
    report = judge("granted", statements=[DEVICE, types(1)])
    assert report.qualification is Qualification.NOT_QUALIFIED
    assert report.reason.endswith("the certificate does not say that it is qualified")


def test_a_certificate_without_statements_is_not_qualified(judge):
    assert judge("granted", statements=[]).qualification is Qualification.NOT_QUALIFIED


def test_seals_and_websites(judge):
    seal = judge("granted-seals", statements=[COMPLIANCE, DEVICE, types(2)])
    assert seal.qualification is Qualification.QUALIFIED_SEAL
    assert judge("granted-seals", statements=[COMPLIANCE, types(2)]).qualification is Qualification.ADVANCED_SEAL_QC
    assert judge("granted-web", statements=[COMPLIANCE, types(3)]).qualification is Qualification.WEB


def test_5_5_9_4_a_service_for_signatures_makes_no_qualified_seal(judge):
    report = judge("granted", statements=[COMPLIANCE, DEVICE, types(2)])
    assert report.qualification is Qualification.NOT_QUALIFIED
    assert "not listed for certificates of type eseal" in report.reason


def test_5_5_4_withdrawn_before_use_is_advanced_not_qualified(judge):
    report = judge("withdrawn")
    assert report.qualification is Qualification.NOT_QUALIFIED
    assert (report.at_issuance.qualified, report.at_use.qualified) == (Answer.YES, Answer.NO)
    assert report.reason == "not qualified when the key was used: the service's status was withdrawn"


def test_5_5_4_used_before_the_withdrawal_it_stays_qualified(judge):
    report = judge("withdrawn", used=datetime(2023, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert report.qualification is Qualification.QUALIFIED_SIGNATURE
    at_the_instant = judge("withdrawn", used=datetime(2024, 1, 1, tzinfo=UTC))
    assert at_the_instant.qualification is Qualification.NOT_QUALIFIED


def test_issued_before_the_service_was_granted_is_not_qualified(judge):
    report = judge("granted-late")
    assert report.qualification is Qualification.NOT_QUALIFIED
    assert report.reason == "not qualified when the certificate was issued: in no list at that time"


def test_art_51_a_certificate_of_the_time_before_the_regulation_stays_qualified(judge):
    report = judge("before-regulation", issued=datetime(2015, 1, 1, tzinfo=UTC), used=datetime(2018, 1, 1, tzinfo=UTC))
    assert report.qualification is Qualification.QUALIFIED_SIGNATURE


def test_another_type_of_service_makes_nothing_qualified(judge, services):
    report = judge("deprecated", services=replace(services, unusable=()))
    assert report.qualification is Qualification.NOT_QUALIFIED


def test_an_issuer_in_no_list_is_open_while_a_list_cannot_be_used(list_world, services):
    stranger = Issuer.create("stranger", at=USED)
    path = (stranger.issue(at=ISSUED), stranger.der)
    open_answer = determine_qualification(path, services=services, used_at=USED)
    assert open_answer.qualification is Qualification.INDETERMINATE
    assert FindingKind.TRUSTED_LIST_STALE in [item.kind for item in open_answer.findings]
    whole = replace(services, unusable=())
    assert determine_qualification(path, services=whole, used_at=USED).qualification is Qualification.NOT_QUALIFIED


def test_a_stale_list_never_makes_qualified(judge):
    assert judge("on-stale-list").qualification is Qualification.INDETERMINATE


@pytest.mark.parametrize("name", ["on-list-of-wrong-signer", "on-list-of-wrong-territory", "on-unsigned-list"])
def test_a_list_that_cannot_be_trusted_never_makes_qualified(judge, name):
    assert judge(name).qualification is Qualification.INDETERMINATE


def test_the_same_name_with_another_key_is_another_issuer(list_world, services):
    false = Issuer.create("granted", at=USED)
    path = (false.issue(at=ISSUED), false.der)
    services = replace(services, unusable=())
    assert determine_qualification(path, services=services, used_at=USED).qualification is Qualification.NOT_QUALIFIED


def test_without_the_issuer_nothing_is_qualified(list_world, services):
    leaf = list_world.issuers["granted"].issue(at=ISSUED)
    services = replace(services, unusable=())
    assert (
        determine_qualification((leaf,), services=services, used_at=USED).qualification is Qualification.NOT_QUALIFIED
    )


def test_4_5_the_list_decides_on_the_device(judge):
    with_policy = judge("with-device", statements=[COMPLIANCE], policies=["2.25.1"])
    assert with_policy.qualification is Qualification.QUALIFIED_SIGNATURE
    without = judge("with-device", statements=[COMPLIANCE, DEVICE], policies=["2.25.9"])
    assert without.qualification is Qualification.ADVANCED_SIGNATURE_QC


def test_4_5_a_list_that_contradicts_itself_leaves_the_device_open(judge):
    assert judge("device-contradicts").qualification is Qualification.INDETERMINATE


def test_not_qualified_stands_for_the_certificates_that_meet_the_criteria(judge):
    assert judge("not-qualified", policies=["2.25.2"]).qualification is Qualification.NOT_QUALIFIED
    assert judge("not-qualified").qualification is Qualification.QUALIFIED_SIGNATURE


def test_the_list_may_say_qualified_where_the_certificate_is_silent(judge):
    report = judge("statement-by-list", statements=[DEVICE])
    assert report.qualification is Qualification.QUALIFIED_SIGNATURE


def test_several_types_in_one_certificate_leave_it_open(judge):
    report = judge("several-types", statements=[COMPLIANCE, DEVICE, types(1, 2)])
    assert report.qualification is Qualification.INDETERMINATE
    assert report.reason.endswith("several types at once: esign, eseal")


def test_a_type_from_the_list_decides_between_several(judge):
    report = judge("type-by-list", statements=[COMPLIANCE, DEVICE, types(1, 2)], organisation_identifier=True)
    assert report.qualification is Qualification.QUALIFIED_SEAL


def test_5_5_9_2_nested_criteria(judge):
    assert judge("nested", statements=[COMPLIANCE], policies=["2.25.3"]).at_use.device is Answer.YES
    assert judge("nested", statements=[COMPLIANCE]).at_use.device is Answer.NO


def test_criteria_that_are_not_understood_leave_it_open(judge):
    assert judge("unknown-criterion").qualification is Qualification.INDETERMINATE


def test_5_5_9_a_critical_extension_that_is_not_understood_leaves_it_open(judge):
    report = judge("unknown-critical")
    assert report.qualification is Qualification.INDETERMINATE
    assert "SandboxExtension" in report.reason


def test_5_5_9_3_a_takeover_is_named(judge):
    assert judge("taken-over").at_use.taken_over_by == "SANDBOX Successor"


def test_entries_that_contradict_each_other_leave_it_open(judge):
    report = judge("contradicted")
    assert report.qualification is Qualification.INDETERMINATE
    assert report.reason.endswith("2 entries contradict each other")


def test_412_5_qualified_under_another_law_is_not_qualified_here(judge):
    report = judge("granted", statements=[COMPLIANCE, DEVICE, types(1), law("GB")])
    assert report.qualification is Qualification.NOT_QUALIFIED
    assert "under the law of GB" in report.reason


def test_a_malformed_certificate_is_never_qualified_and_open_where_its_issuer_is_listed(services, list_world):
    garbage, whole = b"\x30\x03\x02\x01\x01", replace(services, unusable=())
    for authority, outcome in (
        (list_world.issuers["granted"], Qualification.INDETERMINATE),
        (Issuer.create("stranger", at=USED), Qualification.NOT_QUALIFIED),
    ):
        report = determine_qualification((garbage, authority.der), services=whole, used_at=USED)
        assert (report.qualification, report.at_use) == (outcome, None)
    for path in ((), (garbage,), (garbage, garbage)):
        found = determine_qualification(path, services=whole, used_at=USED)
        assert found.qualification is Qualification.NOT_QUALIFIED


@pytest.mark.parametrize(
    "statements",
    [
        [COMPLIANCE, COMPLIANCE],
        [(f"{QC}.1", b"\x05\x00")],
        [types()],
        [types(1, 1)],
        [(f"{QC}.6", b"")],
        [law()],
        [law("DEU")],
        [law("de")],
        [(f"{QC}.7", b"\x02\x01\x05")],
    ],
)
def test_412_5_malformed_statements_are_none(judge, statements):
    with pytest.raises(CertificateStatementsError):
        read_statements(encode_statements(statements))
    report = judge("granted", statements=statements)
    assert report.qualification is Qualification.INDETERMINATE


def test_412_5_unknown_statements_are_passed_over():
    assert read_statements(encode_statements([COMPLIANCE, ("2.25.7", b"\x05\x00")])).compliance


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_crash_the_statements(data):
    with suppress(CertificateStatementsError):
        read_statements(data)


def test_no_lists_at_all_make_nothing_qualified(judge):
    empty = TrustedServices.of(LoadedLists(list_of_lists=None, lists=(), problems=()))
    assert judge("granted", services=empty).qualification is Qualification.NOT_QUALIFIED
