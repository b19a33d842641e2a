"""What may be done behind a signature is recognised, listed, and nothing is said against it."""

import pytest

from tests.pdf.writer import last_startxref, part, stream, with_xref_stream
from tests.validation.changes.signed_files import (
    OBJECTS,
    TRAILER,
    XMP,
    after_first,
    appearance,
    base,
    done,
    kinds,
    sign,
    update,
)

SIGNED = sign(base())
P3 = b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P %d/V/1.2>>>>]"
CATALOG = OBJECTS[1]
FORM = b"<</Fields[9 0 R 10 0 R 11 0 R 12 0 R 100 0 R]/DR<</Font<</F1 31 0 R>>>>/DA(/F1 10 Tf 0 g)/SigFlags 3>>"
PAGE = (
    b"<</Type/Page/Parent 2 0 R/Contents 20 0 R/Annots[9 0 R 10 0 R 11 0 R 13 0 R 40 0 R 100 0 R%s]/StructParents 0>>"
)
STORE = b"<</Type/DSS/Certs[111 0 R]/OCSPs[112 0 R]/CRLs[113 0 R]/VRI<</AB<</Cert[111 0 R]/TU(D:2026)/CRL 114 0 R>>>>>>"
STORED = {111: stream(b"c"), 112: stream(b"o"), 113: stream(b"r"), 114: b"[113 0 R]"}


def catalog(entries: bytes) -> bytes:
    return CATALOG[:-2] + entries + b">>"


def filled(value: bytes, shown: bytes | None = None) -> dict[int, bytes]:
    entries = b"/V(%s)/AP<</N 120 0 R>>" % value
    return {9: OBJECTS[9].replace(b"/AP<</N 41 0 R>>", entries), 120: appearance(value if shown is None else shown)}


def test_a_signature_over_the_whole_file_has_nothing_behind_it():
    changes = after_first(SIGNED)
    assert changes.covers_whole_file
    assert done(changes) == []
    assert changes.findings == ()
    assert after_first(SIGNED + b"\n\n").covers_whole_file


PERMITTED = {
    "a store": ({1: catalog(b"/DSS 110 0 R"), 110: STORE, **STORED}, "security_store"),
    "a store in the catalog": ({1: catalog(b"/DSS" + STORE), **STORED}, "security_store"),
    "metadata": ({7: stream(XMP % (b"2026-02-02", b"Contract"), b"/Type/Metadata/Subtype/XML")}, "metadata"),
    "another metadata stream": (
        {1: CATALOG.replace(b"/Metadata 7", b"/Metadata 115"), 115: stream(XMP % (b"2026-02-02", b"Contract"))},
        "metadata",
    ),
    "information": ({6: b"<</Title(Contract)/ModDate(D:20260202)/Producer(b)>>"}, "metadata"),
    "a version": ({1: catalog(b"/Version/2.0")}, "extension"),
    "an extension": ({1: catalog(b"/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>")}, "extension"),
    "text": (filled(b"Deliver to the back door"), "form_filling"),
    "text with umlauts": (filled(b"\xe4\xf6\xfc 12 \xa0", b"\xe4\xf6\xfc 12 \x80"), "form_filling"),
    "text without appearance": ({9: OBJECTS[9].replace(b"/AP<</N 41 0 R>>", b"/V(x)")}, "form_filling"),
    "an overwritten appearance": (
        {9: OBJECTS[9].replace(b"/DA", b"/V(abc)/DA"), 41: appearance(b"abc")},
        "form_filling",
    ),
    "text in another size": (
        {**filled(b"x"), 9: filled(b"x")[9].replace(b"/F1 10 Tf", b"/F1 8 Tf")},
        "form_filling",
    ),
    "another identifier": ({6: OBJECTS[6].replace(b"20260101", b"20260202")}, "metadata"),
    "a checked box": ({10: OBJECTS[10].replace(b"/AS/Off/V/Off", b"/AS/Yes/V/Yes")}, "form_filling"),
    "a choice": (
        {13: OBJECTS[13].replace(b"/Opt", b"/V(2)/AP<</N 121 0 R>>/Opt"), 121: appearance(b"two")},
        "form_filling",
    ),
    "nothing that anybody shows": ({130: b"<</Junk 1>>"}, "unused"),
    "the dormant object again": ({90: OBJECTS[90] + b"%"}, "unused"),
}


@pytest.mark.parametrize("name", PERMITTED)
def test_a_permitted_change_is_listed(name):
    objects, kind = PERMITTED[name]
    if name == "the dormant object again":
        objects = {90: stream(b"other")}
    trailer = TRAILER.replace(b"<02>", b"<07>") if name == "another identifier" else TRAILER
    changes = after_first(update(SIGNED, objects, trailer=trailer))
    assert kinds(changes) == []
    assert done(changes) == [(kind, True)]
    assert not changes.covers_whole_file


@pytest.mark.parametrize("numbers", [(), (2, 20, 30, 40, 71)])
def test_an_update_without_objects_or_with_unchanged_ones_is_listed_as_such(numbers):
    changes = after_first(update(SIGNED, {number: OBJECTS[number] for number in numbers}))
    assert (kinds(changes), done(changes)) == ([], [("empty_update", True)])
    certified = sign(base(), entries=P3 % 1)
    assert done(after_first(update(certified, {}))) == [("empty_update", True)]


IDENTIFIERS = {
    "brought up to date": (b"/ID[<01><07>]", "the file's identifier was brought up to date"),
    "exchanged": (b"/ID[<07><02>]", "the file's identifier was exchanged or removed"),
    "removed": (b"", "the file's identifier was exchanged or removed"),
    "of one half": (b"/ID[<01>]", "the file's identifier was exchanged or removed"),
    "no strings": (b"/ID[1 2]", "the file's identifier was exchanged or removed"),
}


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_14_4_another_identifier_is_listed(name):
    entry, what = IDENTIFIERS[name]
    changes = after_first(update(SIGNED, {}, trailer=b"/Root 1 0 R/Info 6 0 R" + entry))
    assert kinds(changes) == []
    assert [(change.kind.value, change.permitted, change.what) for change in changes.changes] == [
        ("identifier", True, what)
    ]


def test_14_4_an_identifier_that_leads_to_content_is_none():
    trailer = TRAILER.replace(b"[<01><02>]", b"[<01><02> 130 0 R]")
    assert "modified_after_signing" in kinds(after_first(update(SIGNED, {130: stream(b"x")}, trailer=trailer)))


def test_private_entries_of_the_trailer_are_listed():
    changes = after_first(update(SIGNED, {}, trailer=TRAILER + b"/DocChecksum/AB"))
    assert (kinds(changes), done(changes)) == ([], [("unused", True)])


def second(**options) -> bytes:
    return sign(
        SIGNED,
        number=140,
        name=b"Sig2",
        fields=b"9 0 R 10 0 R 11 0 R 12 0 R 100 0 R",
        annotations=b"9 0 R 10 0 R 11 0 R 13 0 R 40 0 R 100 0 R",
        **options,
    )


def test_a_later_signature_and_a_later_timestamp():
    signature = after_first(second())
    assert (done(signature), kinds(signature)) == ([("signature", True)], [])
    stamped = after_first(second(kind=b"/Type/DocTimeStamp/SubFilter/ETSI.RFC3161"))
    assert (done(stamped), kinds(stamped)) == ([("document_timestamp", True)], [])


def test_a_visible_later_signature_beside_the_text_names_its_page():
    visible = b"/Rect[100 90 280 130]/AP<</N 142 0 R>>"
    pdf = second(field=visible, more={142: appearance(b"Signed by")}).replace(
        b"/Rect[0 0 0 0]/P 3 0 R/V 141", b"/P 3 0 R/V 141"
    )
    changes = after_first(close_again(pdf))
    assert kinds(changes) == []
    assert [(change.kind.value, change.page) for change in changes.changes] == [("signature", 1)]


def close_again(pdf: bytes) -> bytes:
    """The offsets behind an edit are of no interest to what stands behind the first signature."""
    cut = pdf[: len(SIGNED)]
    tail = pdf[len(SIGNED) :]
    objects = {}
    for chunk in tail.split(b"endobj\n")[:-1]:
        number, _, body = chunk.partition(b" 0 obj\n")
        objects[int(number)] = body.rstrip(b"\n")
    return update(cut, objects)


def test_an_empty_signature_field_and_signing_it():
    value = b"<</Type/Sig/SubFilter/ETSI.CAdES.detached/Contents<3000>/ByteRange[0 1 2 3]>>"
    signed = {
        11: OBJECTS[11].replace(b"/F 4", b"/F 132/V 150 0 R/AP<</N 151 0 R>>"),
        150: value,
        151: appearance(b"me"),
    }
    changes = after_first(update(SIGNED, signed))
    assert (done(changes), kinds(changes)) == ([("signature", True)], [])
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Later)/Rect[0 0 0 0]/P 3 0 R/F 132>>"
    added = {5: FORM.replace(b"100 0 R]", b"100 0 R 152 0 R]"), 3: PAGE % b" 152 0 R", 152: field}
    changes = after_first(update(SIGNED, added))
    assert (done(changes), kinds(changes)) == ([("signature_field", True)], [])


def test_a_new_field_in_the_tag_tree():
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Later)/Rect[0 0 0 0]/P 3 0 R/F 132/StructParent 1>>"
    added = {
        5: FORM.replace(b"100 0 R]", b"100 0 R 152 0 R]"),
        3: PAGE % b" 152 0 R",
        152: field,
        70: OBJECTS[70].replace(b"NextKey 1", b"NextKey 2"),
        71: OBJECTS[71].replace(b"[73 0 R]", b"[73 0 R 153 0 R]"),
        72: b"<</Nums[0 74 0 R 1 153 0 R]>>",
        153: b"<</Type/StructElem/S/Form/P 71 0 R/Pg 3 0 R/K<</Type/OBJR/Obj 152 0 R/Pg 3 0 R>>>>",
    }
    changes = after_first(update(SIGNED, added))
    assert kinds(changes) == []
    assert set(done(changes)) == {("signature_field", True), ("structure", True)}


def test_the_store_grows_with_each_revision():
    first = update(SIGNED, {1: catalog(b"/DSS 110 0 R"), 110: STORE, **STORED})
    more = STORE.replace(b"[111 0 R]/O", b"[111 0 R 116 0 R]/O")
    changes = after_first(update(first, {110: more, 116: stream(b"another")}))
    assert (done(changes), kinds(changes)) == ([("security_store", True)], [])


@pytest.mark.parametrize(("level", "permitted"), [(1, False), (2, True), (3, True)])
def test_12_8_2_2_filling_in_forms_needs_p_2(level, permitted):
    pdf = sign(base(), entries=P3 % level)
    changes = after_first(update(pdf, filled(b"x")))
    assert done(changes) == [("form_filling", permitted)]
    assert kinds(changes) == ([] if permitted else ["docmdp_violation"])
    changes = after_first(update(pdf, {1: catalog(b"/DSS" + STORE), **STORED}))
    assert (done(changes), kinds(changes)) == ([("security_store", True)], [])


NOTE = b"<</Type/Annot/Subtype/Square/Rect[400 50 420 70]/P 3 0 R/AP<</N 161 0 R>>>>"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [(b"", "modified_after_signing"), (P3 % 2, "docmdp_violation"), (P3 % 3, "permitted_change_annotation")],
)
def test_12_8_2_2_annotations_need_p_3_and_are_told_all_the_same(entries, expected):
    pdf = sign(base(), entries=entries)
    added = {3: PAGE % b" 160 0 R", 160: NOTE, 161: appearance(b"a")}
    removed = {23: b"[]"}
    changed = {44: OBJECTS[44].replace(b"a remark", b"another")}
    for objects in (added, removed, changed):
        changes = after_first(update(pdf, objects))
        assert done(changes) == [("annotation", expected.startswith("permitted"))]
        assert kinds(changes) == [expected]


FIELD_MDP = (
    b"/Reference[<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Type/TransformParams/Action/%s%s/V/1.2>>>>]"
)


@pytest.mark.parametrize(
    ("lock", "locked"),
    [
        (FIELD_MDP % (b"All", b""), True),
        (FIELD_MDP % (b"Include", b"/Fields[(amount)]"), True),
        (FIELD_MDP % (b"Include", b"/Fields[(agreed)]"), False),
        (FIELD_MDP % (b"Exclude", b"/Fields[(amount)]"), False),
        (FIELD_MDP % (b"Exclude", b"/Fields[(agreed)]"), True),
    ],
)
def test_12_8_2_4_locked_fields_stay_as_they_are(lock, locked):
    changes = after_first(update(sign(base(), entries=lock), filled(b"x")))
    assert kinds(changes) == (["fieldmdp_violation"] if locked else [])
    assert done(changes) == [("form_filling", not locked)]


@pytest.mark.parametrize("action", [b"/Action/All", b"/Action/Include/Fields[(group)]"])
def test_12_7_5_5_the_lock_of_the_signature_field_counts_too(action):
    pdf = sign(base(), field=b"/Lock<</Type/SigFieldLock%s>>" % action)
    chosen = {13: OBJECTS[13].replace(b"/Opt", b"/V(2)/AP<</N 121 0 R>>/Opt"), 121: appearance(b"two")}
    assert kinds(after_first(update(pdf, chosen))) == ["fieldmdp_violation"]


def test_12_7_5_5_the_lock_may_forbid_everything_afterwards():
    pdf = sign(base(), field=b"/Lock<</Type/SigFieldLock/Action/Include/Fields[]/P 1>>")
    assert kinds(after_first(update(pdf, filled(b"x")))) == ["docmdp_violation"]


def test_a_lock_that_cannot_be_understood_locks_everything():
    pdf = sign(base(), entries=FIELD_MDP % (b"Perhaps", b""))
    assert kinds(after_first(update(pdf, filled(b"x")))) == ["fieldmdp_violation", "signature_dictionary_inconsistent"]


def test_resources_of_the_form_become_more():
    form = FORM.replace(b"<</Font<</F1 31 0 R>>>>", b" 96 0 R")
    signed = sign(base(), more={5: form, 96: b"<</Font 97 0 R>>", 97: b"<</F1 31 0 R>>"})
    more = {97: b"<</F1 31 0 R/F3 150 0 R>>", 150: OBJECTS[31], 96: b"<</Font 97 0 R/Private 1/XObject<<>>>>"}
    assert kinds(after_first(update(signed, more))) == []
    exchanged = after_first(update(signed, {97: b"<</F1 33 0 R>>"}))
    assert [finding.what for finding in exchanged.findings] == ["the fonts of the form were exchanged"]


def test_private_entries_of_the_trailer_that_writers_renumber_are_harmless():
    private = TRAILER + b"/AdditionalStreams[/a %d 0 R]"
    signed = update(SIGNED, {6: OBJECTS[6]}, trailer=private % 150)
    kept = update(signed, {1: catalog(b"/DSS 150 0 R"), 150: STORE, **STORED}, trailer=private % 160)
    assert kinds(after_first(kept)) == []
    leads = update(signed, {150: stream(b"another document")}, trailer=private % 150)
    assert kinds(after_first(leads)) == ["modified_after_signing"]


def test_values_taken_out_of_the_store_are_told():
    first = update(SIGNED, {1: catalog(b"/DSS 110 0 R"), 110: STORE, **STORED})
    changes = after_first(update(first, {110: b"<</Certs[111 0 R]>>"}))
    assert kinds(changes) == []
    assert changes.changes[-1].what == "values were taken out of the security store"
    same_values = update(
        first,
        {
            110: b"<</Certs[170 0 R]/OCSPs[171 0 R]/CRLs[172 0 R]>>",
            170: stream(b"c"),
            171: stream(b"o"),
            172: stream(b"r"),
        },
    )
    assert {change.what for change in after_first(same_values).changes} == {
        "certificates and revocation data were added for later checks"
    }


def test_hybrid_files_of_a_word_processor_are_no_matter_below_the_signature():
    hidden = with_xref_stream({}, {}, number=98, trailer=TRAILER, base=base())
    hidden = hidden[: hidden.rindex(b"startxref")]
    at = hidden.rindex(b"98 0 obj")
    hybrid = hidden + part(
        {6: OBJECTS[6]}, len(hidden), size=100, previous=last_startxref(base()), trailer=TRAILER + b"/XRefStm %d" % at
    )
    signed = sign(hybrid)
    assert kinds(after_first(signed)) == []
    later = update(signed, {6: OBJECTS[6].replace(b"20260101", b"20260303"), 1: catalog(b"/Version/2.0")})
    assert kinds(after_first(later)) == []
