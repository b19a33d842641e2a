"""A signed revision taken by itself: every object of it stands whole inside the signed bytes, and who refers to whom.

A cross-reference may name an offset behind the signed bytes, and a stream may claim to be longer than they are. What a
reader then shows is not what was signed, and comparing revisions object by object does not see it. So each object's
extent is measured; where the shape is not plain enough for that, the revision is read from the signed bytes alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pyhanko.pdf_utils.reader import HistoricalResolver

from esign.pades.reader import SignatureReader

ObjectNumber = tuple[int, int]
"""Object number and generation."""

_WHITE = b"\0\t\n\f\r "
_SPACE = rb"[\0\t\n\f\r ]"
_REFERENCE_BACKWARDS = re.compile(rb"R" + _SPACE + rb"+([0-9]{1,5})" + _SPACE + rb"+([0-9]{1,10})")
"""Beginning with a fixed letter, it is found ten times as fast; what only looks like a reference does no harm."""
_COMMENT = re.compile(rb"%[^\r\n]*[\r\n]" + _SPACE + rb"*[0-9R%]")
_BEFORE_COMMENT = b"0123456789\0\t\n\f\r "
_STREAM = re.compile(rb">>" + _SPACE + rb"*stream(?:\r\n|\n)")
_STREAM_END = re.compile(rb"(?:\r\n|\n|\r)?endstream" + _SPACE + rb"+endobj" + _SPACE + rb"*")
_LENGTH = re.compile(rb"/Length" + _SPACE + rb"*([0-9]{1,10})" + _SPACE + rb"*[/>]")
_LENGTH_KEY = re.compile(rb"/Length(?![0-9A-Za-z])")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


class NotPlain(Exception):
    """The revision has a shape that is not measured here; nothing is said against it."""


def read_alone(signed: bytes, revision: int) -> HistoricalResolver:
    """Return a signed revision, read from the signed bytes alone.

    Args:
        signed: The file up to the end of the signature's byte range.
        revision: Its number; 0 is the first.

    Raises:
        ValueError: The signed bytes do not end with this revision.
    """
    reader = SignatureReader(signed)
    if reader.xrefs.total_revisions != revision + 1:
        raise ValueError("the signed bytes do not end with the signed revision")
    return reader.get_historical_resolver(revision)


@dataclass(frozen=True, slots=True)
class References:
    """Who refers to whom in the signed bytes, older versions of objects included.

    Args:
        texts: Each object without its stream's content, and each cross-reference (None) with its trailer.
        referred: The objects that are referred to.
    """

    texts: tuple[tuple[ObjectNumber | None, bytes], ...]
    referred: frozenset[ObjectNumber]

    def to(self, number: ObjectNumber) -> set[ObjectNumber | None]:
        """Return the objects that refer to one."""
        one = re.compile(rb"(?<![0-9])0*%d%b+%d%b+R(?![0-9A-Za-z])" % (number[0], _SPACE, number[1], _SPACE))
        digits = b"%d" % number[0]
        return {holder for holder, text in self.texts if digits in text and one.search(text)}


def references(resolver: HistoricalResolver, signed: bytes) -> References:
    """Return who refers to whom in a signed revision.

    Args:
        resolver: The signed revision.
        signed: The file up to the end of the signature's byte range.

    Raises:
        NotPlain: Object streams, freed objects, streams of indirect length, anything between objects but white space,
            objects that reach beyond the place they have, or references to objects that are not there.

    Source: ISO 32000-1 7.3.8, 7.3.10, 7.5.4.
    """
    places = _places(resolver)
    ends = pairwise((*sorted(places), len(signed)))
    texts = tuple((places[start], _text(signed[start:end], places[start])) for start, end in ends)
    joined = b"\n|\n".join(text for _, text in texts)
    if any(joined[comment.start() - 1] in _BEFORE_COMMENT for comment in _COMMENT.finditer(joined)):
        raise NotPlain  # it may stand inside a reference
    backwards = set(_REFERENCE_BACKWARDS.findall(joined[::-1]))
    found = {(int(number[::-1]), int(generation[::-1])) for generation, number in backwards}
    if not found <= set(places.values()):
        raise NotPlain
    return References(texts=texts, referred=frozenset(found))


def _places(resolver: Any) -> dict[int, ObjectNumber | None]:
    """Return offset to object number; None where a cross-reference stands that is no object."""
    xrefs = resolver.reader.xrefs
    places: dict[int, ObjectNumber | None] = {}
    for revision in range(resolver.revision + 1):
        if xrefs.refs_freed_in_revision(revision) or xrefs.object_streams_used_in(revision):
            raise NotPlain
        places[xrefs.get_xref_container_info(revision).declared_startxref] = None
    for offset, number in _objects(resolver):
        if places.get(offset) not in (None, number):
            raise NotPlain
        places[offset] = number
    return places


def _objects(resolver: Any) -> Iterator[tuple[int, ObjectNumber]]:
    xrefs = resolver.reader.xrefs
    for revision in range(resolver.revision + 1):
        for reference in xrefs.explicit_refs_in_revision(revision):
            offset = xrefs.get_historical_ref(reference, revision)
            if type(offset) is not int:
                raise NotPlain
            yield offset, (reference.idnum, reference.generation)


def _text(part: bytes, number: ObjectNumber | None) -> bytes:
    """Return an object without its stream's content, if it fills its place exactly; a cross-reference as it is."""
    if number is None:
        return part
    if not part.startswith(b"%d %d obj" % number):
        raise NotPlain
    stream = _STREAM.search(part)
    if stream is None:
        if part.find(b"endobj") != len(part.rstrip(_WHITE)) - len(b"endobj"):
            raise NotPlain
        return part
    head = part[: stream.start() + 2]
    length = _LENGTH.search(head)
    keys = _LENGTH_KEY.findall(_ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), head))
    if length is None or len(keys) != 1 or b"endobj" in head:
        raise NotPlain
    if not _STREAM_END.fullmatch(part, stream.end() + int(length[1])):
        raise NotPlain
    return head
