"""A document with everything that an attacker could want: typst writes pages and tags, the rest is put in by hand."""

from __future__ import annotations

import functools
import io
from typing import Any

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name

_TEXT = """
#set document(title: "Kaufvertrag", author: "Muster GmbH", date: datetime(year: 2026, month: 11, day: 22))
#set text(lang: "de", font: "Libertinus Serif", size: 12pt)
#set page(paper: "a5", margin: (top: 1.5cm, x: 1.5cm, bottom: 9cm), numbering: "1/1")
#pdf.attach("terms.xml", bytes("<terms><price>1000</price></terms>"), relationship: "data", mime-type: "text/xml")
#pdf.attach("plan.txt", bytes("first floor"), relationship: "supplement", mime-type: "text/plain")
= Kaufvertrag
Der Preis beträgt *1.000 EUR*, zahlbar bis zum 1. Dezember 2026. #link("https://example.org/agb")[AGB]
#figure(rect(width: 2cm, height: 1cm, fill: blue), alt: "Ein blaues Feld", caption: [Skizze])
#pagebreak()
= Lieferung
Geliefert wird an *Musterstraße 7*. #lorem(40)
#pagebreak()
= Schluss
#lorem(30)
"""
_INVOICE = """
#set document(title: "Rechnung 4711", author: "Muster GmbH", date: datetime(year: 2026, month: 11, day: 22))
#set text(lang: "de", font: "Libertinus Serif")
#set page(paper: "a5")
#pdf.attach("factur-x.xml", bytes("<rsm:CrossIndustryInvoice xmlns:rsm='urn:x'><total>1190.00</total>"
  + "</rsm:CrossIndustryInvoice>"),
  relationship: "alternative", mime-type: "text/xml", description: "Factur-X")
= Rechnung 4711
Möbel 1.000,00 EUR, Umsatzsteuer 190,00 EUR, zusammen *1.190,00 EUR*.
"""
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_MAP = b"""/CIDInit/ProcSet findresource begin 12 dict begin begincmap /CMapName/X def /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <30> <39> <0030> endbfrange endcmap end end"""


@functools.cache
def invoice() -> bytes:
    """Return an invoice with its XML."""
    return typst.compile(_INVOICE.encode(), format="pdf", pdf_standards=["a-3b"])


@functools.cache
def rich(kind: str) -> bytes:
    """Return the document, with a cross-reference table (``table``) or with streams (``stream``)."""
    pdf = pikepdf.open(io.BytesIO(typst.compile(_TEXT.encode(), format="pdf")))
    first, second, _ = (page.obj for page in pdf.pages)
    plain = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )
    bold = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Times-Bold"), Encoding=Name.WinAnsiEncoding)
    )
    _content(pdf, first, plain, _digits(pdf))
    _layers(pdf, first, plain)
    _form(pdf, first, second, plain, bold)
    _remarks(pdf, first, second)
    _catalog(pdf, second)
    out = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.disable if kind == "table" else pikepdf.ObjectStreamMode.generate
    pdf.save(out, object_stream_mode=mode, fix_metadata_version=False, static_id=True)
    return out.getvalue()


def form(pdf: pikepdf.Pdf, content: bytes, box: tuple[float, ...], fonts: dict[str, Any] | None = None) -> Any:
    """Return a form XObject."""
    made = pdf.make_stream(content)
    made.Type, made.Subtype, made.BBox = Name.XObject, Name.Form, Array(list(box))
    if fonts:
        made.Resources = Dictionary(Font=Dictionary({f"/{key}": font for key, font in fonts.items()}))
    return made


def _digits(pdf: pikepdf.Pdf) -> Any:
    """Return a font whose digits are bars of different height."""
    glyphs = Dictionary()
    for index, name in enumerate(_DIGITS):
        glyphs[f"/{name}"] = pdf.make_stream(b"600 0 0 0 600 800 d1 100 0 400 %d re f" % (80 * (index + 1)))
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type3,
            FontBBox=Array([0, 0, 600, 800]),
            FontMatrix=Array([1, 0, 0, 1, 0, 0]),
            CharProcs=pdf.make_indirect(glyphs),
            Encoding=pdf.make_indirect(
                Dictionary(Type=Name.Encoding, Differences=Array([48, *(Name(f"/{name}") for name in _DIGITS)]))
            ),
            FirstChar=48,
            LastChar=57,
            Widths=pdf.make_indirect(Array([600] * 10)),
            ToUnicode=pdf.make_stream(_MAP),
            Resources=Dictionary(),
        )
    )


def _content(pdf: pikepdf.Pdf, page: Any, plain: Any, digits: Any) -> None:
    resources = page.get("/Resources")
    resources.Font.F1 = plain
    resources.Font.F3 = digits
    if "/XObject" not in resources:
        resources.XObject = Dictionary()
    resources.XObject.Draw = form(pdf, b"0 0.5 0 rg 0 0 60 20 re f", (0, 0, 60, 20))
    picture = pdf.make_stream(bytes(range(256)) * 3)
    picture.Type, picture.Subtype, picture.Width, picture.Height = Name.XObject, Name.Image, 16, 16
    picture.ColorSpace, picture.BitsPerComponent = Name.DeviceRGB, 8
    resources.XObject.Pic = picture
    more = pdf.make_stream(
        b"q BT /F1 11 Tf 45 235 Td (Total 1,000 EUR) Tj ET BT 0.02 0 0 0.02 200 235 Tm /F3 1 Tf (1000) Tj ET "
        b"q 1 0 0 1 300 230 cm /Draw Do Q q 30 0 0 30 370 225 cm /Pic Do Q Q"
    )
    contents = page.Contents
    page.Contents = Array([contents, more])


def _layers(pdf: pikepdf.Pdf, page: Any, plain: Any) -> None:
    shown = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Shown"))
    hidden = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Hidden"))
    resources = page.Resources
    resources.Properties = Dictionary(L1=shown, L2=hidden)
    resources.XObject.Off = form(
        pdf, b"1 g 0 0 200 20 re f 0 g BT /F1 11 Tf 2 4 Td (Total 9,000 EUR) Tj ET", (0, 0, 200, 20), {"F1": plain}
    )
    layer = pdf.make_stream(
        b"/OC /L1 BDC q 0.9 0.5 0 rg 45 205 40 12 re f Q EMC /OC /L2 BDC q 1 0 0 1 45 230 cm /Off Do Q EMC"
    )
    page.Contents.append(layer)
    config = pdf.make_indirect(Dictionary(Name="Default", ON=Array([shown]), OFF=Array([hidden]), BaseState=Name.ON))
    pdf.Root.OCProperties = pdf.make_indirect(Dictionary(OCGs=Array([shown, hidden]), D=config))


def _form(pdf: pikepdf.Pdf, first: Any, second: Any, plain: Any, bold: Any) -> None:
    def widget(page: Any, kind: str, name: str, box: tuple[int, ...], **more: Any) -> Any:
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name(f"/{kind}"),
                T=name,
                Rect=Array(list(box)),
                P=page,
                F=4,
                **more,
            )
        )

    look = form(pdf, b"/Tx BMC q BT /F1 10 Tf 0 g 2 5 Td (old) Tj ET Q EMC", (0, 0, 150, 18), {"F1": plain})
    amount = widget(
        first, "Tx", "amount", (45, 170, 195, 188), DA="/F1 10 Tf 0 g", V="old", AP=Dictionary(N=look), MK=Dictionary()
    )
    note = widget(first, "Tx", "note", (45, 145, 195, 163), DA="/F1 10 Tf 0 g")
    same = form(pdf, look.read_bytes(), (0, 0, 150, 18), {"F1": plain})
    fixed = widget(first, "Tx", "fixed", (45, 120, 195, 138), DA="/F1 10 Tf 0 g", Ff=1, V="old", AP=Dictionary(N=same))
    yes, off = form(pdf, b"0 g 2 2 8 8 re f", (0, 0, 12, 12)), form(pdf, b"0 g 0 0 12 12 re S", (0, 0, 12, 12))
    agree = widget(
        first,
        "Btn",
        "agree",
        (210, 170, 222, 182),
        V=Name.Off,
        AS=Name.Off,
        AP=Dictionary(N=Dictionary(Yes=yes, Off=off)),
    )
    choice = widget(
        first,
        "Ch",
        "choice",
        (210, 145, 330, 163),
        Ff=131072,
        DA="/F1 10 Tf 0 g",
        Opt=Array([Array(["1", "one"]), Array(["2", "two"])]),
    )
    group = pdf.make_indirect(Dictionary(T="group", Kids=Array([])))
    inner = widget(second, "Tx", "inner", (45, 170, 195, 188), DA="/F1 10 Tf 0 g")
    inner.Parent = group
    group.Kids.append(inner)
    empty = widget(first, "Sig", "Empty", (45, 60, 145, 90))
    second.Annots = Array([*second.get("/Annots", []), inner])
    first.Annots = pdf.make_indirect(Array([*first.get("/Annots", []), amount, note, fixed, agree, choice, empty]))
    pdf.Root.AcroForm = pdf.make_indirect(
        Dictionary(
            Fields=Array([amount, note, fixed, agree, choice, group, empty]),
            DR=Dictionary(Font=Dictionary(F1=plain, F2=bold)),
            DA="/F1 10 Tf 0 g",
        )
    )


def _remarks(pdf: pikepdf.Pdf, first: Any, second: Any) -> None:
    first.Annots.append(
        pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Square,
                Rect=Array([350, 60, 400, 90]),
                F=4,
                Contents="a remark",
                AP=Dictionary(N=form(pdf, b"1 0 0 RG 2 w 1 1 48 28 re S", (0, 0, 50, 30))),
            )
        )
    )
    first.Annots.append(
        pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Stamp,
                Rect=Array([40, 228, 240, 250]),
                F=2,
                AP=Dictionary(N=form(pdf, b"1 1 0 rg 0 0 200 22 re f", (0, 0, 200, 22))),
            )
        )
    )
    second.Annots.append(
        pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Rect=Array([45, 300, 100, 320]),
                A=Dictionary(S=Name.URI, URI="https://example.org"),
            )
        )
    )


def _catalog(pdf: pikepdf.Pdf, second: Any) -> None:
    root = pdf.Root
    root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D)]))
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    root.Names.Dests = Dictionary(Names=Array(["lieferung", Array([second, Name.Fit])]))
    hidden = pdf.make_stream(b"BT /F1 30 Tf 40 240 Td (9,000 EUR) Tj ET")
    root.PieceInfo = Dictionary(X=Dictionary(LastModified="D:20261122", Private=hidden))
