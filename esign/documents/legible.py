"""Text from foreign files that can be set in our typefaces: what none of them has is written as its number."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that show nothing, turn writing round or break lines."""


def legible(text: str, *, longest: int = 400) -> str:
    """Return text whose every character can be seen: others stand as ``[U+0627]``.

    Args:
        text: From anywhere.
        longest: Characters after which it is cut, with an ellipsis.
    """
    shown = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(letter if _seen(letter) else f"[U+{ord(letter):04X}]" for letter in shown)


def _seen(letter: str) -> bool:
    return letter == " " or (unicodedata.category(letter) not in _UNSEEN and ord(letter) in drawable())


@cache
def drawable() -> frozenset[int]:
    """Return the code points that every one of our typefaces has: all that the typesetter can show."""
    found = [frozenset(_mapped(file.read_bytes())) for file in sorted(FONTS.glob("*.ttf"))]
    return frozenset.intersection(*found)


def _mapped(font: bytes) -> list[int]:
    """Return the code points of a typeface's character map (ISO/IEC 14496-22 5.2.1, format 4)."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = (struct.unpack_from(">4sLLL", font, 12 + 16 * at) for at in range(count))
    start = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    for at in range(struct.unpack_from(">H", font, start + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", font, start + 4 + 8 * at)
        if (platform, encoding) == (3, 1):
            return _segments(font, start + offset)
    raise ValueError("our typeface has no character map for Unicode")


def _segments(font: bytes, start: int) -> list[int]:
    size = struct.unpack_from(">H", font, start + 6)[0] // 2
    ends = struct.unpack_from(f">{size}H", font, start + 14)
    place = start + 16 + 2 * size
    starts = struct.unpack_from(f">{size}H", font, place)
    deltas = struct.unpack_from(f">{size}H", font, place + 2 * size)
    ranges = place + 4 * size
    offsets = struct.unpack_from(f">{size}H", font, ranges)
    found: list[int] = []
    for index in range(size):
        for code in range(starts[index], min(ends[index], 0xFFFE) + 1):
            glyph = code
            if offsets[index]:
                inside = ranges + 2 * index + offsets[index] + 2 * (code - starts[index])
                glyph = struct.unpack_from(">H", font, inside)[0]
                if glyph == 0:
                    continue
            if (glyph + deltas[index]) & 0xFFFF:
                found.append(code)
    return found
