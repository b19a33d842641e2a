"""The operator decides what becomes of an invoice in which something is wrong; policies prove themselves."""

import hashlib
import shutil

import pytest

from esign.policy import PolicyMalformed, PolicyNotFound, policies_root, read_policy
from esign.sealing.invoices import (
    Decision,
    FindingKind,
    InvoiceRejected,
    InvoiceRules,
    Profile,
    RuleFinding,
    check_invoice,
    invoice_policy,
    read_invoice_policy,
)
from esign.sealing.invoices.policy import ERRORS
from esign.sealing.invoices.policy_tests import wrong_invoice_cases
from tests.sealing import invoice_samples as samples
from tests.sealing.invoice_samples import File, Paper

FOLDER = policies_root() / "invoices"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def own(tmp_path, name="standard", **changes):
    """A policy of the operator's: one of ours with other words."""
    shutil.copy(FOLDER / "schema.json", tmp_path)
    text = (FOLDER / f"{name}.yaml").read_text("utf-8")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return path


def finding(kind, rule="X-1"):
    return RuleFinding(kind=kind, rule_id=rule)


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_holds_its_own_test_cases_and_decides_about_every_kind(name):
    content = read_policy(FOLDER / f"{name}.yaml")
    assert list(wrong_invoice_cases(content)) == []
    assert set(invoice_policy(name).decisions) == set(FindingKind) == set(ERRORS)


def test_a_test_case_that_does_not_hold_is_told(tmp_path):
    path = own(
        tmp_path,
        change=(
            "findings: rule_fatal=BR-CO-10, expect: sealing.invoice.rules",
            "findings: rule_fatal=B, expect: sealed",
        ),
    )
    assert list(wrong_invoice_cases(read_policy(path))) == [(3, "is sealing.invoice.rules")]


def test_no_policy_seals_two_invoices_in_one_document():
    for name in NAMES:
        assert invoice_policy(name).decisions[FindingKind.SEVERAL_INVOICES] is Decision.SET_ASIDE


@pytest.mark.parametrize("name", ["unknown", "../signature/scratch-simple", "", "standard.yaml"])
def test_a_policy_that_does_not_exist_is_an_error(name):
    with pytest.raises(PolicyNotFound):
        invoice_policy(name)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rules: all", "rules: some"),
        ("schema: set_aside", "schema: perhaps"),
        ("  schema: set_aside\n", ""),
        ("ZUGFeRD 1.0 BASIC:", "ZUGFeRD 0.9:"),
        ("id: standard", "id: other"),
    ],
)
def test_a_policy_that_breaks_its_schema_is_not_used(tmp_path, old, new):
    with pytest.raises(PolicyMalformed):
        read_invoice_policy(own(tmp_path, change=(old, new)))


@pytest.mark.parametrize("kind", list(FindingKind))
def test_what_is_set_aside_carries_the_code_of_its_kind_and_identifiers_only(tmp_path, kind):
    policy = read_invoice_policy(own(tmp_path, "strict"))
    strict = {FindingKind.RULE_WARNING: Decision.NOTE}
    decided = strict.get(kind, Decision.SET_ASIDE)
    if decided is Decision.NOTE:
        assert policy.judge([finding(kind)], Profile.BASIC) == (finding(kind),)
        return
    with pytest.raises(ERRORS[kind]) as caught:
        policy.judge([finding(kind, f"R-{n}") for n in range(30)], Profile.BASIC)
    assert caught.value.facts == {"rules": tuple(f"R-{n}" for n in range(20)), "findings": 30, "profile": "BASIC"}


def test_of_several_reasons_the_first_in_the_order_of_reading_is_told():
    policy = invoice_policy("standard")
    with pytest.raises(InvoiceRejected) as caught:
        policy.judge(
            [finding(FindingKind.MISMATCH), finding(FindingKind.RULE_FATAL), finding(FindingKind.SCHEMA)], None
        )
    assert caught.value.code == "sealing.invoice.schema"


def test_a_single_rule_may_be_decided_by_itself(tmp_path):
    exception = "exceptions:\n  - {rule: BR-CO-15, decision: note, reason: known fault of an older system}\ntests:"
    policy = read_invoice_policy(own(tmp_path, change=("tests:", exception)))
    noted = policy.judge([finding(FindingKind.RULE_FATAL, "BR-CO-15")], Profile.EN_16931)
    assert [each.rule_id for each in noted] == ["BR-CO-15"]
    with pytest.raises(InvoiceRejected):
        policy.judge([finding(FindingKind.RULE_FATAL, "BR-CO-16")], Profile.EN_16931)


def test_a_sample_is_the_same_invoices_whenever_it_is_asked(tmp_path):
    policy = read_invoice_policy(own(tmp_path, change=("rules: all", 'rules: sample\nevery: "10"')))
    digests = [n.to_bytes(32, "little") for n in range(2_000)]
    chosen = [digest for digest in digests if policy.in_sample(digest)]
    assert chosen == [digest for digest in digests if policy.in_sample(digest)]
    real = [hashlib.sha256(digest).digest() for digest in digests]
    assert 140 < sum(policy.in_sample(digest) for digest in real) < 260


def test_without_rules_reading_and_comparing_still_happen(tmp_path):
    """No helper is started, and the document still may not say something else than its invoice."""
    policy = read_invoice_policy(own(tmp_path, change=("rules: all", "rules: none")))
    with InvoiceRules() as rules:
        report = check_invoice(samples.invoice_pdf(total="1.00"), policy, rules)
        assert (report.sampled, report.rules, report.findings) == (False, (), ())
        with pytest.raises(InvoiceRejected) as caught:
            check_invoice(samples.paper(samples.cii(), level="BASIC").pdf(), policy, rules)
        assert rules._schematron._helper is None
    assert caught.value.code == "sealing.invoice.mismatch"


@pytest.mark.parametrize(
    ("document", "policy", "code"),
    [
        (Paper().pdf(), "strict", "sealing.invoice.missing"),
        (b"%PDF-1.7", "standard", "sealing.invoice.unreadable"),
        (Paper(files=(File(content=b"<!DOCTYPE a><a/>"),)).pdf(), "standard", "sealing.invoice.unreadable"),
        (samples.paper(samples.cii(guideline="urn:x")).pdf(), "standard", "sealing.invoice.profile"),
        (
            Paper(files=(File(content=samples.cii()), File(content=samples.ubl(), name="b.xml"))).pdf(),
            "integrity-only",
            "sealing.invoice.several",
        ),
    ],
)
def test_each_reason_not_to_seal_has_its_code(document, policy, code):
    with InvoiceRules() as rules, pytest.raises(InvoiceRejected) as caught:
        check_invoice(document, invoice_policy(policy), rules)
    assert caught.value.code == code


def test_a_document_without_an_invoice_is_sealed_by_the_standard_policy():
    with InvoiceRules() as rules:
        report = check_invoice(Paper().pdf(), invoice_policy(), rules)
    assert (report.syntax, report.profile, report.notes) == (None, None, ())


def test_what_is_noted_stands_in_the_report_with_its_reason():
    document = Paper(files=(File(content=b"<!DOCTYPE a><a/>"),)).pdf()
    with InvoiceRules() as rules:
        report = check_invoice(document, invoice_policy("integrity-only"), rules)
    assert report.notes == ("unreadable.doctype",)
