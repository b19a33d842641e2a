"""Wrong values, generated: every leaf of a schema, every node of a DER value, every thing that a PDF can hide."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from typing import Any

import pikepdf

SCHEMAS = resources.files("esign.ceremony") / "schemas"
COMMON: dict[str, Any] = json.loads((SCHEMAS / "common.json").read_text("utf-8"))["$defs"]
ABSENT = object()
Place = tuple[str | int, ...]


def schema(name: str) -> dict[str, Any]:
    """Return a schema of the protocol: ``transcript``, ``intent``, ``answers/open`` …"""
    found: dict[str, Any] = json.loads(SCHEMAS.joinpath(*f"{name}.json".split("/")).read_text("utf-8"))
    return found


def named(place: Place) -> str:
    """Return a place as a word for a test's name."""
    return ".".join(str(step) for step in place) or "whole"


def at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def changed(value: Any, place: Place, wrong: Any) -> Any:
    """Return a copy with another value at a place; ABSENT takes it away."""
    if not place:
        return wrong
    result = copy.deepcopy(value)
    inside = at(result, place[:-1])
    if wrong is ABSENT:
        del inside[place[-1]]
    else:
        inside[place[-1]] = wrong
    return result


def _resolved(rule: Mapping[str, Any], value: Any) -> dict[str, Any]:
    if "$ref" in rule:
        rule = COMMON[rule["$ref"].rsplit("/", 1)[1]]
    for choice in () if "properties" in rule else rule.get("oneOf", ()):
        choice = _resolved(choice, value)
        if (choice.get("type") == "null") == (value is None) and set(choice.get("required", ())) <= set(value or ()):
            return choice
    return dict(rule)


def leaves(rule: Mapping[str, Any], value: Any, place: Place = ()) -> Iterator[tuple[Place, dict[str, Any], Any]]:
    """Yield place, rule and right value of everything below a value that the schema describes, lists included."""
    rule = _resolved(rule, value)
    if isinstance(value, dict):
        for name, inner in rule.get("properties", {}).items():
            if name in value:
                yield from leaves(inner, value[name], (*place, name))
        return
    if isinstance(value, list):
        yield place, rule, value
        for number, item in enumerate(value):
            yield from leaves(rule["items"], item, (*place, number))
        return
    yield place, rule, value


def others(rule: Mapping[str, Any], value: Any) -> Iterator[tuple[str, Any]]:
    """Yield other values of the same form for a leaf: what a liar would write, not what a reader of forms refuses."""
    if isinstance(value, bool):
        yield "other", not value
    elif isinstance(value, int):
        lowest, highest = rule.get("minimum", 0), rule.get("maximum", 2**53 - 1)
        yield "more" if value < highest else "out of range", value + 1
        yield "less" if value > lowest else "out of range", value - 1
        if value + 1_000_000 <= highest:
            yield "far more", value + 1_000_000
    elif isinstance(value, list):
        yield "fewer", value[:-1]
        yield "more", value + value[-1:]
        if len(value) > 1 and value[::-1] != value:
            yield "reordered", value[::-1]
    elif isinstance(value, str):
        for word in rule.get("enum", ()):
            if word != value:
                yield str(word), word
        if "enum" in rule or "const" in rule:
            yield "unknown word", value[:-1] + ("1" if value[-1:] != "1" else "2")
        elif "[0-9a-f]" in str(rule.get("pattern")):
            yield "other", ("0" if value[:1] != "0" else "1") + value[1:] if value else "0" * 64
            yield "empty", "" if value else "f" * 64
        elif str(rule.get("pattern")).startswith("^https?"):
            yield "other host", value.replace("localhost", "evil.example")
            yield "other port", value + "0" if value[-1:].isdigit() else value + ":1"
            yield "other scheme", value.replace("http:", "https:")
        elif "$" in str(rule.get("pattern")) and "\\." in str(rule.get("pattern")) and value[:1].isdigit():
            yield "other", value[:-1] + ("1" if value[-1:] != "1" else "2")
            yield "longer", value + ".1"
        elif value.endswith(".pdf") or ("." in value[1:-1] and "A-Za-z0-9_-" not in str(rule.get("pattern"))):
            yield "other", "x" + value
        else:
            yield "other", ("a" if value[:1] != "a" else "b") + value[1:]
            yield "longer", value + "a"
            if value[:1].isalpha() and rule.get("pattern", "").startswith("^[^"):
                yield "look-alike", value.replace("e", "\u0435", 1) if "e" in value else value + "\u200b"
    yield "absent", ABSENT


SETS = (("document", "attachments"),)
"""Lists whose order says nothing (docs/ceremony-spec.md, 5): another one is no lie."""


def lies(name: str, value: Any) -> Iterator[tuple[Place, str, Any]]:
    """Yield place, kind and the whole wrong value for every leaf that a schema names, and one member too many."""
    for place, rule, right in leaves(schema(name), value):
        for kind, wrong in others(rule, right):
            if (wrong is ABSENT and isinstance(place[-1], int)) or (kind == "reordered" and place in SETS):
                continue
            yield place, kind, changed(value, place, wrong)
    yield (), "one member too many", {**value, "extra": "x"}


# DER -----------------------------------------------------------------------------------------------------------------


def _element(data: bytes, start: int = 0) -> tuple[int, int, int]:
    """Return tag, where the content begins, and where it ends."""
    length, begin = data[start + 1], start + 2
    if length & 0x80:
        size = length & 0x7F
        length, begin = int.from_bytes(data[begin : begin + size], "big"), begin + size
    return data[start], begin, begin + length


def elements(content: bytes) -> list[bytes]:
    """Return the elements that stand one after the other."""
    found, start = [], 0
    while start < len(content):
        _, _, end = _element(content, start)
        found.append(content[start:end])
        start = end
    return found


def inside(element: bytes) -> bytes:
    _, begin, end = _element(element)
    return element[begin:end]


def tlv(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = (len(content).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(content).to_bytes(size, "big") + content


def der_changes(element: bytes, name: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield the element with each node below it changed, taken away, doubled, or exchanged with its neighbour."""
    tag, content = element[0], inside(element)
    if not tag & 0x20:
        if content:
            yield f"{name} last bit", tlv(tag, content[:-1] + bytes([content[-1] ^ 1]))
            yield f"{name} shorter", tlv(tag, content[:-1])
        yield f"{name} longer", tlv(tag, content + b"\x01")
        yield f"{name} other tag", tlv(tag ^ 1, content)
        return
    children = elements(content)
    for number, child in enumerate(children):
        where = f"{name}/{number}"
        before, after = b"".join(children[:number]), b"".join(children[number + 1 :])
        yield f"{where} removed", tlv(tag, before + after)
        yield f"{where} doubled", tlv(tag, before + child + child + after)
        if number:
            yield f"{where} moved up", tlv(tag, b"".join(children[: number - 1]) + child + children[number - 1] + after)
        for what, wrong in der_changes(child, where):
            yield what, tlv(tag, before + wrong + after)


SIGNING_TIME = bytes.fromhex("301c06092a864886f70d010905310f170d") + b"261122120000Z"
CONTENT_HINTS = bytes.fromhex("301b060b2a864886f70d0109100204310c300a0608") + bytes.fromhex("2b06010505070000")
ALGORITHM_PROTECTION = bytes.fromhex("302d06092a864886f70d010934312030") + bytes(30)


def attribute_lies(attributes: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield wrong signed attributes (DER, tag 0x31): every node of each, and every way of writing the set."""
    yield from der_changes(attributes)
    members = elements(inside(attributes))
    for name, added in (("signing time", SIGNING_TIME), ("content hints", CONTENT_HINTS)):
        yield f"added {name}", tlv(0x31, b"".join(sorted([*members, added])))
        yield f"added {name} at the end", tlv(0x31, b"".join([*members, added]))
    yield "reversed", tlv(0x31, b"".join(members[::-1]))
    yield "a sequence", b"\x30" + attributes[1:]
    yield "as it stands in the CMS", b"\xa0" + attributes[1:]
    yield "something behind", attributes + b"\x00"
    yield "twice", attributes * 2
    yield "empty set", b"\x31\x00"
    content = inside(attributes)
    yield "longer length", bytes([0x31, 0x83]) + len(content).to_bytes(3, "big") + content
    yield "indefinite length", b"\x31\x80" + content + b"\x00\x00"
    yield "a request instead", tlv(0x30, content)  # what the signature key signs besides: PKCS #10 begins with 0x30


# PDF -----------------------------------------------------------------------------------------------------------------

Name = pikepdf.Name


def _note(pdf: pikepdf.Pdf, **members: Any) -> None:
    note = pikepdf.Dictionary(Type=Name.Annot, Rect=pikepdf.Array([0, 0, 9, 9]), **members)
    page = pdf.pages[0].obj
    page.Annots = pikepdf.Array([*page.get("/Annots", []), pdf.make_indirect(note)])


def _action(**members: Any) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(Type=Name.Action, **members)


def _javascript(pdf: pikepdf.Pdf) -> None:
    script = pdf.make_indirect(_action(S=Name.JavaScript, JS="app.alert(1)"))
    pdf.Root.Names.JavaScript = pikepdf.Dictionary(Names=pikepdf.Array(["x", script]))


def _layer(pdf: pikepdf.Pdf) -> pikepdf.Object:
    layer = pdf.make_indirect(pikepdf.Dictionary(Type=Name.OCG, Name="hidden"))
    pdf.Root.OCProperties = pikepdf.Dictionary(
        OCGs=pikepdf.Array([layer]), D=pikepdf.Dictionary(OFF=pikepdf.Array([layer]))
    )
    return layer


def _hidden_words(pdf: pikepdf.Pdf) -> None:
    layer = _layer(pdf)
    page = pdf.pages[0]
    page.obj.Resources.Properties = pikepdf.Dictionary(MC0=layer)
    page.contents_add(b"/OC /MC0 BDC BT ET EMC")


def _second_file(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["price-list.json"] = pikepdf.AttachedFileSpec(pdf, b'{"price":9}', mime_type="application/json")


def _file_note(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_indirect(pikepdf.Stream(pdf, b"surprise", Type=Name.EmbeddedFile))
    spec = pikepdf.Dictionary(Type=Name.Filespec, F="other.txt", UF="other.txt", EF=pikepdf.Dictionary(F=stream))
    _note(pdf, Subtype=Name.FileAttachment, FS=spec)


def _other_file(pdf: pikepdf.Pdf) -> None:
    for name in list(pdf.attachments):
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, b'{"price":1}', mime_type="application/json")


def _untyped_file(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_indirect(pikepdf.Stream(pdf, b"surprise"))
    spec = pikepdf.Dictionary(Type=Name.Filespec, F="other.txt", UF="other.txt", EF=pikepdf.Dictionary(F=stream))
    pdf.Root.AF.append(pdf.make_indirect(spec))


def _two_contents(pdf: pikepdf.Pdf) -> None:
    spec = pdf.Root.AF[0]
    spec.EF = pikepdf.Dictionary(F=pdf.make_indirect(pikepdf.Stream(pdf, b"surprise")), UF=spec.EF.UF)


def _other_print(pdf: pikepdf.Pdf) -> None:
    form = pdf.make_indirect(pikepdf.Stream(pdf, b"0 0 9 9 re f", Subtype=Name.Form, BBox=pikepdf.Array([0, 0, 9, 9])))
    _note(pdf, Subtype=Name.Stamp, F=4 | 32, AP=pikepdf.Dictionary(N=form))


def _form(pdf: pikepdf.Pdf) -> pikepdf.Object:
    if "/AcroForm" not in pdf.Root:
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array([])))
    return pdf.Root.AcroForm


ACTIVE = "agent.document.active"
PDF_LIES: dict[str, tuple[Callable[[pikepdf.Pdf], object], set[str]]] = {
    "JavaScript": (_javascript, {ACTIVE}),
    "JavaScript in a link": (
        lambda pdf: _note(pdf, Subtype=Name.Link, A=_action(S=Name.JavaScript, JS="app.alert(1)")),
        {ACTIVE},
    ),
    "open action": (
        lambda pdf: setattr(pdf.Root, "OpenAction", pikepdf.Array([pdf.pages[0].obj, Name.Fit])),
        {ACTIVE},
    ),
    "action of a page": (
        lambda pdf: setattr(pdf.pages[0].obj, "AA", pikepdf.Dictionary(O=_action(S=Name.Named, N=Name.NextPage))),
        {ACTIVE},
    ),
    "launch": (lambda pdf: _note(pdf, Subtype=Name.Link, A=_action(S=Name.Launch, F="calc.exe")), {ACTIVE}),
    "form that is sent": (lambda pdf: _note(pdf, Subtype=Name.Link, A=_action(S=Name.SubmitForm, F="x")), {ACTIVE}),
    "rendition": (lambda pdf: _note(pdf, Subtype=Name.Screen, A=_action(S=Name.Rendition)), {ACTIVE}),
    "rich media": (lambda pdf: _note(pdf, Subtype=Name.RichMedia), {ACTIVE}),
    "hidden layer": (_layer, {ACTIVE, "agent.document.hidden_layer"}),
    "hidden words": (_hidden_words, {ACTIVE, "agent.document.hidden_layer"}),
    "XFA": (lambda pdf: setattr(_form(pdf), "XFX", pikepdf.String("<xdp/>")), {ACTIVE, "agent.document.xfa"}),
    "undeclared attachment": (_second_file, {"agent.document.attachments"}),
    "undeclared file in a note": (_file_note, {ACTIVE, "agent.document.attachments"}),
    "exchanged attachment": (_other_file, {"agent.document.attachments"}),
    "undeclared file without a type": (_untyped_file, {"agent.document.attachments"}),
    "two contents under one name": (_two_contents, {"agent.document.attachments"}),
    "a stamp that is only printed": (_other_print, {ACTIVE}),
    "fields drawn by the viewer": (lambda pdf: setattr(_form(pdf), "NeedAppearances", True), {ACTIVE}),
}
"""Name -> change of the draft, and the reasons that an agent may give (the browser reads names before structures)."""


SWAPS = {"XFA": (b"/XFX", b"/XFA")}
"""What our own preparation would refuse is slipped in behind its back."""


def slipped(text: bytes) -> Callable[[bytes], bytes]:
    """Return a change of a draft: bytes between its last object and its table, to which no offset points yet."""

    def change(pdf: bytes) -> bytes:
        body, _, tail = pdf.rpartition(b"startxref")
        table = int(tail.split()[0])
        return pdf[:table] + text + body[table:] + b"startxref\n%d\n%%%%EOF\n" % (table + len(text))

    return change


def _packed(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


_OBJECT = b"9000 0 obj\n<</OpenAction 9001 0 R>>\nendobj\n"
_AMBIGUOUS = {"agent.document.ambiguous"}
RAW_LIES: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "packed objects": (_packed, _AMBIGUOUS),
    "an object in a string": (slipped(b"(\n" + _OBJECT + b")\n"), _AMBIGUOUS),
    "an object in a comment": (slipped(b"% " + _OBJECT.replace(b"\n", b" ") + b"\n"), _AMBIGUOUS),
    "an object in a stream": (
        slipped(b"9002 0 obj\n<</Length 50>>\nstream\n" + _OBJECT + b"\nendstream\nendobj\n"),
        _AMBIGUOUS,
    ),
    "an object behind the word stream": (
        slipped(b"9002 0 obj\n(stream\n)\nendobj\n" + _OBJECT + b"9003 0 obj\n(endstream)\nendobj\n"),
        {ACTIVE},
    ),
    "a trailer in a string": (slipped(b"9002 0 obj\n(trailer <</Encrypt 9001 0 R>>)\nendobj\n"), _AMBIGUOUS),
    "a string that never ends": (slipped(b"(\n" + _OBJECT), _AMBIGUOUS),
}
"""What is hidden from a reader of names, not from a reader that is led to it by an offset: bytes of the draft."""


def rewritten(pdf: bytes, change: Callable[[pikepdf.Pdf], object]) -> bytes:
    """Return a document as one revision with something hidden in it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def appended(pdf: bytes, title: str = "another") -> bytes:
    """Return a document with one more revision that changes nothing that is seen."""
    last = int(pdf.rpartition(b"startxref")[2].split()[0])
    with pikepdf.open(io.BytesIO(pdf)) as document:
        size, root = document.trailer.Size, document.Root.objgen[0]
    body = b"%d 0 obj\n(%s)\nendobj\n" % (size, title.encode())
    offset = len(pdf) + 1
    table = b"xref\n%d 1\n%010d 00000 n \n" % (size, offset)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size + 1, root, last)
    return pdf + b"\n" + body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (offset + len(body))
