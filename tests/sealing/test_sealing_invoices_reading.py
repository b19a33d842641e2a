"""The e-invoice of a document is found by the document's own structure, whatever it is called, if it is one."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.sealing.invoices import (
    InvoiceAmbiguous,
    InvoiceRejected,
    InvoiceUnreadable,
    Profile,
    Syntax,
    read_invoice,
    read_xml_invoice,
)
from esign.sealing.invoices.profiles import profile_of
from tests.sealing import invoice_samples as samples
from tests.sealing.invoice_samples import GUIDELINES, File, Paper

CORPUS = Path(os.environ.get("ESIGN_CORPUS", "")) / "invoice"
GOOD = samples.invoice_pdf()


@pytest.mark.parametrize("profile", sorted(GUIDELINES))
def test_the_profile_is_the_one_that_the_xml_names(profile):
    xml = samples.cii(profile)
    invoice = read_invoice(samples.paper(xml, profile=profile).pdf())
    assert (invoice.syntax, invoice.profile.value, invoice.xml) == (Syntax.CII, profile, xml)


@pytest.mark.parametrize(
    ("specification", "profile"),
    [
        ("urn:zugferd.de:2p0:minimum", Profile.MINIMUM),
        ("urn:zugferd.de:2p0:basicwl", Profile.BASIC_WL),
        ("urn:cen.eu:en16931:2017#compliant#urn:zugferd.de:2p0:basic", Profile.BASIC),
        ("urn:cen.eu:en16931:2017:compliant:factur-x.eu:1p0:basic", Profile.BASIC),
        ("urn:cen.eu:en16931:2017#conformant#urn:zugferd.de:2p0:extended", Profile.EXTENDED),
        ("urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung_2.2", Profile.XRECHNUNG),
        (
            f"{GUIDELINES['XRECHNUNG']}#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9",
            Profile.XRECHNUNG,
        ),
        (
            f"{GUIDELINES['XRECHNUNG']}#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0",
            Profile.XRECHNUNG_EXTENSION,
        ),
        (" urn:cen.eu:en16931:2017 ", Profile.EN_16931),
        ("urn:cen.eu:en16931:2017x", Profile.UNKNOWN),
        ("urn:factur-x.eu:1p0:minimum2", Profile.UNKNOWN),
        ("", Profile.UNKNOWN),
    ],
)
def test_older_and_national_identifiers_are_known_and_nothing_similar_is(specification, profile):
    assert profile_of(Syntax.CII, specification) is profile


def test_profiles_of_factur_x_do_not_exist_in_ubl():
    assert profile_of(Syntax.UBL_INVOICE, GUIDELINES["EXTENDED"]) is Profile.UNKNOWN
    assert profile_of(Syntax.UBL_INVOICE, GUIDELINES["XRECHNUNG"]) is Profile.XRECHNUNG


@pytest.mark.parametrize(
    ("level", "profile"),
    [
        ("basic", Profile.ZUGFERD_1_BASIC),
        ("comfort", Profile.ZUGFERD_1_COMFORT),
        ("extended", Profile.ZUGFERD_1_EXTENDED),
        ("premium", Profile.UNKNOWN),
    ],
)
def test_zugferd_1_is_a_syntax_of_its_own(level, profile):
    invoice = read_xml_invoice(samples.zugferd_1(level))
    assert (invoice.syntax, invoice.profile) == (Syntax.ZUGFERD_1, profile)


@pytest.mark.parametrize(("kind", "syntax"), [("Invoice", Syntax.UBL_INVOICE), ("CreditNote", Syntax.UBL_CREDIT_NOTE)])
def test_ubl_by_itself_is_read(kind, syntax):
    assert read_xml_invoice(samples.ubl(kind)).syntax is syntax


def test_a_document_without_files_has_no_invoice():
    assert read_invoice(Paper().pdf()) is None


def test_other_files_are_no_invoice():
    files = (
        File(content=b"<order/>", name="order.xml"),
        File(content=b"\x89PNG", name="a.png", media_type="image/png"),
    )
    assert read_invoice(Paper(files=files).pdf()) is None


@pytest.mark.parametrize("change", [{"listed": False}, {"associated": False}])
def test_a_file_that_only_one_of_the_two_lists_names_is_found(change):
    made = samples.paper(samples.cii())
    (file,) = made.files
    found = read_invoice(made.with_(files=(File(content=file.content, **change),)).pdf())
    assert (found.file.listed, found.file.associated) == (change.get("listed", True), change.get("associated", True))


def test_an_invoice_under_another_name_is_found_by_what_it_is():
    assert (
        read_invoice(Paper(files=(File(content=samples.cii(), name="anlage-7.xml"),)).pdf()).file.name == "anlage-7.xml"
    )


def test_an_invoice_with_another_ending_is_found_where_the_metadata_name_it():
    made = Paper(files=(File(content=samples.cii(), name="rechnung.bin", media_type=None),), file_name="rechnung.bin")
    assert read_invoice(made.pdf()).profile is Profile.EN_16931


def test_further_files_beside_the_invoice_do_no_harm():
    files = (
        File(content=b"%PDF", name="lieferschein.pdf", media_type="application/pdf", relationship="Supplement"),
        File(content=samples.cii()),
    )
    assert read_invoice(Paper(files=files).pdf()).xml == samples.cii()


@pytest.mark.parametrize("other", ["factur-x.xml", "xrechnung.xml", "kopie.xml"])
def test_two_invoices_in_one_document_are_refused(other):
    files = (File(content=samples.cii()), File(content=samples.cii(number="R-2"), name=other))
    with pytest.raises(InvoiceAmbiguous) as caught:
        read_invoice(Paper(files=files).pdf())
    assert caught.value.code == "sealing.invoice.several"


def test_two_readers_that_would_find_different_content_are_reason_enough():
    file = File(content=samples.cii(), other_content=samples.cii(total="999.00"))
    with pytest.raises(InvoiceAmbiguous):
        read_invoice(Paper(files=(file,)).pdf())


def test_the_same_content_twice_under_one_specification_is_one_invoice():
    file = File(content=samples.cii(), other_content=samples.cii())
    assert read_invoice(Paper(files=(file,)).pdf()).profile is Profile.EN_16931


@pytest.mark.parametrize("content", [b"", b"no xml", samples.cii()[:-9], b"<Rechnung/>"])
def test_a_file_called_as_an_invoice_that_is_none_is_refused(content):
    with pytest.raises(InvoiceUnreadable):
        read_invoice(Paper(files=(File(content=content),)).pdf())


def test_more_files_than_anybody_needs_are_refused():
    files = tuple(File(content=b"x", name=f"{n}.bin", media_type=None) for n in range(120))
    with pytest.raises(InvoiceUnreadable) as caught:
        read_invoice(Paper(files=files).pdf())
    assert caught.value.facts == {"reason": "limit"}


def test_a_bomb_in_a_file_is_not_unpacked():
    bomb = b"<Invoice>" + b" " * (64 << 20)
    document = Paper(files=(File(content=bomb),)).pdf()
    assert len(document) < 1 << 20
    with pytest.raises(InvoiceUnreadable) as caught:
        read_invoice(document)
    assert caught.value.facts == {"reason": "pdf.limit"}


@pytest.mark.parametrize(
    "damage", [b"", b"%PDF-1.7\n", GOOD[: len(GOOD) // 2], GOOD.replace(b"startxref", b"startxxxx")]
)
def test_a_broken_document_is_an_error_with_a_code(damage):
    with pytest.raises(InvoiceUnreadable) as caught:
        read_invoice(damage)
    assert str(caught.value.facts["reason"]).startswith("pdf")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_is_changed_in_a_document_reading_it_ends_well_or_with_a_code(data):
    spoiled = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(spoiled) - 1))
        if data.draw(st.booleans()):
            spoiled[place] = data.draw(st.integers(0, 255))
        else:
            spoiled[place : place + data.draw(st.integers(1, 40))] = data.draw(st.binary(max_size=40))
    try:
        read_invoice(bytes(spoiled))
    except InvoiceRejected as error:
        assert error.code.startswith("sealing.invoice.")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_is_changed_in_an_invoice_reading_it_ends_well_or_with_a_code(data):
    spoiled = bytearray(data.draw(st.sampled_from([samples.cii(), samples.ubl(), samples.zugferd_1()])))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(spoiled) - 1))
        spoiled[place : place + data.draw(st.integers(0, 60))] = data.draw(st.binary(max_size=60))
    try:
        read_xml_invoice(bytes(spoiled))
    except InvoiceRejected as error:
        assert error.code == "sealing.invoice.unreadable"


@pytest.mark.skipif(not os.environ.get("ESIGN_CORPUS"), reason="ESIGN_CORPUS is not set")
@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("fx-en16931", Profile.EN_16931),
        ("fx-minimum", Profile.MINIMUM),
        ("zf1-comfort", Profile.ZUGFERD_1_COMFORT),
        ("zf2-gnuaccounting", Profile.EN_16931),
    ],
)
def test_the_corpus_invoices_are_read(name, profile):
    assert read_invoice((CORPUS / f"{name}.pdf").read_bytes()).profile is profile
