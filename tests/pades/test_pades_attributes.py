"""Signed attributes: exact bytes, confirmed against another ASN.1 implementation, and nothing else is accepted."""

import hashlib
import json
from pathlib import Path

import pytest
from asn1crypto import algos, cms, core, tsp, x509
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.sign.ades.api import GenericCommitment
from pyhanko.sign.ades.cades_asn1 import SignaturePolicyId, SignaturePolicyIdentifier

from esign.foundation.identifiers import Oid
from esign.pades import CeremonyEvidence, PadesError, Statement, der, read_signed_attributes, signed_attributes
from esign.pades.errors import AttributesEncodingError, EvidenceEncodingError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "signed-attributes.json").read_text("utf-8"))
CASES = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])


def evidence_of(value: dict) -> CeremonyEvidence:
    verification = value["user_verification"]
    return CeremonyEvidence(
        transcript=bytes.fromhex(value["transcript"]),
        capsule=bytes.fromhex(value["capsule"]),
        proof=bytes.fromhex(value["proof"]),
        statement=Statement(**{key: value[key] for key in ("level", "held_by", "identified_by", "trust")}),
        user_verification=bytes.fromhex(verification) if verification else None,
    )


@CASES
def test_attributes_are_built_to_the_byte(case):
    given_ = case["input"]
    assert evidence_of(given_["evidence"]).to_der().hex() == case["evidence_der"]
    assert (
        signed_attributes(
            document_digest=bytes.fromhex(given_["document_digest"]),
            certificate=bytes.fromhex(given_["certificate"]),
            policy_oid=given_["policy_oid"],
            policy_digest=bytes.fromhex(given_["policy_digest"]),
            evidence=evidence_of(given_["evidence"]),
        ).hex()
        == case["attributes_der"]
    )


@CASES
def test_attributes_equal_those_of_another_implementation(case):
    given_ = case["input"]
    certificate = x509.Certificate.load(bytes.fromhex(given_["certificate"]))
    signing = tsp.SigningCertificateV2(
        {"certs": [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate.dump()).digest()})]}
    )
    policy = SignaturePolicyIdentifier(
        {
            "signature_policy_id": SignaturePolicyId(
                {
                    "sig_policy_id": "1.2.3",
                    "sig_policy_hash": algos.DigestInfo(
                        {"digest_algorithm": {"algorithm": "sha256"}, "digest": bytes.fromhex(given_["policy_digest"])}
                    ),
                }
            )
        }
    ).dump(force=True)
    commitment = cms.CMSAttribute(
        {"type": "commitment_type", "values": [GenericCommitment.PROOF_OF_APPROVAL.asn1]}
    ).dump()
    message_digest = cms.CMSAttribute(
        {"type": "message_digest", "values": [bytes.fromhex(given_["document_digest"])]}
    ).dump()
    content_type = cms.CMSAttribute({"type": "content_type", "values": ["data"]}).dump()
    built = bytes.fromhex(case["attributes_der"])
    found = [item.dump() for item in core.SetOf.load(built, spec=core.Any)]
    assert found == sorted(found) and len(found) == 6
    assert commitment in found and message_digest in found and content_type in found
    by_type = {core.ObjectIdentifier.load(core.Sequence.load(item)[0].dump()).dotted: item for item in found}
    assert signing.dump() in by_type["1.2.840.113549.1.9.16.2.47"]
    assert policy[policy.index(b"\x04\x20") :] in by_type["1.2.840.113549.1.9.16.2.15"]
    values = cms.CMSAttributes.load(built)
    assert [attribute["type"].dotted for attribute in values][:1] == ["1.2.840.113549.1.9.3"]


@CASES
def test_reading_gives_back_what_was_written(case):
    given_ = case["input"]
    read = read_signed_attributes(bytes.fromhex(case["attributes_der"]))
    assert read.document_digest.hex() == given_["document_digest"]
    assert read.certificate_digest == hashlib.sha256(bytes.fromhex(given_["certificate"])).digest()
    assert read.policy_oid == given_["policy_oid"]
    assert read.policy_digest.hex() == given_["policy_digest"]
    assert read.evidence == evidence_of(given_["evidence"])


@pytest.mark.parametrize("refused", VECTORS["refused"], ids=lambda refused: refused["name"])
def test_anything_but_the_exact_attributes_is_refused(refused):
    with pytest.raises((AttributesEncodingError, EvidenceEncodingError)):
        read_signed_attributes(bytes.fromhex(refused["der"]))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_changed_byte_is_read_as_the_same_attributes_in_another_spelling(data):
    good = bytes.fromhex(data.draw(st.sampled_from(VECTORS["cases"]))["attributes_der"])
    position = data.draw(st.integers(0, len(good) - 1))
    changed = good[:position] + bytes([good[position] ^ data.draw(st.integers(1, 255))]) + good[position + 1 :]
    try:
        read = read_signed_attributes(changed)
    except PadesError:
        return
    assert read.to_der() == changed != good


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_with_an_error_of_this_room(data):
    with pytest.raises(PadesError):
        read_signed_attributes(data)
    with pytest.raises(EvidenceEncodingError):
        CeremonyEvidence.from_der(data)


@pytest.mark.parametrize(
    ("field", "value"),
    [("level", 3), ("held_by", "server"), ("trust", "real"), ("identified_by", ""), ("identified_by", "a\nb")],
)
def test_a_statement_with_a_foreign_value_cannot_be_made(field, value):
    values = {"level": 1, "held_by": "signatory", "identified_by": "https://id.example", "trust": "sandbox"}
    with pytest.raises(EvidenceEncodingError):
        Statement(**{**values, field: value})


@pytest.mark.parametrize("field", ["transcript", "capsule", "proof", "user_verification"])
def test_a_digest_of_evidence_has_32_bytes(field, small):
    values = {name: getattr(small.EVIDENCE, name) for name in small.EVIDENCE.__slots__}
    with pytest.raises(EvidenceEncodingError):
        CeremonyEvidence(**{**values, field: bytes(31)})


def test_evidence_of_another_version_is_refused(small):
    encoded = small.EVIDENCE.to_der()
    with pytest.raises(EvidenceEncodingError):
        CeremonyEvidence.from_der(encoded.replace(b"\x02\x01\x01", b"\x02\x01\x02", 1))
    with pytest.raises(EvidenceEncodingError):
        CeremonyEvidence.from_der(encoded + b"\x00")


def test_the_evidence_attribute_has_the_products_own_identifier(small, walked):
    assert der.oid(Oid.CEREMONY_EVIDENCE) in walked.attributes
