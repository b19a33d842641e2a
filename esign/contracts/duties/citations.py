"""Clauses as they are cited: what a paragraph of a contract answers is what its source names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_LAW = re.compile(r"(?P<law>.*?(?: Art\. \d+[a-z]?)?) ?§")
_PLACE = re.compile(r"(?P<section>\d+[a-z]?) \((?P<part>\d+)\)(?: Nos?\. (?P<numbers>\d[\d\-, ]*))?")
_NUMBER = re.compile(r"(\d+)(?:-(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One place of a law: ``EGBGB Art. 246a § 1 (1) No. 10``."""

    law: str
    section: str
    part: str
    number: str
    """Empty where the whole part is cited."""


@cache
def citations(source: str) -> frozenset[Citation]:
    """Return the places that a source names; laws are parted by semicolons, ``Nos. 1, 3-5`` names four of them."""
    found = set()
    for segment in source.split(";"):
        law = _LAW.match(segment.strip())
        if law is None:
            continue
        for place in _PLACE.finditer(segment):
            for number in _numbers(place["numbers"]):
                found.add(Citation(law=law["law"].strip(), section=place["section"], part=place["part"], number=number))
    return frozenset(found)


def _numbers(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ("",)
    found: list[str] = []
    for first, last in _NUMBER.findall(text):
        found.extend(str(number) for number in range(int(first), int(last or first) + 1))
    return tuple(found)
