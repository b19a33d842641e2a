"""A document that two readers understand differently is not prepared for a signature, whichever of them is right."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from pyhanko.pdf_utils.generic import IndirectObject

from esign.pades import PreparedDocument, prepare
from esign.pades.agreement import check_agreement
from esign.pades.document import Document
from esign.pades.errors import DocumentAmbiguousError, PadesError
from tests.pades import small_world
from tests.pdf.writer import append, last_startxref, object_stream, page_objects, part, with_xref_stream, write


def prepared(draft: bytes) -> PreparedDocument:
    return prepare(
        draft,
        field="Signatory",
        page=0,
        box=small_world.BOX,
        appearance=small_world.picture(),
        name="Erika Mustermann",
        reason="Zustimmung",
        claimed_at=small_world.NOW,
    )


def other_page() -> bytes:
    return page_objects()[3].replace(b"200 200", b"300 300")


def saved(**options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(small_world.draft())) as pdf:
        pdf.save(out, static_id=True, **options)
    return out.getvalue()


HONEST: dict[str, Callable[[], bytes]] = {
    "as it is drawn up": small_world.draft,
    "written by hand": lambda: write(page_objects()),
    "revised": lambda: append(write(page_objects()), {3: other_page()}),
    "an object taken away": lambda: append(write(page_objects() | {5: b"(x)"}), {3: other_page()}, freed=[5]),
    "object streams": lambda: saved(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "linearised": lambda: saved(linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.disable),
    "a cross-reference stream": lambda: with_xref_stream(page_objects(), {}, number=9),
}


def hybrid() -> bytes:
    """Another catalog for those who know cross-reference streams."""
    data = with_xref_stream({5: object_stream({7: b"<</Type/Catalog/Pages 8 0 R>>"})}, {7: (5, 0)}, number=6)
    data = data[: data.index(b"startxref")]
    told = b"/Root 1 0 R/XRefStm %d" % data.index(b"6 0 obj")
    return data + part(page_objects(), len(data), size=8, trailer=told, freed=[5, 6, 7])


def two_tables() -> bytes:
    """Two tables, each with its own pages; the end behind the last one names the first."""
    first = write(page_objects())
    second = append(first, {3: other_page()})
    return second[: second.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % last_startxref(first)


def end_beside() -> bytes:
    """An end that names a place a few bytes beside its table: some readers look for it nearby, others do not."""
    data = write(page_objects())
    return data[: data.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % (last_startxref(data) - 4)


def end_within_a_comment() -> bytes:
    """Behind the end a comment that looks like the end of an older document."""
    first = write(page_objects())
    second = append(first, {3: other_page()})
    return second + b"%% startxref\n%d\n%%%%EOF\n" % last_startxref(first)


def generations() -> bytes:
    """An object replaced by one of another generation, while the catalog still names the old one."""
    return append(write(page_objects()), {(3, 1): other_page()})


def freed_but_named() -> bytes:
    """An object is called free with a generation that it never had: who reads strictly still finds it."""
    data = append(write(page_objects() | {5: b"(x)"}), {3: other_page()}, freed=[5])
    place = data.rindex(b"0000000000 00001 f")
    return data[:place] + b"0000000000 00007 f" + data[place + 18 :]


def small_size() -> bytes:
    """A trailer that tells of fewer objects than there are: a new object would take another one's number."""
    return write(page_objects(), size=4)


def pages_twice() -> bytes:
    """A catalog with two trees of pages under the same name."""
    objects = page_objects() | {5: b"<</Type/Pages/Kids[6 0 R]/Count 1>>"}
    objects[6] = other_page().replace(b"2 0 R", b"5 0 R")
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/Pages 5 0 R>>"
    return write(objects)


def kids_twice() -> bytes:
    objects = page_objects() | {5: other_page()}
    objects[2] = b"<</Type/Pages/Kids[3 0 R]/Kids[5 0 R]/Count 1>>"
    return write(objects)


def before_the_header() -> bytes:
    return b"GIF89a\n" + write(page_objects())


def rows_twice() -> bytes:
    """One table that tells twice of the page."""
    return write(page_objects() | {5: other_page()}).replace(b"5 1\n", b"3 1\n").replace(b"/Size 6", b"/Size 5")


def stream_beside_table() -> bytes:
    """A table whose trailer is that of a cross-reference stream elsewhere in the file."""
    return write(page_objects()).replace(b"trailer\n<<", b"trailer\n<</XRefStm 12 ")


AMBIGUOUS, UNREADABLE = "pades.document.ambiguous", "pades.document.unreadable"
HOSTILE: dict[Callable[[], bytes], str] = {
    hybrid: AMBIGUOUS,
    two_tables: AMBIGUOUS,
    freed_but_named: AMBIGUOUS,
    end_within_a_comment: UNREADABLE,
    end_beside: UNREADABLE,
    generations: UNREADABLE,
    small_size: UNREADABLE,
    pages_twice: UNREADABLE,
    kids_twice: UNREADABLE,
    before_the_header: UNREADABLE,
    rows_twice: UNREADABLE,
    stream_beside_table: UNREADABLE,
}
"""What is wrong, and the code of the refusal; where the library itself reads strictly, the document is damaged."""


@pytest.mark.parametrize("name", HONEST)
def test_two_readers_see_the_same_in_an_honest_document(name: str) -> None:
    data = HONEST[name]()
    check_agreement(Document(data))
    assert prepared(data).data.startswith(data)


@pytest.mark.parametrize("build", HOSTILE, ids=lambda build: build.__name__)
def test_what_two_readers_may_understand_differently_is_not_prepared(build: Callable[[], bytes]) -> None:
    with pytest.raises(PadesError) as refused:
        prepared(build())
    assert refused.value.code == HOSTILE[build]
    assert not refused.value.facts or set(refused.value.facts) == {"fault"}


@pytest.mark.parametrize("place", ["end", "catalog", "page", "object", "number"])
def test_each_difference_by_itself_is_found(place: str) -> None:
    """The library's view is turned at one place; our own reader stays as it is."""
    document = Document(write(page_objects() | {5: b"(x)"}))
    check_agreement(document)
    told = document.reader.xrefs._xref_sections[0].xref_data.standard_xrefs
    if place == "end":
        document.last_startxref += 1
    elif place == "catalog":
        document.reader.trailer["/Root"] = IndirectObject(2, 0, document.reader)
    elif place == "page":
        document.root["/Pages"] = IndirectObject(1, 0, document.reader)
    elif place == "object":
        told[5] = (0, told[4][1])
    else:
        document.next_number = 5
    with pytest.raises(DocumentAmbiguousError) as refused:
        check_agreement(document)
    assert refused.value.code == AMBIGUOUS
