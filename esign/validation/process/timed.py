"""The validation process for signatures with time and with long-term validation data.

1. The best signature time begins as the current time. 2. Basic validation; what no proof of existence can help is
returned. 3. Timestamps that passed set the best signature time. 4. Each condition is held against that time. 5. The
times must be in order. 6. Cryptographic constraints on certificates and revocation data stay those of the current time.

Source: ETSI EN 319 102-1 clause 5.5.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from esign.validation.process.basic import BasicResult
from esign.validation.process.chain_validation import any_fresh
from esign.validation.process.conditions import Condition, Problem
from esign.validation.process.context import Context
from esign.validation.process.result import SubIndication
from esign.validation.process.tst import StampInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedResult:
    """What the process says.

    Args:
        reason: None if it passed.
        what: One sentence about the reason.
        best_time: Best signature time.
        open: The problems that time did not resolve.
        past_may_help: Whether past signature validation may resolve it.
    """

    reason: SubIndication | None
    what: str
    best_time: datetime
    open: tuple[Problem, ...] = ()
    past_may_help: bool = False


def validate_timed(basic: BasicResult, best_time: datetime, context: Context) -> TimedResult:
    """Hold the conditions that basic validation met against the best signature time."""
    if basic.fatal or basic.certificate is None:
        return TimedResult(reason=basic.reason, what=basic.what, best_time=best_time)
    certificate = basic.certificate
    if len(basic.path) > 1 and best_time < certificate.not_before:
        what = "the signature is proven to be older than its certificate, or the clock is behind"
        return TimedResult(reason=SubIndication.NOT_YET_VALID, what=what, best_time=best_time)
    left = tuple(problem for problem in basic.problems if not _resolved(problem, basic, best_time, context))
    if not left:
        return TimedResult(reason=None, what="passed", best_time=best_time)
    reason, what = left[0].reason, left[0].what
    after = best_time > certificate.not_after
    if after and left[0].condition in (Condition.REVOKED, Condition.AUTHORITY_REVOKED):
        revoked_later = left[0].at is not None and best_time < left[0].at
        reason = SubIndication.OUT_OF_BOUNDS_NOT_REVOKED if revoked_later else reason
    return TimedResult(reason=reason, what=what, best_time=best_time, open=left, past_may_help=True)


def _resolved(problem: Problem, basic: BasicResult, best_time: datetime, context: Context) -> bool:
    """Tell whether a condition no longer speaks against a signature that existed at the best signature time."""
    valid = basic.certificate is not None and best_time <= basic.certificate.not_after
    match problem.condition:
        case Condition.REVOKED | Condition.AUTHORITY_REVOKED:
            return valid and problem.at is not None and best_time < problem.at
        case Condition.ON_HOLD:
            return problem.at is not None and best_time < problem.at
        case Condition.OUT_OF_BOUNDS_NOT_REVOKED:
            return valid
        case Condition.REVOCATION_STALE:
            return any_fresh(problem.statuses, best_time, context)
        case Condition.WEAK_SIGNATURE:
            return problem.at is not None and best_time < problem.at
    return False  # among them weak certificates and revocation data: those are held against the current time


def in_order(*kinds: Sequence[StampInfo]) -> bool:
    """Tell whether timestamps of each kind are not younger than those of the kinds behind it.

    Each time is only known within its accuracy (RFC 3161 section 2.4.2).

    Args:
        kinds: Over the content; over the signature; over the file with both in it.

    Source: ETSI EN 319 102-1 clause 5.5.4 step 4 (e).
    """
    return all(
        before.gen_time - before.accuracy <= after.gen_time + after.accuracy
        for position, earlier in enumerate(kinds)
        for later in kinds[position + 1 :]
        for before in earlier
        for after in later
    )
