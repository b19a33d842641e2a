"""Predictors: rows of numbers written as differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esign.pdf.errors import PdfFilterError, PdfLimitError, PdfStreamError
from esign.pdf.objects import Object

_LONGEST_ROW = 1 << 24


def undo_predictor(data: bytes, options: Mapping[Any, Object], most: int) -> bytes:
    """Return a stream's bytes with its predictor undone.

    Args:
        data: What the filter returned.
        options: ``/Predictor``, ``/Columns``, ``/Colors``, ``/BitsPerComponent``.
        most: Longest result that is worked on byte by byte.

    Raises:
        PdfStreamError: The rows are not whole, or the options impossible.
        PdfFilterError: A predictor that is not undone here.
        PdfLimitError: Too long.

    Source: ISO 32000-2 clause 7.4.4.4.
    """
    predictor = _option(options, "Predictor", 1)
    if predictor == 1:
        return data
    if predictor < 10:
        raise PdfFilterError("a stream has a predictor that is not undone here", predictor=predictor)
    if len(data) > most:
        raise PdfLimitError("a stream with a predictor is too long", most=most)
    bits = _option(options, "Colors", 1) * _option(options, "BitsPerComponent", 8)
    row = (bits * _option(options, "Columns", 1) + 7) // 8
    step = max(1, bits // 8)
    if not 0 < row <= _LONGEST_ROW or not 0 < bits <= 512 or len(data) % (row + 1):
        raise PdfStreamError("the rows of a stream with a predictor are not whole")
    rows = []
    before = bytes(row)
    high = int.from_bytes(b"\x80" * row, "big")
    low = int.from_bytes(b"\x7f" * row, "big")
    for start in range(0, len(data), row + 1):
        kind = data[start]
        line = data[start + 1 : start + 1 + row]
        if kind == 2:  # byte by byte, all at once
            a, b = int.from_bytes(line, "big"), int.from_bytes(before, "big")
            line = (((a & low) + (b & low)) ^ ((a ^ b) & high)).to_bytes(row, "big")
        elif kind:
            line = _slow(kind, line, before, step)
        rows.append(line)
        before = line
    return b"".join(rows)


def _slow(kind: int, line: bytes, before: bytes, step: int) -> bytes:
    result = bytearray(line)
    for index in range(len(result)):
        left = result[index - step] if index >= step else 0
        above = before[index]
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + above) // 2
        elif kind == 4:
            corner = before[index - step] if index >= step else 0
            guess = _paeth(left, above, corner)
        else:
            raise PdfStreamError("a row names a predictor that does not exist")
        result[index] = (result[index] + guess) & 0xFF
    return bytes(result)


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    distances = (abs(estimate - left), abs(estimate - above), abs(estimate - corner))
    return (left, above, corner)[distances.index(min(distances))]


def _option(options: Mapping[Any, Object], key: str, default: int) -> int:
    value = options.get(key, default)
    if type(value) is not int or value < 0:
        raise PdfStreamError("a predictor has impossible options")
    return value
