"""Attacks by remarks: over the text, out of hiding, with another address, with something that acts."""

from __future__ import annotations

import random
from typing import Any

from pikepdf import Array, Dictionary, Name

from tests.attacks.register import attack
from tests.attacks.rich import form
from tests.attacks.subjects import Subject
from tests.attacks.workbench import NotHereError, Workbench

OVER = ("FreeText", "Square", "Stamp", "Highlight", "Ink", "Circle", "Polygon", "Line", "StrikeOut", "Underline")
MORE = (
    "Redact",
    "Watermark",
    "PrinterMark",
    "TrapNet",
    "Screen",
    "Movie",
    "Sound",
    "RichMedia",
    "3D",
    "Projection",
    "X-Own",
)


def remark(bench: Workbench, kind: str, box: tuple[float, ...], content: bytes, **entries: Any) -> Any:
    """Return a remark with an appearance."""
    width, height = box[2] - box[0], box[3] - box[1]
    return bench.add(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name(f"/{kind}"),
            Rect=Array(list(box)),
            F=4,
            AP=Dictionary(N=form(bench.pdf, content, (0, 0, width, height))),
            **entries,
        )
    )


def put(page: Any, item: Any) -> None:
    """Put a remark on a page."""
    if "/Annots" not in page:
        page.Annots = Array([])
    page.Annots.append(item)


def _box(chance: random.Random) -> tuple[float, float, float, float]:
    x, y = chance.randrange(35, 90), chance.randrange(440, 530)
    return (x, y, x + chance.randrange(120, 300), y + chance.randrange(30, 60))


@attack("picture")
def over_text(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    box = _box(chance)
    content = b"%.2f 0.6 0.9 rg 0 0 400 80 re f" % chance.random()
    put(bench.pages[0], remark(bench, chance.choice(OVER), box, content, Contents="a note"))


@attack("picture")
def over_all(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    content = b"%.2f 1 1 rg 0 0 420 595 re f" % chance.random()
    put(chance.choice(bench.pages), remark(bench, chance.choice(OVER), (0, 0, 420, 595), content))


@attack("picture")
def anywhere_though_not_permitted(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    if subject.certified == 3:
        raise NotHereError
    x, y = chance.randrange(0, 300), chance.randrange(0, 500)
    put(
        chance.choice(bench.pages),
        remark(bench, chance.choice(OVER), (x, y, x + 60, y + 40), b"1 0 0 rg 0 0 60 40 re f"),
    )


@attack("behaviour")
def other_kind(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    put(chance.choice(bench.pages), remark(bench, chance.choice(MORE), _box(chance), b"0 g 0 0 400 80 re f"))


def _existing(bench: Workbench, kind: str) -> Any:
    for page in bench.pages:
        for item in page.get("/Annots", []):
            if item.get("/Subtype") == f"/{kind}":
                return item
    raise NotHereError


@attack("picture")
def hidden_comes_up(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _existing(bench, "Stamp").F = chance.choice((0, 4, 68))


@attack("picture")
def shown_goes_away(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _existing(bench, "Square").F = chance.choice((2, 32))


@attack("picture")
def appearance_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    item = _existing(bench, "Square")
    content = b"0 %.2f 0 rg 0 0 50 30 re f" % chance.random()
    if chance.random() < 0.5:
        item.AP = Dictionary(N=form(bench.pdf, content, (0, 0, 50, 30)))
    else:
        item.AP.N.write(content)


@attack("picture")
def moved(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    x, y = chance.randrange(20, 200), chance.randrange(200, 400)
    _existing(bench, "Square").Rect = Array([x, y, x + 150, y + 90])


@attack("behaviour")
def words_changed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _existing(bench, "Square").Contents = f"the price is {chance.randrange(2, 9)},000"


@attack("picture")
def removed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = bench.pages[0]
    item = _existing(bench, "Square")
    page.Annots = Array([other for other in page.Annots if other.objgen != item.objgen])


@attack("behaviour")
def link_leads_elsewhere(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    item = _existing(bench, "Link")
    way = chance.randrange(4)
    if way == 0:
        item.A = Dictionary(S=Name.URI, URI=f"https://evil{chance.randrange(99)}.example")
    elif way == 1:
        item.A = Dictionary(S=Name.Launch, F="cmd.exe")
    elif way == 2:
        item.A = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    else:
        del item["/A"]
        item.Dest = Array([bench.pages[-1], Name.Fit])


@attack("behaviour")
def link_grows(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _existing(bench, "Link").Rect = Array([0, 0, chance.randrange(200, 420), 595])


@attack("behaviour")
def link_added(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    action = chance.choice(
        (
            Dictionary(S=Name.URI, URI="https://evil.example"),
            Dictionary(S=Name.GoToR, F="other.pdf", D=Array([0, Name.Fit])),
            Dictionary(S=Name.SubmitForm, F="https://evil.example"),
            Dictionary(S=Name.ImportData, F="x.fdf"),
            Dictionary(S=Name.Hide, T="amount"),
        )
    )
    put(
        chance.choice(bench.pages),
        bench.add(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([9, 9, 99, 99]), A=action)),
    )


@attack("behaviour")
def remark_that_acts(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    action = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    entries = {"A": action} if chance.random() < 0.5 else {"AA": Dictionary(E=action)}
    put(bench.pages[0], remark(bench, "Square", (5, 5, 15, 15), b"0 0 9 9 re f", **entries))


@attack("behaviour")
def existing_acts(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    item = _existing(bench, chance.choice(("Square", "Stamp", "Link")))
    item.AA = Dictionary(
        {f"/{chance.choice(('E', 'X', 'D', 'U', 'PO', 'PV'))}": Dictionary(S=Name.JavaScript, JS="app.alert(1)")}
    )


@attack("picture")
def drawn_from_page(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    drawing = bench.found(bench.pages[0], "/Resources", "/XObject", "/Off")
    item = bench.add(
        Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([45, 230, 245, 250]), F=4, AP=Dictionary(N=drawing))
    )
    put(bench.pages[0], item)


@attack("picture")
def list_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = bench.pages[0]
    kept = [item for item in page.get("/Annots", []) if item.get("/FT") == "/Sig"]
    if len(kept) == len(page.get("/Annots", [])):
        raise NotHereError
    page.Annots = Array(kept)


@attack("behaviour")
def order_changed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = bench.pages[0]
    items = list(page.get("/Annots", []))
    if len(items) < 3:
        raise NotHereError
    page.Annots = Array(items[::-1])
