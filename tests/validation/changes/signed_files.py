"""Files with signatures that nobody verifies: their byte ranges are right, and what is appended is our choice."""

from __future__ import annotations

from collections.abc import Mapping

from esign.validation.changes import Analysis, Changes, open_file
from tests.pdf.writer import append, stream, write

CMS = b"3003020100"
"""The shortest DER that looks like something; the analysis of changes does not look into it."""
TRAILER = b"/Root 1 0 R/Info 6 0 R/ID[<01><02>]"
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<xmp:ModifyDate>%s</xmp:ModifyDate><dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>"""

TEXT = (
    b"BT /F1 12 Tf 72 700 Td (Sell for 1,000 EUR) Tj 0 -40 Td /F2 12 Tf (Price) Tj ET "
    b"/OC /Layer BDC q 10 0 0 10 300 500 cm /X1 Do Q EMC"
)
OBJECTS: Mapping[int, bytes] = {
    1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Metadata 7 0 R/AF[50 0 R]"
    b"/Names<</EmbeddedFiles<</Names[(a.xml)50 0 R]>>>>"
    b"/OCProperties<</OCGs[60 0 R]/D 61 0 R>>/StructTreeRoot 70 0 R/Outlines 80 0 R/Lang(de)>>",
    2: b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/Resources 30 0 R/MediaBox[0 0 595 842]>>",
    3: b"<</Type/Page/Parent 2 0 R/Contents 20 0 R/Annots[9 0 R 10 0 R 11 0 R 13 0 R 40 0 R]/StructParents 0>>",
    4: b"<</Type/Page/Parent 2 0 R/Contents[21 0 R 22 0 R]/Annots 23 0 R>>",
    5: b"<</Fields[9 0 R 10 0 R 11 0 R 12 0 R]/DR<</Font<</F1 31 0 R>>>>/DA(/F1 10 Tf 0 g)/SigFlags 3>>",
    6: b"<</Title(Contract)/ModDate(D:20260101)/Producer(a)>>",
    7: stream(XMP % (b"2026-01-01", b"Contract"), b"/Type/Metadata/Subtype/XML"),
    9: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(amount)/Rect[72 400 272 420]/P 3 0 R/F 4"
    b"/AP<</N 41 0 R>>/DA(/F1 10 Tf 0 g)>>",
    10: b"<</Type/Annot/Subtype/Widget/FT/Btn/T(agreed)/Rect[72 380 82 390]/P 3 0 R/F 4/AS/Off/V/Off"
    b"/AP<</N<</Yes 42 0 R/Off 43 0 R>>>>>>",
    11: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Empty)/Rect[300 90 400 130]/P 3 0 R/F 4>>",
    12: b"<</T(group)/Kids[13 0 R]>>",
    13: b"<</Type/Annot/Subtype/Widget/FT/Ch/Ff 131072/T(choice)/Parent 12 0 R/Opt[[(1)(one)][(2)(two)]]"
    b"/Rect[72 360 172 370]/P 3 0 R/F 4>>",
    20: stream(TEXT),
    21: stream(b"BT /F1 12 Tf 72 700 Td (Second page) Tj ET"),
    22: stream(b"BT /F1 12 Tf 72 600 Td (goes on) Tj ET"),
    23: b"[44 0 R]",
    30: b"<</Font<</F1 31 0 R/F2 33 0 R>>/XObject<</X1 32 0 R>>/Properties<</Layer 60 0 R>>>>",
    31: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    32: stream(b"BT /F1 1 Tf (drawn) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]"),
    33: b"<</Type/Font/Subtype/TrueType/BaseFont/AAAAAA+Own/Encoding 35 0 R/FontDescriptor 34 0 R/ToUnicode 37 0 R>>",
    34: b"<</Type/FontDescriptor/FontName/AAAAAA+Own/FontFile2 36 0 R>>",
    35: b"<</Type/Encoding/Differences[49/one/nine]>>",
    36: stream(b"glyphs"),
    37: stream(b"1 beginbfchar <31> <0031> endbfchar"),
    40: b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.org)>>>>",
    41: stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 200 20]"),
    42: stream(b"0 0 10 10 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 10 10]"),
    43: stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 10 10]"),
    44: b"<</Type/Annot/Subtype/Square/Rect[300 300 310 310]/Contents(a remark)/AP<</N 45 0 R>>>>",
    45: stream(b"0 0 1 1 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]"),
    50: b"<</Type/Filespec/F(a.xml)/EF<</F 51 0 R>>/AFRelationship/Data>>",
    51: stream(b"<a>1000</a>", b"/Type/EmbeddedFile"),
    60: b"<</Type/OCG/Name(Layer)>>",
    61: b"<</ON[60 0 R]>>",
    70: b"<</Type/StructTreeRoot/K 71 0 R/ParentTree 72 0 R/ParentTreeNextKey 1>>",
    71: b"<</Type/StructElem/S/Document/P 70 0 R/K[73 0 R]>>",
    72: b"<</Nums[0 74 0 R]>>",
    73: b"<</Type/StructElem/S/P/P 71 0 R/Pg 3 0 R/K 0>>",
    74: b"[73 0 R]",
    80: b"<</Type/Outlines/First 81 0 R/Last 81 0 R/Count 1>>",
    81: b"<</Title(One)/Parent 80 0 R/Dest[3 0 R/Fit]>>",
    90: stream(b"BT /F1 12 Tf 72 700 Td (Sell for 9,000 EUR) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]"),
}
"""A contract with everything that an attacker could want; object 90 is dormant, nobody refers to it."""

HELLO = b"BT /F1 10 Tf (%s) Tj ET"
FONTS = b"/Resources<</Font<</F1 31 0 R>>>>"


def appearance(text: bytes, entries: bytes = b"") -> bytes:
    return stream(HELLO % text, b"/Type/XObject/Subtype/Form/BBox[0 0 200 20]" + FONTS + entries)


def base(changed: Mapping[int, bytes] | None = None) -> bytes:
    return write({**OBJECTS, **(changed or {})}, trailer=TRAILER, size=100)


def sign(
    pdf: bytes,
    *,
    number: int = 100,
    name: bytes = b"Sig1",
    entries: bytes = b"",
    field: bytes = b"",
    fields: bytes = b"9 0 R 10 0 R 11 0 R 12 0 R",
    annotations: bytes = b"9 0 R 10 0 R 11 0 R 13 0 R 40 0 R",
    kind: bytes = b"/Type/Sig/SubFilter/ETSI.CAdES.detached",
    more: Mapping[int, bytes] | None = None,
    contents: bytes = CMS + b"00" * 20,
) -> bytes:
    """Append an invisible signature field with a signature; ``number`` and the next one are its objects."""
    value = b"<<%s%s/ByteRange[0 ########## ########## ##########]/Contents<%s>>>" % (kind, entries, contents)
    own = b"%d 0 R" % number
    objects: dict[int, bytes] = {}
    objects[3] = b"<</Type/Page/Parent 2 0 R/Contents 20 0 R/Annots[%s %s]/StructParents 0>>" % (annotations, own)
    objects[5] = OBJECTS[5].replace(b"[9 0 R 10 0 R 11 0 R 12 0 R]", b"[%s %s]" % (fields, own))
    objects[number] = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(%s)/F 132/Rect[0 0 0 0]/P 3 0 R/V %d 0 R%s>>" % (
        name,
        number + 1,
        field,
    )
    objects[number + 1] = value
    return close(append(pdf, {**objects, **(more or {})}, trailer=TRAILER))


def close(pdf: bytes) -> bytes:
    """Fill in the byte range of the last signature."""
    start = pdf.rindex(b"/Contents<") + 9
    end = pdf.index(b">", start) + 1
    return pdf.replace(b"########## ########## ##########", b"%010d %010d %010d" % (start, end, len(pdf) - end))


def update(pdf: bytes, objects: Mapping[int | tuple[int, int], bytes], **options: object) -> bytes:
    return append(pdf, objects, **{"trailer": TRAILER, **options})  # type: ignore[arg-type]  # options of append, whatever they are


def after_first(pdf: bytes) -> Changes:
    """Return what stands behind the first signature."""
    analysis = Analysis(open_file(pdf))
    return analysis.after(analysis.signatures[0])


def kinds(changes: Changes) -> list[str]:
    return sorted({finding.kind.value for finding in changes.findings})


def done(changes: Changes) -> list[tuple[str, bool]]:
    return [(change.kind.value, change.permitted) for change in changes.changes]
