"""The gate: nothing leaves this house that our own verdict or another verifier would not accept, or was not agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from esign.pades import PadesError
from esign.pades.document import Document
from esign.validation.certificates import TrustAnchors
from esign.validation.findings import Finding, FindingKind
from esign.validation.process import Indication, Material
from esign.validation.promised import (
    Part,
    ReleaseExpectation,
    against_the_form,
    against_the_order,
    against_the_promise,
    in_order,
)
from esign.validation.second_opinion import second_opinion
from esign.validation.verdict import FileVerdict, SignatureVerdict, TimestampVerdict, verify

__all__ = ["ReleaseExpectation", "ReleaseReport", "check_release"]

_STAMP = "signature timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReport:
    """Whether a document may be released.

    Args:
        passed: True only if there is no finding.
        findings: Everything that speaks against it.
        verdict: What ``esign verify`` says of the document; None where not even that could be asked.
        signed_at: Time of the signature timestamp, if it is good.
        timestamped_at: Time of the document timestamp, if it is good.
    """

    passed: bool
    findings: tuple[Finding, ...]
    verdict: FileVerdict | None = None
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

    1. Our own verdict, the same that everybody gets for this file, is clean, with nothing beside the file.
    2. The signatures are those that were made, in their order, and one document timestamp where it must be there.
    3. Each is the one that was agreed: :func:`against_the_promise`.
    4. The bytes are in the one form that this product writes; nothing stands behind the last timestamp.
    5. The signatures are in the order of their timestamps.
    6. A second implementation finds the same signatures and accepts each, with its chains, timestamps and the
       revocation data in the file itself; nothing is fetched.

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
    verdict = None
    try:
        verdict = verify(pdf, trust=trust, material=Material(), at=at)
        findings += verdict.all_findings
        parts, wanted = in_order(verdict), (*earlier, expected)
        if verdict.error is None:
            findings += against_the_order(parts, wanted)
            findings += against_the_form(pdf, parts, timestamped=expected.timestamped)
            for part, each in zip(parts, wanted, strict=False):
                if isinstance(part, SignatureVerdict) and part.field == each.field:
                    findings += against_the_promise(pdf, part, each, last=each is expected)
            findings += _against_the_times(parts)
            moments = {part.field: moment for part in parts if (moment := _stamped_at(part)) is not None}
            fields = [part.field for part in parts]
            findings += second_opinion(Document(pdf), fields=fields, trust=trust, at=at, signed_at=moments)
        if not verdict.clean and not findings:
            findings.append(Finding(kind=FindingKind.FORMAT_FAILURE, what="the verdict on the document is not clean"))
    except PadesError as error:
        findings.append(Finding(kind=FindingKind.FORMAT_FAILURE, what=error.detail))
    except Exception as error:
        findings.append(Finding(kind=FindingKind.FORMAT_FAILURE, what=f"a check broke: {type(error).__name__}"))
    own = next((part for part in verdict.signatures if part.field == expected.field), None) if verdict else None
    return ReleaseReport(
        passed=not findings and verdict is not None and verdict.clean,
        findings=tuple(dict.fromkeys(findings)),
        verdict=verdict,
        signed_at=None if own is None else _stamped_at(own),
        timestamped_at=_whole_at(verdict),
    )


def _against_the_times(parts: tuple[Part, ...]) -> tuple[Finding, ...]:
    times = [moment for part in parts if (moment := _stamped_at(part)) is not None]
    if all(before <= after for before, after in pairwise(times)):
        return ()
    what = "the signatures are not in the order of their timestamps"
    return (Finding(kind=FindingKind.TIMESTAMP_INVALID, what=what),)


def _stamped_at(part: Part) -> datetime | None:
    """Return the time of a signature's own timestamp; None where none passed."""
    if isinstance(part, TimestampVerdict):
        return None
    stamps = [stamp for stamp in part.result.timestamps if stamp.purpose == _STAMP]
    passed = [stamp.gen_time for stamp in stamps if stamp.indication is Indication.TOTAL_PASSED and stamp.gen_time]
    return min(passed, default=None)


def _whole_at(verdict: FileVerdict | None) -> datetime | None:
    passed = [t for t in verdict.timestamps if t.indication is Indication.TOTAL_PASSED] if verdict else []
    return passed[-1].result.signed_at if passed else None
