"""What stands behind a document that the signatory knows: further signatures, security stores, one last timestamp.

The frame of each revision is read from its bytes: objects, a table of exactly these, a trailer that changes nothing.
What the objects are is asked of qpdf, before and after. Source: docs/ceremony-spec.md section 8.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pikepdf

from certs.signatory.errors import SignatoryRefused, demand
from certs.signatory.words import h

LATER = "agent.result.later_revision"
"""Whatever stands there and may not; the detail is one of the words below."""

WIDEST = (400, 160)
"""Points: no signature's picture is larger."""

_STORE = {"/Certs", "/CRLs", "/OCSPs"}
_TIMESTAMP = {"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents"}
_SIGNATURE = {*_TIMESTAMP, "/Name", "/Reason", "/M"}
_WIDGET = {"/Type", "/Subtype", "/FT", "/F", "/T", "/Rect", "/P", "/V"}
_IMAGE = {"/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Filter", "/DecodeParms"}
_PAINTS_IT = re.compile(rb"q [0-9.]+ 0 0 [0-9.]+ 0 0 cm /Im0 Do Q")
_TAIL = re.compile(rb"startxref[\0\t\n\f\r ]+([0-9]{1,10})[\0\t\n\f\r ]+%%EOF[\0\t\n\f\r ]*\Z")
_REFERENCE = re.compile(rb"(?<![0-9])([0-9]{1,9})[\0\t\n\f\r ]+[0-9]{1,5}[\0\t\n\f\r ]+R(?![0-9A-Za-z])")
_OBJECT = re.compile(rb"([1-9][0-9]{0,8}) (0|[1-9][0-9]{0,4}) obj\n")
_NO_HEXADECIMAL = re.compile(rb"(?<!<)<(?!<)[0-9A-Fa-f\0\t\n\f\r ]*[^0-9A-Fa-f\0\t\n\f\r >]")
_END = re.compile(rb"%%EOF\n")

Number = tuple[int, int]


def known_end(pdf: bytes, digest: bytes) -> int | None:
    """Return where the file ends whose digest is known, as a beginning of this one; None where there is none."""
    ends = (len(pdf), *(end.end() for end in _END.finditer(pdf)))
    return next((end for end in ends if h(pdf[:end]) == digest), None)


def check_later(pdf: bytes, known: int) -> tuple[str, ...]:
    """Check everything behind a known beginning of the file and return the kinds of the revisions there.

    Args:
        pdf: The file.
        known: Length of the beginning, which ends with a revision.

    Raises:
        SignatoryRefused: Something stands there that may not.
    """
    kinds: list[str] = []
    last = _last_kind(pdf[:known])
    while known < len(pdf):
        try:
            frame = _frame(pdf, known)
            with ExitStack() as stack:
                before, after = (
                    stack.enter_context(pikepdf.open(io.BytesIO(pdf[:end]), attempt_recovery=False))
                    for end in (known, frame.end)
                )
                kind = _Revision(pdf, known, frame, before, after).check(last)
        except SignatoryRefused:
            raise
        except Exception as error:
            raise SignatoryRefused(LATER, "written") from error
        kinds.append(kind)
        last, known = kind, frame.end
    return tuple(kinds)


def _last_kind(known: bytes) -> str:
    added = known[known.rfind(b"%%EOF", 0, len(known) - 8) + 1 :]
    if b"/ByteRange" not in added:
        return "security_store"
    return "document_timestamp" if re.search(rb"/Type\s*/DocTimeStamp", added) else "signature"


@dataclass(frozen=True, slots=True)
class _Frame:
    """A revision's bytes, taken apart without reading what the objects are."""

    objects: Mapping[Number, bytes]
    size: int
    end: int

    @property
    def fresh(self) -> list[Number]:
        return [each for each in sorted(self.objects) if each[0] >= self.size]


def _frame(pdf: bytes, start: int) -> _Frame:
    """Take the revision apart that begins here."""
    tail = _TAIL.search(pdf[max(0, start - 64) : start])
    _written(tail is not None and pdf[start - 1 : start] == b"\n")
    previous = int(tail[1]) if tail else 0
    end = pdf.find(b"%%EOF\n", start)
    finish = re.search(rb"\nstartxref\n([0-9]{1,10})\n\Z", pdf[start : max(end, start)])
    while finish is None or pdf[int(finish[1]) : int(finish[1]) + 5] != b"xref\n":  # it stood inside a stream
        end = pdf.find(b"%%EOF\n", end + 1) if end >= 0 else -1
        _written(end >= 0)
        finish = re.search(rb"\nstartxref\n([0-9]{1,10})\n\Z", pdf[start:end])
    table = int(finish[1])
    _written(start < table < end)
    objects: dict[Number, bytes] = {}
    rows, trailer = pdf[table : start + finish.start()].split(b"trailer\n", 1)
    offsets: dict[int, Number] = {}
    lines = rows.split(b"\n")[1:-1]
    while lines:
        first, count = (int(part) for part in lines.pop(0).split(b" "))
        for number in range(first, first + count):
            row = re.fullmatch(rb"([0-9]{10}) ([0-9]{5}) n ", lines.pop(0))
            _written(row is not None)
            if row:
                offsets[int(row[1])] = (number, int(row[2]))
    _written(rows == _table(offsets))
    places = sorted(offsets)
    _written(bool(places) and places[0] == start)
    for place, follows in zip(places, [*places[1:], table], strict=True):
        head = _OBJECT.match(pdf, place)
        _written(head is not None and (int(head[1]), int(head[2])) == offsets[place])
        if head:
            objects[offsets[place]] = pdf[head.end() : follows]
    _written(_sizes(trailer)["Prev"] == previous)
    size = _sizes(trailer)["Size"]
    new = sorted(number for number, _ in objects)
    added = 0
    while new and new[-1] == size - 1 - added:
        new.pop()
        added += 1
    return _Frame(objects=objects, size=size - added, end=end + len(b"%%EOF\n"))


def _sizes(trailer: bytes) -> dict[str, int]:
    found = re.findall(rb"/(Size|Prev)[\0\t\n\f\r ]*([0-9]{1,10})(?![0-9.])", trailer)
    _written(len(found) == 2 and {name for name, _ in found} == {b"Size", b"Prev"})
    return {name.decode(): int(number) for name, number in found}


def _table(offsets: Mapping[int, Number]) -> bytes:
    """Write the table again: one way of writing it is enough."""
    by_number = {number: (offset, generation) for offset, (number, generation) in offsets.items()}
    text, numbers = b"xref\n", sorted(by_number)
    for at, number in enumerate(numbers):
        if at == 0 or numbers[at - 1] != number - 1:
            count = next(n for n in range(1, len(numbers) + 1) if numbers[at + n : at + n + 1] != [number + n])
            text += b"%d %d\n" % (number, count)
        text += b"%010d %05d n \n" % by_number[number]
    return text


class _Revision:
    def __init__(self, pdf: bytes, start: int, frame: _Frame, before: pikepdf.Pdf, after: pikepdf.Pdf) -> None:
        self.pdf, self.start, self.frame, self.before, self.after = pdf, start, frame, before, after
        self.known = pdf[:start]
        self.met: set[Number] = set()

    def check(self, last: str) -> str:
        """Check the revision and return its kind; ``last`` is that of the one before."""
        self._check_written()
        kind = self._kind()
        _permitted(last != "document_timestamp" and (kind != "security_store" or last == "signature"), "order")
        fresh = {number for number, _ in self.frame.fresh}
        _permitted(not any(int(found) in fresh for found in _REFERENCE.findall(self.known)), "awaited")
        if kind == "security_store":
            self._check_store()
        else:
            self._check_field(signature=kind == "signature")
        _permitted(self.met == set(self.frame.fresh), "added")
        return kind

    def _check_written(self) -> None:
        old, new = self.before.trailer, self.after.trailer
        _written(int(old.Size) == self.frame.size and not self.before.is_encrypted)
        _written(all(_text(old, key) == _text(new, key) for key in ("/Root", "/Info")))
        _written(set(new.keys()) <= {"/Root", "/Info", "/Size", "/Prev", "/ID"} and len(new.ID) == 2)
        _written(bytes(new.ID[0]) == bytes(old.ID[0]))
        _written(all(generation == 0 for _, generation in self.frame.fresh))
        there = {each.objgen for each in self.before.objects}
        for number, body in self.frame.objects.items():
            _written(number[0] >= self.frame.size or number in there)
            item = self.after.get_object(number)
            if isinstance(item, pikepdf.Stream):
                content = b"\nstream\n" + item.read_raw_bytes() + b"\nendstream\nendobj\n"
                _written(body.endswith(content) and b"%" not in body[: -len(content)])
            else:
                _written(body.endswith(b"\nendobj\n") and body.count(b"endobj") == 1 and b"%" not in body)
                _written(_NO_HEXADECIMAL.search(body) is None)

    def _kind(self) -> str:
        types = [str(item.get("/Type", "")) for item in map(self.after.get_object, self.frame.fresh) if _holds(item)]
        _permitted(types.count("/Sig") + types.count("/DocTimeStamp") <= 1, "kind")
        return next(
            (kind for name, kind in (("/Sig", "signature"), ("/DocTimeStamp", "document_timestamp")) if name in types),
            "security_store",
        )

    def _check_store(self) -> None:
        old, new = self.before.Root, self.after.Root
        known = old.get("/DSS")
        store: Any = new.get("/DSS")
        _permitted(known is None or known.is_indirect, "store")
        _permitted(isinstance(store, pikepdf.Dictionary) and store.is_indirect, "store")
        _permitted(store.objgen in self.frame.objects and str(store.get("/Type")) == "/DSS", "store")
        if known is None:
            self._met(store, "store")
            self._only({new.objgen: {**_entries(old), "/DSS": _text(new, "/DSS")}})
        else:
            self._only({known.objgen: _entries(store)})
        former: Any = {} if known is None else known
        _permitted(set(former.keys()) <= set(store.keys()), "store")
        for name in set(store.keys()) - {"/Type"}:
            _permitted(name in _STORE and isinstance(store[name], pikepdf.Array), "store")
            before, after = (_items(each.get(name)) for each in (former, store))
            _permitted(after[: len(before)] == before, "store")
            for item in list(store[name])[len(before) :]:
                plain = isinstance(item, pikepdf.Stream) and set(item.keys()) == {"/Length"}
                _permitted(plain and item.objgen not in self.met, "store")
                self._met(item, "store")

    def _check_field(self, *, signature: bool) -> None:
        new = [self.after.get_object(number) for number in self.frame.fresh]
        widgets = [item for item in new if _holds(item) and str(item.get("/Subtype", "")) == "/Widget"]
        _permitted(len(widgets) == 1, "field")
        [widget] = widgets
        signed: Any = widget.get("/V")
        _permitted(isinstance(signed, pikepdf.Dictionary) and signed.objgen in self.frame.fresh, "field")
        names = set(signed.keys())
        _permitted(str(signed.get("/Type")) == ("/Sig" if signature else "/DocTimeStamp"), "field")
        _permitted(names <= _SIGNATURE if signature else names == _TIMESTAMP, "field")
        _permitted(str(signed.get("/SubFilter")) == ("/ETSI.CAdES.detached" if signature else "/ETSI.RFC3161"), "field")
        _permitted(str(signed.get("/Filter")) == "/Adobe.PPKLite", "field")
        self._check_range(signed)

        page: Any = widget.get("/P")
        there = page is not None and page.is_indirect and page.objgen[0] < self.frame.size
        _permitted(there and _holds(page) and str(page.get("/Type")) == "/Page", "field")
        sheet = self.before.get_object(page.objgen)
        form: Any = self.before.Root.get("/AcroForm")
        _permitted(form is not None and isinstance(form.get("/Fields"), pikepdf.Array), "field")
        _permitted(_text(form, "/SigFlags") == "3", "field")
        name = widget.get("/T")
        taken = {bytes(field.get("/T", pikepdf.String(""))) for field in form["/Fields"]}
        _permitted(isinstance(name, pikepdf.String) and bytes(name) not in {*taken, b""}, "field")
        fixed = {"/Type": "/Annot", "/Subtype": "/Widget", "/FT": "/Sig", "/F": "132"}
        _permitted(all(_text(widget, key) == text for key, text in fixed.items()), "field")
        _permitted(set(widget.keys()) == _WIDGET | ({"/TU", "/AP"} if signature else set()), "field")
        self._met(widget, "field")
        self._met(signed, "field")
        place = [float(number) for number in widget.Rect]
        if signature:
            self._check_picture(widget.AP, place)
        else:
            _permitted(place == [0.0] * 4, "field")
        own = _pointer(widget)
        self._only(dict([_longer(sheet, "/Annots", own), _longer(form, "/Fields", own)]))

    def _check_range(self, signed: Any) -> None:
        numbers = [int(number) for number in signed.ByteRange]
        added = self.pdf[self.start : self.frame.end]
        _permitted(len(numbers) == 4 and numbers[0] == 0 and added.count(b"/ByteRange") == 1, "field")
        _, hole, behind, rest = numbers
        _permitted(self.start < hole < behind <= behind + rest == self.frame.end and behind - hole <= 80_000, "field")
        around = (self.pdf[hole - 24 : hole], self.pdf[hole : hole + 1], self.pdf[behind - 1 : behind])
        _permitted(re.search(rb"/Contents[\0\t\n\f\r ]*\Z", around[0]) is not None, "field")
        _permitted(around[1:] == (b"<", b">"), "field")
        _permitted(re.fullmatch(rb"[0-9A-Fa-f]+", self.pdf[hole + 1 : behind - 1]) is not None, "field")

    def _check_picture(self, appearance: Any, place: list[float]) -> None:
        left, bottom, right, top = place
        fits = left < right <= left + WIDEST[0] and bottom < top <= bottom + WIDEST[1]
        _permitted(fits and _holds(appearance) and set(appearance.keys()) == {"/N"}, "picture")
        form = appearance.N
        _permitted(isinstance(form, pikepdf.Stream), "picture")
        _permitted(set(form.keys()) == {"/Type", "/Subtype", "/BBox", "/Resources", "/Length"}, "picture")
        _permitted(str(form.Subtype) == "/Form" and str(form.Type) == "/XObject" and len(form.BBox) == 4, "picture")
        image: Any = form.Resources.get("/XObject", pikepdf.Dictionary()).get("/Im0")
        _permitted(isinstance(image, pikepdf.Stream), "picture")
        only = f"<< /XObject << /Im0 {_pointer(image)} >> >>"
        _permitted(form.Resources.unparse().decode("latin-1") == only, "picture")
        _permitted(_PAINTS_IT.fullmatch(form.read_raw_bytes()) is not None, "picture")
        _permitted(str(image.Subtype) == "/Image" and set(image.keys()) <= {*_IMAGE, "/Length"}, "picture")
        _permitted(re.search(r"[0-9] R", str(_entries(image))) is None, "picture")
        self._met(form, "picture")
        self._met(image, "picture")

    def _met(self, item: Any, reason: str) -> None:
        _permitted(item.objgen in self.frame.fresh, reason)
        self.met.add(item.objgen)

    def _only(self, expected: Mapping[Number, object]) -> None:
        """Require that the replaced objects are exactly these, with exactly this in them."""
        replaced = {number for number in self.frame.objects if number[0] < self.frame.size}
        _permitted(replaced == set(expected), "changed")
        for number, wanted in expected.items():
            item = self.after.get_object(number)
            _permitted(not isinstance(item, pikepdf.Stream), "changed")
            _permitted((_entries(item) if _holds(item) else _items(item)) == wanted, "changed")


def _longer(holder: Any, name: str, item: str) -> tuple[Number, object]:
    """Return the object that must be replaced so that an array is longer by one, and what it must be."""
    array = holder.get(name, pikepdf.Array())
    items = [*_items(array), item]
    if array.is_indirect:
        return array.objgen, items
    _permitted(holder.is_indirect, "field")
    return holder.objgen, {**_entries(holder), name: "[ " + " ".join(items) + " ]"}


def _pointer(item: Any) -> str:
    number, generation = item.objgen
    return f"{number} {generation} R"


def _holds(item: Any) -> bool:
    return isinstance(item, pikepdf.Dictionary)


def _unparsed(value: Any) -> str:
    return pikepdf.Array([value]).unparse().decode("latin-1")[2:-2]


def _text(holder: Any, key: str) -> str:
    return _unparsed(holder[key]) if key in holder else ""


def _entries(holder: Any) -> dict[str, str]:
    return {str(key): _unparsed(value) for key, value in holder.items()}


def _items(array: Any) -> list[str]:
    return [_unparsed(item) for item in array] if isinstance(array, pikepdf.Array) else []


def _permitted(condition: bool, reason: str) -> None:
    demand(condition, LATER, reason)


def _written(condition: bool) -> None:
    demand(condition, LATER, "written")
