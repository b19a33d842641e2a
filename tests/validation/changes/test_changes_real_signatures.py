"""Signatures that are real, made by this product and by another library: what both append is recognised."""

import io

import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from esign.pades import add_document_security_store, embed, prepare_document_timestamp
from esign.validation.changes import Analysis, open_file
from tests.validation.changes.signed_files import appearance, base

P = fields.MDPPerm


def said(pdf: bytes) -> list[tuple[str, bool, list[str], list[str]]]:
    """Return for each signature its field, whether it covers everything, the permitted changes, the findings."""
    analysis = Analysis(open_file(pdf))
    found = []
    for signature in analysis.signatures:
        changes = analysis.after(signature)
        assert len(changes.permitted) == len(changes.changes) or changes.findings
        permitted = sorted({change.kind.value for change in changes.permitted})
        found.append((signature.field, changes.covers_whole_file, permitted, [f.kind.value for f in changes.findings]))
    return found


@pytest.fixture(scope="module")
def world(small):
    return small.World()


@pytest.fixture(scope="module")
def signer(world):
    holder = world.signatory()
    secret = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(holder.der),
        signing_key=keys.PrivateKeyInfo.load(secret),
        cert_registry=SimpleCertificateStore(),
    )


def sign(signer, pdf: bytes, name: str, *, box=None, page=0, **options) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    place = fields.SigFieldSpec(name, box=box, on_page=page) if box else None
    metadata = signers.PdfSignatureMetadata(field_name=name, md_algorithm="sha256", **options)
    return signers.PdfSigner(metadata, signer=signer, new_field_spec=place).sign_pdf(writer).getvalue()


def fill(pdf: bytes, value: str, shown: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[generic.NameObject("/V")] = generic.pdf_string(value)
    head, _, content = appearance(shown).partition(b"\nstream\n")
    drawing = generic.StreamObject(
        dict_data={
            "/Type": generic.NameObject("/XObject"),
            "/Subtype": generic.NameObject("/Form"),
            "/BBox": generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 20))),
            "/Resources": writer.root["/AcroForm"]["/DR"],
        },
        stream_data=content.partition(b"\nendstream")[0],
    )
    assert head
    field["/AP"] = generic.DictionaryObject({generic.NameObject("/N"): writer.add_object(drawing)})
    writer.update_container(field)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_what_this_product_appends(walked, small):
    assert said(walked.finished) == [
        ("Signatory", False, ["document_timestamp", "security_store"], []),
        ("DocumentTimestamp1", True, [], []),
    ]
    second = small.walk(walked.world, base=walked.stored, field_name="Second", box=(300.0, 90.0, 500.0, 150.0))
    assert said(second.finished) == [
        ("Signatory", False, ["document_timestamp", "security_store", "signature"], []),
        ("Second", False, ["document_timestamp", "security_store"], []),
        ("DocumentTimestamp1", True, [], []),
    ]


def test_a_renewed_timestamp_of_this_product(walked):
    more = add_document_security_store(
        walked.finished, certificates=[walked.world.signatory().der], crls=[], ocsp_responses=[]
    )
    prepared = prepare_document_timestamp(more)
    renewed = embed(prepared, walked.world.stamp(prepared.digest))
    assert [row[2:] for row in said(renewed)] == [
        (["document_timestamp", "security_store"], []),
        (["document_timestamp", "security_store"], []),
        ([], []),
    ]


def test_two_signatories_by_another_library(signer):
    pdf = sign(signer, sign(signer, base(), "One"), "Two", box=(300, 40, 500, 80))
    assert [row[0] for row in said(pdf)] == ["One", "Two"]
    assert said(pdf)[0][3] == said(pdf)[1][3] == []
    assert "signature" in said(pdf)[0][2]


def test_an_empty_field_that_is_signed_later(signer):
    pdf = sign(signer, sign(signer, base(), "One"), "Empty")
    assert said(pdf)[0][3] == []
    assert "signature" in said(pdf)[0][2]


@pytest.mark.parametrize(
    ("level", "value", "shown", "expected"),
    [
        (P.FILL_FORMS, "1.000", b"1.000", []),
        (P.ANNOTATE, "1.000", b"1.000", []),
        (P.NO_CHANGES, "1.000", b"1.000", ["docmdp_violation"]),
        (P.FILL_FORMS, "1.000", b"9.000", ["field_value_appearance_mismatch"]),
    ],
)
def test_filling_in_a_certified_form(signer, level, value, shown, expected):
    pdf = fill(sign(signer, base(), "One", certify=True, docmdp_permissions=level), value, shown)
    assert said(pdf)[0][3] == expected


def test_a_store_with_values_for_each_signature_by_another_library(signer, world):
    out = io.BytesIO(sign(signer, base(), "One"))
    certificate = x509.Certificate.load(world.root.der)
    DocumentSecurityStore.add_dss(out, sig_contents=b"x", certs=[certificate], ocsps=[], crls=[])
    row = said(out.getvalue())[0]
    assert "security_store" in row[2]
    assert row[3] == []
    prepared = prepare_document_timestamp(out.getvalue())
    stamped = embed(prepared, world.stamp(prepared.digest))
    assert [row[3] for row in said(stamped)] == [[], []]
    assert "document_timestamp" in said(stamped)[0][2]


def test_several_signatures_are_compared_once(walked, monkeypatch):
    from esign.validation.changes import analysis as module

    seen = []
    step = module.Step
    monkeypatch.setattr(module, "Step", lambda *a: seen.append(a) or step(*a))
    said(walked.finished)
    assert len(seen) == 2
