"""The verdict on one file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from esign.foundation.errors import EsignError
from esign.validation.changes import Hidden
from esign.validation.findings import Finding, FindingKind
from esign.validation.process import Indication
from esign.validation.verdict.evidence_record import EvidenceRecordVerdict
from esign.validation.verdict.signature_verdict import AttachmentVerdict, SignatureVerdict, TimestampVerdict, spoken

HARMLESS = frozenset({FindingKind.TRUSTED_LIST_STALE, FindingKind.RULES_NOT_AVAILABLE})
"""Findings that leave open whether a signature is qualified, not whether it is valid. A remark that a certification
permits is not among them: the page shows something that nobody signed."""
OPEN = HARMLESS | {
    FindingKind.UNTRUSTED,
    FindingKind.KEY_USAGE,
    FindingKind.REVOKED,
    FindingKind.REVOCATION_MISSING,
    FindingKind.EXPIRED,
    FindingKind.NOT_YET_VALID,
    FindingKind.WEAK_CRYPTO,
    FindingKind.TIMESTAMP_INVALID,
    FindingKind.LIMIT_EXCEEDED,
    FindingKind.FORMAT_FAILURE,
    FindingKind.ATTRIBUTES_DIFFER,
    FindingKind.CERTIFICATE_DIFFERS,
}
"""Findings about trust and time: whether they make a signature invalid or leave it open, its indication says."""


class Outcome(StrEnum):
    """Whether the question could be answered at all."""

    OK = "ok"
    CLEAN_ERROR = "clean_error"
    NO_SIGNATURE = "no signature"


class Status(IntEnum):
    """What a verdict comes to: the exit status of ``esign verify``."""

    VALID = 0
    NOT_VALID = 1
    UNREADABLE = 2
    INDETERMINATE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictError:
    """Why there is no verdict.

    Args:
        code: Stable, ``validation.…``.
        detail: One plain English sentence. No personal data.
        source: Where the rule stands.
    """

    code: str
    detail: str
    source: str | None

    @classmethod
    def of(cls, error: EsignError) -> VerdictError:
        """Return what an error says."""
        return cls(code=error.code, detail=error.detail, source=error.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVerdict:
    """The verdict on one file.

    Args:
        file: Its name, as it was given.
        outcome: Whether the question could be answered.
        at: The instant of the validation.
        error: Why not, for :attr:`Outcome.CLEAN_ERROR`.
        signatures: In the order of the file.
        timestamps: The document timestamps, in the order of the file.
        attachments: The files within the file.
        hidden: What the newest revision that an intact signature covers holds and does not show; no finding.
        evidence_record: The evidence record that was handed in beside it; None where there was none.
        findings: What speaks against the file as a whole.
    """

    file: str
    outcome: Outcome
    at: datetime
    error: VerdictError | None = None
    signatures: tuple[SignatureVerdict, ...] = ()
    timestamps: tuple[TimestampVerdict, ...] = ()
    attachments: tuple[AttachmentVerdict, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    evidence_record: EvidenceRecordVerdict | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def parts(self) -> tuple[SignatureVerdict | TimestampVerdict, ...]:
        """The signatures, then the document timestamps."""
        return (*self.signatures, *self.timestamps)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """The findings of the file, its signatures, its document timestamps and its evidence record, once each."""
        record = () if self.evidence_record is None else self.evidence_record.findings
        parts = (finding for part in self.parts for finding in part.findings)
        return tuple(dict.fromkeys((*self.findings, *parts, *record)))

    @property
    def clean(self) -> bool:
        """Whether every signature is valid and nothing was changed beyond what the signatures permit."""
        return (
            self.outcome is Outcome.OK
            and bool(self.signatures)
            and all(part.indication is Indication.TOTAL_PASSED for part in self.judged)
            and all(finding.kind in HARMLESS for finding in self.all_findings)
            and all(change.permitted for part in self.parts for change in part.changes.changes)
        )

    @property
    def sandbox(self) -> bool:
        """Whether anything that the file rests on is a sandbox."""
        return any(part.sandbox for part in self.judged)

    @property
    def status(self) -> Status:
        """What it comes to: unreadable, not valid (or changed, or without signature), indeterminate, or valid."""
        if self.outcome is Outcome.CLEAN_ERROR:
            return Status.UNREADABLE
        if self.clean:
            return Status.VALID
        broken = any(part.indication is Indication.TOTAL_FAILED for part in self.judged)
        changed = any(finding.kind not in OPEN for finding in self.all_findings)
        if self.outcome is Outcome.NO_SIGNATURE or broken or changed:
            return Status.NOT_VALID
        return Status.INDETERMINATE

    @property
    def judged(self) -> tuple[SignatureVerdict | TimestampVerdict | EvidenceRecordVerdict, ...]:
        """The signatures, the document timestamps, and the evidence record where there is one."""
        record = self.evidence_record
        return self.parts if record is None else (*self.parts, record)

    def to_json(self) -> dict[str, Any]:
        """Return it as ``esign verify --json`` prints it (docs/schemas/verify.schema.json)."""
        error = self.error
        return {
            "file": self.file,
            "outcome": self.outcome.value,
            "clean": self.clean,
            "sandbox": self.sandbox,
            "error": None if error is None else {"code": error.code, "detail": error.detail, "source": error.source},
            "findings": spoken(self.all_findings),
            "signatures": [signature.to_json() for signature in self.signatures],
            "attachments": [attachment.to_json() for attachment in self.attachments],
            "evidence_record": None if self.evidence_record is None else self.evidence_record.to_json(),
            "hidden": [{"kind": item.kind.value, "count": item.count, "page": item.page} for item in self.hidden],
        }

    @classmethod
    def unreadable(cls, name: str, error: EsignError, *, at: datetime, limit: bool = False) -> FileVerdict:
        """Return that there is no verdict on a file.

        Args:
            name: Of the file.
            error: Why.
            at: The instant of the validation.
            limit: Whether it is because of what it would cost.
        """
        kind = FindingKind.LIMIT_EXCEEDED if limit else FindingKind.FORMAT_FAILURE
        return cls(
            file=name,
            outcome=Outcome.CLEAN_ERROR,
            at=at,
            error=VerdictError.of(error),
            findings=(Finding(kind=kind, what=error.detail),),
        )
