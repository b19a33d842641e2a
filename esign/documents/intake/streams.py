"""Streams that unpack to more than any contract holds are found before anybody unpacks them whole."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from esign.documents.intake import limits
from esign.documents.intake.reasons import Refused

_STREAM = re.compile(rb"stream\r?\n")
_PACKED = re.compile(rb"/Type\s*/(?:ObjStm|XRef)\b")
_UNBOUNDED = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
_READABLE = {"/JPXDecode", "/JBIG2Decode"}


def check_packed_objects(data: bytes) -> None:
    """Refuse object streams and cross-reference streams that unpack to too much; whatever opens the file unpacks them.

    Raises:
        Refused: ``expansion``.
    """
    at, total = 0, 0
    while match := _STREAM.search(data, at):
        at = match.end()
        head = data[max(0, match.start() - 2000) : match.start()]
        if _PACKED.search(head[head.rfind(b"obj") :] if b"obj" in head else head):
            total += _unpacked(data[at : at + 40_000_000], limits.MAX_CONTENT)
            if total > limits.MAX_CONTENT:
                raise Refused("expansion")


def check_streams(document: pikepdf.Pdf) -> None:
    """Refuse streams with too many filters, of files elsewhere, or that unpack to too much.

    Raises:
        Refused: ``expansion``.
    """
    total = 0
    for item in document.objects:
        if isinstance(item, pikepdf.Stream):
            total += _size(item, limits.MAX_EXPANDED - total)
            if total > limits.MAX_EXPANDED:
                raise Refused("expansion")


def filters(stream: Any) -> tuple[str, ...]:
    """Return the names of a stream's filters in the order in which they are undone."""
    found = stream.get("/Filter")
    if found is None:
        return ()
    return tuple(str(each) for each in found) if isinstance(found, pikepdf.Array) else (str(found),)


def image_filters(document: pikepdf.Pdf) -> Iterator[Any]:
    """Return the pictures whose form the customer's viewer does not show."""
    for item in document.objects:
        if isinstance(item, pikepdf.Stream) and set(filters(item)) & _READABLE:
            yield item


def _size(stream: Any, limit: int) -> int:
    names = filters(stream)
    packed = [name for name in names if name in _UNBOUNDED]
    if len(names) > limits.MAX_FILTERS or len(packed) > 1:
        raise Refused("expansion", filters=len(names))
    if not packed:
        return 0
    raw = stream.read_raw_bytes()
    most = limit if stream.get("/Subtype") == "/Image" else min(limit, limits.MAX_CONTENT)
    if names[0] in ("/FlateDecode", "/Fl"):
        size = _unpacked(raw, most)
    else:  # one kind that expands, perhaps below a text form: at most as far as that kind can
        size = len(raw) * (64 if packed[0] in ("/RunLengthDecode", "/RL") else 1400)
        if size > most:
            size = len(stream.read_bytes())
    if size > most:
        raise Refused("expansion")
    return size


def _unpacked(data: bytes, limit: int) -> int:
    """Return how many bytes deflated data unpacks to, or a little more than the limit; never keeps them."""
    engine, size = zlib.decompressobj(), 0
    try:
        while data and not engine.eof and size <= limit:
            size += len(engine.decompress(data, 1 << 20))
            data = engine.unconsumed_tail
    except zlib.error:
        pass  # whoever opens the file says what is wrong with it
    return size
