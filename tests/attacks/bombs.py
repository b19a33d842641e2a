"""``./run bombs``: files that are made to cost: each gets an answer within ten seconds and 500 MB, whatever its size.

Each is made small for the tests and as large as files may be (50 MB) for the campaign, which prints seconds by the
clock and the most memory that the helper process took.
"""

from __future__ import annotations

import sys
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from resource import RUSAGE_CHILDREN, getrusage

from esign.validation.certificates import TrustAnchors
from esign.validation.isolation import Isolation
from esign.validation.process import Material
from tests.pades.small_world import World
from tests.pdf.writer import append, flate, last_startxref, object_stream, part, stream, with_xref_stream, write
from tests.validation.changes.signed_files import OBJECTS, TRAILER, base, sign, update

AT = datetime(2026, 11, 22, 12, 10, tzinfo=UTC)
WHOLE = 50_000_000
"""The largest size that is asked for, in bytes."""
SECONDS = 10.0
MEGABYTES = 500
Make = Callable[[int], bytes]
BOMBS: dict[str, Make] = {}


def bomb(make: Make) -> Make:
    """Take down a kind of file; it is given the size that it should have or unfold to."""
    BOMBS[make.__name__] = make
    return make


def _signed(changed: dict[int, bytes] | None = None, **options: object) -> bytes:
    return sign(base(changed), **options)  # type: ignore[arg-type]  # options of sign


@cache
def _zeros(size: int, times: int) -> bytes:
    """Return ``size`` zeros, compressed several times over."""
    pack = zlib.compressobj(9 if size < 1 << 22 else 1)
    found = b"".join(pack.compress(bytes(1 << 20)) for _ in range(size >> 20)) + pack.flush()
    for _ in range(times - 1):
        found = zlib.compress(found, 9)
    return found


def _attached(content: bytes, entries: bytes) -> bytes:
    return _signed({51: stream(content, b"/Type/EmbeddedFile" + entries)})


@bomb
def flate_in_an_attachment(size: int) -> bytes:
    return _attached(_zeros(20 * size, 1), b"/Filter/FlateDecode")


@bomb
def flate_many_times(size: int) -> bytes:
    return _attached(_zeros(20 * size, 4), b"/Filter[/FlateDecode/FlateDecode/FlateDecode/FlateDecode]")


@bomb
def filters_without_end(size: int) -> bytes:
    names = b"/ASCIIHexDecode" * (size // 16)
    return _attached(b"00>", b"/Filter[%s]" % names)


@bomb
def lzw_in_an_attachment(size: int) -> bytes:
    code, codes = 258, [256, 0]
    for _ in range(3_800):
        codes.append(code)
        code += 1
    bits = "".join(format(c, f"0{max(9, min(12, (i + 257).bit_length()))}b") for i, c in enumerate(codes))
    one = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    return _attached(one * max(1, size // len(one)), b"/Filter/LZWDecode")


@bomb
def base_85_of_nothing(size: int) -> bytes:
    return _attached(b"z" * size + b"~>", b"/Filter/ASCII85Decode")


@bomb
def run_length(size: int) -> bytes:
    return _attached(b"\x81\0" * (size // 2) + b"\x80", b"/Filter/RunLengthDecode")


@bomb
def predictor_byte_by_byte(size: int) -> bytes:
    rows = zlib.compress((b"\x04" + b"\1" * 5) * (size // 6))
    return _attached(rows, b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 5>>")


@bomb
def predictor_of_one_column(size: int) -> bytes:
    rows = zlib.compress(b"\x02\1" * (size // 2))
    return _attached(rows, b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 1>>")


@bomb
def flate_in_metadata_behind_the_signature(size: int) -> bytes:
    return update(_signed(), {7: stream(_zeros(20 * size, 1), b"/Type/Metadata/Subtype/XML/Filter/FlateDecode")})


@bomb
def flate_in_the_store(size: int) -> bytes:
    store = b"<</Type/DSS/Certs[110 0 R 110 0 R 110 0 R]/CRLs[110 0 R]>>"
    return update(
        _signed(),
        {1: OBJECTS[1][:-2] + b"/DSS" + store + b">>", 110: stream(_zeros(20 * size, 1), b"/Filter/FlateDecode")},
    )


@bomb
def flate_in_an_object_stream(size: int) -> bytes:
    packed = stream(_zeros(20 * size, 1), b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")
    plain = {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>", 2: b"<</Type/Pages/Kids[]/Count 0>>", 6: packed}
    return with_xref_stream(plain, {5: (6, 0)}, number=9)


@bomb
def flate_in_a_cross_reference(size: int) -> bytes:
    rows = min(3_900_000, size)
    content = _zeros(rows * 6, 1)
    entries = b"/Type/XRef/W[1 4 1]/Size %d/Root 1 0 R/Filter/FlateDecode" % rows
    return b"%%PDF-1.7\n1 0 obj\n%s\nendobj\nstartxref\n9\n%%%%EOF\n" % stream(content, entries)


@bomb
def cross_reference_of_wide_columns(size: int) -> bytes:
    content = _zeros(20 * size, 1)
    entries = b"/Type/XRef/W[8 8 8]/Size 8000000/Root 1 0 R/Filter/FlateDecode"
    return b"%%PDF-1.7\n1 0 obj\n%s\nendobj\nstartxref\n9\n%%%%EOF\n" % stream(content, entries)


@bomb
def cross_reference_of_impossible_columns(size: int) -> bytes:
    entries = b"/Type/XRef/W[%s]/Size 9/Root 1 0 R" % (b"1 " * (size // 2))
    return b"%%PDF-1.7\n1 0 obj\n%s\nendobj\nstartxref\n9\n%%%%EOF\n" % stream(b"", entries)


@bomb
def cross_reference_of_millions(size: int) -> bytes:
    rows = size // 20
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    table = b"xref\n0 %d\n" % rows + b"0000000009 00000 n \n" * rows
    return head + table + b"trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (rows, len(head))


@bomb
def widths_of_a_font(size: int) -> bytes:
    numbers = b"[%s]" % (b"500 " * (size // 4))
    font = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</W %s>>]>>" % numbers
    return _visible(_signed({31: font}))


def _visible(pdf: bytes) -> bytes:
    """Append a later signature field that lies on the page, so that the page is measured."""
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Late)/Rect[72 600 300 720]/P 3 0 R/F 4>>"
    page = b"<</Type/Page/Parent 2 0 R/Contents 20 0 R/Annots[%s 100 0 R 150 0 R]/StructParents 0>>"
    form = OBJECTS[5].replace(b"12 0 R]", b"12 0 R 100 0 R 150 0 R]")
    return update(pdf, {3: page % b"9 0 R 10 0 R 11 0 R 13 0 R 40 0 R", 5: form, 150: field})


@bomb
def text_that_is_measured(size: int) -> bytes:
    return _visible(_signed({20: flate(b"BT /F1 12 Tf " + b"(x)Tj " * (4 * size // 6) + b"ET")}))


@bomb
def states_that_are_kept(size: int) -> bytes:
    return _visible(_signed({20: flate(b"q " * (4 * size // 2))}))


@bomb
def drawings_within_drawings(size: int) -> bytes:
    count = min(400, size // 200)
    drawings = {
        200 + n: stream(
            b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X %d 0 R>>>>" % (201 + n)
        )
        for n in range(count)
    }
    drawings[200 + count] = stream(b"BT ET", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]")
    return _visible(_signed({32: drawings[200], **drawings}))


@bomb
def characters_without_end(size: int) -> bytes:
    ranges = b"1 beginbfrange <0000> <FFFF> <0000> endbfrange " * (size // 48)
    font = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<<>>]/ToUnicode 201 0 R>>"
    return _visible(_signed({31: font, 201: flate(ranges)}))


@bomb
def headers_only(size: int) -> bytes:
    return b"%PDF-1.7\n" + b"1 0 obj\n" * (size // 8)


@bomb
def ends_only(size: int) -> bytes:
    return b"%PDF-1.7\n" + b"startxref\n0\n%%EOF\n" * (size // 18)


@bomb
def marks_only(size: int) -> bytes:
    return b"%PDF-1.7\n" + b"%%EOF\n" * (size // 6)


@bomb
def ends_behind_a_signed_file(size: int) -> bytes:
    return _signed() + b"startxref\n0\n%%EOF\n" * (size // 18)


@bomb
def objects_behind_a_signed_file(size: int) -> bytes:
    return _signed() + b"1 0 obj\n" * (size // 8)


@bomb
def blanks(size: int) -> bytes:
    return _signed() + b" " * size


@bomb
def comments(size: int) -> bytes:
    return _signed() + b"%\n" * (size // 2)


@bomb
def parentheses(size: int) -> bytes:
    return update(_signed(), {130: b"(" * size})


@bomb
def arrays_in_arrays(size: int) -> bytes:
    return update(_signed(), {130: b"[" * (size // 2) + b"]" * (size // 2)})


@bomb
def dictionaries_in_dictionaries(size: int) -> bytes:
    return update(_signed(), {1: b"<</A" * (size // 6) + b">>" * (size // 6)})


@bomb
def a_long_list(size: int) -> bytes:
    return update(_signed(), {130: b"[" + b"0 " * (size // 2) + b"]"})


@bomb
def a_wide_dictionary(size: int) -> bytes:
    return update(_signed(), {130: b"<<" + b"".join(b"/K%d 0" % n for n in range(size // 10)) + b">>"})


@bomb
def page_tree_in_a_circle(size: int) -> bytes:
    return update(_signed(), {2: b"<</Type/Pages/Kids[2 0 R %s]/Count 1>>" % (b"3 0 R " * (size // 6))})


@bomb
def page_tree_very_deep(size: int) -> bytes:
    count = size // 90
    nodes = {500 + n: b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (501 + n) for n in range(count)}
    return update(_signed(), {2: b"<</Type/Pages/Kids[500 0 R]/Count 1>>", **nodes, 500 + count: b"<</Type/Page>>"})


@bomb
def page_tree_very_wide(size: int) -> bytes:
    return update(_signed(), {2: b"<</Type/Pages/Kids[%s]/Count 1>>" % (b"3 0 R " * (size // 6))})


@bomb
def pages_by_the_hundred_thousand(size: int) -> bytes:
    count = size // 90
    kids = b" ".join(b"%d 0 R" % n for n in range(500, 500 + count))
    pages = dict.fromkeys(range(500, 500 + count), b"<</Type/Page/Parent 2 0 R>>")
    return _signed({2: b"<</Type/Pages/Kids[3 0 R 4 0 R %s]/Count %d>>" % (kids, count + 2), **pages})


@bomb
def a_million_signature_fields(size: int) -> bytes:
    return update(_signed(), {5: b"<</Fields[%s]/SigFlags 3>>" % (b"<</FT/Sig/T(x)/V 101 0 R>>" * (size // 26))})


@bomb
def signature_fields_as_objects(size: int) -> bytes:
    count = size // 100
    fields = b" ".join(b"%d 0 R" % n for n in range(500, 500 + count))
    nodes = {n: b"<</FT/Sig/T(%d)/V 101 0 R>>" % n for n in range(500, 500 + count)}
    return update(_signed(), {5: b"<</Fields[%s]/SigFlags 3>>" % fields, **nodes})


@bomb
def one_field_a_million_times(size: int) -> bytes:
    return update(_signed(), {5: b"<</Fields[%s]/SigFlags 3>>" % (b"100 0 R " * (size // 8))})


@bomb
def form_in_a_circle(size: int) -> bytes:
    return update(_signed(), {12: b"<</T(group)/Kids[%s]>>" % (b"12 0 R " * (size // 7))})


@bomb
def form_very_deep(size: int) -> bytes:
    count = size // 90
    nodes = {500 + n: b"<</T(a)/Kids[%d 0 R]>>" % (501 + n) for n in range(count)}
    return update(_signed(), {12: b"<</T(g)/Kids[500 0 R]>>", **nodes, 500 + count: b"<</T(a)/FT/Tx>>"})


@bomb
def names_in_a_circle(size: int) -> bytes:
    names = b"<</Kids[%s]>>" % (b"110 0 R " * (size // 8))
    return update(_signed(), {1: OBJECTS[1].replace(b"<</Names[(a.xml)50 0 R]>>", b"110 0 R"), 110: names})


@bomb
def references_to_references(size: int) -> bytes:
    count = size // 65
    chain = {500 + n: b"%d 0 R" % (501 + n) for n in range(count)}
    return update(
        _signed(), {1: OBJECTS[1].replace(b"/Metadata 7", b"/Metadata 500"), **chain, 500 + count: b"500 0 R"}
    )


@bomb
def a_length_that_needs_itself(size: int) -> bytes:
    count = size // 120
    chain = {500 + n: stream(b"x", b"", length=b"%d 0 R" % (501 + n)) for n in range(count)}
    return update(
        _signed(), {20: stream(b"x", b"", length=b"500 0 R"), **chain, 500 + count: stream(b"", length=b"20 0 R")}
    )


@bomb
def an_object_stream_in_itself(size: int) -> bytes:
    packed = object_stream(dict.fromkeys(range(10, 10 + size // 20), b"null"), entries=b"/Extends 6 0 R")
    plain = {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>", 2: b"<</Type/Pages/Kids[]/Count 0>>", 6: packed}
    return with_xref_stream(plain, {5: (6, 0), 7: (8, 0), 8: (7, 0)}, number=9)


@bomb
def byte_ranges_of_nothing(size: int) -> bytes:
    value = b"<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange[%s]/Contents<00>>>" % (b"0 " * (size // 2))
    return update(_signed(), {101: value})


@bomb
def a_signature_of_garbage(size: int) -> bytes:
    return _signed(contents=b"30" * (size // 2))


@bomb
def a_signature_without_end(size: int) -> bytes:
    return _signed(contents=b"3080" * (size // 4))


@bomb
def a_signature_of_sets(size: int) -> bytes:
    inner = b"\x31\x00" * (size // 8)
    content = b"\x30\x84" + len(inner).to_bytes(4, "big") + inner
    return _signed(contents=content.hex().encode())


@bomb
def revisions_by_the_thousand(size: int) -> bytes:
    pdf = [_signed()]
    length, previous = len(pdf[0]), last_startxref(pdf[0])
    while length < size:
        more = part({130: b"(x)"}, length, size=200, previous=previous, trailer=TRAILER)
        previous = length + more.index(b"xref\n130") if b"xref\n130" in more else length
        pdf.append(more)
        length += len(more)
    return b"".join(pdf)


@bomb
def signatures_by_the_hundred(size: int) -> bytes:
    pdf, count = _signed(), min(400, size // 4_000)
    fields, annotations = b"9 0 R 10 0 R 11 0 R 12 0 R 100 0 R", b"9 0 R 10 0 R 11 0 R 13 0 R 40 0 R 100 0 R"
    for n in range(count):
        number = 200 + 2 * n
        pdf = sign(pdf, number=number, name=b"S%d" % n, fields=fields, annotations=annotations)
        fields, annotations = fields + b" %d 0 R" % number, annotations + b" %d 0 R" % number
    return pdf


@bomb
def objects_exchanged_by_the_hundred_thousand(size: int) -> bytes:
    count = size // 90
    return update(_signed(), {n: b"<</Junk %d 0 R>>" % (n + 1) for n in range(500, 500 + count)})


@bomb
def one_object_named_a_million_times(size: int) -> bytes:
    return update(_signed({200: b"[" + b"9 0 R " * (size // 6) + b"]"}), {9: OBJECTS[9].replace(b"/F 4", b"/F 4/V(x)")})


@bomb
def remarks_by_the_hundred_thousand(size: int) -> bytes:
    count = size // 120
    remarks = dict.fromkeys(range(500, 500 + count), b"<</Type/Annot/Subtype/Square/Rect[0 0 9 9]>>")
    listed = b" ".join(b"%d 0 R" % n for n in remarks)
    page = b"<</Type/Page/Parent 2 0 R/Contents 20 0 R/Annots[9 0 R 10 0 R 11 0 R 13 0 R 40 0 R 100 0 R %s]>>"
    return update(_signed(), {3: page % listed, **remarks})


@bomb
def a_store_of_the_same(size: int) -> bytes:
    store = b"<</Type/DSS/Certs[%s]>>" % (b"110 0 R " * (size // 8))
    return update(_signed(), {1: OBJECTS[1][:-2] + b"/DSS" + store + b">>", 110: stream(b"c" * 1_000)})


@bomb
def a_store_of_many(size: int) -> bytes:
    count = size // 120
    values = {n: stream(b"%d" % n) for n in range(500, 500 + count)}
    store = b"<</Type/DSS/Certs[%s]>>" % b" ".join(b"%d 0 R" % n for n in values)
    return update(_signed(), {1: OBJECTS[1][:-2] + b"/DSS" + store + b">>", **values})


@bomb
def metadata_very_deep(size: int) -> bytes:
    return update(_signed(), {7: flate(b"<a>" * (size // 3), b"/Type/Metadata/Subtype/XML")})


@bomb
def metadata_with_entities(size: int) -> bytes:
    entities = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 20))
    text = b'<!DOCTYPE x [<!ENTITY a0 "ha">%s]><x>&a19;</x>' % entities
    return update(_signed(), {7: stream(text + b" " * (size // 2), b"/Type/Metadata/Subtype/XML")})


@bomb
def attachments_by_the_hundred_thousand(size: int) -> bytes:
    count = size // 150
    files = {n: b"<</Type/Filespec/F(a%d)/EF<</F 51 0 R>>>>" % n for n in range(500, 500 + count)}
    names = b" ".join(b"(a%d)%d 0 R" % (n, n) for n in files)
    return _signed({1: OBJECTS[1].replace(b"(a.xml)50 0 R", names), **files})


@bomb
def tags_by_the_hundred_thousand(size: int) -> bytes:
    count = size // 110
    tags = dict.fromkeys(range(500, 500 + count), b"<</Type/StructElem/S/P/P 71 0 R>>")
    tree = b"<</Type/StructElem/S/Document/P 70 0 R/K[73 0 R %s]>>" % b" ".join(b"%d 0 R" % n for n in tags)
    return update(_signed(), {71: tree, **tags})


@bomb
def a_password_is_needed(size: int) -> bytes:
    return (
        append(_signed(), {130: b"<</Filter/Standard/V 4/R 4>>"}, trailer=TRAILER + b"/Encrypt 130 0 R") + b" " * size
    )


@bomb
def a_large_honest_file(size: int) -> bytes:
    picture = stream(
        bytes(size), b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"
    )
    return _signed({32: picture})


@bomb
def references_that_lead_nowhere(size: int) -> bytes:
    return write({1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 3 0 R/Names 4 0 R/X[%s]>>" % (b"99 0 R " * (size // 7))})


def ask(name: str, size: int, isolation: Isolation) -> tuple[str, float, int]:
    """Return what is answered, seconds by the clock, and the size of the file."""
    data = BOMBS[name](size)
    began = time.monotonic()
    verdict = isolation.verify(data, at=AT, name=name)
    told = verdict.error.code if verdict.error is not None else verdict.outcome.value
    kinds = sorted({finding.kind.value for finding in verdict.all_findings})
    assert not verdict.clean
    verdict.to_json()
    return f"{told} {' '.join(kinds[:3])}".strip(), time.monotonic() - began, len(data)


def new_isolation() -> Isolation:
    """Return helpers of their own, as the server and the command use them."""
    return Isolation(trust=TrustAnchors(certificates=(World().root.der,)), material=Material())


def _measured(name: str) -> tuple[str, float, float, int, int]:
    size = WHOLE - 2_000_000
    with new_isolation() as isolation:
        isolation.verify(b"%PDF-1.7", at=AT)  # the helper has begun
        answer, seconds, length = ask(name, size, isolation)
    used = getrusage(RUSAGE_CHILDREN)
    return answer, seconds, used.ru_utime + used.ru_stime, length, used.ru_maxrss // 1024


def main(names: list[str]) -> int:
    """Ask for a verdict on each kind at full size, one after the other; 1 where a bound was passed."""
    late, heavy = [], []
    print(f"{'kind':46} {'MB':>5} {'seconds':>8} {'CPU with start':>15} {'helper MB':>9}  answer")
    for name in names or BOMBS:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:  # a process each: memory is its own
            answer, seconds, used, length, memory = pool.submit(_measured, name).result()
        print(f"{name:46} {length / 1e6:5.1f} {seconds:8.2f} {used:15.2f} {memory:9}  {answer}", flush=True)
        late += [name] if seconds > SECONDS else []
        heavy += [name] if memory > MEGABYTES else []
    print(
        f"{len(names or BOMBS)} kinds; too slow: {', '.join(late) or 'none'}; too large: {', '.join(heavy) or 'none'}"
    )
    return bool(late or heavy)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
