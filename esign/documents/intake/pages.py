"""Every page the same way round: box from the origin, no crop, no rotation, no unit of its own."""

from __future__ import annotations

from typing import Any

import pikepdf

from esign.documents.intake import limits
from esign.documents.intake.reasons import Reasons

_BOXES = ("/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/UserUnit", "/Rotate")
_TURNS = {0: (1, 0, 0, 1), 90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}
"""Clockwise turns as a, b, c, d of a matrix (ISO 32000-1 8.3.3)."""


def check_sizes(document: pikepdf.Pdf, reasons: Reasons) -> None:
    """Note pages that are too small or too large to be read."""
    for number, page in enumerate(document.pages, 1):
        left, bottom, right, top = _visible_box(page)
        shortest, longest = sorted((right - left, top - bottom))
        if shortest < limits.SIDES[0] or longest > limits.SIDES[1] or float(page.obj.get("/UserUnit", 1)) != 1:
            reasons.add("page_size", page=number)


def straighten(document: pikepdf.Pdf) -> tuple[tuple[float, float], ...]:
    """Bring every page into one form and return the sizes in PDF points, as they are seen."""
    sizes = []
    for page in document.pages:
        left, bottom, right, top = _visible_box(page)
        turn = int(page.obj.get("/Rotate", 0)) % 360
        if (left, bottom) != (0.0, 0.0) or turn:
            _move(document, page, (left, bottom, right, top), turn)
        width, height = (top - bottom, right - left) if turn in (90, 270) else (right - left, top - bottom)
        for key in _BOXES:
            if key in page.obj:
                del page.obj[key]
        page.obj["/MediaBox"] = pikepdf.Array([0, 0, _number(width), _number(height)])
        sizes.append((round(width, 3), round(height, 3)))
    return tuple(sizes)


def _visible_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Return what of a page is seen: its crop box within its media box (ISO 32000-1 14.11.2)."""
    media = _ordered(page.obj.get("/MediaBox", [0, 0, 612, 792]))
    crop = _ordered(page.obj.get("/CropBox", media))
    box = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return box if box[2] > box[0] and box[3] > box[1] else media


def _ordered(box: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(each) for each in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _move(document: pikepdf.Pdf, page: pikepdf.Page, box: tuple[float, float, float, float], turn: int) -> None:
    """Draw the page through a form of its own: patterns move with it, which a matrix before the page would not do."""
    left, bottom, right, top = box
    a, b, c, d = _TURNS[turn]
    width, height = right - left, top - bottom
    e, f = {0: (0.0, 0.0), 90: (0.0, width), 180: (width, height), 270: (height, 0.0)}[turn]
    matrix = (a, b, c, d, e - a * left - c * bottom, f - b * left - d * bottom)
    page.contents_coalesce()
    contents = page.obj.get("/Contents")
    form = document.make_stream(contents.read_bytes() if isinstance(contents, pikepdf.Stream) else b"")
    form["/Type"], form["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
    for key in ("/Resources", "/Group"):
        if key in page.obj:
            form[key] = page.obj[key]
    form["/BBox"] = pikepdf.Array([_number(each) for each in box])
    form["/Matrix"] = pikepdf.Array([_number(each) for each in matrix])
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Sheet=form))
    page.obj["/Contents"] = document.make_stream(b"q /Sheet Do Q")
    if "/StructParents" in page.obj:
        del page.obj["/StructParents"]
    for note in page.obj.get("/Annots", []):
        _move_link(note, matrix)


def _move_link(note: Any, matrix: tuple[float, ...]) -> None:
    x0, y0, x1, y1 = _ordered(note["/Rect"])
    corners = [_through(matrix, x, y) for x, y in ((x0, y0), (x1, y1))]
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    note["/Rect"] = pikepdf.Array([_number(each) for each in (xs[0], ys[0], xs[1], ys[1])])
    points = note.get("/QuadPoints")
    if isinstance(points, pikepdf.Array):
        values = [float(each) for each in points]
        moved = [_through(matrix, x, y) for x, y in zip(values[::2], values[1::2], strict=False)]
        note["/QuadPoints"] = pikepdf.Array([_number(each) for pair in moved for each in pair])


def _through(matrix: tuple[float, ...], x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _number(value: float) -> Any:
    return int(value) if float(value).is_integer() else round(value, 4)
