"""The signed attributes: the very bytes that the signature key signs, built the same way here and in the browser."""

from __future__ import annotations

from dataclasses import dataclass

from esign.foundation.digests import sha256
from esign.foundation.identifiers import Oid
from esign.pades import der
from esign.pades.errors import AttributesEncodingError, DerError
from esign.pades.evidence import CeremonyEvidence

CONTENT_TYPE = "1.2.840.113549.1.9.3"
"""RFC 5652 section 11.1."""
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
"""RFC 5652 section 11.2."""
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
"""RFC 5035 section 3; ETSI EN 319 122-1 clause 5.2.2.3."""
SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15"
"""ETSI EN 319 122-1 clause 5.2.9."""
COMMITMENT_TYPE = "1.2.840.113549.1.9.16.2.16"
"""ETSI EN 319 122-1 clause 5.2.3."""
PROOF_OF_APPROVAL = "1.2.840.113549.1.9.16.6.5"
"""id-cti-ets-proofOfApproval: the signatory approved the content (ETSI EN 319 122-1 annex A.1)."""
ID_DATA = "1.2.840.113549.1.7.1"
SHA256 = "2.16.840.1.101.3.4.2.1"

_CONTENT_TYPE = der.sequence(der.oid(CONTENT_TYPE), der.tlv(der.SET, der.oid(ID_DATA)))
_COMMITMENT = der.sequence(der.oid(COMMITMENT_TYPE), der.tlv(der.SET, der.sequence(der.oid(PROOF_OF_APPROVAL))))
_SHA256 = der.sequence(der.oid(SHA256))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAttributes:
    """What a signature's signed attributes say.

    Args:
        document_digest: SHA-256 over the byte range (32 bytes).
        certificate_digest: SHA-256 over the signer's certificate (32 bytes).
        policy_oid: Signature policy, dotted.
        policy_digest: SHA-256 over the policy's bytes (32 bytes).
        evidence: The ceremony's evidence.
    """

    document_digest: bytes
    certificate_digest: bytes
    policy_oid: str
    policy_digest: bytes
    evidence: CeremonyEvidence

    def to_der(self) -> bytes:
        """Return the DER ``SET OF`` (tag 0x31), sorted.

        Raises:
            AttributesEncodingError: A digest of another length.
            DerError: The policy is not an object identifier.

        Source: docs/ceremony-spec.md section 7.
        """
        if any(len(d) != 32 for d in (self.document_digest, self.certificate_digest, self.policy_digest)):
            raise AttributesEncodingError("a digest has 32 bytes")
        policy = der.sequence(der.oid(self.policy_oid), der.sequence(_SHA256, der.octets(self.policy_digest)))
        certificate = der.sequence(der.sequence(der.sequence(der.octets(self.certificate_digest))))
        return der.set_of(
            (
                _CONTENT_TYPE,
                _COMMITMENT,
                _attribute(MESSAGE_DIGEST, der.octets(self.document_digest)),
                _attribute(SIGNING_CERTIFICATE_V2, certificate),
                _attribute(SIGNATURE_POLICY, policy),
                _attribute(Oid.CEREMONY_EVIDENCE, self.evidence.to_der()),
            )
        )


def signed_attributes(
    *, document_digest: bytes, certificate: bytes, policy_oid: str, policy_digest: bytes, evidence: CeremonyEvidence
) -> bytes:
    """Return the signed attributes as DER (tag 0x31): what the signature key signs.

    Args:
        document_digest: SHA-256 over the byte range of the prepared document (32 bytes).
        certificate: The signer's certificate (DER).
        policy_oid: Signature policy, dotted.
        policy_digest: SHA-256 over the policy's bytes (32 bytes).
        evidence: The ceremony's evidence.

    Raises:
        AttributesEncodingError: A digest of another length.

    Source: docs/ceremony-spec.md section 7.
    """
    return SignedAttributes(
        document_digest=document_digest,
        certificate_digest=sha256(certificate),
        policy_oid=policy_oid,
        policy_digest=policy_digest,
        evidence=evidence,
    ).to_der()


def read_signed_attributes(data: bytes) -> SignedAttributes:
    """Return what the signed attributes say; only the exact bytes that this product builds are accepted.

    Raises:
        AttributesEncodingError: A missing, foreign or doubled attribute, another order, another encoding.
        EvidenceEncodingError: The ceremony's evidence inside is not canonical.
    """
    try:
        values = _values(data)
        policy_oid, policy_digest = _policy(values[SIGNATURE_POLICY])
        attributes = SignedAttributes(
            document_digest=_only(values[MESSAGE_DIGEST], der.OCTET_STRING),
            certificate_digest=_certificate_digest(values[SIGNING_CERTIFICATE_V2]),
            policy_oid=policy_oid,
            policy_digest=policy_digest,
            evidence=CeremonyEvidence.from_der(values[Oid.CEREMONY_EVIDENCE]),
        )
        again = attributes.to_der()
    except KeyError as error:
        raise AttributesEncodingError("a signed attribute is missing") from error
    except DerError as error:
        if type(error) is DerError:
            raise AttributesEncodingError(error.detail) from error
        raise
    if again != data:
        raise AttributesEncodingError("not exactly the signed attributes of this product")
    return attributes


def _attribute(identifier: str, value: bytes) -> bytes:
    return der.sequence(der.oid(identifier), der.tlv(der.SET, value))


def _values(data: bytes) -> dict[str, bytes]:
    outer = der.Reader(data)
    attributes = outer.inside(der.SET)
    outer.done()
    values: dict[str, bytes] = {}
    while not attributes.empty:
        attribute = attributes.inside(der.SEQUENCE)
        identifier = der.read_oid(attribute.content(der.OBJECT_IDENTIFIER))
        if identifier in values:
            raise AttributesEncodingError("a signed attribute stands twice")
        values[identifier] = attribute.content(der.SET)
        attribute.done()
    return values


def _only(data: bytes, tag: int) -> bytes:
    reader = der.Reader(data)
    content = reader.content(tag)
    reader.done()
    return content


def _certificate_digest(data: bytes) -> bytes:
    return _only(_only(_only(_only(data, der.SEQUENCE), der.SEQUENCE), der.SEQUENCE), der.OCTET_STRING)


def _policy(data: bytes) -> tuple[str, bytes]:
    outer = der.Reader(_only(data, der.SEQUENCE))
    identifier = der.read_oid(outer.content(der.OBJECT_IDENTIFIER))
    hashed = outer.inside(der.SEQUENCE)
    hashed.raw(der.SEQUENCE)
    return identifier, hashed.content(der.OCTET_STRING)
