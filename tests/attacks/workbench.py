"""A signed file on the workbench: qpdf reads it, whoever sits here changes objects, our own writer appends the update.

The reader is not the one that is tested, and neither is the writer: an update may come as a table, as a stream or
with object streams, in any order of entries, with names and strings written in any way that the syntax knows.
"""

from __future__ import annotations

import io
import random
import zlib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectType, Stream

BOOKKEEPING = ("/Prev", "/XRefStm", "/Size", "/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms")
"""What a trailer says of places; a new one says its own."""
STYLES = ("table", "stream", "packed")


class NotHereError(Exception):
    """This cannot be done to this file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """How somebody writes.

    Args:
        style: ``table``, ``stream`` or ``packed`` (with object streams).
        chance: Shuffles and varies; None writes plainly.
        line: What ends a line.
        names: Whether letters of names are sometimes written as numbers.
        strings: Whether strings are sometimes written in hexadecimal, or with escapes.
        comments: Whether comments stand between objects.
    """

    style: str = "table"
    chance: random.Random | None = None
    line: bytes = b"\n"
    names: bool = False
    strings: bool = False
    comments: bool = False


def own_style(data: bytes) -> str:
    """Return how the newest cross-reference of a file is written: as a table or as a stream."""
    place = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    return "table" if data.startswith(b"xref", place) else "stream"


def some_hand(data: bytes, chance: random.Random, *, any_style: bool = False) -> Hand:
    """Return somebody's way of writing; honest writers keep to the kind of cross-reference that they find."""
    own = own_style(data)
    styles = STYLES if any_style else (("table",) if own == "table" else ("stream", "packed"))
    return Hand(
        style=chance.choice(styles),
        chance=chance,
        line=chance.choice((b"\n", b"\n", b"\r\n")),
        names=chance.random() < 0.2,
        strings=chance.random() < 0.3,
        comments=chance.random() < 0.2,
    )


class Workbench:
    """A file whose objects may be changed.

    Args:
        data: The file.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pdf = pikepdf.open(io.BytesIO(data))
        self.raw: dict[int, bytes] = {}
        """Objects that are written as they stand here, whatever qpdf knows of them."""
        self.freed: set[int] = set()
        """Objects that are taken out of use."""
        self.again: set[tuple[int, int]] = set()
        """Objects that are written although nothing about them was changed."""
        self._spare = 0

    @property
    def root(self) -> Any:
        """The catalog."""
        return self.pdf.Root

    @property
    def pages(self) -> list[Any]:
        """The pages' dictionaries."""
        return [page.obj for page in self.pdf.pages]

    @property
    def form(self) -> Any:
        """The form's dictionary.

        Raises:
            NotHereError: There is none.
        """
        if "/AcroForm" not in self.root:
            raise NotHereError
        return self.root.AcroForm

    def field(self, name: str) -> Any:
        """Return a field at the root of the form, by its name.

        Raises:
            NotHereError: There is none.
        """
        for field in self.form.get("/Fields", []):
            if str(field.get("/T", "")) == name:
                return field
        raise NotHereError

    def found(self, holder: Any, *path: Any) -> Any:
        """Return what stands at a place.

        Raises:
            NotHereError: Nothing does.
        """
        for key in path:
            try:
                holder = holder[key]
            except (KeyError, IndexError, TypeError, ValueError) as error:
                raise NotHereError from error
        return holder

    def add(self, value: Any) -> Any:
        """Return a new object."""
        return self.pdf.make_indirect(value)

    def stream(self, content: bytes, entries: dict[str, Any] | None = None) -> Any:
        """Return a new stream."""
        made = self.pdf.make_stream(content)
        for key, value in (entries or {}).items():
            made[key] = value
        return made

    def number(self, ahead: int = 0) -> int:
        """Return an object number that nobody uses."""
        self._spare += 1
        return 5_000 + ahead + self._spare

    def append(self, hand: Hand | None = None, *, trailer: dict[str, Any] | None = None) -> bytes:
        """Return the file with everything that was changed appended as one update.

        Args:
            hand: How it is written.
            trailer: Entries of the trailer that are other than before.
        """
        hand = hand or Hand(style=own_style(self.data))
        before = _snapshot(self.data)
        now = _all(self.pdf)
        bodies: dict[tuple[int, int], bytes] = {}
        plain: set[int] = set()
        for place, state in now.items():
            if (before.get(place) == state and place not in self.again) or place[0] in self.freed:
                continue
            item = self.pdf.get_object(place)
            bodies[place] = written(item, hand)
            if isinstance(item, Stream) or place[1]:
                plain.add(place[0])
        for number, body in self.raw.items():
            bodies = {place: old for place, old in bodies.items() if place[0] != number}
            bodies[(number, 0)] = body
            plain.add(number)
        entries = {key: value for key, value in self.pdf.trailer.items() if key not in BOOKKEEPING}
        entries |= trailer or {}
        return update(self.data, bodies, entries, hand, plain=plain, freed=self.freed)


def update(
    data: bytes,
    bodies: dict[tuple[int, int], bytes],
    trailer: dict[str, Any],
    hand: Hand,
    *,
    plain: set[int] | None = None,
    freed: set[int] | None = None,
    previous: int | None = None,
) -> bytes:
    """Return a file with objects appended.

    Args:
        data: The file.
        bodies: The objects as they are written, by number and generation.
        trailer: Entries of the trailer.
        hand: How the rest is written.
        plain: Numbers of objects that must not be packed, such as streams.
        freed: Numbers of objects that are taken out of use.
        previous: Offset of the cross-reference before; by default that of the file.
    """
    out = bytearray(data if data.endswith((b"\n", b"\r")) else data + hand.line)
    line = hand.line
    order = sorted(bodies)
    if hand.chance is not None:
        hand.chance.shuffle(order)
    top = max([*(number for number, _ in order), *(freed or ()), _size(data) - 1])
    packed: dict[int, tuple[int, int]] = {}
    offsets: dict[tuple[int, int], int] = {}
    if hand.style == "packed":
        loose = [place for place in order if place[0] not in (plain or ()) and not place[1]]
        if loose:
            top += 1
            heads, content = [], b""
            for index, place in enumerate(loose):
                heads.append(b"%d %d" % (place[0], len(content)))
                content += bodies[place] + b"\n"
                packed[place[0]] = (top, index)
            head = b" ".join(heads) + b"\n"
            body = zlib.compress(head + content)
            holder = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>%sstream\n%s\nendstream" % (
                len(loose),
                len(head),
                len(body),
                line,
                body,
            )
            bodies = {**bodies, (top, 0): holder}
            order = [place for place in order if place[0] not in packed] + [(top, 0)]
    for place in order:
        if hand.comments and hand.chance is not None and hand.chance.random() < 0.5:
            out += b"%% %d%s" % (hand.chance.randrange(10**6), line)
        offsets[place] = len(out)
        out += b"%d %d obj%s%s%sendobj%s" % (*place, line, bodies[place], line, line)
    rows: dict[int, tuple[int, int, int]] = dict.fromkeys(freed or (), (0, 0, 1))
    rows |= {number: (1, offset, generation) for (number, generation), offset in offsets.items()}
    rows |= {number: (2, holder_number, index) for number, (holder_number, index) in packed.items()}
    entries = b"".join(
        written(Name(key), hand) + b" " + written(value, hand, within=True) for key, value in trailer.items()
    )
    if previous is None:
        previous = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    at = len(out)
    if hand.style == "table":
        table = b"xref" + line
        for first, count in _runs(rows) or [(0, 0)]:  # a table has at least one section (ISO 32000-2, 7.5.4)
            table += b"%d %d%s" % (first, count, line)
            for number in range(first, first + count):
                kind, offset, generation = rows[number]
                table += b"%010d %05d %s\r\n" % (offset, generation, b"n" if kind else b"f")
        out += table + b"trailer%s<<%s/Size %d/Prev %d>>%s" % (line, entries, top + 1, previous, line)
    else:
        top += 1
        rows[top] = (1, at, 0)
        runs = _runs(rows)
        content = b"".join(
            bytes((rows[number][0],)) + rows[number][1].to_bytes(4, "big") + rows[number][2].to_bytes(2, "big")
            for first, count in runs
            for number in range(first, first + count)
        )
        content = zlib.compress(content)
        index_ = b" ".join(b"%d %d" % run for run in runs)
        told = b"<</Type/XRef/W[1 4 2]/Index[%s]/Size %d/Prev %d%s/Filter/FlateDecode/Length %d>>"
        out += b"%d 0 obj%s" % (top, line) + told % (index_, top + 1, previous, entries, len(content))
        out += b"%sstream\n%s\nendstream%sendobj%s" % (line, content, line, line)
    return bytes(out) + b"startxref%s%d%s%%%%EOF%s" % (line, at, line, line)


def _runs(rows: dict[int, Any]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number in sorted(rows):
        if found and sum(found[-1]) == number:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((number, 1))
    return found


@lru_cache(maxsize=256)
def _size(data: bytes) -> int:
    pdf = pikepdf.open(io.BytesIO(data))
    return int(pdf.trailer.Size)


@lru_cache(maxsize=256)
def _snapshot(data: bytes) -> dict[tuple[int, int], object]:
    pdf = pikepdf.open(io.BytesIO(data))  # whoever lets go of it loses its objects
    return _all(pdf)


def _all(pdf: pikepdf.Pdf) -> dict[tuple[int, int], object]:
    found: dict[tuple[int, int], object] = {}
    for item in pdf.objects:
        if isinstance(item, Stream):
            found[item.objgen] = (item.stream_dict.unparse(), item.read_raw_bytes())
        elif isinstance(item, pikepdf.Object):
            found[item.objgen] = item.unparse(resolved=True)
    return found


def written(item: Any, hand: Hand | None = None, *, within: bool = False) -> bytes:
    """Return an object as it stands in a file."""
    hand = hand or Hand()
    if isinstance(item, bytes):
        return item
    if isinstance(item, bool):
        return b"true" if item else b"false"
    if item is None:
        return b"null"
    if isinstance(item, int | Decimal | float):
        return str(item).encode()
    if within and item.is_indirect:
        return b"%d %d R" % item.objgen
    if isinstance(item, Stream):
        raw = item.read_raw_bytes()
        entries = {key: value for key, value in item.stream_dict.items() if key != "/Length"}
        return _dictionary(entries | {"/Length": len(raw)}, hand) + b"%sstream\n%s\nendstream" % (hand.line, raw)
    if isinstance(item, Dictionary):
        return _dictionary(dict(item.items()), hand)
    if isinstance(item, Array):
        return b"[" + b" ".join(written(part, hand, within=True) for part in item) + b"]"
    if isinstance(item, Name):
        return _name(str(item), hand)
    if item._type_code == ObjectType.string:
        return _string(bytes(item), hand)
    return bytes(item.unparse(resolved=True))


def _dictionary(entries: dict[str, Any], hand: Hand) -> bytes:
    keys = list(entries)
    if hand.chance is not None:
        hand.chance.shuffle(keys)
    line = hand.line if hand.chance is not None and hand.chance.random() < 0.3 else b""
    return (
        b"<<"
        + b"".join(_name(key, hand) + b" " + written(entries[key], hand, within=True) + line for key in keys)
        + b">>"
    )


def _name(name: str, hand: Hand) -> bytes:
    letters = []
    for letter in name[1:].encode("utf-8"):
        strange = letter < 33 or letter > 126 or letter in b"#()<>[]{}/%"
        if strange or (hand.names and hand.chance is not None and hand.chance.random() < 0.05):
            letters.append(b"#%02X" % letter)
        else:
            letters.append(bytes((letter,)))
    return b"/" + b"".join(letters)


def _string(text: bytes, hand: Hand) -> bytes:
    if hand.strings and hand.chance is not None:
        way = hand.chance.randrange(3)
        if way == 0:
            return b"<" + text.hex().encode() + b">"
        if way == 1:
            return b"(" + b"".join(b"\\%03o" % byte for byte in text) + b")"
    if any(byte < 32 or byte > 126 for byte in text):
        return b"<" + text.hex().encode() + b">"
    return b"(" + text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"
