"""The characters that names of glyphs stand for."""

from __future__ import annotations

import re
import unicodedata

_UNI = re.compile(r"uni([0-9A-F]{4})|u([0-9A-F]{4,6})")
_ACCENTS = {
    "acute": "\u0301",
    "grave": "\u0300",
    "circumflex": "\u0302",
    "dieresis": "\u0308",
    "tilde": "\u0303",
    "ring": "\u030a",
    "cedilla": "\u0327",
    "caron": "\u030c",
}
_NAMES = (
    "space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright asterisk plus "
    "comma hyphen period slash zero one two three four five six seven eight nine colon semicolon less equal "
    "greater question at bracketleft backslash bracketright asciicircum underscore grave braceleft bar "
    "braceright asciitilde"
)
_SIGNS = dict(zip(_NAMES.split(), " !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~", strict=True)) | {
    "germandbls": "ß",
    "Euro": "€",
    "bullet": "•",
    "endash": "–",
    "emdash": "—",
    "quoteleft": "‘",
    "quoteright": "’",
    "quotedblleft": "“",
    "quotedblright": "”",
    "quotedblbase": "„",
    "quotesinglbase": "‚",
    "guillemotleft": "«",
    "guillemotright": "»",
    "guilsinglleft": "‹",
    "guilsinglright": "›",
    "ellipsis": "…",
    "section": "§",
    "paragraph": "¶",
    "degree": "°",
    "sterling": "£",
    "yen": "¥",
    "cent": "¢",
    "currency": "¤",
    "copyright": "©",
    "registered": "®",
    "trademark": "™",
    "plusminus": "±",
    "multiply": "×",
    "divide": "÷",
    "mu": "µ",
    "periodcentered": "·",
    "onehalf": "½",
    "onequarter": "¼",
    "threequarters": "¾",
    "onesuperior": "¹",
    "twosuperior": "²",
    "threesuperior": "³",
    "ordfeminine": "ª",
    "ordmasculine": "º",
    "exclamdown": "¡",
    "questiondown": "¿",
    "brokenbar": "¦",
    "logicalnot": "¬",
    "macron": "¯",
    "dieresis": "¨",
    "acute": "´",
    "cedilla": "¸",
    "circumflex": "ˆ",
    "tilde": "˜",
    "caron": "ˇ",
    "breve": "˘",
    "dotaccent": "˙",
    "ring": "˚",
    "ogonek": "˛",
    "hungarumlaut": "˝",
    "minus": "−",
    "fraction": "⁄",
    "dagger": "†",
    "daggerdbl": "‡",
    "perthousand": "‰",
    "florin": "ƒ",
    "AE": "Æ",
    "ae": "æ",
    "OE": "Œ",
    "oe": "œ",
    "Oslash": "Ø",
    "oslash": "ø",
    "Eth": "Ð",
    "eth": "ð",
    "Thorn": "Þ",
    "thorn": "þ",
    "Lslash": "Ł",
    "lslash": "ł",
    "dotlessi": "ı",
    "fi": "fi",
    "fl": "fl",
    "nbspace": "\u00a0",
    "sfthyphen": "\u00ad",
}


def character(name: str) -> str | None:
    """Return what a glyph's name stands for; None where it is none of the usual names.

    Source: Adobe Glyph List; ISO 32000-2 Annex D.
    """
    if len(name) == 1 and name.isascii() and name.isalpha():
        return name
    if name in _SIGNS:
        return _SIGNS[name]
    found = _UNI.fullmatch(name)
    if found is not None:
        code = int(found[1] or found[2], 16)
        return chr(code) if code <= 0x10FFFF else None
    accent = _ACCENTS.get(name[1:])
    if accent and name[0].isascii() and name[0].isalpha():
        return unicodedata.normalize("NFC", name[0] + accent)
    return None
