"""Notices: what a consumer keeps, an acknowledgement or the own declaration, as one PDF revision.

What a consumer types may hold any character. A document is drawn up all the same: what our typefaces cannot show
stands there as its number in Unicode.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime

from esign.documents.draft import FieldPlacement
from esign.documents.errors import DraftFailed, GlyphMissing
from esign.documents.typesetter import Sheet, typeset

TEMPLATE = "notice"
FIELD = "Company"
_WORDS = {
    "de": {"page": "Seite", "of": "von", "seal": "Elektronisches Siegel"},
    "en": {"page": "Page", "of": "of", "seal": "Electronic seal"},
}
_SANDBOX = {
    "de": "SANDBOX: Dies ist eine Vorführung. Personen, Verträge und Zertifikate sind erfunden, nichts gilt.",
    "en": "SANDBOX: This is a demonstration. Persons, contracts and certificates are invented, nothing is binding.",
}
_NO_FIELD = FieldPlacement(name="", page=0, box=(0.0, 0.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a notice says; every text is placed as text, whatever stands in it."""

    lang: str
    company: str
    """Empty where it is not known whose contract is meant."""
    company_lines: tuple[str, ...]
    title: str
    number: str
    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = field(repr=False)
    """Labels and values."""
    closing: tuple[str, ...] = field(repr=False)
    at: datetime
    """Instant that the file carries as its creation date."""
    sealed: bool
    """Whether there is a place for the company's seal."""
    sandbox: bool
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Headings with their paragraphs, behind the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDocument:
    """A notice as PDF/A-3a and PDF/UA-1."""

    pdf: bytes = field(repr=False)
    pages: int
    field: FieldPlacement
    """The place of the seal; without a name where there is none."""


def draw_up_notice(notice: Notice) -> NoticeDocument:
    """Return a notice as a document; same notice, same bytes.

    Raises:
        DraftFailed: The typesetter refused it.

    Source: ISO 19005-3, ISO 14289-1; BGB § 126b.
    """
    sheet = _typeset(notice)
    pages = next((int(report["pages"]) for report in sheet.reports if report["kind"] == "document"), 0)
    places = [report for report in sheet.reports if report["kind"] == "field"]
    if bool(places) != notice.sealed:
        raise DraftFailed("the notice has no place for its seal", template=TEMPLATE)
    found = _NO_FIELD
    for report in places:
        left, top = float(report["x"]), float(report["y"])
        width, height = float(report["width"]), float(report["height"])
        bottom = float(report["page_height"]) - top - height
        found = FieldPlacement(
            name=FIELD, page=int(report["page"]) - 1, box=(left, bottom, left + width, bottom + height)
        )
    return NoticeDocument(pdf=sheet.pdf, pages=pages, field=found)


def _typeset(notice: Notice) -> Sheet:
    try:
        return _sheet(notice)
    except GlyphMissing:
        rows = tuple((label, _spelt(value)) for label, value in notice.rows)
        return _sheet(replace(notice, rows=rows))


def _sheet(notice: Notice) -> Sheet:
    data = {
        "lang": notice.lang,
        "company": notice.company,
        "company_lines": notice.company_lines,
        "title": notice.title,
        "number": notice.number,
        "paragraphs": notice.paragraphs,
        "rows": notice.rows,
        "sections": notice.sections,
        "closing": notice.closing,
        "sealed": notice.sealed,
        "sandbox": _SANDBOX[notice.lang] if notice.sandbox else "",
        "words": _WORDS[notice.lang],
    }
    return typeset(TEMPLATE, {"data": json.dumps(data, ensure_ascii=False)}, at=notice.at)


def _spelt(text: str) -> str:
    """Return a text in which every character beyond the Latin ones stands as its number."""
    return "".join(char if ord(char) < 0x180 or char in "–—‘’‚“”„…€" else f"[U+{ord(char):04X}]" for char in text)
