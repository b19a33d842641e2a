"""Attacks on the file: cross-references that lead elsewhere, objects read in two ways, bytes that are nobody's."""

from __future__ import annotations

import random
import re
import zlib

from pikepdf import Array, Name

from tests.attacks.on_pages import contents, paint
from tests.attacks.register import attack, own_attack
from tests.attacks.subjects import Scene, Subject
from tests.attacks.workbench import Hand, NotHereError, Workbench, own_style, update, written


def _trailer(bench: Workbench) -> dict[str, object]:
    return {key: value for key, value in bench.pdf.trailer.items() if key in ("/Root", "/Info", "/ID")}


def _stream(content: bytes, entries: bytes = b"", length: bytes | None = None) -> bytes:
    told = b"%d" % len(content) if length is None else length
    return b"<<%s/Length %s>>\nstream\n%s\nendstream" % (entries, told, content)


def _page(bench: Workbench, entries: bytes, which: int = 0) -> tuple[int, bytes]:
    """Return a page's number, and the page with other contents."""
    page = bench.pages[which]
    told = b"".join(
        key.encode() + b" " + written(value, within=True) for key, value in page.items() if key != "/Contents"
    )
    return page.objgen[0], b"<<%s%s>>" % (told, entries)


def _last(data: bytes) -> int:
    return int(data[data.rindex(b"startxref") + 9 :].split()[0])


@own_attack("picture")
def object_freed(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Content, a font or a drawing is taken out of use."""
    bench = Workbench(data)
    page = chance.choice(bench.pages)
    targets = [item for item in contents(page) if item.is_indirect]
    targets += [item for item in page.Resources.get("/XObject", {}).values() if item.is_indirect]
    freed = {chance.choice(targets).objgen[0]}
    return update(data, {}, _trailer(bench), Hand(style=own_style(data)), freed=freed)


@own_attack("picture")
def generation_raised(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """The same number in another generation."""
    bench = Workbench(data)
    number, body = _page(bench, b"/Contents 5001 0 R")
    bodies = {(number, 1): body, (5_001, 0): _stream(paint(chance))}
    tree = bench.root.Pages
    kids = b" ".join(b"%d %d R" % ((number, 1) if kid.objgen[0] == number else kid.objgen) for kid in tree.Kids)
    told = {key: value for key, value in tree.items() if key != "/Kids"}
    inner = b"".join(key.encode() + b" " + written(value, within=True) for key, value in told.items())
    bodies[tree.objgen] = b"<<%s/Kids[%s]>>" % (inner, kids)
    return update(data, bodies, _trailer(bench), Hand(style="table"), plain={5_001, number})


@own_attack("picture")
def two_ends(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A changed page whose file ends by naming the old cross-reference."""
    bench = Workbench(data)
    number, body = _page(bench, b"/Contents 5001 0 R")
    bodies = {(number, 0): body, (5_001, 0): _stream(paint(chance))}
    made = update(data, bodies, _trailer(bench), Hand(style=chance.choice(("table", "stream"))), plain={5_001})
    if chance.random() < 0.5:
        return made + b"startxref\n%d\n%%%%EOF\n" % _last(data)
    return made.replace(b"startxref\n%d" % _last(made), b"startxref\n%d" % _last(made), 1) + b"% end\n"


@own_attack("picture")
def hybrid(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A table, and a stream beside it that says something else."""
    bench = Workbench(data)
    number, body = _page(bench, b"/Contents 5001 0 R")
    inner = update(
        data, {(number, 0): body, (5_001, 0): _stream(paint(chance))}, {}, Hand(style="stream"), plain={5_001}
    )
    place = _last(inner)
    inner = inner[: inner.rindex(b"startxref")]
    trailer = {**_trailer(bench), "/XRefStm": place}
    return update(inner + b"\n", {(6_000, 0): b"null"}, trailer, Hand(style="table"), previous=_last(data))


@own_attack("bytes")
def runs_in_a_circle(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A cross-reference that names itself, or one behind it, as the one before."""
    bench = Workbench(data)
    number, body = _page(bench, b"/Contents 5001 0 R")
    bodies = {(number, 0): body, (5_001, 0): _stream(paint(chance))}
    made = update(data, bodies, _trailer(bench), Hand(style="table"), plain={5_001})
    return update(data, bodies, _trailer(bench), Hand(style="table"), plain={5_001}, previous=_last(made))


@own_attack("bytes")
def revision_left_out(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A cross-reference that names one before the signature as the one before it."""
    bench = Workbench(data)
    places = [int(found[1]) for found in re.finditer(rb"startxref\s+([0-9]+)", data)]
    if len(places) < 2:
        raise NotHereError
    bodies = {(6_000, 0): b"(nothing)"}
    return update(data, bodies, _trailer(bench), Hand(style=own_style(data)), previous=chance.choice(places[:-1]))


@own_attack("picture")
def offset_into_a_stream(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A page that stands within an attachment or a store, where nobody looks for objects."""
    bench = Workbench(data)
    number, body = _page(bench, b"/Contents 5001 0 R")
    content = paint(chance)
    inner = b"%d 0 obj\n%s\nendobj\n5001 0 obj\n%s\nendobj\n" % (number, body, _stream(content))
    holder = b"5002 0 obj\n<</Length %d>>\nstream\n" % len(inner)
    at = len(data) + len(holder)
    second = at + inner.index(b"5001 0 obj")
    out = data + holder + inner + b"\nendstream\nendobj\n"
    rows = sorted(((number, at), (5_001, second), (5_002, len(data))))
    table = b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % row for row in rows)
    told = b"".join(key.encode() + b" " + written(value, within=True) for key, value in _trailer(bench).items())
    end = b"trailer\n<<%s/Size 6000/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return out + table + end % (told, _last(data), len(out))


@own_attack("picture")
def rolled_back(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A cross-reference that brings back what an object was before it was signed."""
    rows = {}
    for found in re.finditer(rb"(?<![0-9])([0-9]+) 0 obj", subject.data):  # what came later may be taken back
        rows.setdefault(int(found[1]), []).append(found.start())
    several = {number: places for number, places in rows.items() if len(places) > 1}
    if not several:
        raise NotHereError
    bench = Workbench(data)
    number = chance.choice(sorted(several))
    told = b"".join(key.encode() + b" " + written(value, within=True) for key, value in _trailer(bench).items())
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<<%s/Size 6000/Prev %d>>\n" % (
        number,
        several[number][0],
        told,
        _last(data),
    )
    return data + table + b"startxref\n%d\n%%%%EOF\n" % len(data)


@own_attack("picture")
def packed_again(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """An object stream takes the place of a plain object, or of another object stream."""
    bench = Workbench(data)
    number, body = _page(bench, b"/Contents 5001 0 R")
    return update(
        data,
        {(number, 0): body, (5_001, 0): _stream(paint(chance))},
        _trailer(bench),
        Hand(style="packed"),
        plain={5_001},
    )


@own_attack("picture")
def object_stream_overwritten(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """The object stream of the signed document is written anew, with the same objects and one that is other."""
    from esign.pdf import Pdf

    view = Pdf(data).view()
    bench = Workbench(data)
    number = bench.pages[-1].objgen[0]
    entry = view.entry(number)
    if entry is None or entry.kind != "packed":
        raise NotHereError
    packed = view._object_stream(entry.stream)
    heads, body = [], b""
    for place, other in enumerate(packed.numbers):
        start, end = packed.extent(other, place)
        text = packed.data[start:end]
        if other == number:
            text = _page(bench, b"/Contents 5001 0 R", -1)[1] + b" "
        heads.append(b"%d %d" % (other, len(body)))
        body += text
    head = b" ".join(heads) + b" "
    content = zlib.compress(head + body)
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(heads), len(head))
    bodies = {(entry.stream, 0): _stream(content, entries), (5_001, 0): _stream(paint(chance))}
    return update(data, bodies, _trailer(bench), Hand(style="stream"), plain={entry.stream, 5_001})


def _doubtful(data: bytes, chance: random.Random, entries: bytes, more: dict[int, bytes] | None = None) -> bytes:
    bench = Workbench(data)
    number, body = _page(bench, entries)
    bodies = {(number, 0): body, **{(key, 0): value for key, value in (more or {}).items()}}
    bodies.setdefault((5_001, 0), _stream(paint(chance)))
    return update(data, bodies, _trailer(bench), Hand(style="table"), plain={5_001, *(more or ())})


def _old(data: bytes) -> bytes:
    bench = Workbench(data)
    return written(bench.pages[0].get("/Contents"), within=True)


@own_attack("picture")
def read_in_two_ways(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Keys twice, names in numbers, comments, numbers with signs: what one reader takes, another leaves."""
    old = _old(data)
    entries = chance.choice(
        (
            b"/Contents %s/Contents 5001 0 R" % old,
            b"/Contents 5001 0 R/Contents %s" % old,
            b"/Contents %s/Cont#65nts 5001 0 R" % old,
            b"/Cont#65nts 5001 0 R",
            b"/Cont#65nts 5001 0 R/Contents %s" % old,
            b"%%\r/Contents 5001 0 R" + b"%%\n/Contents " + old,
            b"/Contents 5001%x\n0 R",
            b"/Contents 5001 %(\n0%)\nR",
            b"/Contents +5001 0 R",
            b"/Contents 5001 00000 R",
            b"/Contents 05001 0 R",
            b"/Contents\x005001\x000\x00R",
            b"/Contents\x0c5001\x0c0\x0cR",
            b"/Contents 5001.0 0 R",
            b"/Contents[" + (old.strip(b"[]")) + b" 5001 0 R]",
            b"/Contents[[5001 0 R]" + old.strip(b"[]") + b"]",
            b"/Contents[null 5001 0 R]",
            b"/Contents 5003 0 R",
        )
    )
    more = {5_003: b"5001 0 R"} if b"5003" in entries else None
    return _doubtful(data, chance, entries, more)


@own_attack("picture")
def length_lies(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A stream that is shorter or longer than it says, with another one behind it."""
    shown, content = paint(chance), paint(chance) * 3
    length = chance.choice(
        (
            b"%d" % (len(content) - 9),
            b"%d" % (len(content) + 5),
            b"0",
            b"9999",
            b"-1",
            b"5004 0 R",
            b"null",
            b"1.0",
            b"(9)",
        )
    )
    more = {5_001: _stream(content, b"", length), 5_004: b"%d" % (len(content) - chance.randrange(2, 9)), 5_005: shown}
    return _doubtful(data, chance, b"/Contents 5001 0 R", more)


@own_attack("picture")
def written_loosely(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """An object whose frame only some readers accept."""
    made = _doubtful(data, chance, b"/Contents 5001 0 R")
    tail = made[len(data) :]
    old, new = chance.choice(
        (
            (b"endobj", b"endobx"),
            (b"endstream", b"endstreax"),
            (b"stream\n", b"stream\r"),
            (b"xref\n", b"xref \n"),
            (b"trailer\n", b"trailer\r"),
            (b" n\r\n", b" n \n"),
            (b"%%EOF", b"%%E0F"),
            (b"startxref", b"startxrfe"),
            (b"/Size ", b"/Size 1/Size "),
            (b"/Prev ", b"/Prev 0/Prev "),
            (b"/Root ", b"/Root 1 0 R/Root "),
            (b" obj\n", b" obj"),
        )
    )
    return data + tail.replace(old, new, 1)


@own_attack("bytes")
def behind_the_end(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Something behind the end of the file."""
    return data + chance.choice(
        (
            b"9999 0 obj<</Type/Page>>endobj\n",
            b"hello",
            data,
            b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
            b"<script>alert(1)</script>",
            b"PK\x03\x04" + bytes(30),
            b"xref\n0 0\ntrailer\n<</Root 1 0 R/Size 1>>\n",
            b"startxref\n%d\n%%%%EOF\n" % _last(data),
            b"startxref\n0\n%%EOF\n",
        )
    )


@own_attack("bytes")
def before_the_header(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Something before the header: another file for other programs."""
    return (
        chance.choice((b"GIF89a", b"#!/bin/sh\n", b"<html>", b"MZ", b"\n", b"%PDF-1.4\n")) * chance.randrange(1, 4)
        + data
    )


@own_attack("bytes")
def hidden_between(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """An object that no cross-reference names, between those that one names."""
    bench = Workbench(data)
    number, body = _page(bench, b"/Contents 5001 0 R")
    hidden = b"%d 0 obj\n%s\nendobj\n" % (number, body)
    made = update(data, {(6_000, 0): b"(x)"}, _trailer(bench), Hand(style=own_style(data)))
    place = made.index(b"6000 0 obj")
    moved = made[:place] + made[place:].replace(b"endobj\n", b"endobj\n" + hidden, 1)
    at = _last(made)
    return moved.replace(b"startxref\n%d" % at, b"startxref\n%d" % (at + len(hidden)))


@own_attack("picture")
def role_confused(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """An object that a page shows is declared to be something that may change, and is changed."""
    bench = Workbench(data)
    target = chance.choice(contents(bench.pages[0]))
    root = bench.root
    way = chance.randrange(6)
    if way == 0:
        root.Metadata = target
    elif way == 1:
        root.DSS = bench.pdf.make_indirect(Dictionary_(Certs=Array([target])))
    elif way == 2:
        bench.form.Fields[0].V = target
    elif way == 3:
        bench.form.Fields[0].AP = Dictionary_(N=target)
    elif way == 4:
        root.Extensions = target
    else:
        bench.pages[0].Annots = Array([*bench.pages[0].get("/Annots", []), target])
    target.write(paint(chance))
    if way == 0:
        target.Type, target.Subtype = Name.Metadata, Name.XML
    return bench.append()


def Dictionary_(**entries: object) -> object:  # noqa: N802 - a dictionary of PDF
    """Return a dictionary."""
    from pikepdf import Dictionary

    return Dictionary(**entries)


@attack("picture")
def store_number_taken(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    """A certificate for the store is written under the number of what a page shows."""
    target = chance.choice(contents(bench.pages[0]))
    store = bench.root.get("/DSS")
    if store is None:
        store = bench.root.DSS = bench.add(Dictionary_(Certs=Array([])))
    store[chance.choice(("/Certs", "/CRLs", "/OCSPs"))] = Array([target])
    target.write(b"0\x82" + bytes(100))


@attack("bytes")
def store_poisoned(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    """Something in the store that does not belong there."""
    store = bench.root.get("/DSS")
    if store is None:
        raise NotHereError
    way = chance.randrange(5)
    if way == 0:
        store.OpenAction = Dictionary_(S=Name.JavaScript, JS="x")
    elif way == 1:
        store.Certs = Array([bench.pages[0]])
    elif way == 2:
        store.Pages = bench.root.Pages
    elif way == 3:
        store.VRI = Dictionary_(X=Dictionary_(Own=bench.stream(b"x")))
    else:
        store.Certs = bench.stream(b"x")


@own_attack("picture")
def encrypted_afterwards(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """An update that says the file is encrypted."""
    bench = Workbench(data)
    number, body = _page(bench, b"/Contents 5001 0 R")
    bodies = {(number, 0): body, (5_001, 0): _stream(paint(chance)), (5_009, 0): b"<</Filter/Standard/V 1/R 2>>"}
    trailer = {**_trailer(bench), "/Encrypt": b"5009 0 R"}
    if chance.random() < 0.5:
        trailer["/Encrypt"] = b"null"
    return update(data, bodies, trailer, Hand(style="table"), plain={5_001})
