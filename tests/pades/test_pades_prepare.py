"""Preparing: one revision, the draft an exact prefix, PDF/A-3 and the tag tree kept."""

import hashlib
import io
import re
import subprocess

import pikepdf
import pytest

from esign.pades import PadesError, embed, prepare, range_digest
from esign.pades.errors import (
    AppearanceError,
    DocumentUnreadableError,
    DocumentUnsupportedError,
    EmbedError,
    PrepareError,
)


def prepared(small, draft=None, **changes):
    values = {
        "field": "Signatory",
        "page": 2,
        "box": small.BOX,
        "appearance": small.picture(),
        "name": "Erika Mustermann",
        "reason": "Zustimmung /ByteRange [0 1 2 3] %%EOF",
        "claimed_at": small.NOW,
    }
    return prepare(draft or small.draft(), **{**values, **changes})


def object_streams(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


@pytest.fixture(scope="module", params=["table", "stream"])
def base(request, small):
    return small.draft() if request.param == "table" else object_streams(small.draft())


def test_the_draft_is_an_exact_prefix_and_one_revision_is_appended(small, base):
    document = prepared(small, base)
    assert document.data.startswith(base)
    assert document.data.count(b"%%EOF") == base.count(b"%%EOF") + 1


def test_the_byte_range_covers_everything_but_the_hole(small, base):
    document = prepared(small, base)
    zero, start, end, behind = document.byte_range
    assert zero == 0 and end + behind == len(document.data)
    hole = document.data[start:end]
    assert re.fullmatch(rb"<0+>", hole) and len(hole) == 2 * 12_288 + 2 <= 80_000
    assert document.data[:start].endswith(b"/Contents")
    pattern = rb"/ByteRange\s*\[\s*%d\s+%d\s+%d\s+%d\s*\]" % document.byte_range
    assert len(re.findall(pattern, document.data)) == 1
    assert len(re.findall(rb"/ByteRange", document.data)) == 1
    covered = document.data[:start] + document.data[end:]
    assert document.digest == hashlib.sha256(covered).digest() == range_digest(document.data, document.byte_range)


def test_the_same_input_gives_the_same_bytes(small, base):
    assert prepared(small, base) == prepared(small, base)


def test_other_tools_find_the_file_sound(small, base, tmp_path):
    path = tmp_path / "prepared.pdf"
    path.write_bytes(prepared(small, base).data)
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True)
    assert done.returncode == 0 and "No syntax or stream encoding errors" in done.stdout, done.stdout + done.stderr


def test_version_metadata_output_intent_and_attachments_stay_as_they_were(small, base):
    with pikepdf.open(io.BytesIO(base)) as before, pikepdf.open(io.BytesIO(prepared(small, base).data)) as after:
        assert after.pdf_version == before.pdf_version == "1.7"
        assert "/Version" not in after.Root or str(after.Root.Version) == "/1.7"
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert b"pdfaid:part>3<" in after.Root.Metadata.read_bytes().replace(b'pdfaid:part="3"', b"pdfaid:part>3<")
        assert after.Root.OutputIntents.objgen == before.Root.OutputIntents.objgen
        assert after.attachments["contract.json"].get_file().read_bytes() == b'{"a":1}'
        assert set(after.Root.keys()) - set(before.Root.keys()) == {"/AcroForm", "/Extensions"}


def test_the_field_is_visible_printed_named_and_in_its_box(small, base):
    with pikepdf.open(io.BytesIO(prepared(small, base).data)) as pdf:
        (widget,) = pdf.pages[2].obj.Annots
        assert str(widget.T) == "Signatory" and str(widget.TU).startswith("Erika Mustermann – ")
        assert int(widget.F) & 0b100111 == 0b100  # printed; neither invisible, hidden nor no-view
        assert [float(x) for x in widget.Rect] == list(small.BOX)
        assert list(widget.AP.keys()) == ["/N"]
        assert [f.objgen for f in pdf.Root.AcroForm.Fields] == [widget.objgen] and int(pdf.Root.AcroForm.SigFlags) == 3
        assert widget.P.objgen == pdf.pages[2].obj.objgen
        signature = widget.V
        assert (str(signature.Type), str(signature.SubFilter)) == ("/Sig", "/ETSI.CAdES.detached")
        assert str(signature.M) == "D:20261122120000Z" and str(signature.Name) == "Erika Mustermann"


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA"])
def test_the_appearance_is_the_picture_without_transparency(small, mode):
    with pikepdf.open(io.BytesIO(prepared(small, appearance=small.picture(mode)).data)) as pdf:
        image = pdf.pages[2].obj.Annots[0].AP.N.Resources.XObject.Im0
        assert "/SMask" not in image and "/Mask" not in image and "/Interpolate" not in image
        assert str(image.ColorSpace[0]) == "/CalRGB"  # PDF/A knows it without an output intent
        shown = pikepdf.PdfImage(image).as_pil_image()
        assert shown.size == (600, 180)
        from PIL import Image

        with Image.open(io.BytesIO(small.picture(mode))) as wanted:
            assert shown.convert("RGB").tobytes() == wanted.convert("RGB").tobytes()


def test_the_field_hangs_in_the_tag_tree_as_a_form_element(small, base):
    with pikepdf.open(io.BytesIO(prepared(small, base).data)) as pdf:
        tree = pdf.Root.StructTreeRoot
        widget = pdf.pages[2].obj.Annots[0]
        numbers = list(tree.ParentTree.Nums)
        keys = [int(k) for k in numbers[::2]]
        assert keys == sorted(keys) and int(tree.ParentTreeNextKey) == keys[-1] + 1 == int(widget.StructParent) + 1
        element = numbers[-1]
        assert str(element.S) == "/Form" and element.K.Obj.objgen == widget.objgen
        document = element.P
        assert str(document.S) == "/Document" and document.K[-1].objgen == element.objgen


def test_a_field_in_a_signed_document_leaves_the_tag_tree_alone(small, walked):
    document = prepared(small, walked.signed, field="Second")
    with pikepdf.open(io.BytesIO(walked.signed)) as before, pikepdf.open(io.BytesIO(document.data)) as after:
        assert after.Root.StructTreeRoot.ParentTreeNextKey == before.Root.StructTreeRoot.ParentTreeNextKey
        assert len(after.Root.AcroForm.Fields) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"page": 3}, PrepareError),
        ({"page": -1}, PrepareError),
        ({"box": (10, 10, 10, 20)}, PrepareError),
        ({"box": (10, 10, float("nan"), 20)}, PrepareError),
        ({"field": "a.b"}, PrepareError),
        ({"field": ""}, PrepareError),
        ({"reserved": 100}, PrepareError),
        ({"reserved": 50_000}, PrepareError),
        ({"appearance": b"no picture"}, AppearanceError),
        ({"draft": b"%PDF-1.7\nnothing"}, DocumentUnreadableError),
        ({"draft": b""}, DocumentUnreadableError),
    ],
)
def test_what_cannot_be_prepared_is_refused(small, changes, error):
    with pytest.raises(error) as caught:
        prepared(small, **{"draft": small.draft(), **changes}) if changes.get("draft") != b"" else prepare(
            b"", field="a", page=0, box=small.BOX, appearance=b"", name="n", reason="r", claimed_at=small.NOW
        )
    assert type(caught.value) is error


def test_a_field_name_is_taken_only_once(small, walked):
    with pytest.raises(PrepareError):
        prepared(small, walked.signed)


def test_a_damaged_picture_is_refused(small):
    good = small.picture()
    for bad in (good[:-30], good[:200] + b"\x00\x01" + good[202:], good[:33]):
        with pytest.raises(AppearanceError):
            prepared(small, appearance=bad)


def test_an_encrypted_draft_is_refused(small):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(small.draft())) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    with pytest.raises(DocumentUnsupportedError):
        prepared(small, out.getvalue())


def test_embedding_changes_nothing_but_the_hole(walked):
    _, start, end, _ = walked.prepared.byte_range
    assert walked.signed[:start] == walked.prepared.data[:start]
    assert walked.signed[end:] == walked.prepared.data[end:]
    assert bytes.fromhex(walked.signed[start + 1 : end - 1].decode()).rstrip(b"\0") == walked.cms.rstrip(b"\0")


def test_what_does_not_fit_the_hole_is_not_embedded(small):
    document = prepared(small, reserved=512)
    for cms in (b"", b"\x30\x05ab", b"\x30\x00\x00", b"\x30\x82\x04\x00" + bytes(1024)):
        with pytest.raises(EmbedError) as caught:
            embed(document, cms)
        assert caught.value.code == "pades.embed"


def test_a_hole_is_filled_once_and_only_in_the_prepared_document(small, walked):
    import dataclasses

    document = walked.prepared
    with pytest.raises(EmbedError):
        embed(dataclasses.replace(document, data=walked.signed), walked.cms)
    with pytest.raises(EmbedError):
        embed(dataclasses.replace(document, data=b"x" + document.data[1:]), walked.cms)


def test_every_refusal_is_an_error_of_this_room(small):
    for end in range(0, len(small.draft()), 997):
        with pytest.raises(PadesError):
            prepared(small, small.draft()[:end] or b"%")
