"""From the bytes of a shown string to characters, for fonts whose encoding says plainly what they show."""

from __future__ import annotations

import re
from collections.abc import Callable

from esign.pdf import Dictionary, Object, Stream, View
from esign.validation.changes.content import NotUnderstoodError
from esign.validation.changes.glyphs import character

_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])")
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")
_PART = re.compile(rb"begin(bfchar|bfrange)(.*?)end(?:bfchar|bfrange)", re.DOTALL)
_LONGEST = 1 << 20
_MOST = 65_536
_CODECS = {None: "cp1252", "WinAnsiEncoding": "cp1252", "PDFDocEncoding": "cp1252", "StandardEncoding": "cp1252"}
_CODECS["MacRomanEncoding"] = "mac_roman"

Decoder = Callable[[bytes], str]


def decoder(view: View, font: Object) -> Decoder:
    """Return what turns the bytes of a string in a font into text.

    Raises:
        NotUnderstoodError: The font does not say plainly what it shows.

    Source: ISO 32000-2 clauses 9.6, 9.7, 9.10.
    """
    font = view.resolve(font)
    if not isinstance(font, dict):
        raise NotUnderstoodError
    told = view.value(font, "ToUnicode")
    if view.value(font, "Subtype") == "Type0":
        if not isinstance(told, Stream):
            raise NotUnderstoodError
        return _mapped(_map(view, told), 2)
    if view.value(font, "Subtype") not in ("Type1", "TrueType", "MMType1"):
        raise NotUnderstoodError
    return _simple(view, font)


def brings_glyphs(view: View, font: Object) -> bool:
    """Whether a font brings shapes of its own, that may be others than its encoding says."""
    font = view.resolve(font)
    if not isinstance(font, dict) or view.value(font, "Subtype") == "Type3":
        return True
    below = view.value(font, "DescendantFonts")
    fonts = [font, *(view.resolve(item) for item in (below if isinstance(below, list) else []))]
    for item in fonts:
        descriptor = view.value(item, "FontDescriptor") if isinstance(item, dict) else None
        if isinstance(descriptor, dict) and descriptor.keys() & {"FontFile", "FontFile2", "FontFile3"}:
            return True
    return False


def _simple(view: View, font: Dictionary) -> Decoder:
    encoding = view.value(font, "Encoding")
    base: Object = encoding
    table: dict[int, str | None] = {}
    if isinstance(encoding, dict):
        base = view.value(encoding, "BaseEncoding")
        code = 0
        differences = view.value(encoding, "Differences")
        for item in differences if isinstance(differences, list) else []:
            item = view.resolve(item)
            if type(item) is int:
                code = item
            elif isinstance(item, str):
                table[code] = character(item)
                code += 1
    codec = _CODECS.get(base if isinstance(base, str) else None)
    if codec is None:
        raise NotUnderstoodError

    def decode(data: bytes) -> str:
        shown = [table[byte] if byte in table else bytes((byte,)).decode(codec, "replace") for byte in data]
        if None in shown:
            raise NotUnderstoodError
        return "".join(text for text in shown if text is not None)

    return decode


def _mapped(table: dict[bytes, str], width: int) -> Decoder:
    def decode(data: bytes) -> str:
        codes = [data[start : start + width] for start in range(0, len(data), width)]
        if any(code not in table for code in codes):
            raise NotUnderstoodError
        return "".join(table[code] for code in codes)

    return decode


def _map(view: View, stream: Stream) -> dict[bytes, str]:
    content = view.decode(stream)
    if len(content) > _LONGEST:
        raise NotUnderstoodError
    table: dict[bytes, str] = {}
    for part in _PART.finditer(content):
        if part[1] == b"bfchar":
            for pair in _PAIR.finditer(part[2]):
                table[_bytes(pair[1])] = _text(pair[2])
            continue
        for found in _RANGE.finditer(part[2]):
            first, last = _bytes(found[1]), _bytes(found[2])
            start, end = int.from_bytes(first, "big"), int.from_bytes(last, "big")
            if len(table) + end - start > _MOST:
                raise NotUnderstoodError
            targets = [_text(word) for word in _HEX.findall(found[4])] if found[4] is not None else None
            for index, code in enumerate(range(start, end + 1)):
                if targets is None:
                    shown = _text(found[3])
                    shown = shown[:-1] + chr(min(ord(shown[-1]) + index, 0x10FFFF)) if shown else ""
                else:
                    shown = targets[index] if index < len(targets) else ""
                table[code.to_bytes(len(first), "big")] = shown
    return table


def _bytes(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode("ascii").zfill(len(digits) + len(digits) % 2))


def _text(digits: bytes) -> str:
    return _bytes(digits).decode("utf-16-be", "replace")
