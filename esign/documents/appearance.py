"""The picture inside a signature field: who, what kind of signature, whether it is only a sandbox. Never a time."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from esign.documents.errors import AppearanceFailed
from esign.documents.typesetter import FONTS
from esign.policy import LegalLevel

PIXELS_PER_POINT = 4
"""288 pixels an inch: crisp on paper and on dense screens."""
SMALLEST = (96.0, 36.0)
"""The smallest field in points in which the words can still be read."""
LARGEST = (600.0, 300.0)
"""The largest field in points."""

_INK, _QUIET, _WARNING = (28, 36, 48), (85, 96, 110), (176, 32, 32)
_PAPER, _WARNING_PAPER = (255, 255, 255), (253, 240, 240)

_LEVEL = {
    "de": {
        LegalLevel.SIMPLE: "Einfache elektronische Signatur (Art. 3 Nr. 10 eIDAS)",
        LegalLevel.ADVANCED: "Fortgeschrittene elektronische Signatur (Art. 3 Nr. 11 eIDAS)",
        LegalLevel.QUALIFIED: "Qualifizierte elektronische Signatur (Art. 3 Nr. 12 eIDAS)",
    },
    "en": {
        LegalLevel.SIMPLE: "Simple electronic signature (Art. 3 (10) eIDAS)",
        LegalLevel.ADVANCED: "Advanced electronic signature (Art. 3 (11) eIDAS)",
        LegalLevel.QUALIFIED: "Qualified electronic signature (Art. 3 (12) eIDAS)",
    },
}
_SIGNED = {"de": "Elektronisch unterschrieben von", "en": "Signed electronically by"}
_DECLARED = {"de": "Im Rubbelfeld erklärt von", "en": "Declared in the scratch field by"}
_COMPANY_SEAL = {"de": "Elektronisch gesiegelt von", "en": "Sealed electronically by"}
_SEAL_KIND = {"de": "Elektronisches Siegel (Art. 3 Nr. 25 eIDAS)", "en": "Electronic seal (Art. 3 (25) eIDAS)"}
_SEALED = {"de": "gesiegelt von {company}", "en": "sealed by {company}"}
_SANDBOX = {"de": "SANDBOX – ohne Rechtswirkung", "en": "SANDBOX – no legal effect"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    text: str
    weight: str
    size: float
    """Largest size of the type in points; smaller where the text would not fit."""
    share: float
    """Share of the height that the text may take."""
    colour: tuple[int, int, int]


def signature_appearance(
    *,
    name: str,
    level: LegalLevel,
    sandbox: bool,
    lang: str,
    size_points: tuple[float, float],
    sealed_by: str | None = None,
    acts_for: str = "",
) -> bytes:
    """Return the picture for a signature field as PNG (RGB, no transparency, no time, no metadata).

    Args:
        name: The signatory's name, whole; long names get smaller type and more lines, never an ellipsis.
        level: What the law calls the signature; a simple one is never called more.
        sandbox: Whether to mark the picture as being without legal effect.
        lang: ``de`` or ``en``.
        size_points: Width and height of the field in PDF points.
        sealed_by: The company whose seal carries a simple declaration, or None.
        acts_for: For whom a representative acts, in words (``in Vollmacht für …``); empty where nobody is represented.

    Raises:
        AppearanceFailed: The field is too small or too large, the words do not fit, or the language is unknown.

    Source: eIDAS Art. 3 (10)-(12); BGB § 164 (2).
    """
    if lang not in _SIGNED:
        raise AppearanceFailed("no words in this language", lang=lang)
    return _picture(tuple(_lines(name, level, lang, sealed_by, acts_for)), sandbox, lang, size_points)


def seal_appearance(*, company: str, sandbox: bool, lang: str, size_points: tuple[float, float]) -> bytes:
    """Return the picture for the field of the company's seal, like :func:`signature_appearance`.

    Raises:
        AppearanceFailed: The field is too small or too large, the words do not fit, or the language is unknown.

    Source: eIDAS Art. 3 (25).
    """
    if lang not in _SIGNED:
        raise AppearanceFailed("no words in this language", lang=lang)
    lines = (
        _Line(text=_COMPANY_SEAL[lang], weight="Regular", size=7.2, share=0.17, colour=_QUIET),
        _Line(text=company, weight="Semibold", size=14, share=0.5, colour=_INK),
        _Line(text=_SEAL_KIND[lang], weight="Regular", size=7.2, share=0.2, colour=_INK),
    )
    return _picture(lines, sandbox, lang, size_points)


def _picture(lines: tuple[_Line, ...], sandbox: bool, lang: str, size_points: tuple[float, float]) -> bytes:
    width, height = size_points
    if not (SMALLEST[0] <= width <= LARGEST[0] and SMALLEST[1] <= height <= LARGEST[1]):
        raise AppearanceFailed("the field is too small or too large")
    size = round(width * PIXELS_PER_POINT), round(height * PIXELS_PER_POINT)
    paper, bottom = _paper(size, lang if sandbox else "")
    picture = paper.copy()
    _draw_lines(ImageDraw.Draw(picture), picture.width, bottom, lines)
    return _png(picture)


@lru_cache(maxsize=16)
def _paper(size: tuple[int, int], sandbox: str) -> tuple[Image.Image, int]:
    """Return the paper before anything personal stands on it, and the height that is free; to be copied.

    Args:
        size: Pixels.
        sandbox: Language of the sandbox's mark; empty where there is none.
    """
    paper = Image.new("RGB", size, _PAPER)
    bottom = _draw_sandbox(ImageDraw.Draw(paper), size, sandbox) if sandbox else paper.height
    return paper, bottom


def _png(picture: Image.Image) -> bytes:
    """Return an RGB picture as PNG with unfiltered rows.

    Lettering on plain paper compresses better without the filters that a PNG writer tries out on each row, and six
    times as fast.

    Source: ISO/IEC 15948 (PNG), 5.2, 11.2.
    """
    pixels, stride = picture.tobytes(), 3 * picture.width
    rows = b"".join(b"\0" + pixels[start : start + stride] for start in range(0, len(pixels), stride))
    header = struct.pack(">IIBBBBB", *picture.size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
        for kind, content in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    )


def _lines(name: str, level: LegalLevel, lang: str, sealed_by: str | None, acts_for: str) -> Iterator[_Line]:
    power = [_Line(text=acts_for, weight="Regular", size=8.5, share=0.2, colour=_INK)] if acts_for else []
    kind = _Line(text=_LEVEL[lang][level], weight="Regular", size=7.2, share=0.2, colour=_INK)
    if level is LegalLevel.SIMPLE and sealed_by is not None:
        yield _Line(text=_DECLARED[lang], weight="Regular", size=7.2, share=0.17, colour=_QUIET)
        yield _Line(text=name, weight="Semibold", size=14, share=0.22 if power else 0.38, colour=_INK)
        yield from power
        yield kind
        sealed = _SEALED[lang].format(company=sealed_by)
        yield _Line(text=sealed, weight="Regular", size=7.2, share=0.2, colour=_INK)
        return
    yield _Line(text=_SIGNED[lang], weight="Regular", size=7.2, share=0.17, colour=_QUIET)
    yield _Line(text=name, weight="Semibold", size=15, share=0.32 if power else 0.5, colour=_INK)
    yield from power
    yield kind


def _draw_sandbox(canvas: ImageDraw.ImageDraw, size: tuple[int, int], lang: str) -> int:
    """Draw the boxed mark along the lower edge; return the height that is left above it."""
    width, height = size
    margin = 3 * PIXELS_PER_POINT
    band = max(round(height * 0.2), 9 * PIXELS_PER_POINT)
    box = (margin, height - band - margin, width - margin, height - margin)
    canvas.rectangle(box, fill=_WARNING_PAPER, outline=_WARNING, width=PIXELS_PER_POINT // 2)
    font, lines = _fit(_SANDBOX[lang], "Semibold", 8.5, width - 4 * margin, band - PIXELS_PER_POINT)
    text = "\n".join(lines)
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    canvas.multiline_text(centre, text, font=font, fill=_WARNING, anchor="mm", align="center")
    return box[1]


def _draw_lines(canvas: ImageDraw.ImageDraw, width: int, height: int, lines: tuple[_Line, ...]) -> None:
    margin = 5 * PIXELS_PER_POINT
    usable = height - 2 * margin
    fitted = [_fit(line.text, line.weight, line.size, width - 2 * margin, usable * line.share) for line in lines]
    heights = [_height(font, len(rows)) for font, rows in fitted]
    gap = max((usable - sum(heights)) / (len(lines) + 1), 0)
    top = margin + gap
    for line, (font, rows), taken in zip(lines, fitted, heights, strict=True):
        for number, row in enumerate(rows):
            canvas.text((margin, top + number * _line_height(font)), row, font=font, fill=line.colour, anchor="la")
        top += taken + gap


def _fit(
    text: str, weight: str, size: float, width: float, height: float
) -> tuple[ImageFont.FreeTypeFont, tuple[str, ...]]:
    """Return the largest typeface, and the lines, with which the text fits the box."""
    pixels = round(size * PIXELS_PER_POINT)
    while pixels >= 2 * PIXELS_PER_POINT:
        font = _font(weight, pixels)
        rows = _wrap(text, font, width) if _height(font, 1) <= height else ()
        if rows and _height(font, len(rows)) <= height:
            return font, rows
        pixels -= 1
    raise AppearanceFailed("the words do not fit the field")


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: float) -> tuple[str, ...]:
    """Return the text in lines that fit the width; empty where a single word does not."""
    if font.getlength(text.rstrip()) <= width:
        return (text.rstrip(),)
    rows: list[str] = []
    for word in text.replace("-", "-\u200b").replace(" ", " \u200b").split("\u200b"):
        joined = (rows[-1] if rows else "") + word
        if rows and font.getlength(joined.rstrip()) <= width:
            rows[-1] = joined
        elif font.getlength(word.rstrip()) <= width:
            rows.append(word)
        else:
            return ()
    return tuple(row.rstrip() for row in rows)


def _line_height(font: ImageFont.FreeTypeFont) -> float:
    return font.size * 1.16


def _height(font: ImageFont.FreeTypeFont, rows: int) -> float:
    return _line_height(font) * rows


@lru_cache(maxsize=256)
def _font(weight: str, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"SourceSans3-{weight}.ttf", pixels)
