"""Documents as invoices come in, each written in another way; made by typst, pikepdf, or byte by byte."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable

import pikepdf

from tests.pades import small_world
from tests.pdf.writer import append, object_stream, page_objects, part, with_xref_stream, write

Build = Callable[[], bytes]

_FIELD = b"<</FT/Tx/T(Kunde)/V(Muster)/Subtype/Widget/Type/Annot/Rect[10 10 90 30]/F 4/P 3 0 R>>"
_NOTE = b"<</Type/Annot/Subtype/Text/Rect[0 0 20 20]/F 4/Contents(Hinweis)>>"


def _form(catalog: bytes, page: bytes, **more: bytes) -> bytes:
    objects = page_objects()
    objects[1] = b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog
    objects[3] = objects[3][:-2] + page + b">>"
    objects[5], objects[6] = _FIELD, _NOTE
    objects |= {int(name[1:]): body for name, body in more.items()}
    return write(objects)


_CERTIFICATE = b"<</Length 8>>\nstream\n(a cert)\nendstream"


def _saved(**options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(small_world.draft())) as pdf:
        pdf.save(out, static_id=True, **options)
    return out.getvalue()


def _xref_stream(*, packed: bool) -> bytes:
    objects = page_objects()
    if not packed:
        return with_xref_stream(objects, {}, number=9, trailer=b"/Root 1 0 R/ID[<00FF><00FF>]", predictor=True)
    inside = {number: objects.pop(number) for number in (1, 2, 3)}
    objects[7] = object_stream(inside)
    return with_xref_stream(objects, {1: (7, 0), 2: (7, 1), 3: (7, 2)}, number=9, predictor=True)


def _revised() -> bytes:
    first = write(page_objects())
    second = append(first, {3: page_objects()[3].replace(b"200 200", b"300 300"), 10: b"(more)"})
    return append(second, {1: b"<</Type/Catalog/Pages 2 0 R/Lang(de)>>"})


def _hybrid() -> bytes:
    data = with_xref_stream({5: object_stream({7: b"(hidden)"})}, {7: (5, 0)}, number=6)
    data = data[: data.index(b"startxref")]
    told = b"/Root 1 0 R/XRefStm %d" % data.index(b"6 0 obj")
    return data + part(page_objects(), len(data), size=8, trailer=told, freed=[5, 6, 7])


def _loose_rows() -> bytes:
    return write(page_objects()).replace(b" n \n", b" n\n").replace(b" f \n", b" f\n")


def _nested_strings() -> bytes:
    catalog = b"/Lang(de)/X(a (nested) \\) endobj >> string)/Y<</Z[<</Q(%no comment)>>]>>"
    return _form(catalog, b"% a comment\n/Group<</S/Transparency>>")


QUICK: dict[str, Build] = {
    "classic, tagged, PDF/A-3 with an attachment": small_world.draft,
    "spaces and lines": lambda: _saved(object_stream_mode=pikepdf.ObjectStreamMode.disable, qdf=True),
    "cross-reference stream": lambda: _xref_stream(packed=False),
    "catalog and page in an object stream": lambda: _xref_stream(packed=True),
    "object streams": lambda: _saved(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "linearised": lambda: _saved(object_stream_mode=pikepdf.ObjectStreamMode.disable, linearize=True),
    "linearised with object streams": lambda: _saved(
        object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True
    ),
    "three revisions": _revised,
    "no end of line at the end": lambda: write(page_objects()).rstrip(b"\n"),
    "zeros behind the end": lambda: write(page_objects()) + bytes(500),
    "the mark of the end twice": lambda: write(page_objects()) + b"%%EOF\n",
    "strings and comments of all kinds": _nested_strings,
    "escaped names": lambda: _form(b"/Lang(de)", b"/#55serUnit 1"),
    "strings of any bytes": lambda: write(
        page_objects(), trailer=b"/Root 1 0 R/ID[(" + bytes(range(1, 32)).replace(b"\r", b"") + b"\\()(x)]"
    ),
    "annotations": lambda: _form(b"", b"/Annots[6 0 R]"),
    "no annotations in the array": lambda: _form(b"", b"/Annots [ ]"),
    "annotations by reference": lambda: _form(b"", b"/Annots 7 0 R", o7=b"[6 0 R]"),
    "form": lambda: _form(b"/AcroForm<</Fields[5 0 R]>>", b"/Annots[5 0 R]"),
    "form by reference": lambda: _form(
        b"/AcroForm 8 0 R", b"/Annots[5 0 R 6 0 R]", o8=b"<</Fields[5 0 R]/DA(/Helv 0 Tf)/NeedAppearances false>>"
    ),
    "fields by reference": lambda: _form(
        b"/AcroForm 8 0 R", b"/Annots[5 0 R]", o8=b"<</Fields 9 0 R/SigFlags 2>>", o9=b"[ 5 0 R ]"
    ),
    "form without fields": lambda: _form(b"/AcroForm 8 0 R", b"", o8=b"<<>>"),
    "extensions": lambda: _form(b"/Extensions<</ADBE<</BaseVersion/1.7/ExtensionLevel 3>>>>", b""),
    "extensions by reference": lambda: _form(
        b"/Extensions 8 0 R/AcroForm<</Fields[]>>", b"", o8=b"<</ADBE<</BaseVersion/1.7/ExtensionLevel 3>>>>"
    ),
    "the field's name is taken": lambda: _form(
        b"/AcroForm<</Fields[5 0 R 7 0 R]>>",
        b"/Annots[5 0 R 7 0 R]",
        o7=b"<</FT/Sig/T(Siegel)/Subtype/Widget/Type/Annot/Rect[0 0 0 0]/F 4/P 3 0 R>>",
    ),
    "permissions of other kinds": lambda: _form(b"/Perms 8 0 R", b"", o8=b"<</UR3<</Type/Sig>>>>"),
    "a security store": lambda: _form(b"/DSS<</Type/DSS/Certs[7 0 R]>>", b"", o7=_CERTIFICATE),
    "a security store by reference": lambda: _form(b"/DSS 8 0 R", b"", o7=_CERTIFICATE, o8=b"<</Certs[7 0 R]>>"),
    "kids below kids": lambda: write(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[ 5 0 R 3 0 R]/Count 2>>",
            3: page_objects()[3],
            4: page_objects()[4],
            5: b"<</Type/Pages/Parent 2 0 R/Count 1/Kids[6 0 R]>>",
            6: page_objects()[3].replace(b"2 0 R", b"5 0 R"),
        }
    ),
}
"""What the quick way understands."""

LIBRARY: dict[str, Build] = {
    "hybrid cross-reference": _hybrid,
    "rows of another length": _loose_rows,
    "a reference to an object that is not there": lambda: _form(b"", b"/Annots[6 0 R]/Ghost[7 0 R 8 0 R]/Other 12 0 R"),
    "something behind the end": lambda: write(page_objects()) + b"<html>printed</html>\n",
    "kids by reference": lambda: write(page_objects() | {2: b"<</Type/Pages/Kids 5 0 R/Count 1>>", 5: b"[3 0 R]"}),
    "one array for fields and annotations": lambda: _form(
        b"/AcroForm<</Fields 7 0 R>>", b"/Annots 7 0 R", o7=b"[5 0 R]"
    ),
}
"""What goes to the library."""

DOCUMENTS = {**QUICK, **LIBRARY}
NOT_BY_LIBRARY = {"the mark of the end twice"}
"""What the library does not read."""


@functools.cache
def document(name: str) -> bytes:
    return DOCUMENTS[name]()


def packed(catalog: bytes) -> bytes:
    """Return a PDF of some kilobytes whose catalog is megabytes of values."""
    objects = page_objects()
    inside = {1: b"<</Type/Catalog/Pages 2 0 R/X" + catalog + b">>", 2: objects.pop(2), 3: objects.pop(3)}
    del objects[1]
    objects[7] = object_stream(inside)
    return with_xref_stream(objects, {1: (7, 0), 2: (7, 1), 3: (7, 2)}, number=9, predictor=True)
