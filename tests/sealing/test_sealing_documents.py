"""Every kind of document is sealed in the same way, whichever way was taken; other people's tools agree."""

from __future__ import annotations

import dataclasses
import io
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from esign.pdf import Pdf, String, View
from esign.sealing import Sealed, Sealer, SealProfile, VisibleSeal, check_sealed, sealed_document, sealer
from esign.sealing.incremental.streams import read_rows, read_usual
from esign.sealing.incremental.unusual import Unusual
from esign.validation.certificates import TrustAnchors
from esign.validation.process import Indication, Material
from esign.validation.verdict import Outcome, verify
from tests.pades import small_world
from tests.sealing.sealing_documents import DOCUMENTS, LIBRARY, NOT_BY_LIBRARY, QUICK, document
from tests.sealing.sealing_worlds import PROFILE, seal_key, world

AT = small_world.NOW
VISIBLE = dataclasses.replace(PROFILE, visible=VisibleSeal(box=(20, 20, 180, 60), picture=small_world.picture()))
PROFILES = {"invisible": PROFILE, "visible": VISIBLE}


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


@pytest.fixture(params=["as it comes", "library"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways pass the same tests: the quick one is closed for the second round."""
    if request.param == "library":

        def closed(*_: object) -> None:
            raise Unusual("closed")

        monkeypatch.setattr(sealer, "Source", closed)
    return str(request.param)


def sealed_by(way: str, name: str, profile: SealProfile = PROFILE) -> tuple[bytes, Sealed]:
    if way == "library" and name in NOT_BY_LIBRARY:
        pytest.skip("the library does not read it")
    key = seal_key()
    data = document(name)
    sealed = Sealer(key, profile).seal(data, claimed_at=AT)
    assert sealed.path == ("incremental" if way != "library" and name in QUICK else "library")
    check_sealed(data, sealed, certificate=key.certificate, chain=key.chain)
    return sealed_document(data, sealed), sealed


def tagged_as(view: View, key: object) -> object:
    """Return the element that the tag tree names for a key, by walking the whole parent tree."""
    tree = view.value(view.catalog, "StructTreeRoot")
    assert isinstance(tree, dict)
    waiting = [view.value(tree, "ParentTree")]
    while waiting:
        node = waiting.pop()
        assert isinstance(node, dict)
        kids, pairs = view.value(node, "Kids"), view.value(node, "Nums")
        waiting += [view.resolve(kid) for kid in kids] if isinstance(kids, list) else []
        for number, element in zip(*[iter(pairs)] * 2, strict=True) if isinstance(pairs, list) else ():
            if number == key:
                return view.resolve(element)
    return None


def top_of(view: View) -> object:
    tree = view.value(view.catalog, "StructTreeRoot")
    assert isinstance(tree, dict)
    kids = view.value(tree, "K")
    return kids[0] if isinstance(kids, list) else tree["K"]


@pytest.mark.parametrize("looks", PROFILES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sealed_document_is_the_same_document_and_our_own_verdict_confirms_it(
    way: str, name: str, looks: str
) -> None:
    whole, _ = sealed_by(way, name, PROFILES[looks])
    original, pdf = Pdf(document(name)), Pdf(whole)
    assert whole.startswith(document(name))
    assert not [seen for seen in pdf.anomalies if seen.offset > len(document(name))]
    assert pdf.version == original.version
    assert pdf.revisions[-1].kind == (
        "table" if original.revisions[-1].kind == "hybrid" else original.revisions[-1].kind
    )
    before, after = original.view(), pdf.view()
    kept = {key: value for key, value in after.catalog.items() if key not in ("AcroForm", "Extensions")}
    assert kept == {key: value for key, value in before.catalog.items() if key not in ("AcroForm", "Extensions")}
    assert [page.ref for page in after.pages()] == [page.ref for page in before.pages()]
    assert before.trailer.get("Info") == after.trailer.get("Info")
    known, found = before.trailer.get("ID"), after.trailer["ID"]
    assert isinstance(found, list) and (not isinstance(known, list) or known[0] == found[0])
    field = after.fields()[-1]
    assert field.kind == "Sig" and field.name == ("Siegel2" if "taken" in name else "Siegel")
    assert field.dictionary["F"] == 132
    annotations = after.value(dict(after.pages()[0].dictionary), "Annots")
    assert isinstance(annotations, list) and annotations[-1] == field.ref
    trust = TrustAnchors(certificates=(world().root.der,))
    authority = world().authority
    crls = (world().crl(authority), world().crl(world().root))
    verdict = verify(whole, trust=trust, material=Material(crls=crls), at=AT + timedelta(minutes=1))
    (seal,) = verdict.signatures
    assert verdict.outcome is Outcome.OK and verdict.clean
    assert seal.indication is Indication.TOTAL_PASSED and seal.integrity and seal.changes.covers_whole_file
    assert seal.level == "PAdES-BASELINE-B"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_pyhanko_accepts_a_sealed_document(way: str, name: str) -> None:
    whole, _ = sealed_by(way, name)
    reader = PdfFileReader(io.BytesIO(whole), strict=not {"hybrid cross-reference"} >= {name})
    (signature,) = reader.embedded_regular_signatures
    context = ValidationContext(trust_roots=[x509.Certificate.load(world().root.der)], allow_fetching=False, moment=AT)
    status = validate_pdf_signature(signature, context)
    assert status.bottom_line and status.coverage is SignatureCoverageLevel.ENTIRE_FILE


@needs("qpdf")
@needs("pdfsig")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_qpdf_and_pdfsig_accept_a_sealed_document(name: str, tmp_path: Path) -> None:
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed_by("as it comes", name, VISIBLE)[0])
    checked = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    told = subprocess.run(["pdfsig", "-nocert", file], capture_output=True, text=True).stdout
    assert "Signature is Valid" in told and "Total document signed" in told and "ETSI.CAdES.detached" in told


@needs("openssl")
@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_openssl_verifies_the_signature_over_the_byte_range(kind: str, tmp_path: Path) -> None:
    data, key = document(next(iter(QUICK))), seal_key(kind)
    sealed = Sealer(key, PROFILE).seal(data, claimed_at=AT)
    whole = sealed_document(data, sealed)
    _, start, end, _ = sealed.byte_range
    (tmp_path / "content").write_bytes(whole[:start] + whole[end:])
    (tmp_path / "signature").write_bytes(bytes.fromhex(whole[start + 1 : end - 1].decode()))
    (tmp_path / "root").write_bytes(
        world().root.certificate.public_bytes(encoding=small_world.serialization.Encoding.PEM)
    )
    command = "openssl cms -verify -inform DER -binary -in signature -content content -CAfile root -purpose any"
    moment = str(int(AT.timestamp()))
    done = subprocess.run([*command.split(), "-attime", moment, "-out", "verified"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "verified").read_bytes() == (tmp_path / "content").read_bytes()


@pytest.mark.parametrize("name", LIBRARY)
def test_what_the_quick_way_does_not_know_goes_to_the_library(name: str) -> None:
    assert sealed_by("as it comes", name)[1].path == "library"


def test_a_visible_seal_in_a_tagged_document_has_its_place_in_the_tag_tree_and_an_invisible_one_none(way: str) -> None:
    name = next(iter(QUICK))
    for looks, tagged in (("visible", True), ("invisible", False)):
        view = Pdf(sealed_by(way, name, PROFILES[looks])[0]).view()
        field = view.fields()[-1]
        assert ("StructParent" in field.dictionary) is tagged
        page = view.pages()[0].dictionary
        assert page.get("Tabs") == "S"
        assert ("AP" in field.dictionary) is tagged
        element = tagged_as(view, field.dictionary.get("StructParent"))
        if not tagged:
            assert element is None
            continue
        assert isinstance(element, dict) and element["S"] == "Form" and element["P"] == top_of(view)
        content = element["K"]
        assert isinstance(content, dict) and content["Obj"] == field.ref and content["Pg"] == view.pages()[0].ref
        label = element["Alt"]
        assert isinstance(label, String) and label.text == "Siegel – Muster GmbH"


def test_what_a_document_refers_to_in_vain_does_not_become_a_part_of_the_seal(way: str) -> None:
    name = "a reference to an object that is not there"
    view = Pdf(sealed_by(way, name, VISIBLE)[0]).view()
    page = dict(view.pages()[0].dictionary)
    assert [view.resolve(each) for each in (*page["Ghost"], page["Other"])] == [None] * 3


def test_a_visible_seal_may_stand_on_a_later_page(way: str) -> None:
    name = next(iter(QUICK))
    visible = VisibleSeal(page=2, box=(20, 20, 180, 60), picture=small_world.picture())
    view = Pdf(sealed_by(way, name, dataclasses.replace(PROFILE, visible=visible))[0]).view()
    field = view.fields()[-1]
    assert field.dictionary["P"] == view.pages()[2].ref
    assert field.ref in view.value(dict(view.pages()[2].dictionary), "Annots")


@pytest.mark.parametrize("name", ["classic, tagged, PDF/A-3 with an attachment", "object streams", "form"])
def test_a_sealed_document_is_sealed_again_and_both_seals_hold(way: str, name: str) -> None:
    whole, _ = sealed_by(way, name)
    key = seal_key("rsa")
    again = Sealer(key, PROFILE).seal(whole, claimed_at=AT)
    check_sealed(whole, again, certificate=key.certificate)
    twice = sealed_document(whole, again)
    trust = TrustAnchors(certificates=(world().root.der,))
    crls = (world().crl(world().authority), world().crl(world().root))
    verdict = verify(twice, trust=trust, material=Material(crls=crls), at=AT + timedelta(minutes=1))
    assert verdict.clean and [seal.field for seal in verdict.signatures] == ["Siegel", "Siegel2"]
    assert all(seal.indication is Indication.TOTAL_PASSED for seal in verdict.signatures)


@pytest.mark.parametrize("name", [name for name in QUICK if "stream" in name])
def test_the_rows_of_a_cross_reference_stream_are_what_the_strict_reader_sees(name: str) -> None:
    data = document(name)
    found = 0
    for section in Pdf(data).revisions[-1].sections:
        usual = read_usual(lambda start, end: data[start:end], section.start, b"/XRef", 1 << 20)
        assert usual is not None
        rows, highest = read_rows(usual) or (None, 0)
        assert rows is not None and highest == section.highest
        for number in range(highest + 2):
            assert rows.get(number) == section.entries.get(number)
            found += rows.get(number) is not None
    assert found
