"""Draw the scratch field's foil: metal with a guilloche, the same bytes every time.

Run it by hand when the foil changes: ``python web/agent/foil.py``; the picture is committed.
"""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 720, 216
"""Pixels; twice the field's own units."""
SMOOTH = 3
"""Supersampling in each direction."""
LINES = 18
"""Waves in each family."""
DARK, MIDDLE, LIGHT = (141, 150, 161), (179, 186, 195), (216, 220, 225)
"""The design tokens --foil-dark, --foil, --foil-light."""


def mix(left: tuple[int, int, int], right: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    """Return the colour that lies at this share of the way from left to right."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(left, right, strict=True))
    return red, green, blue


def metal(x: int, y: int) -> tuple[int, int, int]:
    """Return the ground's colour: a sheen that runs diagonally."""
    sheen = 0.5 + 0.5 * math.sin((x + 1.7 * y) / (WIDTH * SMOOTH) * 2 * math.pi * 1.25 - 0.6)
    return mix(MIDDLE, LIGHT, 0.25 + 0.6 * sheen)


def guilloche(draw: ImageDraw.ImageDraw) -> None:
    """Draw two families of interlaced waves."""
    width, height = WIDTH * SMOOTH, HEIGHT * SMOOTH
    for family, (colour, waves, lift) in enumerate(((DARK, 3.0, 0.0), ((247, 249, 251), 4.0, math.pi / 3))):
        for line in range(LINES):
            phase = line * 2 * math.pi / LINES + lift
            middle = height * (line + 0.5) / LINES
            points = []
            for step in range(241):
                x = width * step / 240
                swing = math.sin(waves * 2 * math.pi * step / 240 + phase) * math.cos(math.pi * step / 240 + family)
                points.append((x, middle + height * 0.15 * swing))
            draw.line(points, fill=colour, width=SMOOTH - family, joint="curve")


def foil() -> Image.Image:
    """Return the finished picture with a small palette."""
    width, height = WIDTH * SMOOTH, HEIGHT * SMOOTH
    ground = Image.new("RGB", (WIDTH, HEIGHT))
    ground.putdata([metal(x * SMOOTH, y * SMOOTH) for y in range(HEIGHT) for x in range(WIDTH)])
    lines = ground.resize((width, height), Image.Resampling.BICUBIC)
    guilloche(ImageDraw.Draw(lines))
    lines = lines.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    return Image.blend(ground, lines, 0.55).quantize(12, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


if __name__ == "__main__":
    foil().save(Path(__file__).parent / "assets" / "foil.png", optimize=True)
