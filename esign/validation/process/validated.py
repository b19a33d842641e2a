"""The result for one signature or document timestamp: a value that verdicts, reports and JSON are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.validation.findings import Finding
from esign.validation.process.inputs import SignatureKind
from esign.validation.process.result import Indication, ProofOfExistence, Step, SubIndication


@dataclass(frozen=True, slots=True, kw_only=True)
class StampOutcome:
    """What became of one timestamp.

    Args:
        purpose: ``signature timestamp``, ``content timestamp`` or ``document timestamp``.
        indication: Of the timestamp itself.
        sub_indication: Why it did not pass.
        gen_time: The time that it states; None for one that cannot be read.
        by_past_validation: Whether it passed only by past validation.
        certificate: Of the authority (DER), if it was identified.
        chain: Up to the trust anchor (DER).
        serial: Of the token.
        policy: Of the authority.
        intact: Whether it stamps what it should stamp.
        identifier: SHA-256 over the token.
    """

    purpose: str
    indication: Indication
    sub_indication: SubIndication | None
    gen_time: datetime | None
    by_past_validation: bool = False
    certificate: bytes | None = None
    chain: tuple[bytes, ...] = ()
    serial: int | None = None
    policy: str | None = None
    intact: bool = False
    identifier: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelMaterial:
    """What the levels of PAdES and PKCS #7 ask for, as facts; no trust is asked.

    Args:
        readable: Whether the signature could be read at all.
        subfilter: As in the file.
        content_type: Whether the content-type attribute is there.
        message_digest: Whether the message-digest attribute is there.
        signing_certificate: Version of the signing-certificate reference that binds the certificate; 0 without one.
        signing_time: Whether the CMS itself claims a time, which PAdES forbids.
        certificate_included: Whether the signing certificate stands in the CMS.
        detached: Whether the CMS brings no content of its own.
        policy: Object identifier of the signature policy, or None.
        commitments: Object identifiers of commitment types.
        content_timestamps: How many.
        signature_timestamps: How many, over this very signature value.
        revocation_in_cms: Whether the CMS brings revocation data (adbe-revocationInfoArchival).
        revocation_complete: Whether revocation data stand in the file for every certificate of the signature, of its
            signature timestamps, and of the document timestamps over it except the newest.
        document_timestamps: How many cover this signature.
        material_covered: Whether a document timestamp covers the signature and all its validation data.
        archive_timestamps: How many archive timestamps of CAdES stand in it.
    """

    readable: bool
    subfilter: str
    content_type: bool = False
    message_digest: bool = False
    signing_certificate: int = 0
    signing_time: bool = False
    certificate_included: bool = False
    detached: bool = True
    policy: str | None = None
    commitments: tuple[str, ...] = ()
    content_timestamps: int = 0
    signature_timestamps: int = 0
    revocation_in_cms: bool = False
    revocation_complete: bool = False
    document_timestamps: int = 0
    material_covered: bool = False
    archive_timestamps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """What the process says about one signature or document timestamp.

    Args:
        kind: Signature or document timestamp.
        indication: The main indication.
        sub_indication: Why it did not pass; None if it did.
        reason: One sentence on that.
        signed_at: Claimed time of signing; for a document timestamp, the time that it states.
        proven_at: Since when the signature is proven to exist; None if only now.
        signer: The signing certificate (DER), if it was identified.
        chain: Its path up to the trust anchor, or as far as it is at hand (DER).
        trusted: Whether the chain ends at a trust anchor and holds.
        intact: Whether what is covered is what was signed.
        signature_verified: Whether the signature value verifies as well.
        steps: Everything that was asked.
        findings: What speaks against it.
        poes: Proofs of existence of it and its validation data.
        timestamps: What became of its timestamps, and of the document timestamps that cover it.
        level: What levels ask for.
        algorithms: What it rests on.
        revoked_at: When a certificate of its chain was revoked, if that is why it did not pass.
        reliable_until: The first instant at which an algorithm of it, of its chain or of the newest revocation data in
            use proves nothing any more; None if no end is known.
    """

    kind: SignatureKind
    indication: Indication
    sub_indication: SubIndication | None
    reason: str
    signed_at: datetime | None = None
    proven_at: datetime | None = None
    signer: bytes | None = None
    chain: tuple[bytes, ...] = ()
    trusted: bool = False
    intact: bool = False
    signature_verified: bool = False
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    poes: tuple[ProofOfExistence, ...] = ()
    timestamps: tuple[StampOutcome, ...] = ()
    level: LevelMaterial = LevelMaterial(readable=False, subfilter="")
    algorithms: tuple[str, ...] = ()
    revoked_at: datetime | None = None
    reliable_until: datetime | None = None
