"""PDFs made for the tests: one good file, and what can be done to it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

Change = Callable[[pikepdf.Pdf], None]


def made(*changes: Change, pages: int = 1, size: tuple[float, float] = (595, 842), **saving: Any) -> bytes:
    """Return a PDF with a line of text and a coloured box on each page, after the changes."""
    document = pikepdf.new()
    for number in range(pages):
        document.add_blank_page(page_size=size)
        page = document.pages[number]
        page.obj["/Resources"] = Dictionary(
            Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        )
        words = f"q 0.2 0.4 0.7 rg 60 600 200 80 re f Q BT /F1 18 Tf 60 700 Td (Rahmenvertrag Seite {number + 1}) Tj ET"
        page.obj["/Contents"] = document.make_stream(words.encode("latin-1"))
    for change in changes:
        change(document)
    return saved(document, **saving)


def saved(document: pikepdf.Pdf, **saving: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream, deterministic_id="encryption" not in saving, **saving)
    return stream.getvalue()


def changed(pdf: bytes, *changes: Change, **saving: Any) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for change in changes:
            change(document)
        return saved(document, **saving)


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def in_root(**entries: Any) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        for key, value in entries.items():
            document.Root[f"/{key}"] = value(document) if callable(value) else value

    return change


def annotated(**entries: Any) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=Array([60, 500, 200, 540]))
        for key, value in entries.items():
            note[f"/{key}"] = value(document) if callable(value) else value
        page = document.pages[0].obj
        page["/Annots"] = Array([*page.get("/Annots", []), document.make_indirect(note)])

    return change


def drawing(document: pikepdf.Pdf) -> Any:
    stream = document.make_stream(b"1 0 0 rg 0 0 140 40 re f")
    stream["/Type"], stream["/Subtype"], stream["/BBox"] = Name.XObject, Name.Form, Array([0, 0, 140, 40])
    return Dictionary(N=stream)


def with_field(**entries: Any) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), Rect=[60, 500, 200, 540])
        for key, value in entries.items():
            field[f"/{key}"] = value(document) if callable(value) else value
        held = document.make_indirect(field)
        document.pages[0].obj["/Annots"] = Array([held])
        document.Root["/AcroForm"] = Dictionary(Fields=Array([held]))

    return change


def with_file(document: pikepdf.Pdf) -> None:
    document.attachments["daten.csv"] = pikepdf.AttachedFileSpec(document, b"a;b", filename="daten.csv")


def layered(document: pikepdf.Pdf) -> None:
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=String("Entwurf")))
    document.Root["/OCProperties"] = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))


def picture(filter_name: str, data: bytes = b"\x00" * 20) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        image = document.make_stream(data)
        image["/Type"], image["/Subtype"], image["/Width"], image["/Height"] = Name.XObject, Name.Image, 4, 4
        image["/BitsPerComponent"], image["/ColorSpace"], image["/Filter"] = 8, Name.DeviceGray, Name(filter_name)
        document.pages[0].obj["/Resources"]["/XObject"] = Dictionary(Im=image)

    return change
