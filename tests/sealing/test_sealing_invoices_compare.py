"""What a document declares about its e-invoice is compared with what the e-invoice is."""

import pytest

from esign.pdf import Pdf
from esign.sealing.invoices import read_invoice
from esign.sealing.invoices.compare import DECLARATIONS, MISMATCHES, compare
from esign.sealing.invoices.declared import read_declared
from tests.sealing import invoice_samples as samples
from tests.sealing.invoice_samples import FX, GUIDELINES, ZF_1, ZF_2, File, Paper

XML = samples.cii()
GOOD = samples.paper(XML)


def found(paper):
    return [finding.rule_id for finding in compare(read_invoice(paper.pdf()))]


def also(namespace, level):
    """One more declaration."""
    said = f"<x:ConformanceLevel>{level}</x:ConformanceLevel>"
    return f'<rdf:Description rdf:about="" xmlns:x="{namespace}">{said}</rdf:Description>'


def one_file(**changes):
    return GOOD.with_(files=(File(content=XML, **changes),))


@pytest.mark.parametrize("profile", sorted(GUIDELINES))
def test_a_document_that_says_what_is_true_has_no_findings(profile):
    assert found(samples.paper(samples.cii(profile), profile=profile)) == []


@pytest.mark.parametrize(
    ("paper", "finding"),
    [
        (GOOD.with_(level="EXTENDED"), "mismatch.profile"),
        (GOOD.with_(level="en 16931"), "mismatch.profile"),
        (GOOD.with_(level="EN16931"), "mismatch.profile"),
        (GOOD.with_(level=""), "mismatch.profile"),
        (GOOD.with_(file_name="zugferd-invoice.xml"), "mismatch.file_name"),
        (one_file(name="rechnung.xml").with_(file_name="rechnung.xml"), "mismatch.file_name"),
        (one_file(ascii_name="other.xml"), "mismatch.two_names"),
        (GOOD.with_(document_type="ORDER"), "mismatch.document_type"),
        (
            GOOD.with_(further_metadata=also(FX, "BASIC"), level="BASIC"),
            "mismatch.profile",
        ),
        (
            GOOD.with_(further_metadata=also(FX, "ZZZ")),
            "mismatch.repeated",
        ),
        (
            GOOD.with_(further_metadata=also(ZF_2, "EN 16931")),
            "mismatch.repeated",
        ),
        (GOOD.with_(namespace=ZF_1), "mismatch.syntax"),
        (GOOD.with_(namespace=None), "declaration.missing"),
        (GOOD.with_(pdfa=""), "declaration.pdfa"),
        (GOOD.with_(pdfa="<pdfaid:part>1</pdfaid:part>"), "declaration.pdfa"),
        (one_file(relationship="Supplement"), "declaration.relationship"),
        (one_file(relationship="Unspecified"), "declaration.relationship"),
        (one_file(media_type="application/octet-stream"), "declaration.media_type"),
        (one_file(media_type=None), "declaration.media_type"),
        (one_file(associated=False), "declaration.not_associated"),
        (one_file(listed=False), "declaration.not_listed"),
    ],
)  # fmt: skip
def test_each_difference_is_a_finding_of_its_own(paper, finding):
    assert finding in found(paper)


def test_a_minimum_that_calls_itself_an_alternative_of_the_pages_is_unusual():
    made = samples.paper(samples.cii("MINIMUM"), profile="MINIMUM")
    assert found(made.with_(files=(File(content=made.files[0].content, relationship="Alternative"),))) == [
        "declaration.relationship"
    ]


@pytest.mark.parametrize("relationship", ["Alternative", "Source", "Data"])
def test_larger_profiles_may_be_related_in_three_ways(relationship):
    assert found(one_file(relationship=relationship)) == []


def test_zugferd_2_0_and_1_0_have_names_and_declarations_of_their_own():
    assert found(one_file(name="zugferd-invoice.xml").with_(namespace=ZF_2, file_name="zugferd-invoice.xml")) == []
    old = Paper(
        files=(File(content=samples.zugferd_1(), name="ZUGFeRD-invoice.xml"),),
        namespace=ZF_1, level="COMFORT", file_name="ZUGFeRD-invoice.xml",
    )  # fmt: skip
    assert found(old) == []


def test_ubl_needs_no_declaration_and_may_not_carry_one_of_factur_x():
    file = File(content=samples.ubl(), name="xrechnung.xml", relationship="Source")
    assert found(Paper(files=(file,), namespace=None)) == []
    assert "mismatch.syntax" in found(Paper(files=(file,), level="XRECHNUNG", file_name="xrechnung.xml"))


def test_properties_written_as_attributes_and_namespaces_in_small_letters_are_read():
    said = {"ConformanceLevel": "EN 16931", "DocumentFileName": "factur-x.xml", "DocumentType": "INVOICE"}
    attributes = " ".join(f'fx:{name}="{value}"' for name, value in said.items())
    text = f'<rdf:Description rdf:about="" xmlns:fx="{FX.lower()}" {attributes}/>'
    made = GOOD.with_(namespace=None, further_metadata=text, pdfa="")
    declared = read_declared(Pdf(made.pdf()).view())
    assert (declared.namespace, declared.level, declared.file_name) == (FX, "EN 16931", "factur-x.xml")


def test_every_identifier_is_documented():
    assert {f"mismatch.{word}" for word in MISMATCHES} | {f"declaration.{word}" for word in DECLARATIONS} >= set(
        found(Paper(files=(File(content=XML, name="x.xml", ascii_name="y.xml", media_type=None),), namespace=None))
    )
