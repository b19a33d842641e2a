"""The signed attributes, built by the signatory from its own values; equal bytes are required of the server.

Source: docs/ceremony-spec.md sections 3 and 7; RFC 5652 section 11, RFC 5035 section 3, ETSI EN 319 122-1 clause 5.2.
"""

from __future__ import annotations

from dataclasses import dataclass

from certs.signatory import der
from certs.signatory.requests import ARC
from certs.signatory.words import h

CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15"
COMMITMENT_TYPE = "1.2.840.113549.1.9.16.2.16"
PROOF_OF_APPROVAL = "1.2.840.113549.1.9.16.6.5"
DATA = "1.2.840.113549.1.7.1"
SHA256 = "2.16.840.1.101.3.4.2.1"
CEREMONY_EVIDENCE = f"{ARC}.2.1"
LEVELS = {"simple": 0, "advanced": 1, "qualified": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the signature says about the ceremony. ``user_verification`` is the digest of the passkey's statement."""

    transcript: bytes
    capsule: bytes
    proof: bytes
    level: str
    held_by: str
    identified_by: str
    trust: str
    user_verification: bytes | None

    def to_der(self) -> bytes:
        """Return the DER of ``CeremonyEvidence``."""
        statement = der.sequence(
            der.integer(LEVELS[self.level]),
            der.utf8(self.held_by),
            der.utf8(self.identified_by),
            der.utf8(self.trust),
        )
        digests = (der.octets(each) for each in (self.transcript, self.capsule, self.proof))
        tail = b"" if self.user_verification is None else der.octets(self.user_verification, tag=0x80)
        return der.sequence(der.integer(1), *digests, statement, tail)


def signed_attributes(
    *, document_digest: bytes, certificate: bytes, policy_oid: str, policy_digest: bytes, evidence: Evidence
) -> bytes:
    """Return the signed attributes, DER with the tag 0x31: the bytes that are signed."""
    values = {
        CONTENT_TYPE: der.oid(DATA),
        MESSAGE_DIGEST: der.octets(document_digest),
        SIGNING_CERTIFICATE_V2: der.sequence(der.sequence(der.sequence(der.octets(h(certificate))))),
        SIGNATURE_POLICY: der.sequence(
            der.oid(policy_oid), der.sequence(der.sequence(der.oid(SHA256)), der.octets(policy_digest))
        ),
        COMMITMENT_TYPE: der.sequence(der.oid(PROOF_OF_APPROVAL)),
        CEREMONY_EVIDENCE: evidence.to_der(),
    }
    return der.set_of(der.sequence(der.oid(oid), der.set_of([value])) for oid, value in values.items())
