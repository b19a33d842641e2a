"""What the trailer of a cross-reference says, as far as a further revision needs it."""

from __future__ import annotations

import re
from typing import NamedTuple

from esign.sealing.document_errors import EncryptedDocument
from esign.sealing.incremental.syntax import Entries, integer, reference, split
from esign.sealing.incremental.unusual import Unusual

_W = rb"[\0\t\n\f\r ]"
_STRING = rb"(?:<[0-9A-Fa-f\0\t\n\f\r ]*+>|\((?:[^()\\]++|\\[\s\S])*+\))"
_NUMBER = rb"[0-9]{1,10}+"
_GENERATION = _W + rb"++[0-9]{1,5}+" + _W + rb"++R"
_ONCE = tuple(b"(?(%d)(?!))" % group for group in range(7))
"""A group that has matched before does not match again: a key that stands twice."""
_IDENTIFIER = rb"\[" + _W + rb"*+(" + _STRING + rb")" + _W + rb"*+" + _STRING + _W + rb"*+\]"

_match_usual = re.compile(
    rb"trailer" + _W + rb"*+<<" + _W + rb"*+(?:(?:"
    rb"/Size" + _W + rb"++" + _ONCE[1] + rb"(" + _NUMBER + rb")"
    rb"|/Root" + _W + rb"++" + _ONCE[2] + rb"(" + _NUMBER + _GENERATION + rb")"
    rb"|/Info" + _W + rb"++" + _ONCE[3] + rb"(" + _NUMBER + _GENERATION + rb")"
    rb"|/ID" + _W + rb"*+" + _ONCE[4] + _IDENTIFIER + rb"|/Prev" + _W + rb"++" + _ONCE[5] + rb"(" + _NUMBER + rb")"
    rb")" + _W + rb"*+)*+>>" + _W + rb"*+startxref"
).match
_match_identifier = re.compile(_IDENTIFIER).fullmatch


class Trailer(NamedTuple):
    """What a trailer says.

    Args:
        size: One more than the highest object number.
        root: The catalog's reference as it is written; None where an older section leaves it out.
        info: The reference of the document information as it is written, or None.
        identifier: The first part of the file identifier as it is written, or None.
        previous: Where the section before begins, or None.
    """

    size: int
    root: bytes | None
    info: bytes | None
    identifier: bytes | None
    previous: int | None


def read_trailer(window: bytes, position: int) -> Trailer:
    """Return the trailer of a table that stands at a position, from its keyword to ``startxref``.

    Raises:
        Unusual: No trailer stands there, or it is damaged.
        EncryptedDocument: The PDF is encrypted.
    """
    usual = _match_usual(window, position)
    if usual is not None:
        size, root, info, identifier, previous = usual.groups()
        if size is not None:
            return Trailer(int(size), root, info, identifier, int(previous) if previous is not None else None)
    body = window.find(b"<<", position)
    stop = window.find(b"startxref", position)
    if window[position : body if body > 0 else 0].strip(b"\0\t\n\f\r ") != b"trailer" or stop < 0:
        raise Unusual("trailer")
    return trailer_of(split(window[body:stop].rstrip(b"\0\t\n\f\r ")))


def trailer_of(entries: Entries) -> Trailer:
    """Return what the entries of a trailer, or of a cross-reference stream, say.

    Raises:
        Unusual: An impossible or indirect value, a hybrid cross-reference.
        EncryptedDocument: The PDF is encrypted.
    """
    if b"Encrypt" in entries:
        raise EncryptedDocument()
    size, root, info = integer(entries.get(b"Size")), entries.get(b"Root"), entries.get(b"Info")
    if size is None or b"XRefStm" in entries:
        raise Unusual("trailer")
    if any(value is not None and reference(value) is None for value in (root, info)):
        raise Unusual("catalog or document information")
    identifier = previous = None
    if b"ID" in entries:
        found = _match_identifier(entries[b"ID"])
        if found is None:
            raise Unusual("file identifier")
        identifier = found[1]
    if b"Prev" in entries:
        previous = integer(entries[b"Prev"])
        if previous is None:
            raise Unusual("section before")
    return Trailer(size, root, info, identifier, previous)
