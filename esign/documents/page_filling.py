"""Filling in: a template and values become the company's pages with everything on them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pikepdf

from esign.documents.draft import FieldPlacement
from esign.documents.own_pages import OwnPages, written
from esign.documents.page_errors import TextOverflows
from esign.documents.page_template import PLACEHOLDER, PageTemplate, Placement
from esign.documents.page_values import chosen, words_of
from esign.documents.typesetter import typeset
from esign.foundation.digests import sha256

_WITHOUT_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""The filled pages carry no date of their own: the same values give the same bytes on every day."""


def fill_in(template: PageTemplate, given: Mapping[str, Any], data: Mapping[str, Any]) -> OwnPages:
    """Return the template's pages with all values on them. The same template and values give the same bytes.

    Args:
        template: The template.
        given: Values by variable, as :func:`~esign.documents.page_values.words_of` says.
        data: Contract data as JSON, for variables that come from there.

    Raises:
        ValueRefused: A value is missing, unknown or not of its type.
        TextOverflows: A text does not fit its box in the smallest size allowed.
        GlyphMissing: A character is in none of our typefaces.
    """
    words = words_of(template, given, data)
    sheets = [
        {"width": width, "height": height, "items": _items(template, number, words, given, data)}
        for number, (width, height) in enumerate(template.sizes)
    ]
    pdf = template.pdf
    if any(sheet["items"] for sheet in sheets):
        inputs = {"title": template.name, "lang": template.lang, "pages": sheets}
        over = typeset("pages", {"data": json.dumps(inputs, ensure_ascii=False)}, at=_WITHOUT_DATE)
        for report in over.reports:
            if report["kind"] == "overflow":
                raise TextOverflows(placement=int(report["placement"]), **_named(template, int(report["placement"])))
        pdf = _laid_over(template.pdf, over.pdf, tuple(bool(sheet["items"]) for sheet in sheets))
    fields = tuple(
        FieldPlacement(name=each.field_name, page=each.page, box=each.box)
        for each in template.placements
        if each.kind == "signature"
    )
    return OwnPages(pdf=pdf, pages=len(template.sizes), fields=fields, digest=sha256(pdf))


def _named(template: PageTemplate, number: int) -> dict[str, str]:
    placement = template.placements[number]
    names = [placement.variable] if placement.variable else PLACEHOLDER.findall(placement.text)
    return {"variable": names[0]} if names else {}


def _items(
    template: PageTemplate, page: int, words: Mapping[str, str], given: Mapping[str, Any], data: Mapping[str, Any]
) -> list[dict[str, Any]]:
    items = []
    for number, placement in enumerate(template.placements):
        if placement.page != page or placement.kind == "signature":
            continue
        if placement.kind == "check":
            if chosen(template, placement.variable, given, data) == placement.equals:
                items.append(_item(template, number, placement, ""))
            continue
        text = words[placement.variable] if placement.kind == "date" else _filled(placement.text, words)
        if text.strip():
            items.append(_item(template, number, placement, text))
    return items


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Return the text with the variables' words; the words are never looked into again."""
    return PLACEHOLDER.sub(lambda match: words[match[1]], text)


def _item(template: PageTemplate, number: int, placement: Placement, text: str) -> dict[str, Any]:
    left, bottom, right, top = placement.box
    return {
        "number": number,
        "kind": placement.kind,
        "text": text,
        "x": left,
        "y": round(template.sizes[placement.page][1] - top, 3),
        "width": round(right - left, 3),
        "height": round(top - bottom, 3),
        "size": placement.size,
        "min_size": placement.min_size,
        "max_lines": placement.max_lines,
        "align": placement.align,
        "valign": placement.valign,
        "weight": placement.font,
        "colour": placement.colour,
    }


def _laid_over(below: bytes, above: bytes, used: tuple[bool, ...]) -> bytes:
    with pikepdf.open(io.BytesIO(below)) as document, pikepdf.open(io.BytesIO(above)) as over:
        for page, sheet, needed in zip(document.pages, over.pages, used, strict=True):
            if not needed:
                continue
            resources, named = _copy(page.obj, "/Resources"), _copy(page.obj.get("/Resources"), "/XObject")
            named["/EsignOver"] = document.copy_foreign(over.make_indirect(sheet.as_form_xobject()))
            resources["/XObject"] = named
            page.obj["/Resources"] = resources
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(b"\nQ q /EsignOver Do Q")
        return written(document)


def _copy(holder: Any, key: str) -> pikepdf.Dictionary:
    """Return a dictionary's entries in one of its own: other pages may share the original."""
    found = holder.get(key) if isinstance(holder, pikepdf.Dictionary) else None
    return pikepdf.Dictionary(dict(found.items()) if found is not None else {})
