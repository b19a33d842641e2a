"""ISO 32000-2 clause 7.5: revisions, cross-references in every shape, and whose the bytes are."""

import pytest

from esign.pdf import (
    Pdf,
    PdfCircularError,
    PdfEncryptedError,
    PdfHeaderError,
    PdfObjectError,
    PdfOutsideRevisionError,
    PdfOverlapError,
    PdfStreamError,
    PdfStructureError,
    PdfXrefError,
    Ref,
    Stream,
)
from tests.pdf.writer import (
    append,
    flate,
    last_startxref,
    object_stream,
    page_objects,
    part,
    stream,
    with_xref_stream,
    write,
)

FIRST = write(page_objects(b"BT (first) Tj ET"))


def content(pdf: Pdf, index: int = -1) -> bytes:
    view = pdf.view(index)
    page = view.pages()[0]
    found = view.resolve(page.get("Contents"))
    assert isinstance(found, Stream)
    return view.decode(found)


def kinds(pdf: Pdf) -> list[str]:
    return [anomaly.kind for anomaly in pdf.anomalies]


def test_each_revision_is_seen_as_it_was():
    data = append(append(FIRST, {4: stream(b"second")}), {4: flate(b"third")})
    pdf = Pdf(data)
    assert [content(pdf, index) for index in range(3)] == [b"BT (first) Tj ET", b"second", b"third"]
    assert [revision.end for revision in pdf.revisions] == [len(FIRST), data.index(b"%%EOF", len(FIRST)) + 6, len(data)]
    assert [revision.start for revision in pdf.revisions[1:]] == [revision.end for revision in pdf.revisions[:-1]]
    assert [revision.kind for revision in pdf.revisions] == ["table"] * 3
    assert set(pdf.revisions[1].entries) == {4}
    assert pdf.anomalies == ()
    assert [pdf.unaccounted(index) for index in range(3)] == [(), (), ()]


def test_the_signed_prefix_alone_reads_like_its_view():
    data = append(FIRST, {4: stream(b"second")})
    assert content(Pdf(data), 0) == content(Pdf(data[: len(FIRST)]))


def test_a_freed_object_is_null_and_another_generation_too():
    pdf = Pdf(append(FIRST, {}, freed=[4]))
    assert pdf.view(0).get(Ref(4, 0)) is not None
    assert pdf.view().get(Ref(4, 0)) is None
    again = Pdf(append(FIRST, {(4, 1): stream(b"other")}))
    assert again.view().get(Ref(4, 0)) is None
    assert isinstance(again.view().get(Ref(4, 1)), Stream)
    assert kinds(again) == ["generation"]
    assert Pdf(FIRST).view().get(Ref(77, 0)) is None


@pytest.mark.parametrize("predictor", [False, True])
def test_object_streams_and_cross_reference_streams(predictor):
    objects = page_objects(b"packed")
    packed = {number: objects[number] for number in (1, 2, 3)}
    data = with_xref_stream(
        {4: objects[4], 5: object_stream(packed)},
        {1: (5, 0), 2: (5, 1), 3: (5, 2)},
        number=6,
        predictor=predictor,
    )
    pdf = Pdf(data)
    assert pdf.revisions[0].kind == "stream"
    assert content(pdf) == b"packed"
    assert list(pdf.view().numbers()) == [1, 2, 3, 4, 5, 6]
    assert pdf.unaccounted(0) == ()
    later = Pdf(append(data, {3: objects[3].replace(b"200 200", b"300 300")}))
    assert later.view().pages()[0].get("MediaBox") == [0, 0, 300, 300]
    assert later.view(0).pages()[0].get("MediaBox") == [0, 0, 200, 200]


def hybrid() -> bytes:
    objects = page_objects(b"hidden")
    holder = object_stream({3: objects[3]})
    data = with_xref_stream({5: holder}, {3: (5, 0)}, number=6)
    data = data[: data.index(b"startxref")]
    at = data.index(b"6 0 obj")
    plain = {1: objects[1], 2: objects[2], 4: objects[4]}
    return data + part(plain, len(data), size=7, trailer=b"/Root 1 0 R/XRefStm %d" % at, freed=[3])


def test_7_5_8_4_a_hybrid_file_shows_what_its_stream_says_and_is_told():
    pdf = Pdf(hybrid())
    assert pdf.revisions[0].kind == "hybrid"
    assert content(pdf) == b"hidden"
    assert kinds(pdf) == ["hybrid"]
    assert pdf.unaccounted(0) == ()


def test_junk_before_the_header_moves_the_offsets():
    junk = b"GIF89a not quite\n"
    moved = Pdf(junk + FIRST)
    assert content(moved) == b"BT (first) Tj ET"
    assert kinds(moved) == ["junk"]
    objects = page_objects(b"absolute")
    absolute = Pdf(junk + b"%PDF-1.7\n" + part(objects, len(junk) + 9, size=5))
    assert content(absolute) == b"absolute"


def test_bytes_that_are_nobodys_are_found():
    hidden = b"4 0 obj\n<<>>\nendobj\n"
    data = append(FIRST, {4: stream(b"second")}, between=b"% a remark is nothing\n" + hidden)
    pdf = Pdf(data)
    ((start, end),) = pdf.unaccounted(1)
    assert data[start:end] == hidden
    assert pdf.unaccounted(0) == ()


def test_an_update_that_no_cross_reference_leads_to_is_nobodys():
    bypassed = append(FIRST, {4: stream(b"bypassed")})
    data = bypassed + part({3: page_objects()[3]}, len(bypassed), size=5, previous=last_startxref(FIRST))
    pdf = Pdf(data)
    assert len(pdf.revisions) == 2
    assert content(pdf) == b"BT (first) Tj ET"
    ((start, end),) = pdf.unaccounted(1)
    assert b"bypassed" in data[start:end]


def test_a_tail_is_told():
    pdf = Pdf(FIRST + b"\n\n9 0 obj\n<<>>\nendobj\n")
    assert pdf.tail.startswith(b"9 0 obj")
    assert kinds(pdf) == ["tail"]
    assert Pdf(FIRST + b"\n\0 ").tail == b""


def test_where_the_value_of_a_dictionary_stands():
    data = write({**page_objects(), 5: b"<</Type/Sig/ByteRange[0 1 2 3]/Contents <00ff00>/Cert(<aa>)>>"})
    view = Pdf(data).view()
    start, end = view.extent_of(Ref(5, 0), "Contents")
    assert data[start:end] == b"<00ff00>"
    assert view.extent_of(Ref(5, 0), "Reason") is None
    start, end = view.extent(Ref(5, 0))
    assert data[start:end].startswith(b"5 0 obj")
    assert data[start:end].endswith(b"endobj")


def moved(data: bytes, number: int, offset: int) -> bytes:
    """Return a file whose table names another offset for an object, in its last revision."""
    row = data.rindex(b"\n%d 1\n" % number) + len(b"\n%d 1\n" % number)
    return data[:row] + b"%010d" % offset + data[row + 10 :]


def read_all(data: bytes) -> Pdf:
    pdf = Pdf(data)
    view = pdf.view()
    for number in view.numbers():
        view.get(view.reference(number))
    view.pages()
    view.fields()
    return pdf


def test_an_object_of_the_signed_revision_behind_its_end_is_refused():
    later = append(FIRST, {9: stream(b"borrowed")})
    borrowed = later.index(b"9 0 obj")
    data = later.replace(b"9 0 obj", b"4 0 obj")
    row = data.index(b"\n4 1\n") + 5
    data = data[:row] + b"%010d" % borrowed + data[row + 10 :]
    row = data.rindex(b"\n9 1\n") + 5
    data = data[:row] + b"0000000000 00000 f" + data[row + 18 :]
    with pytest.raises(PdfOutsideRevisionError):
        Pdf(data).view(0).get(Ref(4, 0))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", PdfHeaderError),
        (b"no pdf", PdfHeaderError),
        (b"%PDF-1.7\n", PdfXrefError),
        (b"%PDF-1.7\nstartxref\n5\n%%EOF", PdfXrefError),
        (b"%PDF-1.7\nstartxref\n99999999\n%%EOF", PdfXrefError),
        (FIRST.replace(b"startxref\n", b"startxref\n1"), PdfXrefError),
        (FIRST.replace(b"/Root 1 0 R", b"/Root 1"), PdfXrefError),
        (FIRST.replace(b"/Root 1 0 R", b"/Root 9 0 R"), PdfStructureError),
        (FIRST.replace(b"/Size 5", b"/Size /x"), PdfXrefError),
        (FIRST.replace(b"trailer", b"trouble"), PdfXrefError),
        (FIRST.replace(b"trailer\n<<", b"trailer\n<</Encrypt null"), PdfEncryptedError),
        (FIRST.replace(b"trailer\n<<", b"trailer\n<</Encrypt 4 0 R"), PdfEncryptedError),
        (FIRST.replace(b"trailer\n<<", b"trailer\n<</Prev /x"), PdfXrefError),
        (moved(FIRST, 4, 9), PdfObjectError),
        (moved(FIRST, 4, FIRST.index(b"3 0 obj") + 40), PdfOverlapError),
        (FIRST.replace(b"/Length 16", b"/Length 15"), PdfStreamError),
        (FIRST.replace(b"/Length 16", b"/Length 99"), PdfStreamError),
        (FIRST.replace(b"/Length 16", b"/Length /x"), PdfStreamError),
        (FIRST.replace(b"endstream\nendobj", b"endstream\nend   "), PdfObjectError),
        (write({**page_objects(), 4: stream(b"x", length=b"4 0 R")}), PdfCircularError),
        (write({**page_objects(), 2: b"<</Type/Pages/Kids[2 0 R]>>"}), PdfCircularError),
        (write({**page_objects(), 2: b"<</Type/Pages/Kids[3 0 R 3 0 R]>>"}), PdfCircularError),
        (write({**page_objects(), 2: b"<</Type/Pages/Kids[<<>>]>>"}), PdfStructureError),
        (write({**page_objects(), 2: b"<</Type/Pages/Kids 7>>"}), PdfStructureError),
        (write({**page_objects(), 2: b"3 0 R", 3: b"2 0 R"}), PdfCircularError),
        (
            write({**page_objects(), 1: b"<</Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>", 5: b"<</Kids[5 0 R]>>"}),
            PdfCircularError,
        ),
        (write({**page_objects(), 1: b"<</Pages 2 0 R/AcroForm<</Fields 5>>>>"}), PdfStructureError),
        (write({**page_objects(), 1: b"<</Pages 2 0 R/AcroForm 3>>"}), PdfStructureError),
    ],
)
def test_damage_ends_with_one_typed_error(data, error):
    with pytest.raises(error) as refused:
        read_all(data)
    assert type(refused.value) is error


def test_cross_references_in_a_circle_or_out_of_order_are_refused():
    later = append(FIRST, {4: stream(b"x")})
    with pytest.raises(PdfXrefError, match="circle"):
        Pdf(later.replace(b"/Prev %d" % last_startxref(FIRST), b"/Prev %d" % last_startxref(later)))
    forwards = FIRST.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % (len(FIRST) + 20))
    with pytest.raises(PdfXrefError):
        Pdf(forwards + FIRST[9:])


def test_an_object_stream_holds_what_the_cross_reference_says_or_nothing():
    objects = page_objects()
    packed = {number: objects[number] for number in (1, 2, 3)}
    for places in (
        {1: (5, 0), 2: (5, 2), 3: (5, 1)},
        {1: (5, 0), 2: (5, 1), 3: (5, 7)},
        {1: (4, 0), 2: (4, 1), 3: (5, 2)},
    ):
        with pytest.raises(PdfObjectError):
            read_all(with_xref_stream({4: objects[4], 5: object_stream(packed)}, places, number=6))
    with pytest.raises(PdfObjectError):
        read_all(with_xref_stream({4: objects[4]}, {1: (5, 0), 5: (1, 0)}, number=6))


def test_loose_rows_and_too_high_numbers_are_told():
    table = FIRST[FIRST.index(b"xref") :].replace(b" \n", b"\n")
    loose = Pdf(FIRST[: FIRST.index(b"xref")] + table)
    assert content(loose) == b"BT (first) Tj ET"
    assert set(kinds(loose)) == {"xref_rows"}
    assert kinds(Pdf(FIRST.replace(b"/Size 5", b"/Size 3"))) == ["size"]


def test_a_comment_that_does_not_end_before_an_object_belongs_to_nobody():
    pdf = write(page_objects())
    ended, open_ = pdf + b"% x\n", pdf + b"% x"
    for data, told in ((ended, 0), (open_, 1)):
        more = part({5: b"null"}, len(data), size=9, previous=last_startxref(pdf))
        assert len(Pdf(data + more).unaccounted(1)) == told
