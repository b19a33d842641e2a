"""Drawing up: contract data becomes a document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from esign.contracts import ContractData
from esign.documents.draft import Attachment, Draft, FieldPlacement
from esign.documents.enclosing import with_files
from esign.documents.errors import DraftFailed, DraftTooLarge
from esign.documents.information import Enclosure
from esign.documents.labels import LABELS
from esign.documents.layout import layout
from esign.documents.own_pages import OwnPages, joined
from esign.documents.page_errors import PagesDiffer
from esign.documents.typesetter import Sheet, typeset
from esign.foundation.digests import sha256

CONTRACT_FILE = "contract.json"
"""Name of the attachment that holds the contract data (canonical JSON)."""
COMPANY_FIELD = "Company"
"""Name of the field for the company's seal; those of the signatories are ``Signatory1`` and so on."""
OWN_DOCUMENT = "own-document"
"""The contract template for a company's own pages."""
MAX_PAGES = 40
"""More pages than any of the templates needs; data that makes more is refused."""
MAX_BYTES = 8_000_000
"""The largest draft in bytes."""


def draw_up(
    contract: ContractData, *, drawn_up_at: datetime, own: OwnPages | None = None, enclosed: Sequence[Enclosure] = ()
) -> Draft:
    """Return the contract as a PDF with the contract data attached and a place for each signature.

    The same contract and instant give the same bytes. The file is one revision, not linearised, without scripts,
    actions, layers or encryption. A contract on a company's own pages has these first, and claims no PDF/A.

    Args:
        contract: Checked contract data.
        drawn_up_at: Timezone-aware instant that the file carries as its creation date.
        own: The company's own pages, for the template ``own-document`` and only for it.
        enclosed: What is told before the declaration; attached: whoever has the document has it too, and whoever
            signs the document signs its digests.

    Raises:
        GlyphMissing: A character is in none of our typefaces.
        DraftFailed: The document could not be typeset, or the instant has no time zone.
        PagesDiffer: The own pages are not those that the contract data name.
        WordingError: The policies have no words for the contract's language or date.

    Source: ISO 19005-3 (PDF/A-3), ISO 14289-1 (PDF/UA-1); BGB §§ 126b, 312f.
    """
    if drawn_up_at.tzinfo is None:
        raise DraftFailed("the instant has no time zone")
    _check_own(contract, own)
    data = contract.canonical()
    laid_out = {**layout(contract), "placed": _placed(contract, own), **_enclosed(contract, enclosed)}
    inputs = {"data": json.dumps(laid_out, ensure_ascii=False), "contract": data.decode("utf-8")}
    sheet = typeset(contract.template, inputs, at=drawn_up_at)
    before = own.pages if own else 0
    pages = next((int(report["pages"]) for report in sheet.reports if report["kind"] == "document"), 0)
    if pages - before > MAX_PAGES or len(sheet.pdf) > MAX_BYTES:
        raise DraftTooLarge(pages=pages, bytes=len(sheet.pdf))
    found = {field.name: field for field in (*(own.fields if own else ()), *_fields(sheet, before))}
    expected = [f"Signatory{place}" for place, _ in enumerate(contract.signatories, 1)]
    if contract.company_signature == "seal":
        expected.append(COMPANY_FIELD)
    if sorted(found) != sorted(expected):
        raise DraftFailed("the template has no place for each signature", template=contract.template)
    pdf = sheet.pdf
    if own is not None:
        pdf = _joined(contract, own, sheet.pdf, data, drawn_up_at)
    if enclosed:
        pdf = with_files(pdf, [(item.name, item.title, item.pdf) for item in enclosed], at=drawn_up_at)
    attachment = Attachment(name=CONTRACT_FILE, media_type="application/json", relationship="Data", sha256=sha256(data))
    attachments = (attachment, *(item.attachment for item in enclosed))
    return Draft(pdf=pdf, pages=pages, fields=tuple(found[name] for name in expected), attachments=attachments)


def _enclosed(contract: ContractData, enclosed: Sequence[Enclosure]) -> dict[str, str]:
    labels = LABELS[contract.lang]
    said = [labels["attached"]]
    if enclosed:
        said.append(labels["enclosed"].format(names=", ".join(item.name for item in enclosed)))
    return {"attached": " ".join(said)}


def _joined(contract: ContractData, own: OwnPages, sheet: bytes, data: bytes, at: datetime) -> bytes:
    try:
        return joined(
            own,
            sheet,
            title=f"{contract.title} {contract.reference}",
            author=contract.company.name,
            lang=contract.lang,
            at=at,
            data=(CONTRACT_FILE, data),
        )
    except Exception as error:  # whatever stands in pages from outside
        raise DraftFailed("the pages could not be joined", fault=type(error).__name__) from error


def _check_own(contract: ContractData, own: OwnPages | None) -> None:
    named = contract.terms.get("document") if contract.template == OWN_DOCUMENT else None
    if (named is None) != (own is None):
        raise PagesDiffer("the contract has pages of the company's own, or not")
    if own is None or named is None:
        return
    if own.digest.hex() != named["sha256"] or own.pages != named["pages"]:
        raise PagesDiffer("these are other pages than the contract data name")
    if len(own.fields) != len({field.name for field in own.fields}):
        raise PagesDiffer("a party signs once")


def _placed(contract: ContractData, own: OwnPages | None) -> dict[str, str]:
    if own is None:
        return {}
    return {field.name: LABELS[contract.lang]["signed_before"].format(page=field.page + 1) for field in own.fields}


def _fields(sheet: Sheet, before: int) -> tuple[FieldPlacement, ...]:
    fields = (placement(report) for report in sheet.reports if report["kind"] == "field")
    return tuple(replace(field, page=field.page + before) for field in fields)


def placement(report: Mapping[str, Any]) -> FieldPlacement:
    """Return where a template says that a field stands."""
    left, top = float(report["x"]), float(report["y"])
    width, height, page_height = float(report["width"]), float(report["height"]), float(report["page_height"])
    bottom = page_height - top - height
    return FieldPlacement(
        name=str(report["name"]),
        page=int(report["page"]) - 1,
        box=(round(left, 3), round(bottom, 3), round(left + width, 3), round(bottom + height, 3)),
    )
