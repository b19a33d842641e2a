"""The evidence record that was handed in beside a file: whether it is the file's, and since when it proves the file.

Its timestamps go through the same process as those of the file: each covers all of it, and each renewal those before.

Source: RFC 4998 section 5.3; ETSI EN 319 102-1 clause 5.6.2.3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from esign.proof.evidence_records import (
    CoveredImprint,
    EvidenceRecord,
    EvidenceRecordChainBroken,
    EvidenceRecordError,
    EvidenceRecordMalformed,
    EvidenceRecordOfAnother,
)
from esign.validation.findings import Finding, FindingKind
from esign.validation.process import Indication, SignatureKind, SignatureObject, SubIndication, Validated
from esign.validation.process.cms import read_signed_message
from esign.validation.process.tst import read_stamp
from esign.validation.verdict.signature_verdict import spoken, written
from esign.validation.verdict.standing import is_sandbox, name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecordVerdict:
    """Everything about the evidence record of one file.

    Args:
        indication: Passed if every timestamp of the record passed, and each covers what it must.
        sub_indication: Why not.
        proven_at: Since when the file is proven to exist; None where the record proves nothing.
        authority: Name in the certificate of the oldest timestamp, for people.
        sandbox: Whether one of its timestamps comes from a sandbox.
        timestamps: How many there are, renewals among them.
        findings: What speaks against it.
        results: The process of validation for each, the oldest first.
    """

    indication: Indication
    sub_indication: SubIndication | None
    proven_at: datetime | None = None
    authority: str | None = None
    sandbox: bool = False
    timestamps: int = 0
    findings: tuple[Finding, ...] = ()
    results: tuple[Validated, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as ``esign verify --json`` prints it."""
        return {
            "indication": self.indication.value,
            "sub_indication": self.sub_indication.value if self.sub_indication else None,
            "proven_at": written(self.proven_at),
            "authority": self.authority,
            "sandbox": self.sandbox,
            "timestamps": self.timestamps,
            "findings": spoken(self.findings),
        }


def record_objects(record: bytes, data: bytes) -> tuple[SignatureObject, ...]:
    """Return a record's timestamps as the process takes them, the oldest first.

    Args:
        record: The evidence record (DER).
        data: The file.

    Raises:
        EvidenceRecordError: It cannot be read, is another file's, or a timestamp or renewal covers something else.
    """
    covered = EvidenceRecord.from_der(record).imprints(lambda name: hashlib.new(name, data).digest())
    for number, one in enumerate(covered):
        if not _stamps(one):
            raise EvidenceRecordChainBroken if number else EvidenceRecordOfAnother
    return tuple(
        SignatureObject(
            cms=one.token,
            content_digest=_digest(one),
            kind=SignatureKind.EVIDENCE_RECORD,
            covered_until=len(data) + 1 + number,
        )
        for number, one in enumerate(covered)
    )


def record_verdict(results: Sequence[Validated]) -> EvidenceRecordVerdict:
    """Return the verdict on a record, from what the process says about its timestamps.

    Args:
        results: The oldest first.
    """
    failed = next((result for result in results if result.indication is not Indication.TOTAL_PASSED), None)
    findings = tuple(dict.fromkeys(finding for result in results for finding in result.findings))
    oldest = results[0]
    if failed is not None:
        findings += (Finding(kind=FindingKind.EVIDENCE_RECORD_INVALID, what=failed.reason),)
    return EvidenceRecordVerdict(
        indication=Indication.TOTAL_PASSED if failed is None else failed.indication,
        sub_indication=None if failed is None else failed.sub_indication,
        proven_at=oldest.signed_at if failed is None else None,
        authority=None if oldest.signer is None else name_of(oldest.signer),
        sandbox=any(is_sandbox(result) for result in results),
        timestamps=len(results),
        findings=findings,
        results=tuple(results),
    )


def record_refused(error: EvidenceRecordError) -> EvidenceRecordVerdict:
    """Return the verdict on a record that is not the file's, or none at all."""
    format_failed = isinstance(error, EvidenceRecordMalformed)
    return EvidenceRecordVerdict(
        indication=Indication.TOTAL_FAILED,
        sub_indication=SubIndication.FORMAT_FAILURE if format_failed else SubIndication.HASH_FAILURE,
        findings=(Finding(kind=FindingKind.EVIDENCE_RECORD_INVALID, what=error.detail),),
    )


def _stamps(one: CoveredImprint) -> bool:
    """Whether a token says of itself that it stamps what it must; the process checks whether it is a good one."""
    try:
        stamp = read_stamp(read_signed_message(one.token))
    except Exception as error:  # hostile bytes: whatever breaks on them
        raise EvidenceRecordMalformed("a timestamp of the record cannot be read") from error
    return stamp.imprint == one.imprint and stamp.imprint_hash == one.algorithm


def _digest(one: CoveredImprint) -> Callable[[str], bytes]:
    def digest(name: str) -> bytes:
        if name != one.algorithm:
            raise ValueError("the record has no digest of this kind")
        return one.imprint

    return digest
