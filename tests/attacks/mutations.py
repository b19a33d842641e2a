"""Random changes: to bytes, to the words of a PDF, to objects, to DER, to XML."""

from __future__ import annotations

import random
import re
from typing import Any

import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary, Name, Stream, String

from tests.attacks.workbench import NotHereError, Workbench, some_hand

_LIKELY = (0, 1, 0x0A, 0x0D, 0x20, 0x25, 0x28, 0x29, 0x2F, 0x30, 0x3C, 0x3E, 0x5B, 0x5D, 0x7F, 0x80, 0xFF)
_WORD = re.compile(
    rb"/[A-Za-z0-9]+|\d{1,9} \d{1,5} (?:R|obj)|-?\d{1,12}|endobj|endstream|stream|xref|trailer|startxref|%%EOF|<<|>>"
)
_WORDS = (
    *(
        b"0",
        b"-1",
        b"1",
        b"65535",
        b"2147483647",
        b"4294967296",
        b"99999999999999999999",
        b"1e9",
        b"0.0000001",
        b"null",
    ),
    *(
        b"true",
        b"<<",
        b">>",
        b"[",
        b"]",
        b"(",
        b")",
        b"<",
        b">",
        b"/",
        b"%",
        b"1 0 R",
        b"2 0 R",
        b"endobj",
        b"stream\n",
    ),
    *(
        b"endstream",
        b"xref",
        b"trailer",
        b"startxref",
        b"%%EOF",
        b"/Contents",
        b"/Length",
        b"/Kids",
        b"/Parent",
        b"/Prev",
    ),
    *(
        b"/Type/Catalog",
        b"/Root 1 0 R",
        b"/ByteRange[0 0 0 0]",
        b"/Filter/FlateDecode",
        b"/Encrypt 1 0 R",
        b"/XRefStm 9",
    ),
)
_DER = (
    0x00,
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x0C,
    0x13,
    0x17,
    0x18,
    0x30,
    0x31,
    0x80,
    0x81,
    0x82,
    0x84,
    0xA0,
    0xA3,
    0xFF,
)
_XML = ("", "0", "-1", "2099-01-01T00:00:00Z", "x" * 5_000, "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted")


def mutated_bytes(data: bytes, chance: random.Random) -> bytes:
    """Change, take out, put in, double or swap bytes."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        place, way = chance.randrange(len(found)), chance.random()
        if way < 0.5:
            found[place] = chance.choice((*_LIKELY, chance.randrange(256)))
        elif way < 0.65:
            del found[place : place + chance.choice((1, 2, 20, 500))]
        elif way < 0.8:
            found[place:place] = bytes(chance.choice(_LIKELY) for _ in range(chance.randrange(1, 9)))
        elif way < 0.9:
            start = chance.randrange(len(found))
            found[place:place] = found[start : start + chance.randrange(1, 2_000)]
        else:
            start, size = chance.randrange(len(found)), chance.randrange(1, 200)
            found[place : place + size] = found[start : start + size]
        if not found:
            return b"%"
    return bytes(found)


def mutated_words(data: bytes, chance: random.Random) -> bytes:
    """Change words of the file's structure: numbers, names, references, keywords."""
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        start = chance.randrange(len(data))
        if chance.random() < 0.5:  # at the end, where cross-references and later revisions stand
            start = max(0, len(data) - chance.randrange(1, 6_000))
        found = _WORD.search(data, start)
        if found is None:
            continue
        new = chance.choice(_WORDS)
        if chance.random() < 0.4:
            other = _WORD.search(data, chance.randrange(len(data)))
            new = other[0] if other is not None else new
        if found[0].lstrip(b"-").isdigit() and chance.random() < 0.5:
            new = b"%d" % (int(found[0]) + chance.choice((-100, -2, -1, 1, 2, 100)))
        if chance.random() < 0.3:
            new = new[: len(found[0])].ljust(len(found[0]))
        data = data[: found.start()] + new + data[found.end() :]
    return data


def _value(bench: Workbench, chance: random.Random, items: list[Any]) -> Any:
    way = chance.randrange(9)
    if way == 0:
        return chance.choice(items)
    if way == 1:
        return Array([chance.choice(items) for _ in range(chance.randrange(4))])
    if way == 2:
        return Name(
            chance.choice(("/Page", "/Pages", "/Catalog", "/Sig", "/Annot", "/OCG", "/XObject", "/Form", "/Yes"))
        )
    if way == 3:
        return chance.choice((-1, 0, 1, 2, 3, 90, 2**31, 10**12))
    if way == 4:
        return String(chance.choice((b"", b"x", b"\xfe\xff\x00x", b"(" * 9)))
    if way == 5:
        return Dictionary({chance.choice(("/Type", "/S", "/A", "/N")): chance.choice(items)})
    if way == 6:
        return bench.stream(bytes(chance.choice(_LIKELY) for _ in range(chance.randrange(60))))
    return chance.choice((True, False, None)) if way == 7 else chance.random() * 1_000


def mutated_objects(data: bytes, chance: random.Random) -> bytes:
    """Change entries of objects and append them, well-formed, as an update."""
    bench = Workbench(data)
    items = [item for item in bench.pdf.objects if isinstance(item, Dictionary | Array | Stream)]
    for _ in range(chance.choice((1, 1, 2, 4))):
        target = chance.choice(items)
        try:
            if isinstance(target, Array):
                _array(bench, target, chance, items)
            elif isinstance(target, Stream) and chance.random() < 0.4:
                target.write(mutated_bytes(target.read_bytes() or b"x", chance))
            else:
                _entries(bench, target, chance, items)
        except (pikepdf.PdfError, LookupError, ValueError, TypeError, NotImplementedError, RuntimeError) as error:
            raise NotHereError from error
    return bench.append(some_hand(data, chance, any_style=True))


def _array(bench: Workbench, target: Any, chance: random.Random, items: list[Any]) -> None:
    if len(target) and chance.random() < 0.6:
        place = chance.randrange(len(target))
        if chance.random() < 0.3:
            del target[place]
        else:
            target[place] = _value(bench, chance, items)
    else:
        target.append(_value(bench, chance, items))


def _entries(bench: Workbench, target: Any, chance: random.Random, items: list[Any]) -> None:
    keys = sorted(target.keys())
    known = (
        "/Contents",
        "/Annots",
        "/AP",
        "/V",
        "/Kids",
        "/Resources",
        "/Metadata",
        "/DSS",
        "/AF",
        "/Names",
        "/AA",
        "/OC",
    )
    key = chance.choice(keys) if keys and chance.random() < 0.7 else chance.choice(known)
    if key in target and chance.random() < 0.25:
        del target[key]
    elif key in target and chance.random() < 0.3 and isinstance(target[key], Array | Dictionary):
        inner = target[key]
        if isinstance(inner, Array):
            _array(bench, inner, chance, items)
        else:
            inner[chance.choice(known)] = _value(bench, chance, items)
    else:
        target[key] = _value(bench, chance, items)


def mutated_der(data: bytes, chance: random.Random) -> bytes:
    """Change elements of DER: tags, lengths, contents; take out, double, exchange elements as wholes."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        places = list(_elements(data))
        if not places:
            return data
        start, body, end = chance.choice(places)
        way = chance.random()
        if way < 0.25:
            data = data[:start] + bytes((chance.choice(_DER),)) + data[start + 1 :]
        elif way < 0.4:
            data = data[: start + 1] + bytes((chance.choice(_DER),)) + data[start + 2 :]
        elif way < 0.6 and end > body:
            place = chance.randrange(body, end)
            data = data[:place] + bytes((chance.choice((*_DER, chance.randrange(256))),)) + data[place + 1 :]
        elif way < 0.7:
            data = data[:start] + data[end:]
        elif way < 0.8:
            data = data[:end] + data[start:end] + data[end:]
        else:
            other, _, stop = chance.choice(places)
            data = data[:start] + data[other:stop] + data[end:]
    return data


def _elements(data: bytes) -> list[tuple[int, int, int]]:
    """Return start, start of the contents and end of each element, as far as lengths can be followed."""
    found: list[tuple[int, int, int]] = []
    waiting = [(0, len(data))]
    while waiting and len(found) < 3_000:
        position, stop = waiting.pop()
        while position + 2 <= stop:
            length, body = data[position + 1], position + 2
            if length & 0x80:
                size = length & 0x7F
                if not 0 < size <= 4:
                    break
                length, body = int.from_bytes(data[body : body + size], "big"), body + size
            if body + length > stop:
                break
            found.append((position, body, body + length))
            if data[position] & 0x20:
                waiting.append((body, body + length))
            position = body + length
    return found


def mutated_xml(data: bytes, chance: random.Random) -> bytes:
    """Change elements, texts and attributes of XML, or its bytes."""
    if chance.random() < 0.3:
        return mutated_bytes(data, chance)
    root = etree.fromstring(data)
    items = [item for item in root.iter() if isinstance(item.tag, str)]
    for _ in range(chance.choice((1, 1, 2, 4))):
        item, other = chance.choice(items), chance.choice(items)
        way = chance.random()
        parent = item.getparent()
        if way < 0.3:
            item.text = chance.choice((*_XML, other.text or ""))
        elif way < 0.45 and parent is not None:
            parent.remove(item)
        elif way < 0.6 and parent is not None:
            parent.insert(chance.randrange(len(parent) + 1), etree.fromstring(etree.tostring(item)))
        elif way < 0.75 and parent is not None:
            other.append(etree.fromstring(etree.tostring(item)))
        elif way < 0.9:
            item.set(
                chance.choice(("Id", "URI", "Algorithm", "Encoding", *item.attrib.keys())),
                chance.choice(("", "x", "#a")),
            )
        else:
            item.tag = other.tag
    return etree.tostring(root)
