"""What is appended behind a signature: our own additions are released; whatever another library refuses is refused."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel

from esign.pades import add_document_security_store, embed, prepare_document_timestamp
from esign.pades.document import Document
from esign.pades.revision import Revision, as_reference, pointer, serialise, stream, with_entries, with_items
from esign.validation import ReleaseExpectation, TrustAnchors, check_release
from esign.validation.changes import Analysis, open_file
from esign.validation.promised import BEFORE, OWN

PICTURE = stream(b"", b"0 0 500 500 re f")


def signed_end(walk) -> int:
    return walk.prepared.byte_range[2] + walk.prepared.byte_range[3]


def level(result) -> ModificationLevel:
    return result.modification_level if isinstance(result, DiffResult) else ModificationLevel.OTHER


def judged(policy, walk, pdf: bytes) -> ModificationLevel:
    signed_revision = walk.prepared.data.count(b"%%EOF") - 1
    try:
        return level(policy.review_file(Document(pdf).reader, signed_revision))
    except Exception:
        return ModificationLevel.OTHER


def ours(walk, pdf: bytes) -> ModificationLevel:
    """Return what our own analysis makes of it, in the library's words; what is not permitted to us is *other*."""
    analysis = Analysis(open_file(pdf))
    signature, *more = (found for found in analysis.signatures if found.end == signed_end(walk))
    if more:
        return ModificationLevel.OTHER
    behind = analysis.after(signature)
    said = {change.kind for change in behind.changes}
    if behind.findings or not said <= BEFORE:
        return ModificationLevel.OTHER
    return ModificationLevel.LTA_UPDATES if said <= OWN else ModificationLevel.FORM_FILLING


def library(walk, pdf: bytes) -> ModificationLevel:
    return judged(DEFAULT_DIFF_POLICY, walk, pdf)


def kinds(walk, pdf: bytes) -> set[str]:
    expected = ReleaseExpectation(
        field="Signatory",
        byte_range=walk.prepared.byte_range,
        document_digest=walk.prepared.digest,
        attributes=walk.attributes,
        evidence=walk.evidence,
        certificate=walk.signer.der,
        level=1,
    )
    trust = TrustAnchors(certificates=(walk.world.root.der,))
    report = check_release(pdf, expected=expected, trust=trust, at=walk.world.now)
    assert report.passed is (not report.findings)
    return {finding.kind.value for finding in report.findings}


def stamped(walk, pdf: bytes) -> bytes:
    prepared = prepare_document_timestamp(pdf)
    return embed(prepared, walk.world.stamp(prepared.digest))


def appended(pdf: bytes, change) -> bytes:
    document = Document(pdf)
    revision = Revision(document)
    change(document, revision)
    return revision.write()[0]


def test_what_this_product_appends_is_recognised(walked):
    assert ours(walked, walked.finished) is ModificationLevel.LTA_UPDATES
    assert library(walked, walked.finished) is ModificationLevel.LTA_UPDATES


def test_a_further_signature_with_its_store_and_timestamp_is_recognised_too(small, walked):
    second = small.walk(walked.world, base=walked.stored, field_name="Second", box=(300.0, 90.0, 500.0, 150.0))
    assert second.finished.count(b"%%EOF") == 6
    assert ours(walked, second.finished) is ModificationLevel.FORM_FILLING
    assert ours(second, second.finished) is ModificationLevel.LTA_UPDATES
    assert library(walked, second.finished) is ModificationLevel.FORM_FILLING
    assert library(second, second.finished) is ModificationLevel.LTA_UPDATES


def test_a_further_signature_that_does_more_is_not_recognised(small, walked):
    base = appended(walked.stored, form_resources)
    second = small.walk(walked.world, base=base, field_name="Second", box=(300.0, 90.0, 500.0, 150.0))
    assert ours(walked, second.finished) >= library(walked, second.finished)


def form_resources(document, revision):
    form = document.root.raw_get("/AcroForm")
    revision.put(form, with_entries(form.get_object(), {"/DR": b"<</Font<<>>>>", "/NeedAppearances": b"true"}))


def store_shortened(document, revision):
    store = document.root.raw_get("/DSS")
    revision.put(store, b"<</Type/DSS/Certs[]>>")


def store_with_other_values(document, revision):
    store = document.root.raw_get("/DSS")
    other = pointer(revision.new(stream(b"", b"another")))
    revision.put(store, with_entries(store.get_object(), {"/CRLs": b"[%s]" % other}))


@pytest.mark.parametrize("change", [store_shortened, store_with_other_values])
def test_a_store_that_loses_values_is_not_recognised(small, walked, change):
    second = small.walk(walked.world, base=walked.stored, field_name="Second", box=(300.0, 90.0, 500.0, 150.0))
    pdf = appended(second.signed, change)
    assert ours(second, pdf) >= library(second, pdf)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.replace(b"/Contents", b"/Reference[<</TransformMethod/DocMDP>>]/Contents"),
        lambda v: v.replace(b"/Contents", b"/Prop_Build<</App<</Name/x>>>>/Contents"),
    ],
)
def test_a_further_signature_with_unusual_entries_is_not_recognised(walked, change):
    visible = {
        "change_widget": lambda w: w.replace(b"/Rect[0 0 0 0]", b"/Rect[300 90 500 150]"),
        "change_value": lambda v: v.replace(b"/Type/DocTimeStamp", b"/Type/Sig"),
    }
    assert ours(walked, timestamp_changed(walked, **visible)) is ModificationLevel.FORM_FILLING
    value = visible.pop("change_value")
    pdf = timestamp_changed(walked, **visible, change_value=lambda v: change(value(v)))
    assert ours(walked, pdf) >= library(walked, pdf)


def page(document):
    return document.page(2)


def content_replaced(document, revision):
    place = page(document)
    revision.put(place.reference, with_entries(place.dictionary, {"/Contents": pointer(revision.new(PICTURE))}))


def content_stream_overwritten(document, revision):
    contents = page(document).dictionary.raw_get("/Contents")
    revision.put(contents, PICTURE)


def page_cropped(document, revision):
    place = page(document)
    revision.put(place.reference, with_entries(place.dictionary, {"/CropBox": b"[0 0 1 1]"}))


def annotation_put_first(document, revision):
    place = page(document)
    note = revision.new(b"<</Type/Annot/Subtype/FreeText/Rect[0 0 500 500]/Contents(0 EUR)>>")
    items = [pointer(note), *(serialise(item) for item in place.dictionary["/Annots"].iterate())]
    revision.put(place.reference, with_entries(place.dictionary, {"/Annots": b"[" + b" ".join(items) + b"]"}))


def annotation_removed(document, revision):
    place = page(document)
    revision.put(place.reference, with_entries(place.dictionary, {"/Annots": b"[]"}))


def own_signature_replaced(document, revision):
    field = document.fields()[0].dictionary
    revision.put(field.raw_get("/V"), with_entries(field["/V"], {"/Name": b"(Somebody else)"}))


def appearance_replaced(document, revision):
    field = document.fields()[0].dictionary
    revision.put(field["/AP"].raw_get("/N"), PICTURE)


def own_field_moved(document, revision):
    fields = document.root["/AcroForm"].raw_get("/Fields")
    reference = fields.raw_get(0)
    revision.put(reference, with_entries(reference.get_object(), {"/Rect": b"[0 0 500 500]"}))


def open_action(document, revision):
    root = with_entries(document.root, {"/OpenAction": b"<</S/JavaScript/JS(1)>>"})
    revision.put(document.reader.root_ref, root)


def language_changed(document, revision):
    revision.put(document.reader.root_ref, with_entries(document.root, {"/Lang": b"(en)"}))


def layers_added(document, revision):
    layer = revision.new(b"<</Type/OCG/Name(x)>>")
    layers = b"<</OCGs[%s]/D<</OFF[%s]>>>>" % (pointer(layer), pointer(layer))
    revision.put(document.reader.root_ref, with_entries(document.root, {"/OCProperties": layers}))


def attachment_replaced(document, revision):
    specification = document.root["/AF"][0]
    revision.put(specification["/EF"].raw_get("/F"), stream(b"/Type/EmbeddedFile", b"{}"))


def tag_tree_changed(document, revision):
    tree = document.root.raw_get("/StructTreeRoot")
    revision.put(tree, with_entries(tree.get_object(), {"/RoleMap": b"<</P/Artifact>>"}))


def store_with_a_stranger(document, revision):
    store = revision.new(b"<</Type/DSS/Certs[]/Junk 1>>")
    revision.put(document.reader.root_ref, with_entries(document.root, {"/DSS": pointer(store)}))


def store_of_the_page(document, revision):
    contents = page(document).dictionary.raw_get("/Contents")
    revision.put(contents, PICTURE)
    store = revision.new(b"<</Type/DSS/Certs[%s]>>" % pointer(contents))
    revision.put(document.reader.root_ref, with_entries(document.root, {"/DSS": pointer(store)}))


CHANGES = (
    content_replaced,
    content_stream_overwritten,
    page_cropped,
    annotation_put_first,
    annotation_removed,
    own_signature_replaced,
    appearance_replaced,
    own_field_moved,
    open_action,
    language_changed,
    layers_added,
    attachment_replaced,
    tag_tree_changed,
    store_with_a_stranger,
    store_of_the_page,
)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("where", ["before the store", "with the store", "behind the store"])
def test_every_change_slipped_in_below_the_timestamp_is_refused(walked, change, where):
    store = {"certificates": (walked.signer.der,), "crls": (), "ocsp_responses": ()}
    if where == "behind the store":
        pdf = appended(walked.stored, change)
    elif where == "before the store":
        pdf = appended(walked.signed, change)
        if "/DSS" not in Document(pdf).root:
            pdf = add_document_security_store(pdf, **store)
    else:

        def both(document, revision):
            change(document, revision)
            written = dict(revision._objects)
            root = as_reference(document.reader.root_ref)
            if root not in written:
                kept = revision.new(b"<</Type/DSS>>")
                revision.put(root, with_entries(document.root, {"/DSS": pointer(kept)}))

        pdf = appended(walked.signed, both)
    assert ours(walked, pdf) >= library(walked, pdf) > ModificationLevel.LTA_UPDATES
    assert kinds(walked, stamped(walked, pdf)) & {"modified_after_signing", "format_failure"}


def timestamp_changed(walk, change_widget=lambda w: w, change_value=lambda v: v, extra=lambda d, r, w: None) -> bytes:
    """Return the stored document with a document timestamp field that is a little different."""

    def add(document, revision):
        place = page(document)
        widget, value = revision.new(), revision.new()
        revision.put(
            widget,
            change_widget(
                b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Stamp)/F 132/Rect[0 0 0 0]/P %s/V %s>>"
                % (pointer(place.reference), pointer(value))
            ),
        )
        body = b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange[0 1 2 3]/Contents<30>>>"
        revision.put(value, change_value(body))
        form = document.root.raw_get("/AcroForm")
        fields = with_items(form.get_object()["/Fields"], pointer(widget))
        revision.put(form, with_entries(form.get_object(), {"/Fields": fields}))
        annotations = with_items(place.dictionary["/Annots"], pointer(widget))
        revision.put(place.reference, with_entries(place.dictionary, {"/Annots": annotations}))
        extra(document, revision, widget)

    return appended(walk.stored, add)


def test_a_timestamp_field_of_this_shape_is_recognised(walked):
    assert ours(walked, timestamp_changed(walked)) is ModificationLevel.LTA_UPDATES


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.replace(b"/Rect[0 0 0 0]", b"/Rect[0 0 500 500]"),
        lambda w: w.replace(b"/Rect[0 0 0 0]", b"/Rect[0 0 0 0]/AP<</N 900 0 R>>"),
        lambda w: w.replace(b"/F 132", b"/F 132/A<</S/URI/URI(https://x.example)>>"),
        lambda w: w.replace(b"/F 132", b"/F 132/AA<</E<</S/JavaScript/JS(1)>>>>"),
        lambda w: w.replace(b"/T(Stamp)", b"/T(Signatory)"),
        lambda w: w.replace(b"/T(Stamp)", b"/T(a.b)"),
        lambda w: w.replace(b"/FT/Sig", b"/FT/Tx"),
        lambda w: w.replace(b"/Subtype/Widget", b"/Subtype/FreeText"),
        lambda w: w.replace(b"/FT/Sig", b"/FT/Sig/Kids[]"),
    ],
)
def test_a_timestamp_field_with_anything_else_is_not_recognised(walked, change):
    pdf = timestamp_changed(walked, change_widget=change)
    assert ours(walked, pdf) >= library(walked, pdf)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.replace(b"/Contents", b"/Name(x)/Contents"),
        lambda v: v.replace(b"/Contents", b"/Reference[<</TransformMethod/DocMDP>>]/Contents"),
        lambda v: v.replace(b"ETSI.RFC3161", b"adbe.pkcs7.detached"),
    ],
)
def test_a_timestamp_dictionary_with_anything_else_is_not_recognised(walked, change):
    pdf = timestamp_changed(walked, change_value=change)
    assert ours(walked, pdf) >= library(walked, pdf)


def test_an_object_that_nothing_leads_to_is_not_recognised(walked):
    pdf = timestamp_changed(walked, extra=lambda _, revision, __: revision.new(PICTURE))
    assert ours(walked, pdf) >= library(walked, pdf)


def test_a_widget_on_another_page_than_it_says_is_not_recognised(walked):
    def elsewhere(document, revision, widget):
        other = document.page(0)
        revision.put(other.reference, with_entries(other.dictionary, {"/Annots": b"[" + pointer(widget) + b"]"}))

    pdf = timestamp_changed(walked, extra=elsewhere)
    assert ours(walked, pdf) >= library(walked, pdf)


def drawn(small, change) -> bytes:
    return appended(small.draft(), change)


def second_content(revision, document, reference: bytes) -> None:
    place = document.page(0)
    contents = serialise(place.dictionary.raw_get("/Contents"))
    revision.put(place.reference, with_entries(place.dictionary, {"/Contents": b"[%s %s]" % (contents, reference)}))


def borrowed_from_behind(small):
    """A draft whose page shows a stream at an offset far behind it; the stream is appended after signing."""
    offset = 200_000
    number = {}

    def promise(document, revision):
        mark = revision.new(b"(promised)")
        number["is"] = mark[0]
        second_content(revision, document, pointer(mark))

    base = drawn(small, promise)
    at = base.rindex(b"%d 0 obj\n(promised)" % number["is"])
    base = base.replace(b"%010d 00000 n" % at, b"%010d 00000 n" % offset)
    walk = small.walk(base=base)
    tail = walk.stored[walk.stored.rindex(b"startxref") :]
    filler = b"\n" * (offset - len(walk.stored))
    return walk, walk.stored + filler + b"%d 0 obj\n%s\nendobj\n" % (number["is"], PICTURE) + tail


def longer_than_the_signed_bytes(small):
    """A draft whose page shows a stream that claims to end far behind it; its rest is appended after signing."""
    end = 200_000
    length = {}

    def promise(document, revision):
        mark = revision.new(stream(b"/Pad(0000000000)", b"0 0 500 500 re f %"))
        length["of"] = mark
        second_content(revision, document, pointer(mark))

    base = drawn(small, promise)
    start = base.rindex(b"stream\n0 0 500 500 re f") + len(b"stream\n")
    told = re.compile(rb"/Pad\(0000000000\)/Length \d+")
    fixed = told.sub(lambda m: (b"/Length %d" % (end - start)).ljust(len(m[0])), base)
    assert len(fixed) == len(base)
    walk = small.walk(base=fixed)
    tail = walk.stored[walk.stored.rindex(b"startxref") :]
    return walk, walk.stored.ljust(end, b"\n") + b"\nendstream\nendobj\n" + tail


@pytest.mark.parametrize("attack", [borrowed_from_behind, longer_than_the_signed_bytes])
def test_content_that_stands_behind_the_signed_bytes_is_refused_although_the_library_passes_it(small, attack):
    walk, pdf = attack(small)
    finished = stamped(walk, pdf)
    assert library(walk, finished) is ModificationLevel.LTA_UPDATES
    assert ours(walk, finished) is ModificationLevel.OTHER
    assert kinds(walk, finished) == {"uncovered_bytes"}


def test_a_reference_into_the_future_is_refused(small):
    """The signed page refers to an object that does not exist; it is appended after signing."""
    walk = small.walk(base=drawn(small, lambda d, r: second_content(r, d, b"900 0 R")))

    def define(_, revision):
        revision._next = 901
        revision.put((900, 0), PICTURE)

    finished = stamped(walk, appended(walk.stored, define))
    assert ours(walk, finished) is ModificationLevel.OTHER
    assert kinds(walk, finished) == {"modified_after_signing"}


def test_a_draft_with_streams_of_indirect_length_is_released(small):
    def indirect(document, revision):
        length = revision.new(b"16")
        content = revision.new(b"<</Length %s>>\nstream\n0 0 500 500 re f\nendstream" % pointer(length))
        second_content(revision, document, pointer(content))

    walk = small.walk(base=drawn(small, indirect))
    assert ours(walk, walk.finished) is ModificationLevel.LTA_UPDATES
    assert kinds(walk, walk.finished) == set()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_object_overwritten_below_the_timestamp_is_at_least_as_bad_as_for_the_library(walked, data):
    document = Document(walked.stored)
    numbers = sorted(
        {(r.idnum, r.generation) for n in (0, 1) for r in document.reader.xrefs.explicit_refs_in_revision(n)}
    )
    number = data.draw(st.sampled_from(numbers))
    other = data.draw(st.sampled_from(numbers))
    body = data.draw(st.sampled_from([b"null", b"<<>>", b"[]", PICTURE, pointer(other)]))
    pdf = appended(walked.stored, lambda _, revision: revision.put(number, body))
    assert ours(walked, pdf) >= library(walked, pdf)
