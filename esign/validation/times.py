"""The two timestamps of a finished document: when the signature existed, and when all of it stood there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from esign.foundation.digests import sha256
from esign.pades import EmbeddedSignature, SignedData, range_digest
from esign.proof.timestamps import TimestampError, verify_token
from esign.validation.certificates import TrustAnchors
from esign.validation.findings import Finding, FindingKind

_TOLERANCE = timedelta(minutes=5)
"""How far the authority's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Proven times; None where a timestamp is missing or not good.

    Args:
        signed_at: From the signature timestamp.
        timestamped_at: From the document timestamp.
        findings: What speaks against the timestamps.
    """

    signed_at: datetime | None = None
    timestamped_at: datetime | None = None
    findings: tuple[Finding, ...] = ()


def check_times(
    pdf: bytes,
    cms: SignedData,
    signatures: tuple[EmbeddedSignature, ...],
    timestamped: bool,
    trust: TrustAnchors,
    at: datetime,
) -> Times:
    """Verify both timestamps with our own implementation, and their order.

    Args:
        pdf: The finished document.
        cms: The signature's contents.
        signatures: All signatures of the document.
        timestamped: Whether a document timestamp must be there.
        trust: Trust anchors.
        at: The present instant.

    Source: RFC 3161 section 2.4.2; ETSI EN 319 142-1 clause 6.3.
    """
    findings: list[Finding] = []

    def verified(token: bytes | None, digest: bytes, which: str) -> datetime | None:
        problem = f"the {which} timestamp is missing"
        if token is not None:
            try:
                return verify_token(token, digest, anchors=trust.certificates).gen_time
            except TimestampError as error:
                problem = f"the {which} timestamp: {error.code}"
        findings.append(Finding(kind=FindingKind.TIMESTAMP_INVALID, what=problem))
        return None

    signed_at = verified(cms.signature_timestamp, sha256(cms.signature), "signature")
    timestamped_at = None
    last = signatures[-1]
    if timestamped and last.kind == "DocTimeStamp":
        timestamped_at = verified(last.cms, range_digest(pdf, last.byte_range), "document")
    known = [time for time in (signed_at, timestamped_at) if time is not None]
    if known != sorted(known) or any(time > at + _TOLERANCE for time in known):
        what = "the timestamps are out of order or in the future"
        findings.append(Finding(kind=FindingKind.TIMESTAMP_INVALID, what=what))
    return Times(signed_at=signed_at, timestamped_at=timestamped_at, findings=tuple(findings))
