"""From bytes to one object: a strict reader without recursion, its time proportional to the bytes that it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from esign.pdf.errors import PdfLimitError, PdfSyntaxError
from esign.pdf.limits import Limits
from esign.pdf.objects import Dictionary, HexString, Name, Object, Ref, String

WHITE = b"\0\t\n\f\r "
_W = rb"[\0\t\n\f\r ]"
_REGULAR = rb"[^\0\t\n\f\r ()<>\[\]{}/%]"

_TOKEN = re.compile(
    _W
    + rb"*+(?:/("
    + _REGULAR
    + rb"*+)"  # 1 name
    + rb"|([0-9]{1,10}+)"
    + _W
    + rb"++([0-9]{1,5}+)"
    + _W
    + rb"++R(?!"
    + _REGULAR
    + rb")"  # 2, 3 reference
    + rb"|([+-]?[0-9]{1,19}+)(?!"
    + _REGULAR
    + rb")"  # 4 integer
    + rb"|(<<)|(>>)|(\[)|(\])"  # 5 6 7 8
    + rb"|\(([^()\\\r]*+)\)"  # 9 plain literal string
    + rb"|<([0-9A-Fa-f]*+)>"  # 10 plain hexadecimal string
    + rb"|([+-]?(?:[0-9]{1,32}+\.[0-9]{0,255}+|\.[0-9]{1,255}+))(?!"
    + _REGULAR
    + rb")"  # 11 real
    + rb"|(true|false|null)(?!"
    + _REGULAR
    + rb")"  # 12
    + rb"|%[^\r\n]*+()"  # 13 comment
    + rb"|(\()"  # 14 any literal string
    + rb"|<([0-9A-Fa-f\0\t\n\f\r ]*+)>)"  # 15 any hexadecimal string
)
_SKIP = re.compile(rb"(?:" + _W + rb"++|%[^\r\n]*+)*+")
_IN_STRING = re.compile(rb"[()\\]")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])|\r\n?")
_ESCAPES: dict[bytes | None, bytes] = {bytes((byte,)): bytes((byte,)) for byte in range(256) if byte not in b"01234567"}
_ESCAPES |= {
    None: b"\n",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})?")
_WORDS = {b"true": True, b"false": False, b"null": None}
_NAMES: dict[bytes, Name] = {}
_MOST_NAMES = 4096

_new_ref = Ref


def skip(data: bytes, position: int) -> int:
    """Return the position behind white space and comments."""
    found = _SKIP.match(data, position)
    return found.end() if found else position


def parse(data: bytes, position: int, limits: Limits) -> tuple[Object, int]:
    """Read the object that begins at a position, white space and comments before it skipped.

    Args:
        data: The bytes.
        position: Where to begin.
        limits: Bounds for depth and number of values.

    Returns:
        The object and the position behind it. A dictionary is returned as such, also where a stream follows.

    Raises:
        PdfSyntaxError: Not an object, a damaged one, or a dictionary that names a key twice.
        PdfLimitError: Nested too deeply, or too many values.

    Source: ISO 32000-2 clauses 7.2 and 7.3.
    """
    match = _TOKEN.match
    names = _NAMES
    stack: list[tuple[list[Object], bool]] = []
    items: list[Object] = []
    within_dictionary = False
    count = 0
    while True:
        token = match(data, position)
        if token is None:
            raise PdfSyntaxError("this is no object", offset=position)
        position = token.end()
        kind = token.lastindex
        value: Object
        if kind == 1:
            raw = token[1]
            value = names.get(raw) or _name(raw, position)
        elif kind == 3:
            value = _new_ref(int(token[2]), int(token[3]))
        elif kind == 4:
            value = int(token[4])
        elif kind == 5 or kind == 7:
            if len(stack) >= limits.depth:
                raise PdfLimitError("arrays and dictionaries are nested too deeply", offset=position)
            stack.append((items, within_dictionary))
            items = []
            within_dictionary = kind == 5
            continue
        elif kind == 6 or kind == 8:
            if not stack or within_dictionary != (kind == 6):
                raise PdfSyntaxError("something is closed that was not opened", offset=position)
            count += len(items)
            if count > limits.items:
                raise PdfLimitError("an object holds too many values", offset=position)
            value = _dictionary(items, position) if within_dictionary else items
            items, within_dictionary = stack.pop()
        elif kind == 9:
            value = String(token[9])
        elif kind == 10:
            value = _hexadecimal(token[10])
        elif kind == 11:
            value = float(token[11])
        elif kind == 12:
            value = _WORDS[token[12]]
        elif kind == 13:
            continue
        elif kind == 14:
            value, position = _literal(data, position)
        else:
            value = _hexadecimal(token[15].translate(None, WHITE))
        if not stack:
            return value, position
        items.append(value)
        if len(items) > limits.items:
            raise PdfLimitError("an object holds too many values", offset=position)


def entries(data: bytes, position: int, limits: Limits) -> Iterator[tuple[Name, int, int]]:
    """Yield key, start and end of each value of the dictionary at a position, as it stands in the bytes.

    Raises:
        PdfSyntaxError: Not a dictionary, or a damaged one.
    """
    token = _TOKEN.match(data, skip(data, position))
    if token is None or token.lastindex != 5:
        raise PdfSyntaxError("this is no dictionary", offset=position)
    position = skip(data, token.end())
    while not data.startswith(b">>", position):
        key, position = parse(data, position, limits)
        if not isinstance(key, Name):
            raise PdfSyntaxError("a dictionary's key is no name", offset=position)
        start = skip(data, position)
        _, position = parse(data, start, limits)
        yield key, start, position
        position = skip(data, position)


def _name(raw: bytes, position: int) -> Name:
    """Return a name, escapes undone; the usual names are kept."""
    if b"#" in raw:
        if any(escape[1] is None or escape[1] == b"00" for escape in _NAME_ESCAPE.finditer(raw)):
            raise PdfSyntaxError("a name holds an impossible escape", offset=position)
        return Name(_NAME_ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), raw).decode("latin-1"))
    name = Name(raw.decode("latin-1"))
    if len(_NAMES) < _MOST_NAMES and len(raw) < 64:
        _NAMES[raw] = name
    return name


def _dictionary(items: list[Object], position: int) -> Dictionary:
    keys = items[::2]
    for key in keys:
        if type(key) is not Name:
            raise PdfSyntaxError("a dictionary's key is no name", offset=position)
    result: Dictionary = dict(zip(keys, items[1::2], strict=False))  # type: ignore[arg-type]  # every key is a name
    if 2 * len(result) != len(items):
        raise PdfSyntaxError("a dictionary names a key twice, or a key without a value", offset=position)
    return result


def _hexadecimal(digits: bytes) -> HexString:
    if len(digits) % 2:
        digits += b"0"
    return HexString(bytes.fromhex(digits.decode("ascii")))


def _literal(data: bytes, position: int) -> tuple[String, int]:
    """Read a literal string whose parenthesis was just opened."""
    start = position
    depth = 1
    while depth:
        found = _IN_STRING.search(data, position)
        if found is None:
            raise PdfSyntaxError("a string does not end", offset=start)
        position = found.end()
        mark = data[position - 1]
        if mark == 0x28:
            depth += 1
        elif mark == 0x29:
            depth -= 1
        else:
            position += 1  # whatever is escaped
    return String(_ESCAPE.sub(_unescape, data[start : position - 1])), position


def _unescape(escape: re.Match[bytes]) -> bytes:
    what = escape[1]
    known = _ESCAPES.get(what)
    return bytes((int(what, 8) & 0xFF,)) if known is None else known
