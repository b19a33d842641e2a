"""XRechnung that comes as XML becomes pages on which everything stands that the XML says, with the XML within."""

import io
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from esign.documents import lint_pdf, render_page
from esign.sealing.invoices import (
    InvoiceNotRendered,
    InvoiceRejected,
    InvoiceRules,
    InvoiceUnreadable,
    check_invoice,
    invoice_policy,
    read_invoice,
    render_xrechnung,
)
from esign.sealing.invoices.compare import compare
from esign.sealing.invoices.rendering import document as rendering
from esign.sealing.invoices.rendering.reading import Term
from esign.sealing.invoices.rendering.values import amount, day, identifier, number, percent, quantity
from tests.sealing import invoice_samples as samples

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
KINDS = {
    "cii": samples.cii("XRECHNUNG", mark=" Ä1"),
    "ubl": samples.ubl(mark=" Ä1"),
    "credit-note": samples.ubl("CreditNote", mark=" Ä1"),
    "factur-x": samples.cii("EXTENDED", mark=" Ä1"),
    "minimum": samples.cii("MINIMUM", mark=" Ä1"),
}

LETTERS = st.characters(codec="utf-8", exclude_characters="<>&", exclude_categories=["Cc", "Cs"])


def words(pdf):
    """All that stands on the pages, blanks and breaks left out: a line may break anywhere."""
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return squeezed(text)


def squeezed(text):
    return re.sub(r"[\s\u00a0\u00ad\u200b\u0002\ufffe-]", "", text)


@pytest.mark.parametrize("xml", KINDS.values(), ids=KINDS)
def test_the_xml_is_within_byte_for_byte_and_the_document_says_what_it_is(xml):
    pdf = render_xrechnung(xml, at=AT)
    invoice = read_invoice(pdf)
    assert invoice.xml == xml
    assert compare(invoice) == ()
    assert lint_pdf(pdf) == ()


@pytest.mark.parametrize(
    ("xml", "name", "relationship", "level", "version"),
    [
        (KINDS["cii"], "xrechnung.xml", "Alternative", "XRECHNUNG", "3.0"),
        (KINDS["ubl"], "xrechnung.xml", "Source", "", ""),
        (samples.cii("EN 16931"), "factur-x.xml", "Alternative", "EN 16931", "1.0"),
        (samples.cii("CIUS"), "factur-x.xml", "Alternative", "EN 16931", "1.0"),
        (KINDS["factur-x"], "factur-x.xml", "Alternative", "EXTENDED", "1.0"),
        (KINDS["minimum"], "factur-x.xml", "Data", "MINIMUM", "1.0"),
    ],
    ids=["xrechnung", "ubl", "en16931", "cius", "extended", "minimum"],
)
def test_name_relationship_and_declaration_follow_the_standard_of_each(xml, name, relationship, level, version):
    invoice = read_invoice(render_xrechnung(xml, at=AT))
    assert (invoice.file.name, invoice.file.relationship, invoice.file.media_type) == (name, relationship, "text/xml")
    assert (invoice.file.listed, invoice.file.associated) == (True, True)
    declared = invoice.declared
    assert (declared.level, declared.version, declared.pdfa) == (level, version, ("3", "A"))
    assert declared.file_name == (name if level else "")


def test_the_metadata_describe_their_own_schema_and_keep_what_the_typesetter_wrote():
    with pikepdf.open(io.BytesIO(render_xrechnung(KINDS["cii"], at=AT))) as pdf:
        packet = pdf.Root.Metadata.read_bytes()
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
    root = etree.fromstring(packet)
    space = {"s": "http://www.aiim.org/pdfa/ns/schema#", "e": "http://www.aiim.org/pdfa/ns/extension/"}
    assert root.xpath("count(//e:schemas)", namespaces=space) == 1
    assert "fx" in root.xpath("//s:prefix/text()", namespaces=space)
    assert packet.startswith(b"<?xpacket begin=")
    assert packet.endswith(b'<?xpacket end="r"?>')


@pytest.mark.parametrize("xml", KINDS.values(), ids=KINDS)
def test_every_text_of_the_xml_stands_on_the_pages(xml):
    shown = words(render_xrechnung(xml, at=AT))
    for element in etree.fromstring(xml).iter():
        text = (element.text or "").strip()
        if not text or element.tag.endswith(("Indicator", "TaxScheme")) or text in ("VAT", "DE"):
            continue
        if re.fullmatch(r"\d{8}|\d{4}-\d\d-\d\d", text):
            text = day(Term(text=text, attributes={}))
        elif re.fullmatch(r"\d+\.\d\d", text):
            text = number(text, places=2)
        assert squeezed(text.replace("#AAI#", "AAI")) in shown, element.tag


def test_what_belongs_to_no_term_of_the_standard_stands_there_too():
    more = b"<ram:IncludedNote><ram:Content>x</ram:Content><ram:Unbekannt>Sonderwort</ram:Unbekannt></ram:IncludedNote>"
    xml = KINDS["cii"].replace(b"<ram:IncludedNote>", more + b"<ram:IncludedNote>", 1)
    shown = words(render_xrechnung(xml, at=AT))
    assert "WeitereAngabenimXML" in shown
    assert "ExchangedDocument/IncludedNote/Unbekannt" in shown
    assert "Sonderwort" in shown


def test_labels_are_german_and_carry_the_numbers_of_their_terms():
    shown = words(render_xrechnung(KINDS["ubl"], at=AT))
    for label in ("RechnungsnummerBT1", "KäuferBG7", "FälligamBT9", "ZuzahlenderBetragBT115", "SEPAÜberweisung(58)"):
        assert label in shown
    assert "238,00EUR" in shown
    assert "xrechnung.xmlunverändert" in shown


def test_the_same_invoice_gives_the_same_bytes():
    first = render_xrechnung(KINDS["cii"])
    assert first == render_xrechnung(KINDS["cii"])
    assert first != render_xrechnung(KINDS["cii"], at=AT)


def test_bytes_of_another_encoding_stay_what_they_are():
    xml = KINDS["ubl"].decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")
    pdf = render_xrechnung(xml, at=AT)
    assert read_invoice(pdf).xml == xml
    assert "MusterstraßeÄ1" in words(pdf).replace("1Ä1", "Ä1")


def test_characters_that_hide_or_turn_text_stand_as_their_numbers():
    xml = samples.cii("XRECHNUNG", mark="\u202eABC\u200b\u2066")
    shown = words(render_xrechnung(xml, at=AT))
    assert "[U+202E]ABC[U+200B][U+2066]" in shown


def test_characters_without_a_glyph_do_not_stop_an_invoice():
    shown = words(render_xrechnung(samples.ubl(mark=" 漢字 ☎"), at=AT))
    assert "[U+6F22][U+5B57][U+260E]" in shown
    assert "Augsburg" in shown


@pytest.fixture
def typesetting(monkeypatch):
    """Counts how often, and over how many characters, the typesetter is asked."""
    asked = []
    typeset = rendering.typeset

    def counted(template, inputs, **more):
        asked.append(len(inputs["data"]))
        return typeset(template, inputs, **more)

    monkeypatch.setattr(rendering, "typeset", counted)
    return asked


def test_characters_without_a_glyph_are_told_before_anything_is_typeset_and_others_stay(typesetting):
    shown = words(render_xrechnung(samples.ubl(mark=" 漢字 ✓ Жя ½ e\u0301"), at=AT))
    assert "[U+6F22][U+5B57]✓Жя½" in shown and "[U+0301]" not in shown
    assert len(typesetting) == 1


@pytest.mark.parametrize("mark", ["漢", "\U0001f600", "\u202e", "\ufe0f", "漢 "])
def test_long_texts_without_glyphs_cost_no_more_than_as_much_text_with_them(typesetting, mark):
    """Each value is cut by what stands on the page, so that a character is not eight times as dear."""
    many = samples.cii("XRECHNUNG", lines=12)
    render_xrechnung(many.replace(b"Beratung vor Ort", b"Wort " * 790), at=AT)
    pdf = render_xrechnung(many.replace(b"Beratung vor Ort", (mark * 3_900).encode()), at=AT)
    plain, spelt = typesetting
    assert spelt <= plain * 1.05
    number = f"[U+{ord(mark[0]):04X}]"
    shown = words(pdf)
    assert shown.count(number) >= 12 * (4_000 // (len(number) + len(mark) - 1) - 1)  # nothing ran off a page
    assert shown.count("(gekürzt;vollständigimXML)") == 12


def test_a_word_without_end_may_break_at_every_eighth_character_and_no_more_often():
    """Each place where a line may break costs as much as many characters do."""
    pdf = render_xrechnung(samples.cii("XRECHNUNG", lines=1).replace(b"Beratung vor Ort", b"A" * 3_900), at=AT)
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    assert [len(found) for found in re.findall("A{2,}", text)] == [8] * (3_900 // 8) + [3_900 % 8]


def test_more_than_pages_can_bear_is_refused_before_it_is_typeset_without_glyphs_too(typesetting):
    xml = samples.cii("XRECHNUNG", lines=450).replace(b"Beratung vor Ort", "漢".encode() * 3_900)
    with pytest.raises(InvoiceNotRendered) as caught:
        render_xrechnung(xml, at=AT)
    assert (caught.value.facts, typesetting) == ({"reason": "limit"}, [])


def test_a_value_longer_than_pages_can_bear_is_cut_visibly():
    xml = samples.ubl().replace(b"#AAI#Vielen Dank", b"A" * 9_000)
    shown = words(render_xrechnung(xml, at=AT))
    assert shown.count("A" * 30) > 10
    assert "(gekürzt;vollständigimXML)" in shown


def test_code_in_a_value_is_text():
    xml = samples.ubl(mark=' #read("/etc/passwd") $x$ *b* _i_ ').replace(b"&", b"&amp;")
    assert '#read("/etc/passwd")$x$*b*_i_' in words(render_xrechnung(xml, at=AT))


def test_many_lines_run_over_many_pages_with_the_head_of_the_table():
    pdf = render_xrechnung(samples.cii("XRECHNUNG", lines=300), at=AT)
    document = pypdfium2.PdfDocument(pdf)
    heads = sum("Einzelpreis" in page.get_textpage().get_text_bounded() for page in document)
    assert heads >= 5
    document.close()
    assert lint_pdf(pdf) == ()


@pytest.mark.parametrize("lines", [500, 4_000])
def test_more_than_pages_can_bear_is_refused_before_it_is_typeset(lines, monkeypatch):
    def never(*_arguments, **_options):
        raise AssertionError("typeset")

    monkeypatch.setattr("esign.sealing.invoices.rendering.document.typeset", never)
    xml = samples.cii("XRECHNUNG", lines=lines).replace(b"Beratung vor Ort", b"Wort " * 790)
    with pytest.raises(InvoiceNotRendered) as caught:
        render_xrechnung(xml)
    assert caught.value.facts == {"reason": "limit"}


def test_the_first_page_is_a_page_and_not_blank():
    picture = render_page(render_xrechnung(KINDS["cii"], at=AT), 0, 1.0)
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20_000


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (samples.zugferd_1(), "syntax"),
        (samples.ubl().replace(b"<cbc:IssueDate>2026-11-20</cbc:IssueDate>", b""), "incomplete"),
        (samples.ubl().replace(b"<cbc:IssueDate>2026-11-20", b"<cbc:IssueDate>2026-13-40"), "incomplete"),
        (samples.ubl().replace(b"<cbc:ID>R-2026-0002</cbc:ID>", b""), "incomplete"),
        (samples.ubl().replace(b"<cbc:RegistrationName>Muster GmbH</cbc:RegistrationName>", b""), "incomplete"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_reason(xml, reason):
    with pytest.raises(InvoiceNotRendered) as caught:
        render_xrechnung(xml)
    assert caught.value.facts == {"reason": reason}


@pytest.mark.parametrize("xml", [b"", b"%PDF-1.7", b"<x/>", b"<!DOCTYPE x><x/>"])
def test_what_is_no_invoice_is_not_rendered(xml):
    with pytest.raises(InvoiceUnreadable):
        render_xrechnung(xml)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    mark=st.text(
        alphabet=st.characters(codec="utf-8", exclude_characters="<>&", exclude_categories=["Cc", "Cs"]), max_size=60
    )
)
def test_whatever_stands_in_the_texts_it_becomes_a_document_or_an_error_with_a_code(mark):
    xml = samples.ubl(mark=mark)
    try:
        assert read_invoice(render_xrechnung(xml, at=AT)).xml == xml
    except InvoiceRejected as error:
        assert error.code.startswith("sealing.invoice.")


def test_a_rendered_invoice_passes_its_own_check():
    pytest.importorskip("saxonche")
    with InvoiceRules() as rules:
        for xml in (KINDS["cii"], KINDS["ubl"]):
            report = check_invoice(render_xrechnung(xml, at=AT), invoice_policy(), rules)
            assert all(note.startswith("rules_not_available.xrechnung") for note in report.notes)


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_other_readers_find_no_fault(tmp_path):
    path = tmp_path / "invoice.pdf"
    path.write_bytes(render_xrechnung(KINDS["cii"], at=AT))
    assert subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=False).returncode == 0


def test_values_are_written_as_in_german():
    term = Term(text="1234567.8", attributes={"currencyID": "USD", "unitCode": "HUR", "schemeID": "0088"})
    assert amount(term, "EUR") == "1.234.567,80\u00a0USD"
    assert quantity(term) == "1.234.567,8\u00a0Std."
    assert percent(Term(text="7.00", attributes={})) == "7\u00a0%"
    assert number("-0.5", places=2) == "-0,50"
    assert number("1e5") == "1e5"
    assert number("NaN") == "NaN"
    assert identifier(term) == "1234567.8 (0088)"
    assert day(Term(text="20261122", attributes={})) == "22.11.2026"
    assert day(Term(text="bald", attributes={})) == "bald"
    assert (amount(None, "EUR"), quantity(None), percent(None)) == ("", "", "")
