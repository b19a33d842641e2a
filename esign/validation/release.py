"""The gate: nothing leaves this house that another verifier would not accept, or that is not what was agreed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from esign.pades import CeremonyEvidence, EmbeddedSignature, PadesError, read_signatures
from esign.pades.document import Document
from esign.pades.errors import ByteRangeError
from esign.validation.certificates import TrustAnchors
from esign.validation.findings import Finding, FindingKind
from esign.validation.level import LevelFacts, contradictions, determine_level, seal_contradictions
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
        evidence: The ceremony's evidence; None for the company's own seal, behind which no ceremony stands.
        certificate: The signer's certificate (DER).
        level: 0 simple, 1 advanced, 2 qualified: what the contract was promised; without meaning for a seal.
        user_verification: Whether the signature policy demands a key behind a passkey that verified its user.
        timestamped: Whether a document timestamp must cover the whole file (B-LTA); without it, the last revision is
            the security store (B-LT), for signatures before the last one.
    """

    field: str
    byte_range: tuple[int, int, int, int]
    document_digest: bytes
    attributes: bytes
    evidence: CeremonyEvidence | None
    certificate: bytes
    level: int
    user_verification: bool = False
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


def check_release(
    pdf: bytes,
    *,
    expected: ReleaseExpectation,
    trust: TrustAnchors,
    at: datetime,
    earlier: tuple[ReleaseExpectation, ...] = (),
) -> ReleaseReport:
    """Return whether the finished document may be released.

    1. Its signatures can be read; the expected one is the last before the document timestamp, and before it stand
       exactly the earlier ones, in their order.
    2. Of each, byte range, digest, signed attributes and certificate are, byte for byte, those of its ceremony.
    3. The bytes outside the byte range are the signature and zeros; nothing stands behind the last timestamp.
    4. Signature timestamps and document timestamp are good and in order.
    5. A second implementation accepts every signature, with its chains, the revocation data in the file itself and
       an analysis of every change made after signing; nothing is fetched.
    6. The level, determined again from certificate and statement in the file, is the level that was promised.

    Whatever happens inside, the answer is a report.

    Args:
        pdf: The finished document.
        expected: What it must be.
        trust: Trust anchors; nothing else is trusted.
        at: The present instant.
        earlier: What each earlier signature must be, in the order of signing.

    Source: docs/ceremony-spec.md section 8; ETSI EN 319 102-1 clause 5; ETSI EN 319 142-1 clause 6.3.
    """
    findings: list[Finding] = []
    level, times = None, Times()
    try:
        document = Document(pdf)
        signatures = read_signatures(document)
        own, problems = _own(signatures, expected, earlier)
        findings += problems
        if own is not None:
            moments: dict[str, datetime] = {}
            embedded: tuple[bytes, ...] = ()
            for wanted, found in zip((*earlier, expected), signatures, strict=False):
                judged = _judge(pdf, found, signatures, wanted, trust, at)
                findings += judged.findings
                level, times, before = judged.level, judged.times, times
                embedded += judged.certificates
                if times.signed_at is not None:
                    moments[found.field] = times.signed_at
                    if before.signed_at is not None and before.signed_at > times.signed_at:
                        what = "the signatures are not in the order of their timestamps"
                        findings.append(Finding(kind=FindingKind.TIMESTAMP_INVALID, what=what))
            findings += second_opinion(
                document, expected.field, trust=trust, at=at, signed_at=moments, embedded=embedded
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    findings: tuple[Finding, ...]
    level: LevelFacts | None = None
    times: Times = field(default_factory=Times)
    certificates: tuple[bytes, ...] = ()


def _judge(
    pdf: bytes,
    own: EmbeddedSignature,
    signatures: tuple[EmbeddedSignature, ...],
    wanted: ReleaseExpectation,
    trust: TrustAnchors,
    at: datetime,
) -> _Judged:
    """Hold one signature against what its ceremony, or the company's seal, knows about it."""
    held = check_signed_bytes(pdf, own, signatures, wanted)
    if held.cms is None:
        return _Judged(findings=held.findings)
    times = check_times(pdf, held.cms, signatures, wanted.timestamped, trust, at)
    findings = (*held.findings, *times.findings)
    level = None
    if wanted.evidence is None:
        findings += seal_contradictions(held.cms.certificate)
    elif held.evidence is not None:
        level = determine_level(held.cms.certificate, held.evidence)
        findings += contradictions(
            held.cms.certificate, held.evidence, wanted.level, user_verification=wanted.user_verification
        )
    return _Judged(findings=findings, level=level, times=times, certificates=held.cms.certificates)


def _own(
    signatures: tuple[EmbeddedSignature, ...], expected: ReleaseExpectation, earlier: tuple[ReleaseExpectation, ...]
) -> tuple[EmbeddedSignature | None, tuple[Finding, ...]]:
    """Return the expected signature if it is there once, and what speaks against the signatures around it."""
    own = [s for s in signatures if s.field == expected.field]
    if len(own) != 1 or own[0].kind != "Sig" or own[0].subfilter != "ETSI.CAdES.detached":
        what = "the expected signature is not there exactly once as a PAdES signature"
        return None, (Finding(kind=FindingKind.NO_USABLE_SIGNATURE, what=what),)
    before = [(s.field, s.kind, s.subfilter) for s in signatures[: signatures.index(own[0])]]
    if before != [(wanted.field, "Sig", "ETSI.CAdES.detached") for wanted in earlier]:
        what = "the signatures before the expected one are not those that were made"
        return None, (Finding(kind=FindingKind.NO_USABLE_SIGNATURE, what=what),)
    following = [s.kind for s in signatures[signatures.index(own[0]) + 1 :]]
    if following == ["DocTimeStamp"] * expected.timestamped:
        return own[0], ()
    if not following:
        missing = Finding(kind=FindingKind.TIMESTAMP_INVALID, what="the document timestamp is missing")
        return own[0], (missing,)
    what = "something other than one document timestamp follows the expected signature"
    return own[0], (Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=what),)
