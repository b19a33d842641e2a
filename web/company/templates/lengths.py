"""Millimetres from the page's upper left corner, as people measure; points from the lower left, as PDF does."""

from __future__ import annotations

import re
from collections.abc import Sequence

POINTS = 72 / 25.4
"""PDF points of a millimetre."""
_NUMBER = re.compile(r"[0-9]{1,4}([.,][0-9]{1,3})?")
_SLACK = 0.05
"""Points by which rounding to hundredths of a millimetre may lead off a page."""

Size = tuple[float, float]


class NotANumber(ValueError):
    """Somebody typed something else than a length."""


def typed(text: str) -> float:
    """Return a number as people type it, with comma or full stop; nothing else is one, neither ``NaN`` nor ``1e9``.

    Raises:
        NotANumber: It is none.
    """
    found = text.strip()
    if not _NUMBER.fullmatch(found):
        raise NotANumber
    return float(found.replace(",", "."))


def shown(value: float, lang: str) -> str:
    """Return a number as people of a language write it, with two decimals at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if lang == "de" else text


def box_of(left: float, top: float, width: float, height: float, page: Size) -> list[float]:
    """Return left, bottom, right, top in points of a place in millimetres; what is off the page stays off."""
    points = [left * POINTS, page[1] - (top + height) * POINTS, (left + width) * POINTS, page[1] - top * POINTS]
    if -_SLACK < points[1] < 0:
        points[1] = 0.0
    if page[0] < points[2] < page[0] + _SLACK:
        points[2] = page[0]
    return [round(each, 2) for each in points]


def place_of(box: Sequence[float], page: Size) -> tuple[float, float, float, float]:
    """Return left, top, width, height in millimetres of a box in points."""
    left, bottom, right, top = (float(each) for each in box)
    found = (left, page[1] - top, right - left, top - bottom)
    return (
        round(found[0] / POINTS, 2),
        round(found[1] / POINTS, 2),
        round(found[2] / POINTS, 2),
        round(found[3] / POINTS, 2),
    )
