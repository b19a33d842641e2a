"""An e-invoice that came as XML becomes a document that people can read, with the XML in it, byte for byte.

The document is PDF/A-3a and PDF/UA-1, as our other documents are. CII is declared and embedded as Factur-X and ZUGFeRD
ask for; UBL is no part of those standards: it is embedded as the source of what the pages show, without a declaration.

Source: XRechnung 3.0; Factur-X 1.0 section 6, ZUGFeRD 2.3 (profile XRECHNUNG: ``xrechnung.xml``, Alternative);
ISO 19005-3 clause 6.8; ISO 32000-2 clause 14.13.3 (Source, Alternative, Data).
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf

from esign.documents.errors import DraftFailed, GlyphMissing
from esign.documents.legible import drawable
from esign.documents.own_pages import written
from esign.documents.typesetter import typeset
from esign.sealing.invoices.errors import InvoiceNotRendered
from esign.sealing.invoices.invoice import Invoice, read_xml_invoice
from esign.sealing.invoices.profiles import Profile, Syntax
from esign.sealing.invoices.rendering.layout import lay_out
from esign.sealing.invoices.rendering.metadata import declare
from esign.sealing.invoices.rendering.reading import TooMuch, read_content

TEMPLATES = Path(__file__).with_name("templates")
TEMPLATE = "invoice"
MAX_PAGES = 400
MAX_CHARACTERS = 1_500_000
"""Of all that the template places, its own words included: about 1,500 lines; bounds time (seconds) and memory."""
_LONGEST = 4_000
"""Characters of one value that the pages show; the whole of it is in the XML."""
_XRECHNUNG = re.compile(r"xrechnung_(\d+(?:\.\d+)+)")
_NOTICE = "Lesbare Fassung einer E-Rechnung. Die Rechnung ist die eingebettete Datei {name}."
_ABOUT = (
    "Diese Seiten zeigen, was in der E-Rechnung steht; sie ist als {name} unverändert eingebettet. Die grauen "
    "Kennungen (BT, BG) sind die der europäischen Norm EN 16931."
)
_CUT = " […] (gekürzt; vollständig im XML)"


def render_xrechnung(xml: bytes, *, at: datetime | None = None) -> bytes:
    """Return an e-invoice as PDF/A-3 with the XML attached byte for byte; the same XML and instant give the same bytes.

    Args:
        xml: UBL or CII: XRechnung, or another invoice of EN 16931.
        at: Instant that the file carries as its creation date; by default the day of the invoice.

    Raises:
        InvoiceUnreadable: It is no e-invoice, or cannot be read.
        InvoiceNotRendered: It lacks what every invoice has, or is of a kind without a readable form here.
    """
    invoice = read_xml_invoice(xml)
    if invoice.syntax is Syntax.ZUGFERD_1:
        raise InvoiceNotRendered("this syntax has no readable form here", reason="syntax")
    try:
        content = read_content(invoice.root, invoice.syntax)
    except TooMuch:
        raise InvoiceNotRendered("the invoice says more than pages can show", reason="limit") from None
    head = content.one("BG-0")
    if not head.text("BT-1") or not head.text("BT-2") or not content.one("BG-4").text("BT-27"):
        raise InvoiceNotRendered("number, date or seller is missing", reason="incomplete")
    name = file_name(invoice)
    data = _shown(
        {
            **lay_out(content),
            "currency": head.text("BT-5"),
            "notice": _NOTICE.format(name=name),
            "about": _ABOUT.format(name=name),
            "digest": invoice.digest.hex(),
        }
    )
    instant = at if at is not None else _day_of(head.text("BT-2"))
    return _embedded(_typeset(data, instant), invoice, name, _version(head.text("BT-24")), instant)


def file_name(invoice: Invoice) -> str:
    """Return what the embedded file is called: ``xrechnung.xml``, for other profiles in CII ``factur-x.xml``."""
    country = invoice.profile in (Profile.XRECHNUNG, Profile.XRECHNUNG_EXTENSION)
    return "xrechnung.xml" if country or invoice.syntax is not Syntax.CII else "factur-x.xml"


def _typeset(data: dict[str, Any], at: datetime) -> bytes:
    placed = json.dumps(data, ensure_ascii=False)
    if len(placed) > MAX_CHARACTERS:
        raise InvoiceNotRendered("the invoice says more than pages can show", reason="limit")
    try:
        sheet = typeset(TEMPLATE, {"data": placed}, at=at, templates=TEMPLATES)
    except GlyphMissing:
        raise InvoiceNotRendered("a character is in none of our typefaces", reason="glyph") from None
    except DraftFailed:
        raise InvoiceNotRendered("the typesetter refused the invoice", reason="typesetter") from None
    if next(int(report["pages"]) for report in sheet.reports if report["kind"] == "document") > MAX_PAGES:
        raise InvoiceNotRendered("the invoice has more pages than allowed", reason="limit")
    return sheet.pdf


def _embedded(pdf: bytes, invoice: Invoice, name: str, version: str, at: datetime) -> bytes:
    level = _LEVELS.get(invoice.profile, "EN 16931")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        spec = pikepdf.AttachedFileSpec(
            document,
            invoice.xml,
            filename=name,
            mime_type="text/xml",
            description="E-Rechnung",
            creation_date="",
            mod_date=at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ"),
        )
        spec.relationship = pikepdf.Name(_relationship(invoice))
        document.attachments[name] = spec
        if invoice.syntax is Syntax.CII:
            metadata = document.Root["/Metadata"]
            assert isinstance(metadata, pikepdf.Stream)  # noqa: S101 - the typesetter always writes it
            metadata.write(declare(metadata.read_bytes(), level=level, file_name=name, version=version))
        return written(document)


_LEVELS = {
    Profile.MINIMUM: "MINIMUM",
    Profile.BASIC_WL: "BASIC WL",
    Profile.BASIC: "BASIC",
    Profile.EXTENDED: "EXTENDED",
    Profile.XRECHNUNG: "XRECHNUNG",
    Profile.XRECHNUNG_EXTENSION: "XRECHNUNG",
}


def _relationship(invoice: Invoice) -> str:
    if invoice.syntax is not Syntax.CII:
        return "/Source"
    return "/Data" if invoice.profile in (Profile.MINIMUM, Profile.BASIC_WL) else "/Alternative"


def _version(specification: str) -> str:
    """Return the version that the metadata name: that of XRechnung, else that of Factur-X."""
    found = _XRECHNUNG.search(specification)
    return found[1] if found else "1.0"


def _day_of(text: str) -> datetime:
    digits = re.sub(r"\D", "", text)[:8]
    try:
        return datetime.strptime(digits, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvoiceNotRendered("the day of the invoice is none", reason="incomplete") from None


def _shown(data: dict[str, Any]) -> dict[str, Any]:
    """Return the texts without what would change how others look, and none longer than pages can bear."""
    return {key: _map(value, _plain) for key, value in data.items()}


def _map(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _map(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_map(item, change) for item in value]
    return value


def _plain(text: str) -> str:
    """Return a text in which characters that cannot be seen stand as their number: no text looks like another.

    So do those that our typefaces lack, before anything is typeset; a text is cut by what then stands there.
    """
    short = text[: _LONGEST + 1]
    lines = [line.strip() for line in short.replace("\r\n", "\n").replace("\t", " ").split("\n")]
    cut = len(text) > _LONGEST
    parts: list[str] = []
    left = _LONGEST
    for char in "\n".join(lines):
        shown = char if _seen(char) else f"[U+{ord(char):04X}]"
        left -= len(shown)
        if left < 0:
            cut = True
            break
        parts.append(shown)
    return "".join(parts) + _CUT * cut


def _seen(char: str) -> bool:
    kind = unicodedata.category(char)
    if kind in ("Cf", "Cc", "Co", "Cn", "Cs"):
        return char in "\n\N{SOFT HYPHEN}"
    return kind == "Zs" or ord(char) in drawable()
