"""Attacks on the signatures themselves: faked, wrapped, moved, taken off, made over something else."""

from __future__ import annotations

import random
import re
from typing import Any

from pikepdf import Array, Dictionary, Name, String

from tests.attacks.on_pages import paint
from tests.attacks.register import attack, own_attack
from tests.attacks.signing import close, place_signature, sign
from tests.attacks.subjects import Scene, Subject
from tests.attacks.workbench import Hand, NotHereError, Workbench, own_style
from tests.pades.small_world import World

_RANGE = re.compile(rb"/ByteRange ?\[ ?0 +([0-9]+) +([0-9]+) +([0-9]+) *\]")


def signed_field(bench: Workbench, chance: random.Random) -> Any:
    """Return a field that holds somebody's signature."""
    found = [
        field
        for field in bench.form.Fields
        if field.get("/FT") == "/Sig" and "/V" in field and field.V.get("/Type") != "/DocTimeStamp"
    ]
    if not found:
        raise NotHereError
    return chance.choice(found)


@attack("values")
def forged_by_spoiling(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    """Universal signature forgery: what must be checked is missing or nonsense."""
    value = signed_field(bench, chance).V
    key, replacement = chance.choice(
        (
            ("/Contents", None),
            ("/Contents", String(b"")),
            ("/Contents", String(b"\0")),
            ("/Contents", Name.Nothing),
            ("/Contents", 0),
            ("/ByteRange", None),
            ("/ByteRange", Array([])),
            ("/ByteRange", Array([0, 0, 0, 0])),
            ("/ByteRange", Array([0, -1, 10, 10])),
            ("/ByteRange", Array([0, 10])),
            ("/ByteRange", Array([0, 10, 20])),
            ("/ByteRange", Array([0, 2**31, 2**31, 2**31])),
            ("/ByteRange", Array([String("0"), 1, 2, 3])),
            ("/ByteRange", Name.All),
            ("/SubFilter", Name.Own),
            ("/SubFilter", None),
            ("/Filter", Name.Own),
            ("/Type", Name.Own),
        )
    )
    if replacement is None:
        if key not in value:
            raise NotHereError
        del value[key]
    else:
        value[key] = replacement


@attack("values")
def taken_off(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    field = signed_field(bench, chance)
    if chance.random() < 0.5:
        del field["/V"]
    else:
        field.V = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"))


@attack("behaviour")
def field_removed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    field = signed_field(bench, chance)
    bench.form.Fields = Array([item for item in bench.form.Fields if item.objgen != field.objgen])


@attack("values")
def swapped(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    found = [field for field in bench.form.Fields if field.get("/FT") == "/Sig" and "/V" in field]
    if len(found) < 2:
        raise NotHereError
    one, other = chance.sample(found, 2)
    one.V, other.V = other.V, one.V


@attack("values")
def put_elsewhere(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.field("Empty").V = signed_field(bench, chance).V


@attack("picture")
def looks_otherwise(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    field = signed_field(bench, chance)
    box = [float(number) for number in field.Rect]
    if box[2] - box[0] < 1 or "/AP" not in field:
        raise NotHereError
    if chance.random() < 0.5:
        field.AP.N.write(b"%.2f 0 0 rg 0 0 100 30 re f" % chance.random())
    else:
        field.AP = Dictionary(
            N=bench.stream(b"0 1 0 rg 0 0 500 500 re f", {"/Subtype": Name.Form, "/BBox": field.AP.N.BBox})
        )


@attack("behaviour")
def moved(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    x, y = chance.randrange(20, 200), chance.randrange(200, 400)
    signed_field(bench, chance).Rect = Array([x, y, x + 200, y + 90])


@attack("behaviour")
def lock_changed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    signed_field(bench, chance).Lock = Dictionary(Type=Name.SigFieldLock, Action=Name.Include, Fields=Array(["x"]))


@attack("values")
def said_otherwise(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    value = signed_field(bench, chance).V
    key = chance.choice(("/Name", "/Reason", "/Location", "/M", "/ContactInfo"))
    value[key] = "Max Mustermann" if key != "/M" else "D:20300101"


@attack("values")
def certified_otherwise(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    value = signed_field(bench, chance).V
    parameters = Dictionary(Type=Name.TransformParams, P=chance.choice((1, 2, 3)), V=Name("/1.3"))
    value.Reference = Array([Dictionary(Type=Name.SigRef, TransformMethod=Name.DocMDP, TransformParams=parameters)])


@own_attack("values")
def signed_though_forbidden(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A signature that everybody trusts, on a document whose certification forbids any."""
    if subject.certified != 1:
        raise NotHereError
    return sign(Workbench(data), scene.world, scene.second, name="Late", stamped=True)


@own_attack("picture")
def signed_over_text(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A trusted later signature whose field covers the text."""
    y = chance.randrange(440, 470)
    bench = Workbench(data)
    place = {"box": (30, y, chance.randrange(330, 400), y + 100), "page": chance.randrange(min(2, len(bench.pages)))}
    return sign(bench, scene.world, scene.second, name="Late", **place)  # type: ignore[arg-type]  # options of sign


@own_attack("picture")
def signed_with_more(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A trusted later signature that changes a page on the way."""
    bench = Workbench(data)
    page = chance.choice(bench.pages)
    page.Contents = bench.stream(paint(chance))
    return sign(bench, scene.world, scene.second, name="Late", stamped=True)


@own_attack("values")
def signed_by_a_stranger(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A signature of somebody who calls himself the same."""
    return sign(Workbench(data), (world := _strangers()), world.signatory(), name="Erika")


_KEPT: list[World] = []


def _strangers() -> World:
    if not _KEPT:
        _KEPT.append(World())
    return _KEPT[0]


@own_attack("values")
def signed_anew_by_a_stranger(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """The same document, changed, signed by somebody who calls himself the same."""
    from tests.attacks.rich import rich

    bench = Workbench(rich(chance.choice(("table", "stream"))))
    bench.pages[0].Contents = bench.stream(paint(chance))
    world = _strangers()
    return sign(bench, world, world.signatory(), name="Signatory", stamped=chance.random() < 0.5)


@own_attack("values")
def signature_of_another_document(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A signature that is genuine, put into the hole of another document."""
    bench = Workbench(data)
    bench.pages[0].Contents = bench.stream(paint(chance))
    place_signature(bench, name="Late")
    made, _, (start, end) = close(bench.append())
    old = signed_range(data)
    told = data[old[0] + 1 : old[1] - 1].rstrip(b"0")
    return made[: start + 1] + told.ljust(end - start - 2, b"0")[: end - start - 2] + made[end - 1 :]


def signed_range(data: bytes, which: int = 0) -> tuple[int, int, int]:
    """Return hole (start, end) and length of the second part of a signature."""
    found = list(_RANGE.finditer(data))
    if not found:
        raise NotHereError
    return tuple(int(word) for word in found[min(which, len(found) - 1)].groups())  # type: ignore[return-value]  # three


@own_attack("bytes")
def wrapped(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Signature wrapping: the second signed part moves back, and something else stands where its offsets point."""
    start, end, length = signed_range(data)
    part, rest = data[:start], data[end : end + length]
    place = int(rest[rest.rindex(b"startxref") + 9 :].split()[0])
    contents = data[start:end].rstrip(b">").rstrip(b"0")
    contents += b"0" * (len(contents) % 2 == 0) + b">"
    bench = Workbench(data[: end + length])
    page = bench.pages[0]
    field = signed_field(bench, chance)
    value = field.V.objgen[0]
    room = part + contents
    content = paint(chance) * 2
    if place < len(room) + 2_000:
        raise NotHereError
    numbers = (5_001, page.objgen[0], value)
    offsets = [len(room)]
    room += b"5001 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (len(content), content)
    offsets.append(len(room))
    entries = dict(page.items()) | {"/Contents": b"5001 0 R"}
    from tests.attacks.workbench import written

    told = b"".join(key.encode() + b" " + written(item, within=True) for key, item in entries.items())
    room += b"%d 0 obj\n<<%s>>\nendobj\n" % (page.objgen[0], told)
    behind = place + 3_000
    offsets.append(len(room))
    room += (
        b"%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 %d %d %d]/Contents"
        % (
            value,
            start,
            behind,
            length,
        )
    )
    if len(room) > place - 100:
        raise NotHereError
    room += contents + b">>\nendobj\n"
    if len(room) > place:
        raise NotHereError
    room = room.ljust(place)
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % row for row in sorted(zip(numbers, offsets, strict=True)))
    trailer = b"".join(
        key.encode() + b" " + written(item, within=True)
        for key, item in bench.pdf.trailer.items()
        if key in ("/Root", "/Info", "/ID")
    )
    before = int(data[:start].rindex(b"startxref"))
    previous = int(data[before + 9 :].split()[0])
    room += b"xref\n%strailer\n<<%s/Size 5002/Prev %d>>\n" % (rows, trailer, previous)
    if len(room) > behind:
        raise NotHereError
    return room.ljust(behind) + rest


@own_attack("bytes")
def hole_holds_more(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Something behind the signature in its hole: nobody signed it."""
    _, end, _ = signed_range(data)
    more = chance.choice((b"deadbeef" * 20, bytes(chance.choice(b"0123456789abcdef") for _ in range(200))))
    return data[: end - 1 - len(more)] + more + data[end - 1 :]


@own_attack("bytes")
def hole_written_otherwise(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """An object within the hole, where the padding was."""
    _, end, _ = signed_range(data)
    more = chance.choice((b"> 9999 0 obj<</Type/Page>>endobj <", b">/Contents<00", b">>>endobj 1 0 obj<</X<", b"%x\n"))
    return data[: end - 1 - len(more)] + more + data[end - 1 :]


@own_attack("bytes")
def signature_value_flipped(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """One bit of the signed attributes or the signature."""
    start, end, _ = signed_range(data)
    used = len(data[start:end].rstrip(b">").rstrip(b"0"))
    place = start + chance.randrange(10, used - 10)
    old = data[place : place + 1]
    new = b"%x" % (int(old, 16) ^ 1)
    made = data[:place] + new + data[place + 1 :]
    first, second = bytes.fromhex(data[start + 1 : end - 1].decode()), bytes.fromhex(made[start + 1 : end - 1].decode())
    if not _matters(first, second):
        raise NotHereError
    return made


def _matters(first: bytes, second: bytes) -> bool:
    """Whether a change lies in what the signature or its own value is about; others are for the fuzzer."""
    from asn1crypto import cms

    try:
        one = cms.ContentInfo.load(first)["content"]["signer_infos"][0]
        other = cms.ContentInfo.load(second)["content"]["signer_infos"][0]
        parts = ("signed_attrs", "signature", "sid", "signature_algorithm", "digest_algorithm")
        return any(one[part].dump() != other[part].dump() for part in parts)
    except (ValueError, TypeError, KeyError, IndexError):
        return True


@own_attack("bytes")
def signed_byte_flipped(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """One bit of what was signed."""
    start, end, length = signed_range(data)
    place = chance.choice((chance.randrange(9, start), end + chance.randrange(length)))
    return data[:place] + bytes((data[place] ^ (1 << chance.randrange(8)),)) + data[place + 1 :]


@own_attack("bytes")
def update_without_signature(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Incremental saving: what was signed is given a new body; table, trailer or end may be missing."""
    bench = Workbench(data)
    page = bench.pages[0]
    page.Contents = bench.stream(paint(chance))
    made = bench.append(Hand(style=own_style(data)))
    way = chance.randrange(5)
    tail = made[len(data) :]
    if way == 0:
        return data + tail[: tail.rindex(b"startxref")]
    if way == 1 and b"xref\n" in tail:
        return data + tail[: tail.index(b"xref\n")] + b"\n%%EOF\n"
    if way == 2 and b"trailer" in tail:
        return data + tail[: tail.index(b"trailer")] + b"startxref\n0\n%%EOF\n"
    if way == 3:
        value = signed_field(bench, chance).V
        copy = b"%d 0 obj\n%s\nendobj\n" % (value.objgen[0], value.unparse(resolved=True))
        return data + copy + tail[: tail.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % (len(data) + 1)
    return data + tail.replace(b"%%EOF", b"")


@own_attack("bytes")
def cut_off(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """The end is missing, so that an older document comes up."""
    _, end, length = signed_range(data)
    return data[: end + chance.randrange(length)]
