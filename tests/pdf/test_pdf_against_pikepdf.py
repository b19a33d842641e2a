"""A second reader as oracle: object by object, what we read is what qpdf reads."""

import io
import math

import pikepdf
import pytest
import typst

from esign.pdf import Name, Pdf, PdfError, Ref, Stream, String
from tests.pdf.writer import append, page_objects, stream, write

_TYPST = b"""
#set document(title: "Vertrag", author: "A", date: datetime(year: 2026, month: 1, day: 2))
= Vertrag
#lorem(900)
#table(columns: 3, ..range(60).map(n => [#n]))
#pagebreak()
#link("https://example.org")[Ende] $ sum_(i=0)^n i $
"""


def ours(value, view):
    """Return a value of ours in the terms of the comparison."""
    if isinstance(value, Stream):
        return "stream", ours({k: v for k, v in value.dictionary.items() if k != "Length"}, view), value.raw
    if isinstance(value, dict):
        return {utf8(k): ours(v, view) for k, v in value.items() if v is not None and not missing(v, view)}
    if isinstance(value, list):
        return [ours(item, view) for item in value]
    if isinstance(value, Ref):
        return None if missing(value, view) else ("ref", value.number, value.generation)
    if isinstance(value, Name):
        return "/" + utf8(value)
    if isinstance(value, String):
        return bytes(value)
    return value


def utf8(name: str) -> str:
    """Return a name as the other reader says it."""
    return name.encode("latin-1").decode("utf-8", "surrogateescape")


def missing(value, view) -> bool:
    return isinstance(value, Ref) and view.get(value) is None


def theirs(value, *, top=False):
    if isinstance(value, pikepdf.Object) and value.is_indirect and not top:
        return ("ref", *value.objgen)
    if isinstance(value, pikepdf.Stream):
        entries = {k[1:]: theirs(v) for k, v in value.stream_dict.items() if k != "/Length"}
        return "stream", entries, value.read_raw_bytes()
    if isinstance(value, pikepdf.Dictionary):
        return {k[1:]: theirs(v) for k, v in value.items()}
    if isinstance(value, pikepdf.Array):
        return [theirs(item) for item in value]
    if isinstance(value, pikepdf.Name):
        return str(value)
    if isinstance(value, pikepdf.String):
        return bytes(value)
    return value


def same(a, b) -> bool:
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, bytes | str) or isinstance(b, bytes | str):
        return a == b
    return math.isclose(float(a), float(b), abs_tol=1e-6)


def compare(data: bytes) -> int:
    """Return how many objects were compared; each is the same for both readers."""
    pdf = Pdf(data)
    view = pdf.view()
    count = 0
    with pikepdf.open(io.BytesIO(data), inherit_page_attributes=False) as other:
        for number in view.numbers():
            reference = view.reference(number)
            item = other.get_object(reference)
            if isinstance(item, pikepdf.Stream) and item.stream_dict.get("/Type") in ("/XRef", "/ObjStm"):
                continue
            mine = ours(view.get(reference), view)
            assert same(mine, theirs(item, top=True)), (number, mine)
            count += 1
        assert [page.ref for page in view.pages()] == [page.objgen for page in other.pages]
        for page, expected in zip(view.pages(), other.pages, strict=True):
            box = view.resolve(page.get("MediaBox"))
            assert same([ours(view.resolve(n), view) for n in box], [float(n) for n in expected.mediabox])
            contents = view.resolve(page.get("Contents"))
            if isinstance(contents, Stream):
                assert view.decode(contents) == expected.Contents.read_bytes()
    return count


@pytest.fixture(scope="module")
def document() -> bytes:
    return typst.compile(_TYPST, format="pdf")


@pytest.mark.parametrize(
    "options",
    [
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"object_stream_mode": pikepdf.ObjectStreamMode.disable},
        {"linearize": True},
        {"linearize": True, "object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"qdf": True},
    ],
)
def test_every_object_of_a_document_in_every_way_to_write_it(document, options):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        pdf.save(out, **options)
    data = out.getvalue()
    assert compare(data) > 50
    pdf = Pdf(data)
    assert pdf.anomalies == ()
    assert len(pdf.revisions) == 1
    assert pdf.unaccounted(0) == ()


def test_every_object_of_a_typst_document(document):
    assert compare(document) > 50
    assert Pdf(document).unaccounted(0) == ()


def test_updates_of_a_linearised_file(document):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        pdf.save(out, linearize=True)
    root = Pdf(out.getvalue()).view().trailer["Root"]
    data = append(out.getvalue(), {900: stream(b"added")}, trailer=b"/Root %d 0 R" % root.number)
    assert compare(data) > 50
    assert len(Pdf(data).revisions) == 2


def test_every_object_of_a_small_file_with_updates():
    data = append(write(page_objects(b"one")), {4: stream(b"two"), 5: b"[(a)<62>/c 1.5 -2 true null]"})
    assert compare(data) == 5


def test_every_valid_file_of_the_corpus(corpus):
    files = sorted([*corpus.glob("valid/*.pdf"), *corpus.glob("invoice/*.pdf")])
    assert len(files) >= 20
    for file in files:
        data = file.read_bytes()
        assert compare(data) > 5, file.name
        pdf = Pdf(data)
        assert pdf.anomalies == (), file.name
        assert not any(pdf.unaccounted(index) for index in range(len(pdf.revisions))), file.name


def test_every_other_file_of_the_corpus_is_read_or_refused_with_a_typed_error(corpus):
    files = sorted([*corpus.glob("attack/*.pdf"), *corpus.glob("malformed/*.pdf")])
    assert len(files) >= 30
    for file in files:
        try:
            pdf = Pdf(file.read_bytes())
            for revision in pdf.revisions:
                view = pdf.view(revision.index)
                for number in view.numbers():
                    view.get(view.reference(number))
                view.pages()
                view.fields()
        except PdfError as error:
            assert error.code.startswith("pdf."), file.name
