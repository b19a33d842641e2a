"""Writes PDFs byte by byte, good and bad ones; knows nothing of the reader that it tests."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping


def stream(content: bytes, entries: bytes = b"", *, length: bytes | None = None) -> bytes:
    tell = b"%d" % len(content) if length is None else length
    return b"<<%s/Length %s>>\nstream\n%s\nendstream" % (entries, tell, content)


def flate(content: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(content), entries + b"/Filter/FlateDecode")


def page_objects(content: bytes = b"BT ET") -> dict[int, bytes]:
    return {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<<>>>>",
        4: stream(content),
    }


def last_startxref(pdf: bytes) -> int:
    return int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])


def part(
    objects: Mapping[int | tuple[int, int], bytes],
    at: int,
    *,
    size: int,
    previous: int | None = None,
    trailer: bytes = b"/Root 1 0 R",
    freed: Iterable[int] = (),
    between: bytes = b"",
    base: int = 0,
) -> bytes:
    """Return objects with a table and trailer, to stand at an offset."""
    pieces, rows, length = [], [], 0
    for key, body in objects.items():
        number, generation = key if isinstance(key, tuple) else (key, 0)
        rows.append((number, b"%010d %05d n \n" % (at + length - base, generation)))
        pieces.append(b"%d %d obj\n%s\nendobj\n" % (number, generation, body))
        length += len(pieces[-1])
    out = b"".join(pieces) + between
    rows += [(number, b"0000000000 00001 f \n") for number in freed]
    if previous is None:
        rows.append((0, b"0000000000 65535 f \n"))
        tell = b""
    else:
        tell = b"/Prev %d" % previous
    table = (b"xref\n" if rows else b"xref\n0 0\n") + b"".join(b"%d 1\n%s" % row for row in sorted(rows))
    end = b"trailer\n<</Size %d%s%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, tell, at + len(out) - base)
    return out + table + end


def write(
    objects: Mapping[int, bytes],
    *,
    trailer: bytes = b"/Root 1 0 R",
    header: bytes = b"%PDF-1.7\n",
    size: int | None = None,
) -> bytes:
    return header + part(objects, len(header), size=size or max(objects) + 1, trailer=trailer)


def append(
    pdf: bytes,
    objects: Mapping[int | tuple[int, int], bytes],
    *,
    trailer: bytes = b"/Root 1 0 R",
    freed: Iterable[int] = (),
    between: bytes = b"",
) -> bytes:
    numbers = [key[0] if isinstance(key, tuple) else key for key in objects]
    return pdf + part(
        objects,
        len(pdf),
        size=max([99, *numbers]) + 1,
        previous=last_startxref(pdf),
        trailer=trailer,
        freed=freed,
        between=between,
    )


def object_stream(objects: Mapping[int, bytes], *, entries: bytes = b"") -> bytes:
    heads, bodies = [], bytearray()
    for number, body in objects.items():
        heads.append(b"%d %d" % (number, len(bodies)))
        bodies += body + b" "
    head = b" ".join(heads) + b" "
    return flate(head + bytes(bodies), b"/Type/ObjStm/N %d/First %d%s" % (len(objects), len(head), entries))


def with_xref_stream(
    plain: Mapping[int, bytes],
    packed: Mapping[int, tuple[int, int]],
    *,
    number: int,
    trailer: bytes = b"/Root 1 0 R",
    base: bytes = b"%PDF-1.7\n",
    predictor: bool = False,
) -> bytes:
    """Return a file whose cross-reference is a stream; ``packed``: object number -> (object stream, place)."""
    out = base
    rows: dict[int, bytes] = {0: bytes((0, 0, 0, 0, 0, 255))}
    for key, body in plain.items():
        rows[key] = b"\x01" + len(out).to_bytes(4, "big") + b"\0"
        out += b"%d 0 obj\n%s\nendobj\n" % (key, body)
    for key, (holder, place) in packed.items():
        rows[key] = b"\x02" + holder.to_bytes(4, "big") + bytes((place,))
    at = len(out)
    rows[number] = b"\x01" + at.to_bytes(4, "big") + b"\0"
    index = b" ".join(b"%d 1" % key for key in sorted(rows))
    content = b"".join(rows[key] for key in sorted(rows))
    options = b""
    if predictor:
        options = b"/DecodeParms<</Predictor 12/Columns 6>>"
        lines = [content[start : start + 6] for start in range(0, len(content), 6)]
        up = [
            bytes((a - b) & 255 for a, b in zip(x, y, strict=True))
            for x, y in zip(lines, [bytes(6), *lines], strict=False)
        ]
        content = b"".join(b"\x02" + line for line in up)
    entries = b"/Type/XRef/W[1 4 1]/Size %d/Index[%s]%s%s" % (max(rows) + 1, index, trailer, options)
    return out + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, flate(content, entries), at)
