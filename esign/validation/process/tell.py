"""What did not pass, as findings of the closed list.

Source: ETSI EN 319 102-1 table 6 (which reason means what).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from esign.validation.findings import Finding, FindingKind
from esign.validation.process.basic import BasicResult
from esign.validation.process.conditions import Condition, Problem
from esign.validation.process.path_rules import PathFault
from esign.validation.process.result import SubIndication

_OF_CONDITION = {
    Condition.REVOKED: FindingKind.REVOKED,
    Condition.AUTHORITY_REVOKED: FindingKind.REVOKED,
    Condition.ON_HOLD: FindingKind.REVOKED,
    Condition.OUT_OF_BOUNDS_NOT_REVOKED: FindingKind.EXPIRED,
    Condition.OUT_OF_BOUNDS: FindingKind.EXPIRED,
    Condition.REVOCATION_MISSING: FindingKind.REVOCATION_MISSING,
    Condition.REVOCATION_STALE: FindingKind.REVOCATION_MISSING,
    Condition.AUTHORITY_OUT_OF_BOUNDS: FindingKind.EXPIRED,
    Condition.WEAK_CERTIFICATE: FindingKind.WEAK_CRYPTO,
    Condition.WEAK_REVOCATION: FindingKind.WEAK_CRYPTO,
    Condition.WEAK_SIGNATURE: FindingKind.WEAK_CRYPTO,
}
_OF_REASON = {
    SubIndication.FORMAT_FAILURE: FindingKind.FORMAT_FAILURE,
    SubIndication.HASH_FAILURE: FindingKind.DIGEST_MISMATCH,
    SubIndication.SIG_CRYPTO_FAILURE: FindingKind.SIGNATURE_VALUE_INVALID,
    SubIndication.REVOKED: FindingKind.REVOKED,
    SubIndication.EXPIRED: FindingKind.EXPIRED,
    SubIndication.NOT_YET_VALID: FindingKind.NOT_YET_VALID,
    SubIndication.SIG_CONSTRAINTS_FAILURE: FindingKind.ATTRIBUTES_DIFFER,
    SubIndication.CHAIN_CONSTRAINTS_FAILURE: FindingKind.KEY_USAGE,
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE: FindingKind.UNTRUSTED,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE: FindingKind.WEAK_CRYPTO,
    SubIndication.TIMESTAMP_ORDER_FAILURE: FindingKind.TIMESTAMP_INVALID,
    SubIndication.NO_SIGNING_CERTIFICATE_FOUND: FindingKind.CERTIFICATE_DIFFERS,
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND: FindingKind.UNTRUSTED,
    SubIndication.OUT_OF_BOUNDS_NOT_REVOKED: FindingKind.EXPIRED,
    SubIndication.OUT_OF_BOUNDS_NO_POE: FindingKind.EXPIRED,
    SubIndication.REVOKED_NO_POE: FindingKind.REVOKED,
    SubIndication.REVOKED_CA_NO_POE: FindingKind.REVOKED,
    SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE: FindingKind.REVOCATION_MISSING,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: FindingKind.WEAK_CRYPTO,
    SubIndication.TRY_LATER: FindingKind.REVOCATION_MISSING,
    SubIndication.NO_POE: FindingKind.REVOCATION_MISSING,
    SubIndication.SIGNED_DATA_NOT_FOUND: FindingKind.DIGEST_MISMATCH,
}


def findings_of(
    basic: BasicResult, reason: SubIndication | None, what: str, left: Sequence[Problem], best_before: bool
) -> tuple[Finding, ...]:
    """Return the findings of one signature or timestamp that did not pass; none if it did.

    Args:
        basic: What basic validation says.
        reason: Why it did not pass.
        what: One sentence on that.
        left: The conditions that nothing resolved.
        best_before: Whether the best signature time lies before the certificate: then *out of bounds* is *not yet*.
    """
    if reason is None:
        return ()
    kind = _OF_REASON.get(reason, FindingKind.FORMAT_FAILURE)
    fault = basic.chain.fault if basic.chain is not None and basic.chain.reason is reason else None
    if fault is not None and fault.fault is PathFault.KEY_USAGE:
        kind = FindingKind.KEY_USAGE
    found = [Finding(kind=kind, what=what)] if not left or basic.fatal else []
    for problem in left:
        kind = _OF_CONDITION[problem.condition]
        if kind is FindingKind.EXPIRED and best_before:
            kind = FindingKind.NOT_YET_VALID
        found.append(Finding(kind=kind, what=problem.what))
    return unique(found)


def unique(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings once each, in order."""
    return tuple(dict.fromkeys(found))
