"""Past certificate validation and past signature validation.

Sliding: from the trust anchor down, the control time moves back to when each certificate is known to have been good:
to its revocation, to the end of what its revocation data speak for, to the end of the algorithms that it rests on. Of
each certificate and its revocation data there must be a proof of existence at the control time. A signature that is
proven to have existed at the control time is judged by what was right then.

Source: ETSI EN 319 102-1 clauses 5.6.2.1, 5.6.2.2, 5.6.2.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.validation.process.basic import BasicResult
from esign.validation.process.chain_validation import any_fresh, statuses_of
from esign.validation.process.conditions import Condition, Problem
from esign.validation.process.context import Context, needs_revocation
from esign.validation.process.path_rules import check_path, shared_validity
from esign.validation.process.poe import ProofsOfExistence
from esign.validation.process.pool import Path
from esign.validation.process.result import SubIndication
from esign.validation.process.revocation import Status
from esign.validation.process.suites import algorithms_of

_BY_TIME = frozenset(
    {
        Condition.REVOKED,
        Condition.AUTHORITY_REVOKED,
        Condition.ON_HOLD,
        Condition.OUT_OF_BOUNDS,
        Condition.OUT_OF_BOUNDS_NOT_REVOKED,
        Condition.AUTHORITY_OUT_OF_BOUNDS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastResult:
    """What past validation says.

    Args:
        reason: None if it passed.
        what: One sentence.
        control_time: Where sliding ended; None if it failed.
        path: The path that was slid along.
        open: The problems that it did not resolve.
    """

    reason: SubIndication | None
    what: str
    control_time: datetime | None = None
    path: Path = ()
    open: tuple[Problem, ...] = ()


def validate_past(
    basic: BasicResult, current: SubIndication | None, identifier: bytes, poes: ProofsOfExistence, context: Context
) -> PastResult:
    """Run past signature validation for a signature or timestamp.

    Args:
        basic: What basic validation met.
        current: The reason that it has now.
        identifier: Of the signature.
        poes: All proofs of existence.
        context: Shared by all blocks.
    """
    certificate = basic.certificate
    if certificate is None or basic.fatal:
        return PastResult(reason=current, what=basic.what, open=basic.problems)
    path, control, failure = _past_certificate(basic, poes, context)
    if control is None:
        what = f"past certificate validation: {failure}"
        return PastResult(reason=current, what=what, path=path, open=basic.problems)
    best_time = poes.lowest(identifier)
    if best_time < certificate.not_before:
        what = "the signature is proven to be older than its certificate"
        return PastResult(reason=SubIndication.NOT_YET_VALID, what=what, control_time=control, path=path)
    own = _own_revocation(path, poes, context)
    left = tuple(p for p in basic.problems if not _resolved(p, own, best_time, control, basic, poes, context))
    if left:
        return PastResult(reason=current, what=left[0].what, control_time=control, path=path, open=left)
    if needs_revocation(certificate) and len(path) > 1 and not own:
        reason = SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE
        what = "nothing proves that the issuer of the revocation data existed while it was valid"
        return PastResult(reason=reason, what=what, control_time=control, path=path, open=basic.problems)
    return PastResult(reason=None, what="passed", control_time=control, path=path)


def _past_certificate(
    basic: BasicResult, poes: ProofsOfExistence, context: Context
) -> tuple[Path, datetime | None, str]:
    """Try each path: clause 5.6.2.1.4."""
    certificate = basic.certificate
    failure, last = "no path to a trust anchor", basic.path
    if certificate is None:
        return last, None, failure
    for path in context.pool.paths(certificate):
        last = path
        if check_path(path, context.pool, context.constraints.policies) is not None:
            failure = "the path does not hold"
        elif len(path) > 1 and shared_validity(path) is None:
            failure = "its certificates were never valid together"
        else:
            control = slide(path, poes, context)
            if control is not None:
                return path, control, ""
            failure = "no revocation data are proven to have existed at the control time"
    return last, None, failure


def slide(path: Path, poes: ProofsOfExistence, context: Context) -> datetime | None:
    """Return the control time, or None without proofs of existence at it: validation time sliding, clause 5.6.2.2.4."""
    control = context.at
    for position in range(len(path) - 2, -1, -1):
        certificate = path[position]
        latest: Status | None = None
        if needs_revocation(certificate):
            found = [
                status
                for status in statuses_of(path, position, context)
                if status.this_update <= control
                and poes.lowest(certificate.fingerprint) <= control
                and all(poes.lowest(source) <= control for source in status.sources)
            ]
            if not found:
                return None
            revoked = [status for status in found if status.revoked_at is not None and not status.on_hold]
            latest = revoked[0] if revoked else found[0]
            if latest.revoked_at is not None:
                control = min(control, latest.revoked_at)
            elif not any_fresh(found, control, context):
                latest = max(found, key=lambda status: _spoken_for(status, context))
                control = min(control, _spoken_for(latest, context))
        used = [*algorithms_of(certificate.scheme, path[position + 1].key)]
        if latest is not None:
            used += latest.used
        for weak in context.suites.weaknesses(used, control):
            control = min(control, weak.until)
    return control


def _spoken_for(status: Status, context: Context) -> datetime:
    """Return until when stale revocation data speak for a certificate."""
    if context.constraints.sliding_to_issuance:
        return status.this_update
    if context.constraints.maximum_freshness is not None:
        return status.this_update + context.constraints.maximum_freshness
    return status.next_update or status.this_update


def _own_revocation(path: Path, poes: ProofsOfExistence, context: Context) -> tuple[Status, ...]:
    """Return the signing certificate's revocation data whose issuer is proven to have existed while it was valid.

    Source: clause 5.6.2.4.4 step 1.
    """
    if len(path) < 2:
        return ()
    return tuple(
        status
        for status in statuses_of(path, 0, context)
        if context.pool.is_anchor(status.signer) or poes.lowest(status.signer.fingerprint) <= status.signer.not_after
    )


def _resolved(
    problem: Problem,
    own: tuple[Status, ...],
    best_time: datetime,
    control: datetime,
    basic: BasicResult,
    poes: ProofsOfExistence,
    context: Context,
) -> bool:
    """Tell whether a condition no longer speaks against the signature: clause 5.6.2.4.4 steps 3 to 5."""
    certificate = basic.certificate
    if problem.condition in _BY_TIME:
        if best_time > control or certificate is None or best_time > certificate.not_after:
            return False
        if problem.condition is Condition.AUTHORITY_REVOKED and problem.at is not None:
            return any(poes.lowest(source) < problem.at for status in own for source in status.sources)
        if problem.condition in (Condition.REVOKED, Condition.ON_HOLD):
            return problem.at is not None and best_time < problem.at
        return True
    if problem.condition is Condition.REVOCATION_STALE:
        return any_fresh(problem.statuses, best_time, context)
    if problem.at is not None:  # weak algorithms: each material needs a proof before their end
        return all(poes.lowest(identifier) < problem.at for identifier in problem.objects)
    return False
