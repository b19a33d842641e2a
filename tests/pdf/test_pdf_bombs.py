"""Files that are made to be expensive: each ends quickly with an answer or a typed error, in proportion to its size."""

import contextlib
import time
import zlib

import pytest

from esign.pdf import Limits, Pdf, PdfError, PdfLimitError, PdfStructureError
from tests.pdf.writer import append, flate, object_stream, page_objects, part, stream, with_xref_stream, write

QUICK = 5.0
"""CPU seconds; most take a hundredth of it."""


def read(data: bytes, limits: Limits | None = None) -> None:
    pdf = Pdf(data, limits=limits)
    view = pdf.view()
    for number in view.numbers():
        found = view.get(view.reference(number))
        if hasattr(found, "raw"):
            view.decode(found)
    view.pages()
    view.fields()
    for revision in pdf.revisions:
        pdf.unaccounted(revision.index)


def nested_pages(depth: int) -> dict[int, bytes]:
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    for number in range(2, depth + 2):
        objects[number] = b"<</Type/Pages/Kids[%d 0 R]>>" % (number + 1)
    objects[depth + 2] = b"<</Type/Page>>"
    return objects


def many_kids(fields: bool) -> dict[int, bytes]:
    """Two objects, each of which names the other's list very often."""
    kids = b"[" + b"3 0 R " * 100_000 + b"]"
    form = b"/AcroForm<</Fields 5 0 R>>" if fields else b""
    kid = b"<</T(x)/Kids 5 0 R>>" if fields else b"<</Type/Pages/Kids 5 0 R>>"
    return {1: b"<</Type/Catalog/Pages 2 0 R%s>>" % form, 2: b"<</Type/Pages/Kids 5 0 R>>", 3: kid, 5: kids}


def revisions(count: int) -> bytes:
    data = write(page_objects())
    for _ in range(count):
        data = append(data, {4: stream(b"x")})
    return data


BOMBS = {
    "deflated": lambda: write({**page_objects(), 4: flate(bytes(80 << 20))}),
    "deflated twice": lambda: write(
        {
            **page_objects(),
            4: stream(zlib.compress(zlib.compress(bytes(100 << 20))), b"/Filter[/FlateDecode/FlateDecode]"),
        }
    ),
    "many deflated": lambda: write({**page_objects(), **{n: flate(bytes(40 << 20)) for n in range(5, 11)}}),
    "nested": lambda: write({**page_objects(), 5: b"[" * 1_000_000}),
    "nested dictionaries": lambda: write({**page_objects(), 5: b"<</A" * 500_000}),
    "values": lambda: write({**page_objects(), 5: b"[" + b"0 " * 1_600_000 + b"]"}),
    "pages in a row": lambda: write(nested_pages(2_000)),
    "rows": lambda: with_xref_stream({}, {}, number=5, trailer=b"/Root 1 0 R/Index[0 8000000]"),
    "size": lambda: write(page_objects(), size=2_000_000_000),
    "subsection": lambda: write(page_objects()).replace(b"xref\n0 1\n", b"xref\n0 999999999\n"),
    "revisions": lambda: revisions(1_001),
    "kids": lambda: write(many_kids(False)),
    "fields": lambda: write(many_kids(True)),
    "object stream": lambda: with_xref_stream(
        {5: flate(b"0 " * 20_000_000, b"/Type/ObjStm/N 8000000/First 100")}, {1: (5, 0)}, number=6
    ),
}
"""How each is made, when its test begins: every process of the tests reads this file."""


@pytest.mark.parametrize("name", [name for name in BOMBS if name != "size"])
def test_a_bomb_is_refused_quickly(name):
    data = BOMBS[name]()
    begun = time.process_time()
    with pytest.raises(PdfError) as refused:
        read(data)
    assert time.process_time() - begun < QUICK
    assert refused.value.code.startswith("pdf.")


def test_a_giant_size_costs_nothing():
    data = BOMBS["size"]()
    begun = time.process_time()
    read(data)
    assert time.process_time() - begun < QUICK


@pytest.mark.parametrize(
    ("limits", "data"),
    [
        (Limits(file_bytes=100), write(page_objects())),
        (Limits(revisions=3), revisions(3)),
        (
            Limits(pages=2),
            write(
                {
                    **page_objects(),
                    2: b"<</Type/Pages/Kids[3 0 R 5 0 R 6 0 R]>>",
                    5: b"<</Type/Page>>",
                    6: b"<</Type/Page>>",
                }
            ),
        ),
        (Limits(depth=5), write(nested_pages(9))),
        (Limits(stream_bytes=99), write({**page_objects(), 4: flate(bytes(100))})),
        (Limits(decoded_bytes=150), write({**page_objects(), 4: flate(bytes(100)), 5: flate(bytes(100))})),
        (Limits(objects=3), write(page_objects())),
    ],
)
def test_every_limit_is_kept(limits, data):
    with pytest.raises(PdfLimitError):
        read(data, limits)


def seconds(data: bytes) -> float:
    begun = time.process_time()
    with contextlib.suppress(PdfError):
        read(data)
    return time.process_time() - begun


@pytest.mark.parametrize(
    "make",
    [
        lambda n: write({**page_objects(), 5: b"%" * n}),
        lambda n: write({**page_objects(), 5: b"(" * n}),
        lambda n: write({**page_objects(), 5: b"1 " * (n // 2)}),
        lambda n: write({**page_objects(), 5: b"1" + b" " * n + b"1" + b" " * n + b"x"}),
        lambda n: write({**page_objects(), 5: b"<" + b"0" * n}),
        lambda n: write({**page_objects(), 5: b"<" + b"0 " * (n // 2) + b">"}),
        lambda n: write({**page_objects(), 5: b"(" + b"\\(" * (n // 2) + b")"}),
        lambda n: write({**page_objects(), 5: b"%\n" * (n // 2) + b"1"}),
        lambda n: write(page_objects()) + b"startxref " * (n // 10),
        lambda n: write({**page_objects(), **dict.fromkeys(range(5, n // 100), b"null")}),
        lambda n: with_xref_stream({}, {}, number=5, trailer=b"/Root 1 0 R" + b"/A 1" * (n // 4)),
    ],
)
def test_time_grows_with_the_size_and_not_faster(make):
    small, large = make(40_000), make(320_000)
    assert min(seconds(large) for _ in range(2)) < 24 * min(seconds(small) for _ in range(3)) + 0.05


def test_many_overlapping_updates_are_linear():
    objects = {**page_objects(), **dict.fromkeys(range(5, 1000), b"null")}
    data = write(objects)
    for _ in range(10):
        data += part(objects, len(data), size=1_000, previous=int(data[data.rindex(b"startxref") + 9 :].split()[0]))
    begun = time.process_time()
    pdf = Pdf(data)
    for index in range(len(pdf.revisions)):
        assert pdf.unaccounted(index) == ()
        pdf.view(index).pages()
    assert time.process_time() - begun < QUICK


def test_objects_shared_a_thousand_times_are_read_once():
    kids = b" ".join(b"%d 0 R" % n for n in range(10, 1_010))
    page = b"<</Type/Page/Resources 5 0 R>>"
    data = write(
        {
            **page_objects(),
            2: b"<</Type/Pages/Kids[%s]>>" % kids,
            5: b"<</Font<<>>>>",
            **dict.fromkeys(range(10, 1_010), page),
        }
    )
    assert len(Pdf(data).view().pages()) == 1_000
    with pytest.raises(PdfStructureError):
        Pdf(data.replace(b"/Type/Page/Res", b"/Type/Pagx/Res")).view().pages()
    assert object_stream({1: b"1"})
