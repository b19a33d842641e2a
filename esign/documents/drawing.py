"""Drawing up: contract data becomes a document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from esign.contracts import ContractData
from esign.documents.draft import Attachment, Draft, FieldPlacement
from esign.documents.errors import DraftFailed, DraftTooLarge
from esign.documents.layout import layout
from esign.documents.typesetter import typeset
from esign.foundation.digests import sha256

CONTRACT_FILE = "contract.json"
"""Name of the attachment that holds the contract data (canonical JSON)."""
COMPANY_FIELD = "Company"
"""Name of the field for the company's seal; those of the signatories are ``Signatory1`` and so on."""
MAX_PAGES = 40
"""More pages than any of the templates needs; data that makes more is refused."""
MAX_BYTES = 8_000_000
"""The largest draft in bytes."""


def draw_up(contract: ContractData, *, drawn_up_at: datetime) -> Draft:
    """Return the contract as a PDF with the contract data attached and a place for each signature.

    The same contract and instant give the same bytes. The file is one revision, not linearised, without scripts,
    actions, layers or encryption.

    Args:
        contract: Checked contract data.
        drawn_up_at: Timezone-aware instant that the file carries as its creation date.

    Raises:
        GlyphMissing: A character is in none of our typefaces.
        DraftFailed: The document could not be typeset, or the instant has no time zone.
        WordingError: The policies have no words for the contract's language or date.

    Source: ISO 19005-3 (PDF/A-3), ISO 14289-1 (PDF/UA-1); BGB §§ 126b, 312f.
    """
    if drawn_up_at.tzinfo is None:
        raise DraftFailed("the instant has no time zone")
    data = contract.canonical()
    inputs = {"data": json.dumps(layout(contract), ensure_ascii=False), "contract": data.decode("utf-8")}
    sheet = typeset(contract.template, inputs, at=drawn_up_at)
    pages = next((int(report["pages"]) for report in sheet.reports if report["kind"] == "document"), 0)
    if pages > MAX_PAGES or len(sheet.pdf) > MAX_BYTES:
        raise DraftTooLarge(pages=pages, bytes=len(sheet.pdf))
    fields = tuple(_placement(report) for report in sheet.reports if report["kind"] == "field")
    expected = [f"Signatory{place}" for place, _ in enumerate(contract.signatories, 1)]
    if contract.company_signature == "seal":
        expected.append(COMPANY_FIELD)
    if [field.name for field in fields] != expected:
        raise DraftFailed("the template has no place for each signature", template=contract.template)
    attachment = Attachment(name=CONTRACT_FILE, media_type="application/json", relationship="Data", sha256=sha256(data))
    return Draft(pdf=sheet.pdf, pages=pages, fields=fields, attachments=(attachment,))


def _placement(report: Mapping[str, Any]) -> FieldPlacement:
    left, top = float(report["x"]), float(report["y"])
    width, height, page_height = float(report["width"]), float(report["height"]), float(report["page_height"])
    bottom = page_height - top - height
    return FieldPlacement(
        name=str(report["name"]),
        page=int(report["page"]) - 1,
        box=(round(left, 3), round(bottom, 3), round(left + width, 3), round(bottom + height, 3)),
    )
