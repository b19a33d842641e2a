"""The shape of a byte range: everything of the signed revision but the hole, and the hole is the signature's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from esign.pdf import Pdf
from esign.validation.changes.found import FoundSignature
from esign.validation.findings import Finding, FindingKind

_HEXADECIMAL = re.compile(rb"<[0-9A-Fa-f]*+>")
_DEEPEST = 64
_WHITE = b"\0\t\n\f\r "


def check_byte_range(data: bytes, pdf: Pdf, signature: FoundSignature) -> tuple[Finding, ...]:
    """Return what speaks against the bytes that a signature covers.

    1. The byte range is two pairs of numbers and begins with the file.
    2. What it leaves out is exactly the ``/Contents`` of this very signature dictionary, one hexadecimal string.
    3. It ends with a revision: the one in which the signature stands.
    4. Behind the CMS there is nothing but zeros in the hole.

    Args:
        data: The file.
        pdf: The file as far as it can be read.
        signature: The signature.

    Source: ISO 32000-2 clause 12.8.1; ETSI EN 319 142-1 clause 5.5.
    """
    return tuple(_problems(data, pdf, signature))


def _problems(data: bytes, pdf: Pdf, signature: FoundSignature) -> Iterator[Finding]:
    if signature.contents is None:
        yield _finding(FindingKind.NO_USABLE_SIGNATURE, "the signature's dictionary holds no signature")
    ranges = signature.byte_range
    if ranges is None or len(ranges) != 4:
        yield _finding(FindingKind.BYTE_RANGE_INVALID, "the byte range is not two pairs of numbers")
        return
    first, start, second, length = ranges
    if first or not 0 < start < second or length < 0 or second + length > len(data):
        yield _finding(FindingKind.BYTE_RANGE_INVALID, "the byte range is not two pieces of this file")
        return
    if signature.hole is None:
        yield _finding(FindingKind.BYTE_RANGE_INVALID, "the signature does not stand in its dictionary as it must")
        return
    if (start, second) != signature.hole:
        yield _finding(FindingKind.BYTE_RANGE_INVALID, "the byte range leaves out something else than the signature")
        return
    if not _HEXADECIMAL.fullmatch(data, start, second):
        yield _finding(FindingKind.UNCOVERED_BYTES, "the hole of the byte range is not one plain hexadecimal string")
    yield from _end(pdf, signature)
    if signature.contents is not None and not padding_is_zero(signature.contents):
        yield _finding(FindingKind.UNCOVERED_BYTES, "something stands behind the signature in its hole")


def _end(pdf: Pdf, signature: FoundSignature) -> Iterator[Finding]:
    revision = pdf.revisions[signature.revision]
    mark = pdf.data.rfind(b"%%EOF", revision.marker, revision.end)
    least = mark + 5 if mark >= 0 else revision.end
    if least <= signature.end <= revision.end:
        return
    if signature.end < least:
        yield _finding(FindingKind.UNCOVERED_BYTES, "the byte range ends before the revision that was signed")
        return
    more = pdf.data[revision.end : signature.end]
    if more.strip(_WHITE):
        yield _finding(FindingKind.BYTE_RANGE_INVALID, "the byte range does not end with the revision that was signed")


def padding_is_zero(contents: bytes) -> bool:
    """Whether nothing but zeros stands behind the CMS or timestamp in the hole."""
    end = cms_length(contents)
    return end is not None and not any(contents[end:])


def cms_length(contents: bytes) -> int | None:
    """Return how long the first BER element is, also where its length is indefinite; None where it is damaged.

    Source: ITU-T X.690 clause 8.1.
    """
    position, open_ends = 0, 0
    while True:
        if contents[position : position + 2] == b"\0\0" and open_ends:
            open_ends -= 1
            position += 2
        else:
            head = _head(contents, position)
            if head is None:
                return None
            position, length = head
            if length is None:
                open_ends += 1
                if open_ends > _DEEPEST:
                    return None
            else:
                position += length
                if position > len(contents):
                    return None
        if not open_ends:
            return position


def _head(data: bytes, position: int) -> tuple[int, int | None] | None:
    """Return where an element's contents begin and how long they are; None for an indefinite length."""
    if position + 2 > len(data) or data[position] & 0x1F == 0x1F:
        return None
    length = data[position + 1]
    position += 2
    if length < 0x80:
        return position, length
    if length == 0x80:
        return position, None
    size = length & 0x7F
    if size > 4 or position + size > len(data):
        return None
    return position + size, int.from_bytes(data[position : position + size], "big")


def _finding(kind: FindingKind, what: str) -> Finding:
    return Finding(kind=kind, what=what)
