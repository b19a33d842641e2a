"""The evidence inside the signature: what was declared, how it was proved, what the signature claims to be."""

from __future__ import annotations

from dataclasses import dataclass

from esign.pades import der
from esign.pades.errors import DerError, EvidenceEncodingError

HELD_BY = ("signatory-passkey", "signatory", "signatory-company-device", "company")
"""Who holds the signature key (docs/ceremony-spec.md section 3)."""
TRUST = ("sandbox", "configured")
"""Whether the trust service behind the certificate is a sandbox."""
BY_EMAIL = "email-address"
"""What stands in ``identified_by`` where nothing but a mail address was proved."""

_VERSION = 1
_USER_VERIFICATION = 0x80
_LONGEST_TEXT = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the signature says about itself.

    Args:
        level: 0 simple, 1 advanced, 2 qualified.
        held_by: Who holds the key: one of ``HELD_BY``.
        identified_by: Issuer of the ID token, or ``email-address``.
        trust: One of ``TRUST``.

    Raises:
        EvidenceEncodingError: A value that this product never states.
    """

    level: int
    held_by: str
    identified_by: str
    trust: str

    def __post_init__(self) -> None:
        if self.level not in (0, 1, 2) or self.held_by not in HELD_BY or self.trust not in TRUST:
            raise EvidenceEncodingError("statement with a value that is never stated")
        if not 0 < len(self.identified_by) <= _LONGEST_TEXT or not self.identified_by.isprintable():
            raise EvidenceEncodingError("statement names nobody who identified")


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyEvidence:
    """The signed attribute that binds a signature to its ceremony.

    Args:
        transcript: tau (32 bytes).
        capsule: SHA-256 over the capsule (32 bytes).
        proof: Proof of intent (32 bytes).
        statement: What the signature says about itself.
        user_verification: Digest of the passkey's assertion (32 bytes), if one was made.

    Raises:
        EvidenceEncodingError: A digest of another length.
    """

    transcript: bytes
    capsule: bytes
    proof: bytes
    statement: Statement
    user_verification: bytes | None = None

    def __post_init__(self) -> None:
        digests = (self.transcript, self.capsule, self.proof, self.user_verification)
        if any(d is not None and len(d) != 32 for d in digests):
            raise EvidenceEncodingError("a digest of evidence has 32 bytes")

    def to_der(self) -> bytes:
        """Return the DER encoding.

        Source: docs/ceremony-spec.md section 3.
        """
        statement = der.sequence(
            der.integer(self.statement.level),
            der.utf8(self.statement.held_by),
            der.utf8(self.statement.identified_by),
            der.utf8(self.statement.trust),
        )
        verification = b"" if self.user_verification is None else der.tlv(_USER_VERIFICATION, self.user_verification)
        digests = (der.octets(self.transcript), der.octets(self.capsule), der.octets(self.proof))
        return der.sequence(der.integer(_VERSION), *digests, statement, verification)

    @classmethod
    def from_der(cls, data: bytes) -> CeremonyEvidence:
        """Return the evidence that the bytes are the one encoding of.

        Raises:
            EvidenceEncodingError: Another version, a foreign value, another encoding, trailing bytes.
        """
        try:
            evidence = _read(data)
        except EvidenceEncodingError:
            raise
        except DerError as error:
            raise EvidenceEncodingError(error.detail) from error
        if evidence.to_der() != data:
            raise EvidenceEncodingError("not the canonical encoding")
        return evidence


def _read(data: bytes) -> CeremonyEvidence:
    outer = der.Reader(data)
    body = outer.inside(der.SEQUENCE)
    outer.done()
    if body.small_integer() != _VERSION:
        raise EvidenceEncodingError("evidence of an unknown version")
    transcript, capsule, proof = (body.content(der.OCTET_STRING) for _ in range(3))
    inner = body.inside(der.SEQUENCE)
    level = inner.small_integer()
    held_by, identified_by, trust = inner.text(), inner.text(), inner.text()
    inner.done()
    verification = None if body.empty else body.content(_USER_VERIFICATION)
    body.done()
    return CeremonyEvidence(
        transcript=transcript,
        capsule=capsule,
        proof=proof,
        statement=Statement(level=level, held_by=held_by, identified_by=identified_by, trust=trust),
        user_verification=verification,
    )
