"""Nothing that an invoice says leaves it: not in errors, findings or the log, nor in what a helper prints."""

import logging
import traceback

import pytest

from esign.sealing.invoices import (
    InvoiceRejected,
    InvoiceRules,
    check_invoice,
    invoice_policy,
    read_invoice,
    read_xml_invoice,
    render_xrechnung,
)
from tests.sealing import invoice_samples as samples
from tests.sealing.invoice_samples import File, Paper

pytest.importorskip("saxonche")
MARK = "Zz9Marke"
SPOILT = (
    samples.cii(mark=MARK, total="1.00"),
    samples.cii(mark=MARK).replace(b"<ram:BuyerReference>", f"<ram:{MARK}/><ram:BuyerReference>".encode()),
    samples.cii(mark=MARK, total=MARK),
    samples.cii(mark=MARK, guideline=f"urn:cen.eu:en16931:2017#compliant#urn:{MARK}"),
    samples.cii(mark=MARK, guideline=MARK),
    samples.cii("EXTENDED", mark=MARK, total=MARK),
    samples.cii("XRECHNUNG", mark=MARK, total="1.00"),
    samples.cii(mark=MARK).replace(b">DE123456789<", f">{MARK}<".encode()),
    samples.cii(mark=MARK).replace(b'schemeID="VA"', f'schemeID="{MARK}"'.encode()),
    samples.cii(mark=MARK).replace(b'unitCode="HUR"', f'{MARK}="{MARK}"'.encode()),
    samples.cii(mark=MARK).replace(b"<ram:Name>", f'<ram:Name xmlns:{MARK}="urn:{MARK}" {MARK}:a="b">'.encode()),
    samples.cii(mark=MARK)[:-20],
    samples.cii(mark=MARK).replace(b"?>\n", f"?><!DOCTYPE {MARK}>".encode(), 1),
    samples.cii(mark=MARK).replace(b"UTF-8", MARK.encode(), 1),
    samples.ubl(mark=MARK, total="1.00"),
    samples.ubl(mark=MARK, total=MARK),
    samples.ubl("CreditNote", mark=MARK).replace(b"</cbc:ID><cbc:IssueDate>", b"</cbc:ID><cbc:IssueDate>x"),
    samples.zugferd_1(mark=MARK).replace(b"<ram:TypeCode>", f"<ram:{MARK}/><ram:TypeCode>".encode()),
)


@pytest.fixture(scope="module")
def rules():
    with InvoiceRules() as made:
        yield made


def told(error):
    """All that an error could bring into a log: its text, facts, chain and stack."""
    return "".join(traceback.format_exception(error)) + repr(error.facts) + error.detail


@pytest.mark.parametrize("xml", SPOILT, ids=range(len(SPOILT)))
@pytest.mark.parametrize("policy", ["strict", "integrity-only"])
def test_no_word_of_a_bad_invoice_stands_in_its_report_or_error(rules, xml, policy, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    document = Paper(
        files=(File(content=xml, name=f"{MARK}.xml", ascii_name="factur-x.xml", relationship=MARK, media_type=MARK),),
        level=MARK,
        file_name=MARK,
        document_type=MARK,
        version=MARK,
    ).pdf()
    try:
        said = repr(check_invoice(document, invoice_policy(policy), rules))
    except InvoiceRejected as error:
        said = told(error)
    assert MARK.lower() not in said.lower()
    try:
        invoice = read_xml_invoice(xml)
        said = repr(invoice) + repr(rules.check(invoice))
    except InvoiceRejected as error:
        said = told(error)
    assert MARK.lower() not in said.lower()
    assert MARK.lower() not in (caplog.text + "".join(capfd.readouterr())).lower()


@pytest.mark.parametrize("xml", SPOILT, ids=range(len(SPOILT)))
def test_no_word_stands_in_what_is_said_about_rendering_it(xml, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    said = ""
    try:
        render_xrechnung(xml)
    except InvoiceRejected as error:
        said = told(error)
    assert MARK.lower() not in (said + caplog.text + "".join(capfd.readouterr())).lower()


def test_the_repr_of_an_invoice_shows_none_of_it():
    invoice = read_invoice(samples.invoice_pdf(mark=MARK))
    assert MARK not in repr(invoice)
    assert "factur-x.xml" not in repr(invoice)
