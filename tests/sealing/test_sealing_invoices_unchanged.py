"""After sealing the e-invoice is the same to the byte and the document is what it declared; whatever else is found."""

import io
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from esign.pades import prepare
from esign.sealing import Sealer, SealProfile, VisibleSeal, sealer
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.invoices import InvoiceChanged, read_invoice, render_xrechnung, unchanged, unchanged_files
from tests.pades import small_world
from tests.sealing import invoice_samples as samples
from tests.sealing.helpers.levels_world import LEVELS, LevelsWorld
from tests.sealing.invoice_samples import Paper
from tests.sealing.sealing_documents import DOCUMENTS, NOT_BY_LIBRARY, document
from tests.sealing.sealing_worlds import PROFILE, seal_key

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
DOCUMENT = samples.invoice_pdf()
VISIBLE = replace(PROFILE, visible=VisibleSeal(box=(20, 20, 180, 60), picture=small_world.picture()))
CORPUS = Path(os.environ.get("ESIGN_CORPUS", "")) / "invoice"


def closed(*_arguments, **_options):
    raise Unusual("for this test")


def sealed_tail(document):
    return Sealer(seal_key(), PROFILE).seal(document, claimed_at=AT).tail


def picture(mode="RGB"):
    stream = io.BytesIO()
    Image.new(mode, (60, 20), "white").save(stream, "PNG")
    return stream.getvalue()


def packed(document):
    """The same document with object streams and a cross-reference stream."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as opened:
        opened.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate, preserve_pdfa=True)
    return stream.getvalue()


def update(document, objects, *, trailer=b"", root=None, previous=None):
    """An incremental update by hand: object numbers and bodies."""
    size = max(int(re.findall(rb"/Size (\d+)", document)[-1]), max(objects) + 1)
    catalog = root or re.findall(rb"/Root (\d+ 0 R)", document)[-1]
    before = previous if previous is not None else int(re.findall(rb"startxref\n(\d+)", document)[-1])
    out, rows = b"", b""
    for number, body in sorted(objects.items()):
        rows += b"%d 1\n%010d 00000 n \n" % (number, len(document) + len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    identifier = b"/ID[<00112233445566778899aabbccddeeff><ff>]"
    place = len(document) + len(out)
    if b"/ID" in trailer:
        identifier = b""
    return out + b"xref\n%btrailer\n<</Size %d/Root %b/Prev %d%b%b>>\nstartxref\n%d\n%%%%EOF\n" % (
        rows, size, catalog, before, identifier, trailer, place,
    )  # fmt: skip


def numbered(document, pattern):
    """Number and body of the object in a plain document that a pattern is found in."""
    for number, body in re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", document, re.DOTALL):
        if re.search(pattern, body):
            return int(number), body
    raise AssertionError(pattern)


def reason(document, tail, check=unchanged):
    with pytest.raises(InvoiceChanged) as caught:
        check(document, tail)
    return caught.value.facts["reason"]


CATALOG = numbered(DOCUMENT, rb"/Type/Catalog")
PAGE = numbered(DOCUMENT, rb"/Type/Page/")
SPEC = numbered(DOCUMENT, rb"/Filespec")
NEW = 90
TAIL = Sealer(seal_key(), PROFILE).seal(DOCUMENT, claimed_at=AT).tail
PIECES = [
    b"",
    b"/AF[]",
    b"/JS(1)",
    b"%d 0 R" % SPEC[0],
    b"%d 0 obj" % SPEC[0],
    b"/Names",
    b"<<",
    b">>",
    b"0 ",
    b"stream",
]


@pytest.mark.parametrize("profile", ["MINIMUM", "EN 16931", "XRECHNUNG"])
@pytest.mark.parametrize("form", ["plain", "packed"])
def test_a_seal_changes_nothing_of_an_invoice(profile, form):
    document = samples.invoice_pdf(profile)
    document = packed(document) if form == "packed" else document
    tail = sealed_tail(document)
    unchanged(document, tail)
    unchanged_files(document, tail)
    assert read_invoice(document + tail).xml == read_invoice(document).xml


@pytest.mark.parametrize("way", ["as it comes", "library"])
@pytest.mark.parametrize("look", [PROFILE, VISIBLE], ids=["invisible", "visible"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_whatever_a_document_is_made_like_its_seal_is_found_to_be_one(name, look, way, monkeypatch):
    if way == "library":
        if name in NOT_BY_LIBRARY:
            pytest.skip("the library does not read it")
        monkeypatch.setattr(sealer, "enter_field", closed)
    before = document(name)
    tail = Sealer(seal_key(), look).seal(before, claimed_at=AT).tail
    unchanged(before, tail)
    unchanged_files(before, tail)


def test_archive_levels_on_top_of_each_other_change_nothing():
    before = samples.invoice_pdf()
    with LevelsWorld().open() as world:
        once = world.seal(before, "B-LTA")
        twice = world.seal(once, "B-LTA")
    unchanged(before, once[len(before) :])
    unchanged(once, twice[len(once) :])
    unchanged(before, twice[len(before) :])


@pytest.mark.parametrize("form", ["plain", "packed", "signed"])
@pytest.mark.parametrize("level", LEVELS)
def test_timestamps_and_long_term_material_change_nothing_of_an_invoice(level, form):
    document = samples.invoice_pdf("XRECHNUNG")
    if form != "plain":
        document = packed(document) if form == "packed" else document + sealed_tail(document)
    with LevelsWorld().open() as world:
        tail = world.seal(document, level)[len(document) :]
    unchanged(document, tail)
    unchanged_files(document, tail)


def test_a_second_seal_changes_nothing_either():
    once = DOCUMENT + sealed_tail(DOCUMENT)
    unchanged(once, sealed_tail(once))


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_a_visible_seal_on_a_tagged_document_changes_nothing_else(mode):
    document = render_xrechnung(samples.cii("XRECHNUNG"), at=AT)
    sealed = prepare(
        document, field="Siegel", page=0, box=(60, 60, 240, 120), appearance=picture(mode), name="Muster GmbH",
        reason="", claimed_at=AT,
    ).data  # fmt: skip
    unchanged(document, sealed[len(document) :])
    unchanged_files(document, sealed[len(document) :])


def test_a_document_without_invoice_or_metadata_may_be_sealed_too():
    document = Paper(pdfa="", namespace=None).pdf()
    unchanged(document, sealed_tail(document))


@pytest.mark.parametrize(
    ("objects", "found"),
    [
        ({CATALOG[0]: CATALOG[1].replace(b"/Names", b"/Nomes")}, "object"),
        ({CATALOG[0]: CATALOG[1].replace(b"/AF[", b"/AFF[")}, "object"),
        ({CATALOG[0]: CATALOG[1].replace(b"/Metadata", b"/Metadat")}, "object"),
        ({CATALOG[0]: CATALOG[1].replace(b"/OutputIntents", b"/OutputIntent")}, "object"),
        ({CATALOG[0]: CATALOG[1].replace(b"<<", b"<</Version/2.0", 1)}, "object"),
        ({CATALOG[0]: CATALOG[1].replace(b"<<", b"<</OpenAction 5 0 R", 1)}, "object"),
        ({CATALOG[0]: CATALOG[1].replace(b"<<", b"<</AA<<>>", 1)}, "object"),
        ({CATALOG[0]: CATALOG[1].replace(b"<<", b"<</AcroForm<</Fields[]/XFA 5 0 R>>", 1)}, "object"),
        ({PAGE[0]: PAGE[1].replace(b"595", b"500")}, "object"),
        ({PAGE[0]: PAGE[1].replace(b"<<", b"<</AA<<>>", 1)}, "object"),
        ({PAGE[0]: PAGE[1].replace(b"<<", b"<</Group<</S/Transparency>>", 1)}, "object"),
        ({SPEC[0]: SPEC[1].replace(b"/Alternative", b"/Data")}, "object"),
        ({numbered(DOCUMENT, rb"/Type/EmbeddedFile")[0]: b"<</Length 1>>\nstream\nx\nendstream"}, "object"),
        ({numbered(DOCUMENT, rb"/Subtype/XML")[0]: b"<</Length 1>>\nstream\nx\nendstream"}, "object"),
        ({NEW: b"<</S/JavaScript/JS(app.alert(1))>>"}, "active"),
        ({NEW: b"<</Type/Action/S/Launch/F(x)>>"}, "active"),
        ({NEW: b"<</Type/Annot/Subtype/Widget/F 4/Rect[0 0 0 0]/A 5 0 R>>"}, "active"),
        ({NEW: b"<</Type/Annot/Subtype/Widget/F 4/Rect[0 0 0 0]/AA<<>>>>"}, "active"),
        ({NEW: b"<</Type/Filespec/F(x.xml)>>"}, "active"),
        ({NEW: b"<</Fields[]/NeedAppearances true>>"}, "active"),
        ({NEW: b"<</Kids[<</X[<</JS(1)>>]>>]>>"}, "active"),
        ({NEW: b"<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]>>"}, "annotation"),
        ({NEW: b"<</Type/Annot/Subtype/Widget/F 6/Rect[0 0 0 0]>>"}, "annotation"),
        ({NEW: b"<</Type/Annot/Subtype/Widget/F 4/Rect[0 0 9 9]>>"}, "annotation"),
        ({NEW: b"<</Type/XObject/ColorSpace/DeviceCMYK/Length 1>>\nstream\nx\nendstream"}, "colour"),
        ({NEW: b"<</Filter/LZWDecode/Length 1>>\nstream\nx\nendstream"}, "stream"),
        ({NEW: b"<</F(x)/Length 1>>\nstream\nx\nendstream"}, "stream"),
    ],
    ids=range(27),
)  # fmt: skip
def test_each_thing_that_a_seal_may_not_do_is_found(objects, found):
    assert reason(DOCUMENT, update(DOCUMENT, objects)) == found


@pytest.mark.parametrize(
    ("trailer", "root"),
    [(b"/Info 5 0 R", None), (b"/ID[<99>< 99>]", None), (b"", b"5 0 R")],
)
def test_a_trailer_that_names_something_else_is_found(trailer, root):
    assert reason(DOCUMENT, update(DOCUMENT, {NEW: b"null"}, trailer=trailer, root=root)) == "trailer"


def test_an_update_that_encrypts_is_found():
    assert reason(DOCUMENT, update(DOCUMENT, {NEW: b"null"}, trailer=b"/Encrypt 5 0 R")) == "pdf.encrypted"


def test_an_update_of_an_older_state_than_the_newest_is_found():
    older = DOCUMENT
    newer = older + update(older, {NEW: b"<<>>"})
    previous = int(re.findall(rb"startxref\n(\d+)", older)[-1])
    assert reason(newer, update(newer, {NEW + 1: b"<<>>"}, previous=previous)) == "revision"


@pytest.mark.parametrize("tail", [b"", b"nothing", b"%%EOF\n"])
def test_what_is_no_update_is_found(tail):
    with pytest.raises(InvoiceChanged):
        unchanged(DOCUMENT, tail)


def test_a_removed_object_is_found():
    number = numbered(DOCUMENT, rb"/Type/EmbeddedFile")[0]
    tail = update(DOCUMENT, {number: b"null"})
    gone = tail.replace(b"%010d 00000 n" % len(DOCUMENT), b"0000000000 00001 f")
    assert gone != tail
    assert reason(DOCUMENT, gone) == "object"
    assert reason(DOCUMENT, tail) == "object"


def test_transparency_is_refused_where_pdfa_1_is_declared_and_allowed_in_pdfa_3():
    body = b"<</Type/XObject/Subtype/Image/SMask 5 0 R/Length 1>>\nstream\nx\nendstream"
    old = samples.paper(samples.cii(), pdfa="<pdfaid:part>1</pdfaid:part>").pdf()
    assert reason(old, update(old, {NEW: body})) == "transparency"
    unchanged(DOCUMENT, update(DOCUMENT, {NEW: body}))


def test_colours_are_those_that_the_output_intent_knows():
    body = b"<</Type/XObject/Subtype/Image/ColorSpace/DeviceRGB/Length 1>>\nstream\nx\nendstream"
    printed = samples.paper(samples.cii(), output_components=4).pdf()
    assert reason(printed, update(printed, {NEW: body})) == "colour"
    unchanged(DOCUMENT, update(DOCUMENT, {NEW: body}))


@pytest.mark.parametrize("components", [1, 4])
def test_the_picture_of_a_visible_seal_needs_no_output_intent_for_its_colours(components):
    printed = samples.paper(samples.cii(), output_components=components).pdf()
    tail = Sealer(seal_key(), VISIBLE).seal(printed, claimed_at=AT).tail
    unchanged(printed, tail)
    assert b"/Device" not in tail and b"[/CalRGB<<" in tail


def test_the_long_way_finds_by_comparing_what_the_short_way_finds_by_what_was_written():
    number, body = numbered(DOCUMENT, rb"/Filespec")
    other = update(DOCUMENT, {number: body.replace(b"factur-x.xml", b"fuctur-x.xml")})
    assert reason(DOCUMENT, other, unchanged_files) == "attachment"
    number, _ = numbered(DOCUMENT, rb"/Type/EmbeddedFile")
    content = update(DOCUMENT, {number: b"<</Type/EmbeddedFile/Subtype/text#2Fxml/Length 1>>\nstream\nx\nendstream"})
    assert reason(DOCUMENT, content, unchanged_files) == "attachment"
    number, body = numbered(DOCUMENT, rb"/Subtype/XML")
    metadata = update(DOCUMENT, {number: body.replace(b"EN 16931", b"EN 16930")})
    assert reason(DOCUMENT, metadata, unchanged_files) == "metadata"
    removed = update(DOCUMENT, {CATALOG[0]: re.sub(rb"/AF\[.*?\]|/Names<<.*?>>>>", b"", CATALOG[1])})
    assert reason(DOCUMENT, removed, unchanged_files) == "attachment"


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_whatever_is_changed_in_a_tail_what_passes_left_files_and_metadata_alone(data):
    tail = bytearray(TAIL)
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(tail) - 1))
        if data.draw(st.booleans()):
            tail[place] = data.draw(st.integers(0, 255))
        else:
            tail[place : place + data.draw(st.integers(0, 20))] = data.draw(st.sampled_from(PIECES))
    try:
        unchanged(DOCUMENT, bytes(tail))
    except InvoiceChanged:
        return
    unchanged_files(DOCUMENT, bytes(tail))


@pytest.mark.skipif(not os.environ.get("ESIGN_CORPUS"), reason="ESIGN_CORPUS is not set")
@pytest.mark.parametrize("name", ["fx-en16931", "fx-minimum", "zf1-comfort", "zf2-gnuaccounting"])
def test_the_corpus_invoices_are_the_same_after_sealing(name):
    document = (CORPUS / f"{name}.pdf").read_bytes()
    tail = sealed_tail(document)
    unchanged(document, tail)
    unchanged_files(document, tail)


@pytest.mark.skipif(shutil.which("verapdf") is None, reason="veraPDF is not on the PATH")
def test_verapdf_finds_a_rendered_and_sealed_invoice_compliant(tmp_path):
    document = render_xrechnung(samples.cii("XRECHNUNG"), at=AT)
    path = tmp_path / "sealed.pdf"
    path.write_bytes(document + sealed_tail(document))
    done = subprocess.run(["verapdf", "--format", "text", str(path)], capture_output=True, check=False, timeout=120)
    assert done.stdout.startswith(b"PASS")


def test_the_profile_of_the_seal_does_not_matter():
    sealer = Sealer(seal_key(), SealProfile(name="Muster GmbH", field="Rechnungssiegel"))
    unchanged(DOCUMENT, sealer.seal(DOCUMENT, claimed_at=AT).tail)
