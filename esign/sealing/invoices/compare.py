"""What a document declares about its e-invoice, beside what the e-invoice is.

1. The profile in the metadata and that of the XML (BT-24).
2. The file name in the metadata, in the file specification, and what the profile's standard calls it.
3. How the file is associated, listed and related, and its media type.

Source: Factur-X 1.0 sections 6.2, 6.3; ZUGFeRD 2.3 technical supplement; ISO 19005-3 clause 6.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from esign.sealing.invoices.declared import Declared
from esign.sealing.invoices.embedded import EmbeddedFile
from esign.sealing.invoices.findings import FindingKind, RuleFinding
from esign.sealing.invoices.invoice import Invoice
from esign.sealing.invoices.profiles import (
    LEVELS,
    MEDIA_TYPES,
    NAMES,
    RELATIONSHIPS,
    SYNTAXES,
    USUAL_RELATIONSHIPS,
    Profile,
    Syntax,
)

MISMATCHES = ("syntax", "profile", "file_name", "two_names", "document_type", "repeated")
"""Identifiers after ``mismatch.``: the document says one thing and the invoice is another."""
DECLARATIONS = ("missing", "relationship", "media_type", "not_associated", "not_listed", "pdfa")
"""Identifiers after ``declaration.``: something that belongs to an e-invoice's document is not there or unusual."""


def compare(invoice: Invoice) -> tuple[RuleFinding, ...]:
    """Return in what the document and its e-invoice differ; empty for XML that came by itself."""
    if invoice.file is None:
        return ()
    return (*_mismatches(invoice, invoice.file), *_unusual(invoice, invoice.file))


def _mismatches(invoice: Invoice, file: EmbeddedFile) -> Iterator[RuleFinding]:
    if file.other_name:
        yield _mismatch("two_names")
    declared = invoice.declared
    if declared is None or not declared.namespace:
        return
    if invoice.syntax not in SYNTAXES[declared.namespace]:
        yield _mismatch("syntax")
    if declared.repeated:
        yield _mismatch("repeated")
    levels = LEVELS.get(invoice.profile)
    if levels is not None and declared.level not in levels:
        yield _mismatch("profile")
    if _wrong_name(declared, file):
        yield _mismatch("file_name")
    if declared.document_type != "INVOICE":
        yield _mismatch("document_type")


def _wrong_name(declared: Declared, file: EmbeddedFile) -> bool:
    """Tell whether metadata, file and standard differ in the name; early software wrote it in other letters."""
    allowed = {name.casefold() for name in NAMES[declared.namespace]}
    return declared.file_name != file.name or declared.file_name.casefold() not in allowed


def _unusual(invoice: Invoice, file: EmbeddedFile) -> Iterator[RuleFinding]:
    declared = invoice.declared
    ubl = invoice.syntax in (Syntax.UBL_INVOICE, Syntax.UBL_CREDIT_NOTE)  # no part of Factur-X: nothing to declare
    if (declared is None or not declared.namespace) and not ubl:
        yield _unexpected("missing")
    if declared is None or declared.pdfa[0] != "3":
        yield _unexpected("pdfa")
    usual = RELATIONSHIPS.get(invoice.profile, USUAL_RELATIONSHIPS)
    if invoice.profile is not Profile.UNKNOWN and file.relationship not in usual:
        yield _unexpected("relationship")
    if file.media_type not in MEDIA_TYPES:
        yield _unexpected("media_type")
    if not file.associated:
        yield _unexpected("not_associated")
    if not file.listed:
        yield _unexpected("not_listed")


def _mismatch(what: str) -> RuleFinding:
    assert what in MISMATCHES  # noqa: S101 - only words that are documented
    return RuleFinding(kind=FindingKind.MISMATCH, rule_id=f"mismatch.{what}")


def _unexpected(what: str) -> RuleFinding:
    assert what in DECLARATIONS  # noqa: S101 - only words that are documented
    return RuleFinding(kind=FindingKind.DECLARATION, rule_id=f"declaration.{what}")
