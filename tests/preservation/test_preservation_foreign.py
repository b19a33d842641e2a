"""Files of another library: what it signed is augmented like our own, and stays valid."""

from __future__ import annotations

import io

import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from esign.preservation import BaselineLevel
from tests.validation.changes.signed_files import base

P, Kind = fields.MDPPerm, fields.SigSeedSubFilter
LTA = BaselineLevel.LTA


@pytest.fixture(scope="module")
def signer(basic):
    holder = basic.world.signatory()
    secret = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()
    store.register_multiple([x509.Certificate.load(der) for der in holder.chain])
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(holder.der),
        signing_key=keys.PrivateKeyInfo.load(secret),
        cert_registry=store,
    )


def sign(signer, pdf: bytes, name: str = "One", *, box=None, **options) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    place = fields.SigFieldSpec(name, box=box) if box else None
    options = {"subfilter": Kind.PADES, "md_algorithm": "sha256", **options}
    metadata = signers.PdfSignatureMetadata(field_name=name, **options)
    return signers.PdfSigner(metadata, signer=signer, new_field_spec=place).sign_pdf(writer).getvalue()


@pytest.mark.parametrize(
    ("options", "after"),
    [
        ({}, "PAdES-BASELINE-LTA"),
        ({"md_algorithm": "sha512"}, "PAdES-BASELINE-LTA"),
        ({"subfilter": Kind.ADOBE_PKCS7_DETACHED}, "PKCS7-LTA"),
        ({"certify": True, "docmdp_permissions": P.NO_CHANGES}, "PAdES-BASELINE-LTA"),
        ({"certify": True, "docmdp_permissions": P.FILL_FORMS}, "PAdES-BASELINE-LTA"),
    ],
    ids=["plain", "sha512", "pkcs7", "p1", "p2"],
)
def test_a_signature_of_another_library(signer, services, options, after):
    pdf = sign(signer, base(), **options)
    made = services.augmenter().augment(pdf, LTA)
    assert made.data.startswith(pdf)
    assert [one.after for one in made.signatures] == [after]
    assert made.verdict.clean
    again = services.augmenter().augment(made.data, LTA)
    assert [one.after for one in again.signatures] == [after]
    assert again.verdict.clean


def test_two_signatures_of_another_library(signer, services):
    pdf = sign(signer, sign(signer, base()), "Two", box=(300, 40, 500, 80))
    made = services.augmenter().augment(pdf, LTA)
    assert [one.after for one in made.signatures] == ["PAdES-BASELINE-LTA"] * 2
    assert made.verdict.clean


def test_what_another_library_signs_behind_an_augmented_file(signer, services):
    first = services.augmenter().augment(sign(signer, base()), LTA)
    made = services.augmenter().augment(sign(signer, first.data, "Two", box=(300, 40, 500, 80)), LTA)
    assert [one.before for one in made.signatures] == ["PAdES-BASELINE-LTA", "PAdES-BASELINE-B"]
    assert [one.after for one in made.signatures] == ["PAdES-BASELINE-LTA"] * 2
    assert made.verdict.clean
