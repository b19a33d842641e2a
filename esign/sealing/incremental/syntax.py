"""A dictionary taken apart at its first level, its values left as they are written.

Two readers, one answer: a regular expression knows the plain shape that writers of PDFs produce (no comments, no
escapes, no nested parentheses); whatever it does not know is read by :mod:`esign.pdf`, which is strict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from esign.pdf import Limits, PdfError
from esign.pdf.syntax import entries, parse, skip
from esign.sealing.incremental.unusual import Unusual


class Entries(dict[bytes, bytes]):
    """Names without slash, escapes undone, and values as they are written. Nobody changes them: they are kept.

    ``highest`` is the highest object number that is referred to.
    """

    __slots__ = ("highest",)
    highest: int


WHITE = b"\0\t\n\f\r "
LIMITS = Limits()

_W = rb"[\0\t\n\f\r ]"
_REGULAR = rb"[^\x00-\x20\x7f()<>\[\]{}/%#]"
_STRING = rb"\((?:[^()\\]++|\\[\s\S])*+\)"
_HEXADECIMAL = rb"<[0-9A-Fa-f\0\t\n\f\r ]*+>"


def _nested(levels: int) -> bytes:
    inside = rb"[^()<>\[\]{}%#]++|" + _STRING + rb"|" + _HEXADECIMAL
    for _ in range(levels):
        inside += rb"|<<(?:" + inside + rb")*+>>|\[(?:" + inside + rb")*+\]"
    return inside


_INSIDE = _nested(4)
_NUMBER_OR_REFERENCE = (
    rb"[+-]?+(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:" + _W + rb"++[0-9]{1,5}+" + _W + rb"++R)?+(?!" + _REGULAR + rb")"
)
_VALUE = (
    rb"/" + _REGULAR + rb"++"
    rb"|" + _NUMBER_OR_REFERENCE + rb"|<<(?:" + _INSIDE + rb")*+>>"
    rb"|\[(?:" + _INSIDE + rb")*+\]"
    rb"|" + _STRING + rb"|" + _HEXADECIMAL + rb"|(?:true|false|null)(?!" + _REGULAR + rb")"
)
_ENTRY = re.compile(rb"(/(" + _REGULAR + rb"++)" + _W + rb"*+(" + _VALUE + rb")" + _W + rb"*+)")
"""It must not begin with white space: where no entry follows, it would be tried again at each further blank."""
_LONGEST_KEPT = 1024
_MOST_KEPT = 1024
_plain: set[bytes] = set()
"""Values that were looked into before: what writers put into every document is looked into once."""
_known: dict[bytes, Entries] = {}
"""Dictionaries that were taken apart before, by their very bytes: invoices of one writer are alike."""
recall = _known.get
"""Returns the entries of a dictionary that was taken apart before, or None."""
_find_entries = _ENTRY.findall
_find_references = re.compile(rb"([0-9]{1,10}+)" + _W + rb"++[0-9]{1,5}+" + _W + rb"++R").findall
_match_reference = re.compile(rb"([0-9]{1,10}+)" + _W + rb"++([0-9]{1,5}+)" + _W + rb"++R").fullmatch
_match_white = re.compile(_W + rb"*+").match
_search_control = re.compile(rb"[\x01-\x08\x0b\x0e-\x1f\x7f]").search
_find_signs = re.compile(rb"\\[\s\S]|[()%\r\n\x01-\x08\x0b\x0e-\x1f\x7f]").finditer
_match_regular = re.compile(rb"(?:(?![()<>\[\]{}/%#])[!-~])++").fullmatch


def split(body: bytes, *, keep: bool = True) -> Entries:
    """Return the entries of a dictionary that is written from ``<<`` to ``>>``, in their order.

    Args:
        body: The dictionary.
        keep: Whether it may be met again in another document.

    Raises:
        Unusual: Not a dictionary, damaged, or it, or one within it, names a key twice.
    """
    known = _known.get(body)
    if known is not None:
        return known
    begin = _match_white(body, 2).end()  # type: ignore[union-attr]  # it matches everywhere
    found = _find_entries(body, begin, len(body) - 2)
    result = Entries([(key, value) for _, key, value in found])
    length = begin + 2
    for whole, _, _ in found:
        length += len(whole)
    if length != len(body) or len(result) != len(found) or body[:2] != b"<<" or body[-2:] != b">>":
        return _split_strictly(body)
    for value in result.values():
        first = value[0]
        if (first == 0x5B or first == 0x3C) and value not in _plain:
            _check_within(value)
    result.highest = _highest(body)
    if keep and length < _LONGEST_KEPT:
        if len(_known) >= _MOST_KEPT:
            _known.clear()
        _known[body] = result
    return result


def forget() -> None:
    """Forget every dictionary that was taken apart before; for measuring."""
    _known.clear()
    _plain.clear()


def reference(value: bytes | None) -> tuple[int, int] | None:
    """Return object number and generation where a value is a reference, else None."""
    found = _match_reference(value) if value is not None else None
    return (int(found[1]), int(found[2])) if found else None


def integer(value: bytes | None) -> int | None:
    """Return a whole number that is not negative, else None."""
    return int(value) if value is not None and value.isdigit() and len(value) <= 10 else None


def written(entries_: Mapping[bytes, bytes]) -> bytes:
    """Return a dictionary as it stands in a file."""
    return b"<<%b>>" % b"".join([b"/%b %b" % (_escaped(key), value) for key, value in entries_.items()])


def _escaped(key: bytes) -> bytes:
    if _match_regular(key):
        return key
    return b"".join(bytes((c,)) if _match_regular(bytes((c,))) else b"#%02X" % c for c in key)


def _check_within(value: bytes) -> None:
    """Check that an array or dictionary is written as it must be, and names no key twice."""
    _parse_whole(value)
    _check_names(value)
    if len(value) < _LONGEST_KEPT:
        if len(_plain) >= _MOST_KEPT:
            _plain.clear()
        _plain.add(value)


def _check_names(text: bytes) -> None:
    """Check that no control character stands outside of strings: readers do not agree what it is there."""
    if not _search_control(text):
        return
    depth = 0
    comment = False
    for found in _find_signs(text):
        sign = found[0]
        if len(sign) > 1:
            continue
        if sign in b"\r\n":
            comment = False
        elif sign == b"%":
            comment = comment or not depth
        elif sign == b"(":
            depth += not comment
        elif sign == b")":
            depth -= bool(depth) and not comment
        elif not depth:
            raise Unusual("control characters")


def _split_strictly(body: bytes) -> Entries:
    value = _parse_whole(body)
    _check_names(body)
    if type(value) is not dict:
        raise Unusual("an object that must be a dictionary is none")
    try:
        result = Entries((key.encode("latin-1"), body[start:stop]) for key, start, stop in entries(body, 0, LIMITS))
    except PdfError as error:
        raise Unusual(error.detail) from error
    result.highest = _highest(body)
    return result


def _highest(body: bytes) -> int:
    return max(map(int, _find_references(body)), default=0)


def _parse_whole(body: bytes) -> object:
    try:
        value, end = parse(body, 0, LIMITS)
    except PdfError as error:
        raise Unusual(error.detail) from error
    if skip(body, end) != len(body):
        raise Unusual("something stands behind an object")
    return value
