"""An indirect object where it stands: its header, its value, its stream, its end."""

from __future__ import annotations

import re
from typing import NamedTuple

from esign.pdf.errors import PdfObjectError, PdfStreamError
from esign.pdf.limits import Limits
from esign.pdf.objects import Dictionary, Object, Stream
from esign.pdf.syntax import parse, skip

_HEADER = re.compile(rb"([0-9]{1,10}+)[\0\t\n\f\r ]++([0-9]{1,5}+)[\0\t\n\f\r ]++obj(?![^\0\t\n\f\r ()<>\[\]{}/%])")
_STREAM = re.compile(rb"stream(?:\r\n|\n)")
_END_STREAM = re.compile(rb"(?:\r\n|\n|\r)?endstream(?![^\0\t\n\f\r ()<>\[\]{}/%])")
_LOOSE_END_STREAM = re.compile(rb"[\0\t\n\f\r ]{0,16}+endstream(?![^\0\t\n\f\r ()<>\[\]{}/%])")


class Indirect(NamedTuple):
    """An indirect object as it stands in the file.

    Args:
        number: Its number.
        generation: Its generation.
        value: Its value; of a stream only the dictionary, as long as its length is not known.
        start: Where it begins.
        body: Where its value begins.
        text_end: Where its value ends, a stream's content not counted.
        end: Behind ``endobj``; 0 where a stream's length must be looked up first.
    """

    number: int
    generation: int
    value: Object
    start: int
    body: int
    text_end: int
    end: int


def read_header(data: bytes, start: int) -> tuple[int, int, int]:
    """Return number, generation and the position behind ``obj``.

    Raises:
        PdfObjectError: No object begins there.
    """
    head = _HEADER.match(data, start)
    if head is None:
        raise PdfObjectError("no object begins where one should", offset=start)
    return int(head[1]), int(head[2]), head.end()


def read_indirect(data: bytes, start: int, limits: Limits) -> Indirect:
    """Read the object that begins at a position.

    Raises:
        PdfObjectError: No object begins there, or it does not end.
        PdfSyntaxError: Its value is damaged.
        PdfStreamError: Its stream is not as long as it says.
    """
    number, generation, body = read_header(data, start)
    position = skip(data, body)
    if data.startswith(b"endobj", position):  # nothing is null
        return Indirect(number, generation, None, start, body, body, position + 6)
    value, text_end = parse(data, body, limits)
    position = skip(data, text_end)
    if type(value) is dict and data.startswith(b"stream", position):
        length = value.get("Length")
        if type(length) is not int:
            return Indirect(number, generation, value, start, body, text_end, 0)
        stream, end = stream_at(data, value, position, length)
        return Indirect(number, generation, stream, start, body, text_end, end)
    return Indirect(number, generation, value, start, body, text_end, _end_of_object(data, position))


def stream_at(data: bytes, dictionary: Dictionary, position: int, length: int) -> tuple[Stream, int]:
    """Return the stream whose keyword stands at a position, and the position behind ``endobj``.

    Raises:
        PdfStreamError: Its length is not the one given.

    Source: ISO 32000-2 clause 7.3.8.
    """
    keyword = _STREAM.match(data, skip(data, position))
    if keyword is None:
        raise PdfStreamError("a stream does not begin as it must", offset=position)
    start = keyword.end()
    if not 0 <= length <= len(data) - start:
        raise PdfStreamError("a stream is longer than the file", offset=start)
    end = _END_STREAM.match(data, start + length) or _LOOSE_END_STREAM.match(data, start + length)
    if end is None:
        raise PdfStreamError("a stream is not as long as it says", offset=start)
    return Stream(dictionary, data, start, length), _end_of_object(data, skip(data, end.end()))


def _end_of_object(data: bytes, position: int) -> int:
    if not data.startswith(b"endobj", position):
        raise PdfObjectError("an object does not end as it must", offset=position)
    return position + 6
