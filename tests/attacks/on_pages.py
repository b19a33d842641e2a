"""Attacks on what pages show: contents, resources, pictures, the page tree."""

from __future__ import annotations

import random
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream

from tests.attacks.register import attack
from tests.attacks.rich import form
from tests.attacks.subjects import Subject
from tests.attacks.workbench import NotHereError, Workbench


def paint(chance: random.Random) -> bytes:
    """Return drawing that covers or adds something."""
    x, y, w, h = (
        chance.randrange(30, 250),
        chance.randrange(120, 420),
        chance.randrange(30, 150),
        chance.randrange(8, 40),
    )
    colour = b"%.2f %.2f %.2f rg" % (chance.random() * 0.8, chance.random() * 0.8, chance.random() * 0.8)
    return b"\nq %s %d %d %d %d re f Q\n" % (colour, x, y, w, h)


def some_page(bench: Workbench, chance: random.Random) -> Any:
    """Return a page."""
    return chance.choice(bench.pages)


def contents(page: Any) -> list[Any]:
    """Return the streams of a page."""
    found = page.get("/Contents")
    if found is None:
        raise NotHereError
    return list(found) if isinstance(found, Array) else [found]


@attack("picture")
def content_overwritten(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    stream = chance.choice(contents(some_page(bench, chance)))
    stream.write(stream.read_bytes() + paint(chance))


@attack("picture")
def content_in_front(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    stream = contents(some_page(bench, chance))[0]
    stream.write(paint(chance) + stream.read_bytes())


@attack("picture")
def content_added(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = some_page(bench, chance)
    more = contents(page)
    more.insert(chance.randrange(len(more) + 1), bench.stream(paint(chance)))
    page.Contents = Array(more)


@attack("picture")
def content_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    some_page(bench, chance).Contents = bench.stream(paint(chance) * 3)


@attack("picture")
def content_taken_away(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = some_page(bench, chance)
    rest = contents(page)
    del rest[chance.randrange(len(rest))]
    page.Contents = Array(rest)


@attack("picture")
def content_null(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.raw[chance.choice(contents(some_page(bench, chance))).objgen[0]] = b"null"


@attack("picture")
def content_of_another_page(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    pages = bench.pages
    if len(pages) < 2:
        raise NotHereError
    one, other = chance.sample(pages, 2)
    one.Contents = other.Contents


@attack("picture")
def text_replaced(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = bench.pages[0]
    for stream in contents(page):
        old = stream.read_bytes()
        if b"(Total 1,000 EUR)" in old:
            stream.write(old.replace(b"(Total 1,000 EUR)", b"(Total %d,000 EUR)" % chance.randrange(2, 10)))
            return
    raise NotHereError


@attack("picture")
def scaled(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = some_page(bench, chance)
    page.Contents = Array([bench.stream(b"%.2f 0 0 %.2f 0 0 cm" % (0.3 + chance.random() * 0.6, 0.8)), *contents(page)])


@attack("picture")
def content_clipped_away(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = some_page(bench, chance)
    page.Contents = Array([bench.stream(b"0 0 %d %d re W n" % (chance.randrange(50, 300), 500)), *contents(page)])


@attack("picture")
def turned(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    some_page(bench, chance).Rotate = chance.choice((90, 180, 270))


@attack("picture")
def cropped(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = some_page(bench, chance)
    page[chance.choice(("/CropBox", "/MediaBox"))] = Array(
        [0, 0, chance.randrange(200, 400), chance.randrange(200, 500)]
    )


@attack("behaviour")
def enlarged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    some_page(bench, chance).UserUnit = chance.choice((2, 3))


def _resources(bench: Workbench, chance: random.Random, kind: str) -> Any:
    choices = [page.get("/Resources") for page in bench.pages]
    choices = [found.get(kind) for found in choices if found is not None and kind in found]
    if not choices:
        raise NotHereError
    return chance.choice(choices)


@attack("picture")
def drawing_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    objects = _resources(bench, chance, "/XObject")
    key = chance.choice(sorted(objects.keys()))
    objects[key] = form(bench.pdf, paint(chance) + b"0 0 60 20 re f", (0, 0, 400, 400))


@attack("picture")
def drawing_overwritten(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    objects = _resources(bench, chance, "/XObject")
    target = objects[chance.choice(sorted(objects.keys()))]
    if target.get("/Subtype") == "/Form":
        target.write(b"1 0 0 rg 0 0 %d 20 re f" % chance.randrange(10, 60))
    else:
        target.write(bytes(chance.randrange(256) for _ in range(768)))


@attack("picture")
def drawing_moved(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = bench.found(bench.pages[0], "/Resources", "/XObject", "/Draw")
    key = chance.choice(("/Matrix", "/BBox"))
    target[key] = Array([1, 0, 0, 1, chance.randrange(5, 90), 9]) if key == "/Matrix" else Array([0, 0, 9, 9])


@attack("picture")
def picture_inverted(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = bench.found(bench.pages[0], "/Resources", "/XObject", "/Pic")
    if chance.random() < 0.5:
        target.Decode = Array([1, 0] * 3)
    else:
        mask = bench.stream(bytes(chance.randrange(256) for _ in range(256)))
        mask.Type, mask.Subtype, mask.Width, mask.Height = Name.XObject, Name.Image, 16, 16
        mask.ColorSpace, mask.BitsPerComponent = Name.DeviceGray, 8
        target.SMask = mask


@attack("picture")
def resources_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = some_page(bench, chance)
    fonts = Dictionary()
    for key in page.Resources.get("/Font", {}):
        fonts[key] = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Symbol)
    page.Resources = Dictionary(Font=fonts)


@attack("picture")
def resources_taken_away(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = some_page(bench, chance)
    kind = chance.choice(("/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Properties"))
    if kind not in page.Resources:
        raise NotHereError
    del page.Resources[kind]


@attack("picture")
def state_made_transparent(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = some_page(bench, chance)
    page.Resources.ExtGState = Dictionary(
        {
            **dict(page.Resources.get("/ExtGState", {}).items()),
            "/Thin": Dictionary(ca=0.1, CA=0.1),
        }
    )
    page.Contents = Array([bench.stream(b"/Thin gs"), *contents(page)])


@attack("picture")
def pages_swapped(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    kids = bench.root.Pages.Kids
    if len(kids) < 2:
        raise NotHereError
    order = list(kids)
    while [item.objgen for item in order] == [item.objgen for item in kids]:
        chance.shuffle(order)
    bench.root.Pages.Kids = Array(order)


@attack("picture")
def page_removed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    tree = bench.root.Pages
    kids = list(tree.Kids)
    if len(kids) < 2:
        raise NotHereError
    del kids[chance.randrange(len(kids))]
    tree.Kids, tree.Count = Array(kids), len(kids)


@attack("picture")
def page_added(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    tree = bench.root.Pages
    page = bench.add(
        Dictionary(Type=Name.Page, Parent=tree, MediaBox=Array([0, 0, 420, 595]), Contents=bench.stream(paint(chance)))
    )
    kids = list(tree.Kids)
    kids.insert(chance.randrange(len(kids) + 1), page)
    tree.Kids, tree.Count = Array(kids), tree.Count + 1


@attack("picture")
def page_doubled(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    tree = bench.root.Pages
    copy = bench.add(Dictionary(some_page(bench, chance)))
    tree.Kids, tree.Count = Array([*tree.Kids, copy]), tree.Count + 1


@attack("picture")
def node_in_between(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    tree = bench.root.Pages
    entries = chance.choice(({"Rotate": 90}, {"MediaBox": Array([0, 0, 300, 300])}))
    node = bench.add(Dictionary(Type=Name.Pages, Parent=tree, Kids=Array(list(tree.Kids)), Count=tree.Count, **entries))
    for page in tree.Kids:
        page.Parent = node
        for key in entries:
            if f"/{key}" in page:
                del page[f"/{key}"]
    tree.Kids = Array([node])


@attack("picture")
def inherited(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    tree = bench.root.Pages
    tree.Rotate = chance.choice((90, 180, 270))


@attack("picture")
def another_tree(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    tree = bench.add(Dictionary(Type=Name.Pages, Count=1))
    page = bench.add(
        Dictionary(Type=Name.Page, Parent=tree, MediaBox=Array([0, 0, 420, 595]), Contents=bench.stream(paint(chance)))
    )
    tree.Kids = Array([page])
    bench.root.Pages = tree


@attack("picture")
def page_overwritten(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = some_page(bench, chance)
    bench.raw[page.objgen[0]] = b"<</Type/Page/Parent %d %d R/MediaBox[0 0 420 595]/Contents %d 0 R>>" % (
        *page.Parent.objgen,
        bench.stream(paint(chance)).objgen[0],
    )


@attack("picture")
def dormant_brought_up(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    hidden = bench.found(bench.root, "/PieceInfo", "/X", "/Private")
    page = bench.pages[0]
    page.Contents = hidden if chance.random() < 0.5 else Array([*contents(page), hidden])


@attack("picture")
def filter_of_content(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    stream = chance.choice([item for page in bench.pages for item in contents(page)])
    if not isinstance(stream, Stream) or "/Filter" not in stream:
        raise NotHereError
    raw = stream.read_raw_bytes()
    bench.raw[stream.objgen[0]] = b"<</Length %d>>\nstream\n%s\nendstream" % (len(raw), raw)


@attack("picture")
def overlay_taken_off(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = bench.found(bench.pages[0], "/Resources", "/XObject", chance.choice(("/Draw", "/Pic")))
    bench.raw[target.objgen[0]] = b"null"
