"""An uploaded PDF is brought into one form that looks the same, or is refused with exactly one reason."""

from __future__ import annotations

import io
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from esign.contracts import ContractData
from esign.contracts.policy_tests import samples
from esign.documents import draw_up
from esign.documents.upload import Upload, normalise
from esign.documents.upload_errors import REFUSALS, UploadRefused
from esign.pades import prepare
from tests.documents.looking import NODE, browser_says, difference, faults
from tests.documents.pdf_making import (
    annotated,
    changed,
    drawing,
    in_root,
    layered,
    made,
    picture,
    script,
    with_field,
    with_file,
)

CORPUS = Path(os.environ.get("ESIGN_CORPUS", "corpus-is-not-here"))
STANDARD_FONT = 6.0
"""How far a page may differ, of 255, where a standard typeface was put in: the same widths, other outlines."""


def refused(pdf: bytes) -> UploadRefused:
    with pytest.raises(UploadRefused) as caught:
        normalise(pdf)
    return caught.value


def code(pdf: bytes) -> str:
    return refused(pdf).code.removeprefix("documents.upload.")


def kinds(upload: Upload) -> dict[str, tuple[str, ...]]:
    return {warning.kind: warning.values for warning in upload.warnings}


def prepares(pdf: bytes) -> None:
    from esign.documents import signature_appearance
    from esign.policy import LegalLevel

    appearance = signature_appearance(
        name="Jana Beispiel", level=LegalLevel.SIMPLE, sandbox=True, lang="de", size_points=(200, 60)
    )
    prepared = prepare(
        pdf,
        field="Signatory1",
        page=0,
        box=(20, 20, 220, 80),
        appearance=appearance,
        name="Jana Beispiel",
        reason="Test",
        claimed_at=datetime(2026, 11, 20, tzinfo=UTC),
    )
    assert prepared.data.startswith(pdf)


def good(pdf: bytes, tolerance: float = 0.0) -> Upload:
    upload = normalise(pdf)
    assert faults(upload.pdf) == []
    assert difference(pdf, upload.pdf) <= tolerance
    assert upload.pdf.startswith(b"%PDF-1.7") and upload.pdf.count(b"%%EOF") == 1
    assert b"/ObjStm" not in upload.pdf and b"\nxref\n" in upload.pdf
    prepares(upload.pdf)
    assert normalise(upload.pdf).pdf == upload.pdf, "what is normal stays as it is"
    return upload


APPLICATION = dict(samples())["cost-approval-karl-heinz-oesterreicher.json"]
DRAFT = draw_up(ContractData.parse(APPLICATION), drawn_up_at=datetime(2026, 11, 20, tzinfo=UTC)).pdf


def without_files(document: pikepdf.Pdf) -> None:
    del document.attachments["contract.json"]
    if "/AF" in document.Root:
        del document.Root["/AF"]


OURS = changed(DRAFT, without_files)


# What is taken ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "saving",
    [
        {},
        {"linearize": True},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"compress_streams": False},
        {"force_version": "2.0"},
    ],
    ids=["classic", "linearised", "object streams", "uncompressed", "version 2.0"],
)
def test_every_way_of_writing_becomes_the_one_form_that_looks_the_same(saving: dict[str, Any]) -> None:
    upload = good(changed(OURS, **saving))
    assert kinds(upload) == {}
    assert upload.sizes[0] == pytest.approx((595.276, 841.89), abs=0.01)
    assert upload.pages == len(upload.sizes) == 2


def test_several_revisions_become_one_and_what_an_earlier_one_held_is_gone() -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    first = changed(OURS, lambda document: document.Root.__setitem__("/PieceInfo", Dictionary(X=String("FRUEHER"))))
    writer = IncrementalPdfFileWriter(io.BytesIO(first))
    writer.root["/PieceInfo"] = writer.root["/Lang"]
    writer.update_root()
    stream = io.BytesIO()
    writer.write(stream)
    assert stream.getvalue().count(b"%%EOF") == 2
    assert b"FRUEHER" not in good(stream.getvalue()).pdf


def test_a_standard_typeface_that_is_missing_is_put_in_and_named() -> None:
    upload = good(made(pages=2), STANDARD_FONT)
    assert kinds(upload)["font_not_embedded"] == ("Helvetica",)
    assert upload.pages == 2


@pytest.mark.parametrize(
    "name", ["Helvetica-BoldOblique", "Times-Roman", "Courier-Bold", "ArialMT", "TimesNewRomanPS-BoldMT", "Symbol"]
)
def test_each_standard_typeface_has_a_stand_in_of_the_same_widths(name: str, tmp_path: Path) -> None:
    def other(document: pikepdf.Pdf) -> None:
        document.pages[0].obj["/Resources"]["/Font"]["/F1"]["/BaseFont"] = Name(f"/{name}")
        if "MT" in name:
            font = document.pages[0].obj["/Resources"]["/Font"]["/F1"]
            font["/Subtype"], font["/Encoding"] = Name.TrueType, Name.WinAnsiEncoding

    upload = good(made(other), STANDARD_FONT)
    assert kinds(upload)["font_not_embedded"] == (name,)
    if NODE:
        assert browser_says(tmp_path, upload.pdf) == ["accepted"]


def test_another_typeface_that_is_missing_is_refused_by_its_name() -> None:
    def other(document: pikepdf.Pdf) -> None:
        document.pages[0].obj["/Resources"]["/Font"]["/F1"]["/BaseFont"] = Name("/Papyrus")

    error = refused(made(other))
    assert (error.code, error.facts["name"]) == ("documents.upload.font", "Papyrus")


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_cropped_and_shifted_pages_stand_upright_and_look_the_same(turn: int) -> None:
    def turned(document: pikepdf.Pdf) -> None:
        page = document.pages[0].obj
        page["/Rotate"], page["/MediaBox"], page["/CropBox"] = turn, Array([-20, 10, 600, 850]), [30, 400, 500, 800]

    upload = good(
        made(turned, annotated(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://a.example")))), 6
    )
    assert upload.sizes == (((470, 400) if turn in (0, 180) else (400, 470)),)
    with pikepdf.open(io.BytesIO(upload.pdf)) as document:
        assert "/Rotate" not in document.pages[0].obj
        box = [float(each) for each in document.pages[0].obj["/Annots"][0]["/Rect"]]
    assert {round(box[2] - box[0]), round(box[3] - box[1])} == {140, 40}
    assert 0 <= box[0] < box[2] <= upload.sizes[0][0] and 0 <= box[1] < box[3] <= upload.sizes[0][1]


def test_links_stay_and_are_told() -> None:
    def link(address: str) -> Any:
        action = Dictionary(Type=Name.Action, S=Name.URI, URI=String(address))
        return annotated(Subtype=Name.Link, A=action, Border=Array([0, 0, 0]))

    addresses = ("http://firma.example", "https://firma.example/agb", "mailto:hilfe@firma.example")
    upload = good(made(*map(link, addresses)), STANDARD_FONT)
    assert kinds(upload)["links"] == addresses


def test_links_inside_the_document_stay() -> None:
    def inner(document: pikepdf.Pdf) -> Any:
        return Dictionary(S=Name.GoTo, D=Array([document.pages[1].obj, Name.Fit]))

    upload = good(made(annotated(Subtype=Name.Link, A=inner, Border=Array([0, 0, 0])), pages=2), STANDARD_FONT)
    assert "links" not in kinds(upload)
    with pikepdf.open(io.BytesIO(upload.pdf)) as document:
        note = document.pages[0].obj["/Annots"][0]
        assert note["/Dest"][0].objgen == document.pages[1].obj.objgen


def test_fields_and_marks_that_are_drawn_become_part_of_the_page() -> None:
    upload = good(made(with_field(V=String("x"), AP=drawing), annotated(Subtype=Name.Stamp, AP=drawing)), STANDARD_FONT)
    assert (kinds(upload)["form_flattened"], kinds(upload)["annotations_drawn"]) == (("1",), ("1",))
    with pikepdf.open(io.BytesIO(upload.pdf)) as document:
        assert "/AcroForm" not in document.Root and "/Annots" not in document.pages[0].obj


def test_a_view_to_begin_with_is_no_action() -> None:
    upload = normalise(made(in_root(OpenAction=lambda document: Array([document.pages[0].obj, Name.Fit]))))
    with pikepdf.open(io.BytesIO(upload.pdf)) as document:
        assert "/OpenAction" not in document.Root


def test_transparency_stays() -> None:
    def shade(document: pikepdf.Pdf) -> None:
        page = document.pages[0].obj
        page["/Resources"]["/ExtGState"] = Dictionary(G=Dictionary(ca=0.4, BM=Name.Multiply))
        page["/Group"] = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)
        page["/Contents"] = document.make_stream(b"q /G gs 1 0 0 rg 50 50 300 300 re f 0 1 0 rg 150 150 300 300 re f Q")

    good(made(shade), STANDARD_FONT)


def test_nothing_about_the_authors_stays() -> None:
    def signed_by(document: pikepdf.Pdf) -> None:
        document.docinfo["/Author"] = "Erika Geheim"
        with document.open_metadata() as metadata:
            metadata["dc:creator"] = ["Erika Geheim"]

    with pikepdf.open(io.BytesIO(normalise(made(signed_by)).pdf)) as document:
        assert "/Info" not in document.trailer and "/Metadata" not in document.Root


# What is refused ----------------------------------------------------------------------------------------------------


def undrawn(document: pikepdf.Pdf) -> None:
    document.Root["/AcroForm"]["/NeedAppearances"] = True


ACTING = {
    "javascript": made(in_root(OpenAction=script())),
    "javascript ": made(in_root(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()]))))),
    "javascript  ": made(annotated(Subtype=Name.Link, A=Dictionary(S=Name.GoTo, D=Array([]), Next=script()))),
    "open_action": made(in_root(OpenAction=Dictionary(S=Name.Named, N=Name.Print))),
    "additional_actions": made(in_root(AA=Dictionary(WC=Dictionary(S=Name.GoTo, D=Array([]))))),
    "additional_actions ": made(with_field(AA=Dictionary(K=Dictionary(S=Name.GoTo, D=Array([]))))),
    "action": made(annotated(Subtype=Name.Link, A=Dictionary(S=Name.Launch, F=String("cmd.exe")))),
    "action ": made(with_field(FT=Name.Btn, A=Dictionary(S=Name.SubmitForm, F=String("https://x.example")))),
    "action  ": made(annotated(Subtype=Name.Link, A=Dictionary(S=Name.ImportData, F=String("x.fdf")))),
    "action   ": made(annotated(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("javascript:alert(1)")))),
    "action    ": made(annotated(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("file:///etc/passwd")))),
    "multimedia": made(annotated(Subtype=Name.RichMedia)),
    "multimedia ": made(annotated(Subtype=Name.Screen, A=Dictionary(S=Name.Rendition))),
    "multimedia  ": made(annotated(Subtype=Name("/3D"))),
    "multimedia   ": made(annotated(Subtype=Name.Sound)),
    "attachments": made(with_file),
    "attachments ": made(annotated(Subtype=Name.FileAttachment, FS=Dictionary(Type=Name.Filespec, F=String("a")))),
    "attachments  ": made(in_root(Collection=Dictionary())),
    "layers": made(layered),
    "external_reference": made(
        annotated(Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F=String("b.pdf"), D=Array([])))
    ),
    "xfa": made(in_root(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp/>")))),
    "signed": made(with_field(FT=Name.Sig, V=Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3])))),
    "form": made(with_field(V=String("Text ohne Bild"))),
    "form ": made(with_field(V=String("x"), AP=drawing), undrawn),
    "annotation": made(annotated(Subtype=Name.Text, Contents=String("bitte streichen"))),
    "annotation ": made(annotated(Subtype=Name.FreeText, Contents=String("ohne Bild"))),
    "image_format": made(picture("/JPXDecode")),
    "image_format ": made(picture("/JBIG2Decode")),
    "reserved_name": made(
        lambda document: (
            document.pages[0].obj["/Resources"].__setitem__("/ExtGState", Dictionary(G=Dictionary(BM=Name.Screen)))
        )
    ),
    "page_size": made(size=(20, 842)),
    "page_size ": made(size=(595, 14400)),
    "too_many_pages": made(pages=151),
    "not_pdf": b"GIF89a",
    "not_pdf ": b"",
    "damaged": OURS[: len(OURS) // 2],
    "damaged ": OURS.replace(b"startxref", b"startxreg"),
    "encrypted": changed(OURS, encryption=pikepdf.Encryption(owner="o", user="geheim")),
    "encrypted ": changed(OURS, encryption=pikepdf.Encryption(owner="o", user="")),
}


@pytest.mark.parametrize("reason", ACTING)
def test_each_thing_that_acts_or_hides_is_refused_by_its_own_reason(reason: str) -> None:
    error = refused(ACTING[reason])
    assert error.code == f"documents.upload.{reason.strip()}", dict(error.facts)


def test_a_reason_names_the_others_that_apply() -> None:
    error = refused(made(layered, in_root(OpenAction=script()), with_file))
    assert (error.code, error.facts["also"]) == ("documents.upload.javascript", "attachments,layers")


def test_a_file_without_pages_is_refused() -> None:
    def empty(document: pikepdf.Pdf) -> None:
        document.Root["/Pages"] = Dictionary(Type=Name.Pages, Kids=Array([]), Count=0)

    assert code(made(empty)) == "no_pages"


def test_a_page_tree_in_circles_is_refused() -> None:
    def endless(document: pikepdf.Pdf) -> None:
        document.Root["/Pages"]["/Kids"] = Array([document.Root["/Pages"]])

    assert code(made(endless)) == "damaged"


@pytest.mark.parametrize(
    "tree",
    [
        Dictionary(Type=Name.StructTreeRoot, K=Array([1, 2]), ParentTree=7),
        Dictionary(Type=Name.StructTreeRoot, K=Dictionary(S=Name.P), ParentTree=Dictionary(Nums=Array([Name.A, 1]))),
        Dictionary(Type=Name.StructTreeRoot, ParentTree=Dictionary(Kids=Array([5]))),
    ],
)
def test_tags_of_an_impossible_shape_are_left_out(tree: Dictionary) -> None:
    assert "not_tagged" in kinds(good(made(in_root(StructTreeRoot=tree)), STANDARD_FONT))


def test_every_reason_of_the_helper_has_a_code() -> None:
    from esign.documents.intake.reasons import ORDER

    assert {*ORDER, "too_large"} == REFUSALS.keys()


# The agent, strangers, chance ---------------------------------------------------------------------------------------


@pytest.mark.skipif(NODE is None, reason="node is missing")
def test_the_browsers_agent_accepts_what_is_taken(tmp_path: Path) -> None:
    taken = [
        normalise(OURS).pdf,
        normalise(made(pages=3)).pdf,
        normalise(made(annotated(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://a.example"))))).pdf,
        normalise(made(with_field(V=String("x"), AP=drawing))).pdf,
    ]
    assert browser_says(tmp_path, *taken) == ["accepted"] * len(taken)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="ESIGN_CORPUS is not set")
@pytest.mark.parametrize("path", sorted(CORPUS.rglob("*.pdf")), ids=lambda path: path.name)
def test_each_stranger_is_taken_and_passes_or_refused_by_one_code(path: Path, tmp_path: Path) -> None:
    pdf = path.read_bytes()
    began = time.monotonic()
    try:
        upload = normalise(pdf)
    except UploadRefused as error:
        assert error.code in {each.code for each in REFUSALS.values()}
        assert time.monotonic() - began < 10
    else:
        assert time.monotonic() - began < 10
        assert faults(upload.pdf) == []
        assert difference(pdf, upload.pdf) <= (STANDARD_FONT if "font_not_embedded" in kinds(upload) else 0)
        prepares(upload.pdf)
        if NODE:
            assert browser_says(tmp_path, upload.pdf) == ["accepted"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_file_with_flipped_bytes_is_taken_or_refused_but_never_breaks_anything(data: st.DataObject) -> None:
    pdf = bytearray(OURS if data.draw(st.booleans()) else made(layered, with_field(V=String("x"), AP=drawing)))
    for _ in range(data.draw(st.integers(1, 8))):
        pdf[data.draw(st.integers(0, len(pdf) - 1))] = data.draw(st.integers(0, 255))
    try:
        upload = normalise(bytes(pdf))
    except UploadRefused as error:
        assert error.code in {each.code for each in REFUSALS.values()}
    else:
        assert faults(upload.pdf) == []
