"""Whether a verdict lets a file be augmented: a timestamp over what is not valid would only look like proof."""

from __future__ import annotations

from esign.preservation.errors import (
    FileNotReadable,
    LevelNotReachable,
    NothingSigned,
    PreservationError,
    SignatureExpired,
    SignatureModified,
    SignatureNotValid,
    SignatureRevoked,
    SignatureUntrusted,
    SignatureWeak,
)
from esign.preservation.levels import standing_at
from esign.validation.findings import FindingKind
from esign.validation.process import Indication, SubIndication
from esign.validation.verdict import FileVerdict, Outcome
from esign.validation.verdict.file_verdict import HARMLESS, OPEN

_REVOKED = frozenset({SubIndication.REVOKED, SubIndication.REVOKED_NO_POE, SubIndication.REVOKED_CA_NO_POE})
_BY_FINDING: tuple[tuple[FindingKind, type[SignatureNotValid]], ...] = (
    (FindingKind.UNTRUSTED, SignatureUntrusted),
    (FindingKind.REVOKED, SignatureRevoked),
    (FindingKind.EXPIRED, SignatureExpired),
    (FindingKind.WEAK_CRYPTO, SignatureWeak),
)
"""What is said first where several things are found."""
_FETCHED = frozenset({FindingKind.REVOCATION_MISSING})
"""Findings of a file whose revocation data have not been fetched yet."""
_PROVEN = _FETCHED | {FindingKind.TIMESTAMP_INVALID, FindingKind.EXPIRED, FindingKind.WEAK_CRYPTO, FindingKind.REVOKED}
"""Findings of one whose timestamps are open as well: with such data they may prove that a signature is older."""


def require_signatures(verdict: FileVerdict) -> None:
    """Refuse a file that cannot be read, has no signature, or one of a kind that has no levels.

    Raises:
        FileNotReadable: No verdict can be had.
        NothingSigned: Nothing is signed.
        LevelNotReachable: A signature is of no kind that has levels.
    """
    if verdict.error is not None:
        raise FileNotReadable(verdict.error.detail, verdict=verdict.error.code)
    if verdict.outcome is not Outcome.OK or not verdict.signatures:
        raise NothingSigned
    strangers = [signature.level for signature in verdict.signatures if standing_at(signature) is None]
    if strangers:
        raise LevelNotReachable("a signature of the file is of no kind that has levels", level=strangers[0])


def refuse_hopeless(verdict: FileVerdict) -> None:
    """Refuse before anybody is asked: what revocation data cannot mend.

    Raises:
        SignatureNotValid: One subclass for each reason.
    """
    kinds = {finding.kind for finding in verdict.all_findings}
    mended = _PROVEN if FindingKind.TIMESTAMP_INVALID in kinds else _FETCHED
    if _broken(verdict) or kinds - mended - HARMLESS:
        raise _refusal(verdict)


def require_valid(verdict: FileVerdict) -> None:
    """Refuse a file of which anything is not valid, or not shown to be.

    Raises:
        SignatureNotValid: One subclass for each reason.
    """
    if not verdict.clean:
        raise _refusal(verdict)


def _broken(verdict: FileVerdict) -> bool:
    return any(part.indication is Indication.TOTAL_FAILED for part in verdict.parts) or any(
        not change.permitted for part in verdict.parts for change in part.changes.changes
    )


def _refusal(verdict: FileVerdict) -> PreservationError:
    kinds = [finding.kind for finding in verdict.all_findings]
    reason = next((part for part in verdict.parts if part.indication is not Indication.TOTAL_PASSED), None)
    facts = {"findings": ",".join(verdict.to_json()["findings"])}
    if reason is not None:
        facts["indication"] = "/".join(filter(None, (reason.indication.value, reason.sub_indication)))
    changed = any(not change.permitted for part in verdict.parts for change in part.changes.changes)
    if changed or any(kind not in OPEN and kind is not FindingKind.SIGNATURE_VALUE_INVALID for kind in kinds):
        return SignatureModified(**facts)
    if any(part.sub_indication in _REVOKED for part in verdict.parts):
        return SignatureRevoked(**facts)
    return next((error for kind, error in _BY_FINDING if kind in kinds), SignatureNotValid)(**facts)
