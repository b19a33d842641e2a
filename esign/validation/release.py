"""The gate: nothing leaves this house that another verifier would not accept, or that is not what was agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.pades import CeremonyEvidence, EmbeddedSignature, PadesError, read_signatures
from esign.pades.document import Document
from esign.pades.errors import ByteRangeError
from esign.validation.certificates import TrustAnchors
from esign.validation.findings import Finding, FindingKind
from esign.validation.level import LevelFacts, contradictions, determine_level
from esign.validation.second_opinion import second_opinion
from esign.validation.signed_bytes import check_signed_bytes
from esign.validation.times import Times, check_times


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseExpectation:
    """What the finished document must be, as the ceremony knows it.

    Args:
        field: Name of the signature field.
        byte_range: The byte range that the signatory saw.
        document_digest: SHA-256 over it (32 bytes).
        attributes: The signed attributes that were released (DER, tag 0x31).
        evidence: The ceremony's evidence.
        certificate: The signer's certificate (DER).
        level: 0 simple, 1 advanced, 2 qualified: what the contract was promised.
        timestamped: Whether a document timestamp must cover the whole file (B-LTA); without it, the last revision is
            the security store (B-LT), for signatures before the last one.
    """

    field: str
    byte_range: tuple[int, int, int, int]
    document_digest: bytes
    attributes: bytes
    evidence: CeremonyEvidence
    certificate: bytes
    level: int
    timestamped: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReport:
    """Whether a document may be released.

    Args:
        passed: True only if there is no finding.
        findings: Everything that speaks against it.
        level: What the file itself says about its level, as far as it could be read.
        signed_at: Time of the signature timestamp, if it is good.
        timestamped_at: Time of the document timestamp, if it is good.
    """

    passed: bool
    findings: tuple[Finding, ...]
    level: LevelFacts | None = None
    signed_at: datetime | None = None
    timestamped_at: datetime | None = None


def check_release(pdf: bytes, *, expected: ReleaseExpectation, trust: TrustAnchors, at: datetime) -> ReleaseReport:
    """Return whether the finished document may be released.

    1. Its signatures can be read, and the expected one is the last before the document timestamp.
    2. Byte range, digest, signed attributes and certificate are, byte for byte, those of the ceremony.
    3. The bytes outside the byte range are the signature and zeros; nothing stands behind the last timestamp.
    4. Signature timestamp and document timestamp are good and in order.
    5. A second implementation accepts every signature, with its chains, the revocation data in the file itself and
       an analysis of every change made after signing; nothing is fetched.
    6. The level, determined again from certificate and statement in the file, is the level that was promised.

    Whatever happens inside, the answer is a report.

    Args:
        pdf: The finished document.
        expected: What it must be.
        trust: Trust anchors; nothing else is trusted.
        at: The present instant.

    Source: docs/ceremony-spec.md section 8; ETSI EN 319 102-1 clause 5; ETSI EN 319 142-1 clause 6.3.
    """
    findings: list[Finding] = []
    level, times = None, Times()
    try:
        document = Document(pdf)
        signatures = read_signatures(document)
        own, problems = _own(signatures, expected)
        findings += problems
        if own is not None:
            held = check_signed_bytes(pdf, own, signatures, expected)
            findings += held.findings
            if held.cms is not None:
                times = check_times(pdf, held.cms, signatures, expected.timestamped, trust, at)
                findings += times.findings
                if held.evidence is not None:
                    level = determine_level(held.cms.certificate, held.evidence)
                    findings += contradictions(held.cms.certificate, held.evidence, expected.level)
            embedded = held.cms.certificates if held.cms is not None else ()
            findings += second_opinion(
                document, expected.field, trust=trust, at=at, signed_at=times.signed_at, embedded=embedded
            )
    except ByteRangeError as error:
        findings.append(Finding(kind=FindingKind.BYTE_RANGE_INVALID, what=error.detail))
    except PadesError as error:
        findings.append(Finding(kind=FindingKind.FORMAT_FAILURE, what=error.detail))
    except Exception as error:
        findings.append(Finding(kind=FindingKind.FORMAT_FAILURE, what=f"a check broke: {type(error).__name__}"))
    return ReleaseReport(
        passed=not findings,
        findings=tuple(dict.fromkeys(findings)),
        level=level,
        signed_at=times.signed_at,
        timestamped_at=times.timestamped_at,
    )


def _own(
    signatures: tuple[EmbeddedSignature, ...], expected: ReleaseExpectation
) -> tuple[EmbeddedSignature | None, tuple[Finding, ...]]:
    """Return the expected signature if it is there once, and what speaks against the signatures around it."""
    own = [s for s in signatures if s.field == expected.field]
    if len(own) != 1 or own[0].kind != "Sig" or own[0].subfilter != "ETSI.CAdES.detached":
        what = "the expected signature is not there exactly once as a PAdES signature"
        return None, (Finding(kind=FindingKind.NO_USABLE_SIGNATURE, what=what),)
    following = [s.kind for s in signatures[signatures.index(own[0]) + 1 :]]
    if following == ["DocTimeStamp"] * expected.timestamped:
        return own[0], ()
    if not following:
        missing = Finding(kind=FindingKind.TIMESTAMP_INVALID, what="the document timestamp is missing")
        return own[0], (missing,)
    what = "something other than one document timestamp follows the expected signature"
    return own[0], (Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=what),)
