"""The visible face of a signature field: a picture without transparency, as PDF/A-3 likes it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from esign.pades.errors import AppearanceError
from esign.pades.revision import Reference, Revision, number, pointer, stream

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LARGEST = 4_000_000
"""Pixels."""
_COLOURS = (
    b"[/CalRGB<</WhitePoint[0.9505 1 1.089]/Gamma[2.2 2.2 2.2]"
    b"/Matrix[0.4124 0.2126 0.0193 0.3576 0.7152 0.1192 0.1805 0.0722 0.9505]>>]"
)
"""sRGB, said without a profile: PDF/A wants it so where the output intent is none or one for print (ISO 19005-3 6.2.4).

Source: ISO 32000-1 8.6.5.3 (CalRGB); IEC 61966-2-1 (primaries and white).
"""


def add_appearance(revision: Revision, png: bytes, width: float, height: float) -> Reference:
    """Add the appearance stream that fills a box with a picture.

    Args:
        revision: Where the objects go.
        png: PNG file; transparency is laid on white.
        width: Width of the box in PDF points.
        height: Height of the box in PDF points.

    Raises:
        AppearanceError: Not a PNG, damaged, or more than four million pixels.

    Source: ISO 32000-1 8.10, 8.9.5; ISO 19005-3 6.3.3 (normal appearance only), 6.2.8 (no interpolation).
    """
    image = revision.new(_image(png))
    content = b"q %s 0 0 %s 0 0 cm /Im0 Do Q" % (number(width), number(height))
    box = b"/BBox[0 0 %s %s]" % (number(width), number(height))
    resources = b"/Resources<</XObject<</Im0 %s>>>>" % pointer(image)
    return revision.new(stream(b"/Type/XObject/Subtype/Form%s%s" % (box, resources), content))


def _image(png: bytes) -> bytes:
    return _as_it_is(png) or _laid_on_white(png)


def _as_it_is(png: bytes) -> bytes | None:
    """Return the image with the PNG's own compressed rows, if they are plain 8-bit RGB (ISO 32000-1 7.4.4.4)."""
    header, rows = b"", []
    for kind, content in _chunks(png):
        if kind == b"IHDR":
            header = content
        elif kind == b"IDAT":
            rows.append(content)
        elif kind in (b"tRNS", b"PLTE"):
            return None
    if len(header) != 13 or header[8:] != b"\x08\x02\x00\x00\x00":
        return None
    width, height = struct.unpack(">II", header[:8])
    _reasonable(width, height)
    compressed = b"".join(rows)
    expected = height * (3 * width + 1)
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(compressed, expected + 1)
    except zlib.error as error:
        raise AppearanceError("PNG is damaged") from error
    if len(raw) != expected or not inflate.eof or inflate.unused_data or max(raw[:: 3 * width + 1]) > 4:
        raise AppearanceError("PNG is damaged")
    predictor = b"/DecodeParms<</Predictor 15/Colors 3/BitsPerComponent 8/Columns %d>>" % width
    return _xobject(width, height, predictor, compressed)


def _laid_on_white(png: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
            _reasonable(*opened.size)
            picture = opened.convert("RGBA")
    except AppearanceError:
        raise
    except Exception as error:
        raise AppearanceError("PNG is damaged") from error
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    return _xobject(*flat.size, b"", zlib.compress(flat.tobytes(), 6))


def _xobject(width: int, height: int, parameters: bytes, compressed: bytes) -> bytes:
    entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%b/BitsPerComponent 8" % (
        width,
        height,
        _COLOURS,
    )
    return stream(entries + b"/Filter/FlateDecode" + parameters, compressed)


def _reasonable(width: int, height: int) -> None:
    if not 0 < width * height <= _LARGEST:
        raise AppearanceError("picture has no or too many pixels", width=width, height=height)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(_SIGNATURE):
        raise AppearanceError("not a PNG")
    position = len(_SIGNATURE)
    while position + 12 <= len(png):
        (size,) = struct.unpack_from(">I", png, position)
        kind, content = png[position + 4 : position + 8], png[position + 8 : position + 8 + size]
        if position + 12 + size > len(png):
            break
        if png[position + 8 + size : position + 12 + size] != zlib.crc32(kind + content).to_bytes(4, "big"):
            raise AppearanceError("PNG is damaged")
        yield kind, content
        if kind == b"IEND":
            return
        position += 12 + size
    raise AppearanceError("PNG is damaged")
