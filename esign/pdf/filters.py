"""Undoing the filters of a stream, never into more bytes than allowed."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from esign.pdf.errors import PdfFilterError, PdfLimitError, PdfStreamError
from esign.pdf.lzw import lzw
from esign.pdf.objects import Object
from esign.pdf.predictors import undo_predictor
from esign.pdf.syntax import WHITE

_MOST_FILTERS = 8
_NOT_85 = re.compile(rb"[^!-uz]")


def decode(
    raw: bytes,
    filters: tuple[str, ...],
    parameters: tuple[Mapping[Any, Object] | None, ...],
    most: int,
    most_predicted: int,
) -> bytes:
    """Return a stream's bytes with its filters undone.

    Args:
        raw: The bytes as they stand in the file.
        filters: Names of the filters in order.
        parameters: The parameters of each, None where it has none; references already followed.
        most: Longest result, in bytes, also of each step.
        most_predicted: Longest result whose predictor is undone byte by byte.

    Raises:
        PdfFilterError: A filter that is not decoded here, as those of pictures.
        PdfStreamError: The bytes are not what the filter asks for.
        PdfLimitError: The result would be too long.

    Source: ISO 32000-2 clause 7.4.
    """
    if len(filters) > _MOST_FILTERS:
        raise PdfLimitError("a stream has more filters than anybody needs")
    for name, options in zip(filters, parameters, strict=True):
        undo = _FILTERS.get(name)
        if undo is None:
            raise PdfFilterError("a stream has a filter that is not decoded here", filter=name[:40])
        raw = undo(raw, most)
        if name in _PREDICTED and options:
            raw = undo_predictor(raw, options, most_predicted)
    return raw


def _flate(raw: bytes, most: int) -> bytes:
    inflate = zlib.decompressobj()
    try:
        result = inflate.decompress(raw, most + 1)
        if len(result) <= most and not inflate.eof:
            result += inflate.flush()
    except zlib.error as error:
        raise PdfStreamError("a compressed stream is damaged") from error
    if len(result) > most:
        raise PdfLimitError("a compressed stream is too long", most=most)
    if not inflate.eof:
        raise PdfStreamError("a compressed stream ends too early")
    return result


def _ascii_hex(raw: bytes, _most: int) -> bytes:
    digits, end, _ = raw.partition(b">")
    digits = digits.translate(None, WHITE)
    if not end:
        raise PdfStreamError("a hexadecimal stream does not end")
    try:
        return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
    except binascii.Error as error:
        raise PdfStreamError("a hexadecimal stream is damaged") from error


def _ascii_85(raw: bytes, most: int) -> bytes:
    digits, end, _ = raw.partition(b"~>")
    digits = digits.translate(None, WHITE)
    if not end or _NOT_85.search(digits):
        raise PdfStreamError("a stream in base 85 is damaged")
    if len(digits) + 3 * digits.count(b"z") > most:
        raise PdfLimitError("a stream in base 85 is too long", most=most)
    try:
        return base64.a85decode(digits)
    except (ValueError, OverflowError) as error:
        raise PdfStreamError("a stream in base 85 is damaged") from error


def _run_length(raw: bytes, most: int) -> bytes:
    parts: list[bytes] = []
    position = total = 0
    while True:
        if position >= len(raw):
            raise PdfStreamError("a run-length stream does not end")
        length = raw[position]
        if length == 128:
            return b"".join(parts)
        if length < 128:
            part = raw[position + 1 : position + 2 + length]
            position += 2 + length
        else:
            part = raw[position + 1 : position + 2] * (257 - length)
            position += 2
        parts.append(part)
        total += len(part)
        if total > most:
            raise PdfLimitError("a run-length stream is too long", most=most)


_FILTERS: Mapping[str, Callable[[bytes, int], bytes]] = {
    "FlateDecode": _flate,
    "LZWDecode": lzw,
    "ASCIIHexDecode": _ascii_hex,
    "ASCII85Decode": _ascii_85,
    "RunLengthDecode": _run_length,
}
_PREDICTED = {"FlateDecode", "LZWDecode"}
