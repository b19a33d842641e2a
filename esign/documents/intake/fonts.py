"""Typefaces that are not in the file: the standard ones are put in, others are a reason to refuse.

The customer's browser draws nothing with a typeface of the machine: what was shown must be what was signed.
Source: docs/ceremony-spec.md section 5; ISO 32000-1 9.6.2.2, 9.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
from PIL import ImageFont

from esign.documents.intake.objects import dictionaries
from esign.documents.intake.reasons import Reasons

_FILES = Path(__file__).with_name("fonts")
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_FAMILIES = {
    "helvetica": "sans",
    "arial": "sans",
    "arialmt": "sans",
    "times": "serif",
    "timesroman": "serif",
    "timesnewroman": "serif",
    "timesnewromanps": "serif",
    "timesnewromanpsmt": "serif",
    "courier": "fixed",
    "couriernew": "fixed",
    "couriernewps": "fixed",
    "couriernewpsmt": "fixed",
    "symbol": "symbol",
    "zapfdingbats": "dingbats",
}
_STYLES = re.compile(r"(bold|italic|oblique)")
_STAND_INS = {
    ("sans", ""): "LiberationSans-Regular.ttf",
    ("sans", "b"): "LiberationSans-Bold.ttf",
    ("sans", "i"): "LiberationSans-Italic.ttf",
    ("sans", "bi"): "LiberationSans-BoldItalic.ttf",
    ("serif", ""): "FoxitSerif.pfb",
    ("serif", "b"): "FoxitSerifBold.pfb",
    ("serif", "i"): "FoxitSerifItalic.pfb",
    ("serif", "bi"): "FoxitSerifBoldItalic.pfb",
    ("fixed", ""): "FoxitFixed.pfb",
    ("fixed", "b"): "FoxitFixedBold.pfb",
    ("fixed", "i"): "FoxitFixedItalic.pfb",
    ("fixed", "bi"): "FoxitFixedBoldItalic.pfb",
    ("symbol", ""): "FoxitSymbol.pfb",
    ("dingbats", ""): "FoxitDingbats.pfb",
}
"""Same widths as the standard typefaces, so that no line breaks elsewhere."""
_FIXED, _SERIF, _SYMBOLIC, _PLAIN, _ITALIC, _BOLD = 1, 2, 4, 32, 64, 1 << 18
"""Flags of a font descriptor (ISO 32000-1 table 123)."""


def put_in(document: pikepdf.Pdf, reasons: Reasons) -> tuple[str, ...]:
    """Put the standard typefaces in where a file leaves them out; note the others as a reason.

    Returns:
        Names of the typefaces that were put in.
    """
    done: dict[str, Any] = {}
    for font in _lacking(document):
        name = _SUBSET.sub("", str(font.get("/BaseFont", "")).lstrip("/"))
        stand_in = _stand_in(name)
        if stand_in is None or font.get("/Subtype") not in ("/Type1", "/TrueType", "/MMType1"):
            reasons.add("font", name=re.sub(r"[^A-Za-z0-9 ,._+-]", "", name)[:60])
            continue
        if stand_in not in done:
            done[stand_in] = _embedded(document, stand_in)
        _put(document, font, name, stand_in, done[stand_in])
    names = {_SUBSET.sub("", str(font.get("/BaseFont", "")).lstrip("/")) for font in _put_in_fonts(document, done)}
    return tuple(sorted(names))


def _lacking(document: pikepdf.Pdf) -> Iterator[Any]:
    for item in list(dictionaries(document)):
        if not _is_font(item):
            continue
        kind = item.get("/Subtype")
        if kind == "/Type3":
            continue
        carrier = item
        if kind == "/Type0":
            below = item.get("/DescendantFonts")
            if not isinstance(below, pikepdf.Array) or not len(below):
                continue
            carrier = below[0]
        descriptor = carrier.get("/FontDescriptor")
        files = ("/FontFile", "/FontFile2", "/FontFile3")
        if not isinstance(descriptor, pikepdf.Dictionary) or not any(key in descriptor for key in files):
            yield item


def _is_font(item: Any) -> bool:
    kinds = ("/Type0", "/Type1", "/TrueType", "/MMType1", "/Type3")
    return "/BaseFont" in item and item.get("/Subtype") in kinds and item.get("/Type", "/Font") == "/Font"


def _put_in_fonts(document: pikepdf.Pdf, done: dict[str, Any]) -> Iterator[Any]:
    ours = {stream.objgen for stream in done.values()}
    for item in dictionaries(document):
        if _is_font(item):
            descriptor = item.get("/FontDescriptor")
            if isinstance(descriptor, pikepdf.Dictionary):
                files = [descriptor.get(key) for key in ("/FontFile2", "/FontFile3")]
                if any(file is not None and file.objgen in ours for file in files):
                    yield item


def _stand_in(name: str) -> str | None:
    plain = re.sub(r"[^a-z]", "", name.lower())
    styles = set(_STYLES.findall(plain))
    family = _FAMILIES.get(re.sub(r"mt$", "", _STYLES.sub("", plain))) or _FAMILIES.get(_STYLES.sub("", plain))
    style = ("b" if "bold" in styles else "") + ("i" if styles & {"italic", "oblique"} else "")
    if family in ("symbol", "dingbats"):
        style = ""
    return None if family is None else _STAND_INS[family, style]


def _embedded(document: pikepdf.Pdf, file: str) -> Any:
    data = (_FILES / file).read_bytes()
    if file.endswith(".ttf"):
        return document.make_indirect(document.make_stream(data, Length1=len(data)))
    return document.make_indirect(
        document.make_stream(data, Subtype=pikepdf.Name.Type1C)
    )  # bare CFF, whatever its name


def _put(document: pikepdf.Pdf, font: Any, name: str, file: str, program: Any) -> None:
    family = next(family for (family, _), known in _STAND_INS.items() if known == file)
    style = next(style for (_, style), known in _STAND_INS.items() if known == file)
    true_type = file.endswith(".ttf")
    flags = _SYMBOLIC if family in ("symbol", "dingbats") else _PLAIN
    flags |= {"fixed": _FIXED, "serif": _SERIF}.get(family, 0)
    flags |= (_BOLD if "b" in style else 0) | (_ITALIC if "i" in style else 0)
    ascent, descent = ImageFont.truetype(_FILES / file, 1000).getmetrics()
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor,
        FontName=pikepdf.Name("/" + name),
        Flags=flags,
        FontBBox=pikepdf.Array([-600, -400, 2100, 1200]),
        ItalicAngle=-12 if "i" in style else 0,
        Ascent=ascent,
        Descent=-descent,
        CapHeight=700,
        StemV=140 if "b" in style else 80,
    )
    descriptor["/FontFile2" if true_type else "/FontFile3"] = program
    font["/Subtype"] = pikepdf.Name("/TrueType" if true_type else "/Type1")
    font["/FontDescriptor"] = document.make_indirect(descriptor)
