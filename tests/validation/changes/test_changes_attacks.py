"""What nothing permits is found, each attack with exactly its findings and the page that it is on."""

import pytest

from esign.validation.changes import Analysis, open_file
from tests.pdf.writer import flate, object_stream, stream, with_xref_stream
from tests.validation.changes.signed_files import (
    CMS,
    OBJECTS,
    TEXT,
    TRAILER,
    XMP,
    after_first,
    appearance,
    base,
    kinds,
    sign,
    update,
)

SIGNED = sign(base())
P3 = sign(base(), entries=b"/Reference[<</TransformMethod/DocMDP/TransformParams<</P 3>>>>]")
CATALOG = OBJECTS[1]
PAGE = b"<</Type/Page/Parent 2 0 R/Contents 20 0 R/Annots[9 0 R 10 0 R 11 0 R 13 0 R 40 0 R 100 0 R]/StructParents 0>>"
FORM = b"<</Fields[9 0 R 10 0 R 11 0 R 12 0 R 100 0 R]/DR<</Font<</F1 31 0 R>>>>/DA(/F1 10 Tf 0 g)/SigFlags 3>>"
NINE = stream(TEXT.replace(b"1,000", b"9,000"))
SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"


def catalog(entries: bytes) -> bytes:
    return CATALOG[:-2] + entries + b">>"


def page(old: bytes, new: bytes) -> dict[int, bytes]:
    assert old in PAGE
    return {3: PAGE.replace(old, new)}


def changed(number: int, old: bytes, new: bytes) -> dict[int, bytes]:
    assert old in OBJECTS[number]
    return {number: OBJECTS[number].replace(old, new)}


MODIFIED = {
    # the content of a page, in every way that it can be reached
    "content overwritten": ({20: NINE}, 1),
    "content exchanged": ({**page(b"/Contents 20", b"/Contents 110"), 110: NINE}, 1),
    "dormant content": (page(b"/Contents 20", b"/Contents 90"), 1),
    "content added": ({**page(b"/Contents 20 0 R", b"/Contents[20 0 R 110 0 R]"), 110: NINE}, 1),
    "content of a list": ({22: stream(b"")}, 2),
    "content emptied": ({20: b"null"}, 1),
    "drawing overwritten": ({32: stream(b"")}, 1),
    "page turned": (page(b"/Parent", b"/Rotate 180/Parent"), 1),
    "page cropped": (page(b"/Parent", b"/CropBox[0 0 595 690]/Parent"), 1),
    "page enlarged": (page(b"/Parent", b"/UserUnit 2/Parent"), 1),
    "page with resources of its own": (page(b"/Parent", b"/Resources<<>>/Parent"), 1),
    "page with a script": (page(b"/Parent", b"/AA<</O " + SCRIPT + b">>/Parent"), 1),
    "page moved in the tree": ({**page(b"/Parent 2", b"/Parent 110"), 110: OBJECTS[2]}, 1),
    # what pages inherit and share
    "inherited box": (changed(2, b"595 842", b"595 690"), None),
    "inherited resources": (changed(30, b"/X1 32 0 R", b"/X1 90 0 R"), None),
    "font exchanged": (changed(30, b"/F1 31 0 R", b"/F1 33 0 R"), None),
    "font renamed": (changed(31, b"Helvetica", b"Symbol"), None),
    "encoding": (changed(35, b"/one/nine", b"/nine/one"), None),
    "shapes of a font": ({36: stream(b"other glyphs")}, None),
    "descriptor": (changed(34, b"/FontFile2 36 0 R", b""), None),
    "characters of a font": ({37: stream(b"1 beginbfchar <31> <0039> endbfchar")}, None),
    "pages swapped": (changed(2, b"3 0 R 4 0 R", b"4 0 R 3 0 R"), None),
    "page removed": (changed(2, b"[3 0 R 4 0 R]/Count 2", b"[3 0 R]/Count 1"), None),
    "page added": (
        {
            **changed(2, b"4 0 R]/Count 2", b"4 0 R 110 0 R]/Count 3"),
            110: b"<</Type/Page/Parent 2 0 R/Contents 90 0 R>>",
        },
        None,
    ),
    # layers
    "layer switched": (changed(61, b"/ON", b"/OFF"), None),
    "layers exchanged": (changed(1, b"/D 61 0 R", b"/D<</OFF[60 0 R]>>"), None),
    "layer renamed": (changed(60, b"(Layer)", b"(Other)"), None),
    # what acts by itself
    "open action": ({1: catalog(b"/OpenAction " + SCRIPT)}, None),
    "additional action": ({1: catalog(b"/AA<</WC " + SCRIPT + b">>")}, None),
    "named script": (changed(1, b"/Names<<", b"/Names<</JavaScript<</Names[(a)" + SCRIPT + b"]>>"), None),
    "link leads elsewhere": (changed(81, b"3 0 R/Fit", b"4 0 R/Fit"), None),
    # the catalog and the trailer
    "permissions": ({1: catalog(b"/Perms<</DocMDP 101 0 R>>")}, None),
    "extension of another kind": ({1: catalog(b"/Extensions<</X<</Any(thing)>>>>")}, None),
    "older version": ({1: catalog(b"/Version/0.9")}, None),
    "older than the header": ({1: catalog(b"/Version/1.3")}, None),
    "viewer preferences": ({1: catalog(b"/ViewerPreferences<</HideMenubar true>>")}, None),
    "language": (changed(1, b"/Lang(de)", b"/Lang(en)"), None),
    "no form any more": (changed(1, b"/AcroForm 5 0 R", b""), None),
    "no outline any more": (changed(1, b"/Outlines 80 0 R", b""), None),
    "tag tree exchanged": ({**changed(1, b"Root 70", b"Root 110"), 110: b"<</Type/StructTreeRoot>>"}, None),
    "tag tree says something else": (changed(73, b"/S/P", b"/S/Artifact"), None),
    "alternative text": (changed(73, b"/K 0", b"/K 0/ActualText(9,000 EUR)"), None),
    "role map": (changed(70, b"/K 71", b"/RoleMap<</P/Artifact>>/K 71"), None),
    "title": (changed(6, b"Contract", b"Other"), None),
    "author": (changed(6, b"/Title", b"/Author(Other)/Title"), None),
    "title in the metadata": ({7: stream(XMP % (b"2026", b"Other"), b"/Type/Metadata/Subtype/XML")}, None),
    "metadata that nobody can read": ({7: stream(b"<x", b"/Type/Metadata/Subtype/XML")}, None),
    "metadata with entities": ({7: stream(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>")}, None),
    # the form
    "viewers draw the form": ({5: FORM.replace(b"/SigFlags", b"/NeedAppearances true/SigFlags")}, None),
    "font of the form": ({5: FORM.replace(b"/F1 31 0 R", b"/F1 33 0 R")}, None),
    "appearance string": ({5: FORM.replace(b"/F1 10 Tf", b"/F2 10 Tf")}, None),
    "calculation": ({5: FORM.replace(b"/SigFlags", b"/CO[9 0 R]/SigFlags")}, None),
    "forms of another kind": ({5: FORM.replace(b"/SigFlags", b"/XFA 110 0 R/SigFlags"), 110: stream(b"<x/>")}, None),
    "field removed": ({5: FORM.replace(b"9 0 R 10 0 R", b"10 0 R")}, None),
    "field renamed": (changed(9, b"(amount)", b"(price)"), 1),
    "field moved": (changed(9, b"72 400 272 420", b"72 690 272 710"), 1),
    "field hidden": (changed(9, b"/F 4", b"/F 2"), 1),
    "font of a field": (changed(9, b"/DA(/F1", b"/DA(/F2"), 1),
    "field with an action": (changed(9, b"/F 4", b"/F 4/AA<</K " + SCRIPT + b">>"), 1),
    "options of a choice": (changed(13, b"(one)", b"(nine)"), 1),
    "text field added": (
        {5: FORM.replace(b"100 0 R]", b"100 0 R 110 0 R]"), 110: b"<</FT/Tx/T(new)/V(9,000 EUR)/Rect[0 0 9 9]>>"},
        None,
    ),
    "signature field with an action": (
        {
            5: FORM.replace(b"100 0 R]", b"100 0 R 110 0 R]"),
            110: b"<</FT/Sig/T(new)/Subtype/Widget/Rect[0 0 9 9]/P 3 0 R/AA<</E " + SCRIPT + b">>>>",
        },
        1,
    ),
    "signature field of the same name": (
        {5: FORM.replace(b"100 0 R]", b"100 0 R 110 0 R]"), 110: b"<</FT/Sig/T(Sig1)/Rect[0 0 0 0]>>"},
        None,
    ),
    "empty signature field moved": (changed(11, b"300 90 400 130", b"60 680 400 730"), 1),
    "read-only field filled in": (None, 1),
    # signatures
    "appearance of a signature": ({100: None}, 1),
    # annotations
    "form field taken off the page": (page(b"9 0 R 10 0 R", b"10 0 R"), 1),
    "form field shown twice": (page(b"100 0 R]", b"100 0 R 9 0 R]"), 1),
    "link added": (
        {**page(b"100 0 R]", b"100 0 R 110 0 R]"), 110: b"<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(x)>>>>"},
        1,
    ),
    "remark with an action": (
        {**page(b"100 0 R]", b"100 0 R 110 0 R]"), 110: b"<</Subtype/Text/Rect[0 0 9 9]/A<</S/URI/URI(x)>>>>"},
        1,
    ),
    "a film": ({**page(b"100 0 R]", b"100 0 R 110 0 R]"), 110: b"<</Subtype/RichMedia/Rect[0 0 9 9]>>"}, 1),
    # the store as a cover
    "store with a stranger": ({1: catalog(b"/DSS<</Type/DSS/Certs[]/Junk 1>>")}, None),
    "store that covers the content": ({1: catalog(b"/DSS<</Certs[20 0 R]>>"), 20: NINE}, 1),
    "store of no streams": ({1: catalog(b"/DSS<</Certs[3 0 R]>>")}, None),
    "catalog nobody refers to": ({110: b"<</Type/Catalog/Pages 2 0 R>>"}, None),
}
SPECIAL = {
    "read-only field filled in": (
        sign(base(changed(9, b"/FT/Tx", b"/FT/Tx/Ff 1"))),
        {9: OBJECTS[9].replace(b"/FT/Tx", b"/FT/Tx/Ff 1/V(x)").replace(b"/AP<</N 41 0 R>>", b"")},
    ),
    "appearance of a signature": (
        sign(base(), field=b"/AP<</N 41 0 R>>"),
        {
            100: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Sig1)/F 132/Rect[0 0 99 99]/P 3 0 R/V 101 0 R"
            b"/AP<</N 41 0 R>>>>",
        },
    ),
}


@pytest.mark.parametrize("signed", [SIGNED, P3], ids=["signed", "certified with P = 3"])
@pytest.mark.parametrize("name", MODIFIED)
def test_a_modification_is_found_with_its_page(name, signed):
    objects, where = MODIFIED[name]
    if name in SPECIAL:
        signed, objects = SPECIAL[name]
    changes = after_first(update(signed, objects))
    assert kinds(changes) == ["modified_after_signing"]
    wrong = [change for change in changes.changes if not change.permitted]
    assert wrong
    assert {change.kind.value for change in wrong} == {"modification"}
    if where is not None:
        assert where in {change.page for change in wrong}


def test_a_modification_is_told_in_plain_words():
    assert after_first(update(SIGNED, {22: stream(b"")})).findings[0].what == "page 2: the content was changed"
    assert after_first(update(SIGNED, page(b"/Contents 20", b"/Contents 90"))).findings[0].what == (
        "page 1: its content was exchanged"
    )
    assert after_first(update(SIGNED, {36: stream(b"x")})).findings[0].what == "page 1: a font was changed"


ATTACHMENTS = {
    "content": {51: stream(b"<a>9000</a>", b"/Type/EmbeddedFile")},
    "description": changed(50, b"(a.xml)", b"(b.xml)"),
    "another in the list": {
        **changed(1, b"/AF[50 0 R]", b"/AF[110 0 R]"),
        110: OBJECTS[50].replace(b"51", b"111"),
        111: stream(b"x"),
    },
    "added to the names": {
        **changed(1, b"/Names[(a.xml)50 0 R]", b"/Names[(a.xml)50 0 R(b)110 0 R]"),
        110: OBJECTS[50].replace(b"51", b"111"),
        111: stream(b"x"),
    },
    "removed": changed(1, b"/AF[50 0 R]", b""),
    "of a page": {**page(b"/Parent", b"/AF[50 0 R]/Parent")},
    "as an annotation": {
        **page(b"100 0 R]", b"100 0 R 110 0 R]"),
        110: b"<</Subtype/FileAttachment/Rect[0 0 9 9]/FS 50 0 R>>",
    },
}


@pytest.mark.parametrize("name", ATTACHMENTS)
def test_attachments_stay_what_they_were(name):
    assert kinds(after_first(update(SIGNED, ATTACHMENTS[name]))) == ["attachment_changed"]


def test_an_appearance_that_is_something_else_too():
    trailer = TRAILER + b"/Private 41 0 R"
    signed = sign(base({30: OBJECTS[30].replace(b"/X1 32", b"/X2 41 0 R/X1 32")}))
    assert kinds(after_first(update(signed, {**changed(9, b"/DA", b"/V(x)/DA"), 41: appearance(b"x")}))) == [
        "modified_after_signing"
    ]
    moved = {9: OBJECTS[9].replace(b"/AP<</N 41 0 R>>", b"/V(x)/AP<</N 120 0 R>>"), 120: appearance(b"x")}
    assert kinds(after_first(update(signed, moved))) == ["modified_after_signing"]
    assert kinds(after_first(update(SIGNED, {6: OBJECTS[6]}, trailer=trailer))) == ["modified_after_signing"]


@pytest.mark.parametrize(
    "trailer",
    [
        b"/Root 110 0 R/Info 6 0 R/ID[<01><02>]",
        b"/Root 1 0 R/Info 110 0 R/ID[<01><02>]",
        b"/Root 1 0 R/ID[<01><02>]",
    ],
)
def test_the_trailer_leads_to_the_same_document(trailer):
    objects = {110: CATALOG if b"Root 110" in trailer else b"<</Title(Other)>>"}
    assert kinds(after_first(update(SIGNED, objects, trailer=trailer))) == ["modified_after_signing"]


def test_an_object_that_was_missing_until_later():
    signed = sign(base({22: b"null", 4: OBJECTS[4].replace(b"22 0 R", b"98 0 R")}))
    changes = after_first(update(signed, {98: stream(b"BT /F1 12 Tf (9,000 EUR) Tj ET")}))
    assert kinds(changes) == ["modified_after_signing"]
    assert changes.changes[0].page == 2


@pytest.mark.parametrize("number", [20, 22, 31, 41, 44, 51, 60, 73, 9])
def test_freed_objects_are_missed(number):
    found = kinds(after_first(update(SIGNED, {}, freed=[number])))
    assert found
    assert found != ["permitted_change_annotation"]


def test_a_number_used_again_under_another_generation():
    assert "modified_after_signing" in kinds(after_first(update(SIGNED, {(20, 1): NINE})))
    assert "modified_after_signing" in kinds(after_first(update(SIGNED, {(22, 1): stream(b"")})))


def test_an_object_stream_exchanged_exchanges_its_objects():
    packed = {31: OBJECTS[31], 35: OBJECTS[35]}
    plain = {k: v for k, v in OBJECTS.items() if k not in packed}
    first = with_xref_stream(
        {**plain, 95: object_stream(packed)}, {31: (95, 0), 35: (95, 1)}, number=96, trailer=TRAILER
    )
    signed = sign(first)
    assert kinds(after_first(signed)) == []
    other = {31: OBJECTS[31].replace(b"Helvetica", b"Symbol"), 35: OBJECTS[35]}
    assert kinds(after_first(update(signed, {95: object_stream(other)}))) == ["modified_after_signing"]
    assert kinds(after_first(update(signed, {31: other[31]}))) == ["modified_after_signing"]
    assert kinds(after_first(update(signed, {95: object_stream(packed, entries=b"/Any 1")}))) == []


def test_a_stream_whose_length_is_exchanged():
    signed = sign(base({20: stream(TEXT, length=b"97 0 R"), 97: b"%d" % len(TEXT)}))
    assert kinds(after_first(signed)) == []
    assert kinds(after_first(update(signed, {97: b"%d" % (len(TEXT) - 9)}))) == ["modified_after_signing"]


def test_a_signature_that_was_signed_is_not_replaced():
    value = b"<</Type/Sig/SubFilter/ETSI.CAdES.detached/Name(Other)/ByteRange[0 1 2 3]/Contents<%s>>>" % CMS
    assert "modified_after_signing" in kinds(
        after_first(
            update(
                sign(
                    SIGNED,
                    number=140,
                    name=b"Sig2",
                    fields=b"9 0 R 10 0 R 11 0 R 12 0 R 100 0 R",
                    annotations=b"9 0 R 10 0 R 11 0 R 13 0 R 40 0 R 100 0 R",
                ),
                {141: value},
            )
        )
    )


def test_a_change_between_two_signatures_is_found_behind_the_first_only():
    between = update(SIGNED, {20: NINE})
    pdf = sign(
        between,
        number=140,
        name=b"Sig2",
        fields=b"9 0 R 10 0 R 11 0 R 12 0 R 100 0 R",
        annotations=b"9 0 R 10 0 R 11 0 R 13 0 R 40 0 R 100 0 R",
    )
    analysis = Analysis(open_file(pdf))
    first, second = (analysis.after(signature) for signature in analysis.signatures)
    assert kinds(first) == ["modified_after_signing"]
    assert kinds(second) == []
    assert second.covers_whole_file


def test_a_change_that_is_taken_back_is_found_all_the_same():
    pdf = update(update(SIGNED, {20: NINE}), {20: OBJECTS[20]})
    assert kinds(after_first(pdf)) == ["modified_after_signing"]


def test_content_that_is_written_in_another_way_is_a_modification():
    assert kinds(after_first(update(SIGNED, {20: flate(TEXT)}))) == ["modified_after_signing"]


@pytest.mark.parametrize(
    "written", [b"32 %x\n 0 R", b"32%%\r0 %\nR", b"+32 0 R", b"32.0 0 R", b"0032 00000 R", b"32 0000000 R"]
)
def test_a_reference_that_is_written_unusually_is_not_overlooked(written):
    signed = sign(base({30: OBJECTS[30].replace(b"32 0 R", written)}))
    assert kinds(after_first(update(signed, {32: stream(b"")}))) == ["modified_after_signing"]


def test_a_reference_in_an_object_stream_is_not_overlooked():
    packed = {30: OBJECTS[30].replace(b"/X1 32 0 R", b"/X1 % who\n 32 0 R")}
    plain = {k: v for k, v in OBJECTS.items() if k not in packed}
    signed = sign(with_xref_stream({**plain, 95: object_stream(packed)}, {30: (95, 0)}, number=96, trailer=TRAILER))
    assert kinds(after_first(signed)) == []
    assert kinds(after_first(update(signed, {32: stream(b"")}))) == ["modified_after_signing"]
    other = {30: OBJECTS[30].replace(b"32 0 R", b"90 0 R")}
    moved = update(signed, {95: object_stream(other)})
    assert kinds(after_first(update(moved, {90: stream(b"")}))) == ["modified_after_signing"]
