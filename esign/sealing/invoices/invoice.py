"""The e-invoice within a document: found by the document's own structure, read once, compared with what is declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from esign.foundation.digests import sha256
from esign.pdf import Limits, Pdf, PdfError, View
from esign.sealing.invoices.declared import Declared, read_declared
from esign.sealing.invoices.embedded import EmbeddedFile, TooManyFiles, embedded_files
from esign.sealing.invoices.errors import InvoiceAmbiguous, InvoiceUnreadable
from esign.sealing.invoices.profiles import FILE_NAMES, ROOTS, Profile, Syntax, profile_of
from esign.sealing.invoices.xml import MAX_BYTES, XmlRefused, read_xml, text_of

LIMITS = Limits(file_bytes=1 << 30, stream_bytes=MAX_BYTES + 1, decoded_bytes=4 * MAX_BYTES)
"""Of reading a document for its invoice; only the objects on the way to it are read."""
_NAMES = frozenset(name.casefold() for name in FILE_NAMES)
_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
_RSM = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}"
_OLD_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12}"
_OLD_RSM = "{urn:ferd:CrossIndustryDocument:invoice:1p0}"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_GUIDELINE = "GuidelineSpecifiedDocumentContextParameter"
_SPECIFICATION: dict[Syntax, tuple[str, ...]] = {
    Syntax.CII: (f"{_RSM}ExchangedDocumentContext", f"{_RAM}{_GUIDELINE}", f"{_RAM}ID"),
    Syntax.ZUGFERD_1: (f"{_OLD_RSM}SpecifiedExchangedDocumentContext", f"{_OLD_RAM}{_GUIDELINE}", f"{_OLD_RAM}ID"),
    Syntax.UBL_INVOICE: (f"{_CBC}CustomizationID",),
    Syntax.UBL_CREDIT_NOTE: (f"{_CBC}CustomizationID",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An e-invoice, and the document around it."""

    xml: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    """SHA-256 of the XML as it is embedded, filters undone."""
    syntax: Syntax
    profile: Profile
    root: Any = field(repr=False, compare=False)
    """The XML, read."""
    file: EmbeddedFile | None = field(repr=False)
    """None where the XML came by itself."""
    declared: Declared | None = field(repr=False)
    """None where the document has no readable metadata."""


def read_invoice(document: bytes) -> Invoice | None:
    """Return the e-invoice within a PDF; None where there is none.

    Raises:
        InvoiceAmbiguous: There are several, or readers could find different ones.
        InvoiceUnreadable: The document or the invoice in it cannot be read.
    """
    try:
        return invoice_in(Pdf(document, limits=LIMITS).view())
    except PdfError as error:
        raise InvoiceUnreadable("the document's embedded files cannot be read", reason=error.code) from None


def invoice_in(view: View) -> Invoice | None:
    """Return the e-invoice within a document that is open already; like :func:`read_invoice`.

    Raises:
        PdfError: What leads to the invoice cannot be read.
    """
    try:
        files = embedded_files(view)
    except TooManyFiles:
        raise InvoiceUnreadable("more embedded files than are looked at", reason="limit") from None
    if not files:
        return None
    declared = read_declared(view)
    found = list(_candidates(view, files, declared))
    if not found:
        return None
    if len(found) > 1:
        raise InvoiceAmbiguous("several embedded files are an e-invoice", files=len(found))
    file, content, root = found[0]
    if file.other_stream is not None and view.decode(file.other_stream) != content:
        raise InvoiceAmbiguous("two readers would find different content under the same name")
    return _invoice(content, root, file, declared)


def read_xml_invoice(xml: bytes) -> Invoice:
    """Return an e-invoice that came as XML by itself.

    Raises:
        InvoiceUnreadable: It is none, or cannot be read.
    """
    return _invoice(xml, _read(xml), None, None)


def _candidates(
    view: View, files: tuple[EmbeddedFile, ...], declared: Declared | None
) -> Iterator[tuple[EmbeddedFile, bytes, Any]]:
    """Yield what is called as an invoice is, and what is one whatever it is called."""
    for file in files:
        names = {file.name.casefold(), file.other_name.casefold()}
        named = bool(names & _NAMES) or bool(declared and declared.file_name and declared.file_name.casefold() in names)
        if not named and not _looks_like_xml(file):
            continue
        content = view.decode(file.stream)
        try:
            root = read_xml(content)
        except XmlRefused as error:
            if named:
                raise InvoiceUnreadable("the e-invoice is no XML that is read here", reason=str(error)) from None
            continue
        if named or root.tag in ROOTS:
            yield file, content, root


def _looks_like_xml(file: EmbeddedFile) -> bool:
    names = (file.name.casefold(), file.other_name.casefold())
    return any(name.endswith(".xml") for name in names) or "xml" in file.media_type.casefold()


def _read(xml: bytes) -> Any:
    try:
        return read_xml(xml)
    except XmlRefused as error:
        raise InvoiceUnreadable("the e-invoice is no XML that is read here", reason=str(error)) from None


def _invoice(xml: bytes, root: Any, file: EmbeddedFile | None, declared: Declared | None) -> Invoice:
    syntax = ROOTS.get(root.tag)
    if syntax is None:
        raise InvoiceUnreadable("the root element is not that of an e-invoice", reason="root")
    profile = profile_of(syntax, text_of(root, *_SPECIFICATION[syntax]))
    return Invoice(xml=xml, digest=sha256(xml), syntax=syntax, profile=profile, root=root, file=file, declared=declared)
