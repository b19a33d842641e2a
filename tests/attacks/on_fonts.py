"""Attacks on fonts: other shapes, other widths, another encoding, other characters behind the same shapes."""

from __future__ import annotations

import random
from typing import Any

from pikepdf import Array, Dictionary, Name

from tests.attacks.register import attack
from tests.attacks.rich import _DIGITS as DIGITS
from tests.attacks.subjects import Subject
from tests.attacks.workbench import NotHereError, Workbench


def digits(bench: Workbench) -> Any:
    """Return the font that is drawn by hand."""
    return bench.found(bench.pages[0], "/Resources", "/Font", "/F3")


def embedded(bench: Workbench, chance: random.Random) -> Any:
    """Return one of typst's fonts."""
    fonts = [
        font
        for page in bench.pages
        for font in page.get("/Resources", {}).get("/Font", {}).values()
        if font.get("/Subtype") == "/Type0"
    ]
    if not fonts:
        raise NotHereError
    return chance.choice(fonts)


@attack("picture")
def glyph_redrawn(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    shapes = digits(bench).CharProcs
    shapes[f"/{chance.choice(('zero', 'one'))}"].write(
        b"600 0 0 0 600 800 d1 100 0 400 %d re f" % chance.randrange(300, 800)
    )


@attack("picture")
def glyphs_swapped(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    shapes = digits(bench).CharProcs
    one, other = "/one", f"/{chance.choice(DIGITS[2:])}"
    shapes[one], shapes[other] = shapes[other], shapes[one]


@attack("picture")
def glyphs_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    font = digits(bench)
    font.CharProcs = bench.add(
        Dictionary({f"/{name}": bench.stream(b"600 0 0 0 600 800 d1 0 0 500 500 re f") for name in DIGITS})
    )


@attack("picture")
def encoding_shifted(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    names = list(DIGITS)
    while names[:2] == ["zero", "one"]:
        chance.shuffle(names)
    digits(bench).Encoding.Differences = Array([48, *(Name(f"/{name}") for name in names)])


@attack("picture")
def encoding_of_another(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    digits(bench).Encoding = bench.add(
        Dictionary(Type=Name.Encoding, Differences=Array([48, Name.nine, *(Name(f"/{n}") for n in DIGITS[1:])]))
    )


@attack("picture")
def widths_changed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    font = digits(bench)
    if chance.random() < 0.5:
        font.Widths[1] = chance.randrange(900, 4000)
    else:
        font.Widths = Array([chance.randrange(700, 3000)] * 10)


@attack("picture")
def matrix_changed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    digits(bench).FontMatrix = Array([chance.choice((2, 3)), 0, 0, 1, 0, 0])


@attack("text")
def characters_changed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    table = digits(bench).ToUnicode
    table.write(table.read_bytes().replace(b"<0030>", b"<%04X>" % chance.randrange(0x31, 0x7A)))


@attack("text")
def characters_of_another(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    font = embedded(bench, chance)
    old = font.ToUnicode.read_bytes()
    font.ToUnicode = bench.stream(old.replace(b"<0031>", b"<0039>").replace(b"<0065>", b"<0061>"))


@attack("picture")
def base_font_renamed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.found(bench.pages[0], "/Resources", "/Font", "/F1").BaseFont = Name(
        chance.choice(("/Symbol", "/Courier-Bold", "/ZapfDingbats"))
    )


@attack("picture")
def font_program_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    fonts = [
        font.DescendantFonts[0].FontDescriptor
        for page in bench.pages
        for font in page.get("/Resources", {}).get("/Font", {}).values()
        if font.get("/Subtype") == "/Type0"
    ]
    keys = [(one, key) for one in fonts for key in ("/FontFile2", "/FontFile3") if key in one]
    if len({one[key].objgen for one, key in keys}) < 2:
        raise NotHereError
    (one, key), (other, second) = chance.sample(keys, 2)
    if chance.random() < 0.5:
        one[key] = other[second]
    else:
        one[key].write(other[second].read_bytes())


@attack("picture")
def descendant_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    one, other = embedded(bench, chance), embedded(bench, chance)
    if one.objgen == other.objgen:
        raise NotHereError
    one.DescendantFonts = other.DescendantFonts


@attack("picture")
def cid_widths(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    font = embedded(bench, chance).DescendantFonts[0]
    font.DW = chance.randrange(100, 2000)
    font.W = Array([])


@attack("picture")
def cid_map(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    font = embedded(bench, chance)
    if chance.random() < 0.5:
        font.Encoding = Name("/Identity-V")
    else:
        table = b"".join(((n + 1) % 60).to_bytes(2, "big") for n in range(400))
        font.DescendantFonts[0].CIDToGIDMap = bench.stream(table)
        font.DescendantFonts[0].Subtype = Name.CIDFontType2


@attack("picture")
def font_of_page_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    fonts = bench.found(bench.pages[0], "/Resources", "/Font")
    fonts[chance.choice(sorted(fonts.keys()))] = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(chance.choice(("/Symbol", "/ZapfDingbats", "/Courier")))
    )


@attack("picture")
def first_char_shifted(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    font = digits(bench)
    font.FirstChar, font.Widths = 47, Array([0, 2500, 1500, *([600] * 8)])
