"""Forms that show something else than they hold, and what is laid over the signed text."""

import pytest

from tests.pdf.writer import stream
from tests.validation.changes.signed_files import OBJECTS, after_first, appearance, base, kinds, sign, update

SIGNED = sign(base())
P3 = sign(base(), entries=b"/Reference[<</TransformMethod/DocMDP/TransformParams<</P 3>>>>]")
PAGE = b"<</Type/Page/Parent 2 0 R/Contents 20 0 R/Annots[9 0 R 10 0 R 11 0 R 13 0 R 40 0 R 100 0 R]/StructParents 0>>"
FORM = b"<</Fields[9 0 R 10 0 R 11 0 R 12 0 R 100 0 R]/DR<</Font<</F1 31 0 R>>>>/DA(/F1 10 Tf 0 g)/SigFlags 3>>"


def page(old: bytes, new: bytes) -> dict[int, bytes]:
    assert old in PAGE
    return {3: PAGE.replace(old, new)}


def changed(number: int, old: bytes, new: bytes) -> dict[int, bytes]:
    assert old in OBJECTS[number]
    return {number: OBJECTS[number].replace(old, new)}


def filled(value: bytes, shown: bytes, entries: bytes = b"") -> dict[int, bytes]:
    field = OBJECTS[9].replace(b"/AP<</N 41 0 R>>", b"/V(%s)/AP<</N 120 0 R>>" % value)
    return {9: field, 120: stream(shown, b"/Type/XObject/Subtype/Form/BBox[0 0 200 20]" + entries)}


FONTS = b"/Resources<</Font<</F1 31 0 R>>>>"
FORM_LIES = {
    "another text": filled(b"1,000", b"BT /F1 10 Tf (9,000) Tj ET", FONTS),
    "no text": filled(b"1,000", b"", FONTS),
    "text where there is no value": {**changed(9, b"/DA", b"/V()/DA"), 41: appearance(b"9,000")},
    "only the appearance": {41: appearance(b"9,000")},
    "more text": filled(b"1,000", b"BT /F1 10 Tf (1,000) Tj (,000) Tj ET", FONTS),
    "invisible text": filled(b"1,000", b"BT /F1 10 Tf 3 Tr (1,000) Tj ET", FONTS),
    "clipped text": filled(b"1,000", b"0 0 1 1 re W n BT /F1 10 Tf (1,000) Tj ET", FONTS),
    "text outside": filled(b"1,000", b"BT /F1 10 Tf 0 900 Td (1,000) Tj ET", FONTS),
    "tiny text": filled(b"1,000", b"BT /F1 0.01 Tf (1,000) Tj ET", FONTS),
    "white text": filled(b"1,000", b"1 g BT /F1 10 Tf (1,000) Tj ET", FONTS),
    "text painted over": filled(b"1,000", b"BT /F1 10 Tf (1,000) Tj ET 1 g 0 0 200 20 re f", FONTS),
    "an appearance in a layer": filled(b"1,000", b"BT /F1 10 Tf (1,000) Tj ET", FONTS + b"/OC 60 0 R"),
    "a drawing": filled(
        b"1,000", b"BT /F1 10 Tf (1,000) Tj ET /X Do", b"/Resources<</Font<</F1 31 0 R>>/XObject<</X 90 0 R>>>>"
    ),
    "a picture": filled(b"1,000", b"BT /F1 10 Tf (1,000) Tj ET BI /W 1 ID x EI", FONTS),
    "a font that is not there": filled(b"1,000", b"BT /F9 10 Tf (1,000) Tj ET", FONTS),
    "a new font with its own shapes": {
        **filled(b"1,000", b"BT /F1 10 Tf (1,000) Tj ET", b"/Resources<</Font<</F1 122 0 R>>>>"),
        122: OBJECTS[33].replace(b"34 0 R", b"123 0 R").replace(b"/Encoding 35 0 R", b""),
        123: OBJECTS[34].replace(b"36 0 R", b"124 0 R"),
        124: stream(b"shapes"),
    },
    "a font in place with its own shapes": {
        **filled(
            b"1", b"BT /F1 10 Tf (1) Tj ET", b"/Resources<</Font<</F1<</Subtype/TrueType/FontDescriptor 123 0 R>>>>>>"
        ),
        123: OBJECTS[34].replace(b"36 0 R", b"124 0 R"),
        124: stream(b"shapes"),
    },
    "glyphs under other names": {
        **filled(b"1", b"BT /F1 10 Tf (1) Tj ET", b"/Resources<</Font<</F1 122 0 R>>>>"),
        122: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[49/nine]>>>>",
    },
    "box checked without being shown": changed(10, b"/V/Off", b"/V/Yes"),
    "box shown without being checked": changed(10, b"/AS/Off", b"/AS/Yes"),
    "box drawn anew": {**changed(10, b"/AS/Off/V/Off", b"/AS/Yes/V/Yes"), 42: stream(b"")},
    "box with other states": changed(10, b"/AS/Off/V/Off/AP<</N<</Yes 42", b"/AS/Yes/V/Yes/AP<</N<</Yes 43"),
    "another choice": {13: OBJECTS[13].replace(b"/Opt", b"/V(2)/AP<</N 121 0 R>>/Opt"), 121: appearance(b"one")},
}


@pytest.mark.parametrize("name", FORM_LIES)
def test_a_field_shows_its_value(name):
    assert kinds(after_first(update(SIGNED, FORM_LIES[name]))) == ["field_value_appearance_mismatch"]


OVER = b"<</Subtype/%s/Rect[%s]/P 3 0 R/F 4/AP<</N 111 0 R>>>>"


@pytest.mark.parametrize(
    ("kind", "box", "expected"),
    [
        (b"Stamp", b"72 690 300 715", ["annotation_overlays_content", "permitted_change_annotation"]),
        (b"FreeText", b"170 698 200 712", ["annotation_overlays_content", "permitted_change_annotation"]),
        (b"Square", b"295 495 320 520", ["annotation_overlays_content", "permitted_change_annotation"]),
        (b"Highlight", b"0 0 595 842", ["annotation_overlays_content", "permitted_change_annotation"]),
        (b"Stamp", b"400 20 500 60", ["permitted_change_annotation"]),
        (b"Text", b"500 690 520 710", ["permitted_change_annotation"]),
    ],
)
def test_evil_annotations_lie_over_what_was_signed(kind, box, expected):
    objects = {**page(b"100 0 R]", b"100 0 R 110 0 R]"), 110: OVER % (kind, box), 111: appearance(b"9,000 EUR")}
    assert kinds(after_first(update(P3, objects))) == expected


def test_a_later_signature_that_lies_over_the_price():
    field = b"<</Subtype/Widget/FT/Sig/T(new)/Rect[72 690 300 715]/P 3 0 R/V 111 0 R/AP<</N 112 0 R>>>>"
    objects = {
        **page(b"100 0 R]", b"100 0 R 110 0 R]"),
        5: FORM.replace(b"100 0 R]", b"100 0 R 110 0 R]"),
        110: field,
        111: b"<</Type/Sig/Contents<3000>>>",
        112: appearance(b"9,000 EUR"),
    }
    assert kinds(after_first(update(SIGNED, objects))) == ["annotation_overlays_content"]


@pytest.mark.parametrize(("own", "told"), [(True, []), (False, ["modified_after_signing"])])
def test_a_form_may_say_how_text_looks_only_where_no_field_goes_by_it(own, told):
    choice = OBJECTS[13].replace(b"/Ch", b"/Ch/DA(/F1 10 Tf 0 g)") if own else OBJECTS[13]
    silent = FORM.replace(b"/DA(/F1 10 Tf 0 g)", b"")
    signed = sign(base({13: choice}), more={5: silent})
    assert kinds(after_first(update(signed, {5: FORM}))) == told


@pytest.mark.parametrize(
    ("level", "value", "told"),
    [
        (b"", b"", []),
        (b"", b"/V()", []),
        (b"", b"/V(1,000)", ["modified_after_signing"]),
        (b"/Reference[<</TransformMethod/DocMDP/TransformParams<</P 2>>>>]", b"/V(1,000)", []),
    ],
)
def test_what_was_filled_in_when_it_was_signed_may_be_replaced_only_where_a_certification_permits(level, value, told):
    before = OBJECTS[9].replace(b"/FT/Tx", b"/FT/Tx%s" % value)
    signed = sign(base({9: before, 41: appearance(b"1,000" if b"1" in value else b"")}), entries=level)
    after = before.replace(value, b"", 1).replace(b"/FT/Tx", b"/FT/Tx/V(9,000)").replace(b"41 0 R", b"120 0 R")
    changes = after_first(update(signed, {9: after, 120: appearance(b"9,000")}))
    assert kinds(changes) == told
    assert [(change.kind.value, change.permitted) for change in changes.changes] == [("form_filling", not told)]


def test_what_was_filled_in_after_it_was_signed_may_be_filled_in_anew():
    pdf = sign(base())
    for value in (b"1,000", b"9,000"):
        field = OBJECTS[9].replace(b"/AP<</N 41 0 R>>", b"/V(%s)/AP<</N 120 0 R>>" % value)
        pdf = update(pdf, {9: field, 120: appearance(value)})
    assert kinds(after_first(pdf)) == []


SHARED = {9: OBJECTS[9].replace(b"/AP<</N 41 0 R>>", b"/AP 46 0 R"), 46: b"<</N 41 0 R>>"}
FILLED = {9: SHARED[9].replace(b"/FT/Tx", b"/FT/Tx/V(9,000)"), 41: appearance(b"9,000")}


@pytest.mark.parametrize("more", [{41: FILLED[41]}, {46: b"<</N 120 0 R>>", 120: FILLED[41], 41: OBJECTS[41]}])
def test_an_appearance_that_a_remark_shows_too_is_not_filled_in(more):
    remark = OBJECTS[44].replace(b"/AP<</N 45 0 R>>", b"/AP 46 0 R")
    signed = sign(base({**SHARED, 44: remark}))
    assert "modified_after_signing" in kinds(after_first(update(signed, {**FILLED, **more})))
    assert kinds(after_first(update(sign(base(SHARED)), {**FILLED, **more}))) == []


def test_a_field_that_shows_the_appearance_of_another_shows_something_else_than_its_value():
    other = OBJECTS[13].replace(b"/T(choice)", b"/T(choice)/AP 46 0 R")
    signed = sign(base({**SHARED, 13: other}))
    assert kinds(after_first(update(signed, FILLED))) == ["field_value_appearance_mismatch"]
