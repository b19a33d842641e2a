"""The revisions of a file: which cross-reference sections belong together, and where each revision ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from esign.pdf.anomalies import Anomalies
from esign.pdf.entries import Entry, Joined
from esign.pdf.errors import PdfEncryptedError, PdfLimitError, PdfXrefError
from esign.pdf.limits import Limits
from esign.pdf.objects import Dictionary, Ref
from esign.pdf.section import MOST_WHITE, Section, read_section
from esign.pdf.syntax import skip

END = re.compile(rb"startxref[\0\t\n\f\r ]++([0-9]{1,19}+)(?:[\0\t\n\f\r ]++(%%EOF)(?:\r\n|\n|\r)?)?")
"""The end of a revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A file as it was written, or what was appended to it at one time.

    Args:
        index: 0 is the oldest.
        start: Where it begins: behind the revision before.
        end: Behind its ``%%EOF`` and the end of that line.
        startxref: The offset that its end names, counted from the beginning of the file.
        trailer: Its trailer.
        entries: What its cross-reference says of object numbers.
        kind: ``table``, ``stream`` or ``hybrid``.
        sections: Its cross-reference sections; two where the file is linearised.
        marker: Where its last ``startxref`` stands.
    """

    index: int
    start: int
    end: int
    startxref: int
    trailer: Dictionary
    entries: Mapping[int, Entry]
    kind: str
    sections: tuple[Section, ...]
    marker: int


def read_revisions(data: bytes, base: int, limits: Limits, anomalies: Anomalies) -> tuple[tuple[Revision, ...], int]:
    """Return the revisions, oldest first, and the base that the file's offsets are counted from.

    Args:
        data: The file.
        base: Where the header stands.
        limits: Bounds.
        anomalies: Takes what is unusual.

    Raises:
        PdfXrefError: No cross-reference, a damaged one, or one that runs in a circle.
        PdfEncryptedError: The file is encrypted.
        PdfLimitError: More revisions than allowed.

    Source: ISO 32000-2 clauses 7.5.4 to 7.5.8, Annex F.
    """
    marker = data.rfind(b"startxref")
    last = END.match(data, marker) if marker >= 0 else None
    if last is None:
        raise PdfXrefError("the file does not tell where its cross-reference stands")
    if base and not data.startswith(b"xref", base + int(last[1])) and data.startswith(b"xref", int(last[1])):
        base = 0
    sections = _chain(data, base + int(last[1]), base, limits, anomalies)
    linearised = len(sections) > 1 and sections[1].start < sections[0].start
    if linearised and b"/Linearized" not in data[base : base + 1024]:
        raise PdfXrefError("a cross-reference names one that stands behind it", offset=sections[1].start)
    revisions: list[Revision] = []
    groups = [tuple(sections[:2][::-1]), *((s,) for s in sections[2:])] if linearised else [(s,) for s in sections]
    for index, group in enumerate(groups):
        upper = groups[index + 1][0].start if index + 1 < len(groups) else len(data)
        revisions.append(_revision(data, base, group, upper, revisions, anomalies))
    if revisions[-1].marker != marker:
        anomalies.add("end", "the end of the file does not follow on its last cross-reference", marker)
    return tuple(revisions), base


def _chain(data: bytes, start: int, base: int, limits: Limits, anomalies: Anomalies) -> list[Section]:
    """Return the sections, oldest first."""
    sections: list[Section] = []
    seen: set[int] = set()
    place: int | None = start
    while place is not None:
        if place in seen:
            raise PdfXrefError("the cross-references run in a circle", offset=place)
        if len(seen) >= limits.revisions:
            raise PdfLimitError("the file has more revisions than allowed", revisions=len(seen))
        seen.add(place)
        section = read_section(data, place, base, limits, anomalies)
        if "Encrypt" in section.trailer:
            raise PdfEncryptedError()
        after = sections[-1] if sections else None
        if (
            after is not None
            and section.end > after.start
            and (section.previous is not None or section.start < after.end)
        ):
            raise PdfXrefError("the cross-references are not in order", offset=place)
        sections.append(section)
        place = None if section.previous is None else base + section.previous
    return sections[::-1]


def _revision(
    data: bytes,
    base: int,
    group: tuple[Section, ...],
    upper: int,
    before: list[Revision],
    anomalies: Anomalies,
) -> Revision:
    first, final = group[0], max(group, key=lambda section: section.end)
    start = before[-1].end if before else 0
    if before and min(section.start for section in group) < start:
        raise PdfXrefError("the cross-references are not in order", offset=first.start)
    trailer = first.trailer
    size = trailer.get("Size")
    if type(trailer.get("Root")) is not Ref or type(size) is not int or size < 1:
        raise PdfXrefError("a trailer does not name catalog and size", offset=first.end)
    marker = data.find(b"startxref", final.end, upper)
    found = END.match(data, marker) if marker >= 0 else None
    if found is None:
        anomalies.add("end", "a cross-reference is not followed by the end of its revision", final.end)
        marker, end = final.end, final.end
    else:
        end = found.end()
        if marker != skip(data, final.end):
            anomalies.add("end", "something stands between a cross-reference and the end of its revision", final.end)
        if found[2] is None:
            anomalies.add("end", "a revision does not end with its mark", marker)
        if not 0 <= first.start - base - int(found[1]) <= MOST_WHITE:
            anomalies.add("end", "the end of a revision names another cross-reference", marker)
    entries: Mapping[int, Entry] = first.entries if len(group) == 1 else Joined(tuple(s.entries for s in group))
    if _highest(group) > size:
        anomalies.add("size", "a cross-reference tells of more objects than its trailer", first.start)
    return Revision(
        index=len(before),
        start=start,
        end=end,
        startxref=first.start,
        trailer=trailer,
        entries=entries,
        kind=first.kind,
        sections=group,
        marker=marker,
    )


def _highest(group: tuple[Section, ...]) -> int:
    return max(section.highest for section in group)
