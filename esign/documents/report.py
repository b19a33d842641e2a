"""The report on a verification, drawn: what the report says comes in as words, what leaves is a PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from esign.documents.draft import FieldPlacement
from esign.documents.drawing import placement
from esign.documents.errors import DraftFailed
from esign.documents.legible import legible
from esign.documents.typesetter import REPORT_TEMPLATES, typeset

TEMPLATE = "report"
SEAL_FIELD = "Seal"
"""Name of the field for our seal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnReport:
    """A report as a PDF.

    Args:
        pdf: One revision, PDF/A-3a and PDF/UA-1 as declared by the typesetter.
        seal_place: Where our seal stands; None in a report that is not to be sealed.
    """

    pdf: bytes
    seal_place: FieldPlacement | None


def draw_report(
    words: Mapping[str, Any], *, pictures: Sequence[bytes] = (), to_be_sealed: bool = False, at: datetime
) -> DrawnReport:
    """Draw a report. The same words, pictures and instant give the same bytes.

    Args:
        words: What the report says, as ``esign.validation.reports`` lays it out: texts, lists and mappings of texts.
            Characters that cannot be seen, or that none of our typefaces has, are written as their numbers.
        pictures: PNG files that ``words`` refers to by their place.
        to_be_sealed: Whether a place for our seal is left at the end of the first page.
        at: When it is made; with a time zone.

    Raises:
        DraftFailed: It could not be typeset.

    Source: ISO 19005-3 (PDF/A-3), ISO 14289-1 (PDF/UA-1).
    """
    if at.tzinfo is None:
        raise DraftFailed("the instant has no time zone")
    inputs = {"data": json.dumps({**_legible(words), "seal": to_be_sealed}, ensure_ascii=False)}
    sheet = typeset(TEMPLATE, inputs, at=at, templates=REPORT_TEMPLATES, pictures=pictures)
    fields = [placement(report) for report in sheet.reports if report["kind"] == "field"]
    return DrawnReport(pdf=sheet.pdf, seal_place=next((one for one in fields if one.name == SEAL_FIELD), None))


def _legible(value: Any) -> Any:
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, Mapping):
        return {key: _legible(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_legible(one) for one in value]
    return value
