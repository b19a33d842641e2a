"""One signature, or one timestamp over the file: from what was found out to its result.

Source: ETSI EN 319 102-1 clauses 5.3.4 steps 4 and 6 (content timestamps), 5.5.4, 5.6.3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from esign.validation.findings import Finding, FindingKind
from esign.validation.process.basic import BasicResult
from esign.validation.process.chain_validation import statuses_of
from esign.validation.process.conditions import Condition, Problem
from esign.validation.process.context import Context, needs_revocation
from esign.validation.process.inputs import SignatureKind
from esign.validation.process.level_material import covers, level_material
from esign.validation.process.past import PastResult, validate_past
from esign.validation.process.placed import Placed
from esign.validation.process.poe import ProofsOfExistence
from esign.validation.process.pool import Path
from esign.validation.process.result import Outcome, Record, Step, SubIndication, indication_of, outcome_of
from esign.validation.process.signed import Purpose, Signed
from esign.validation.process.stamps import Token
from esign.validation.process.suites import ALWAYS, NEVER, algorithms_of
from esign.validation.process.tell import findings_of, unique
from esign.validation.process.timed import TimedResult, in_order, validate_timed
from esign.validation.process.validated import LevelMaterial, StampOutcome, Validated

_KINDS = {
    Purpose.DOCUMENT_TIMESTAMP: SignatureKind.DOCUMENT_TIMESTAMP,
    Purpose.EVIDENCE_RECORD: SignatureKind.EVIDENCE_RECORD,
}
_MOST_NAMED = 16
"""Document timestamps that a signature's steps name, the earliest of those that cover it."""


def signature_result(
    signed: Signed,
    basic: BasicResult,
    tokens: Sequence[Token],
    known: tuple[bytes, ...],
    placed: Placed,
    poes: ProofsOfExistence,
    context: Context,
) -> Validated:
    """Return the result for one signature."""
    own = [token for token in tokens if token.owner is signed]
    content = [token for token in own if token.signed.purpose is Purpose.CONTENT_TIMESTAMP]
    over = [token for token in own if token.signed.purpose is Purpose.SIGNATURE_TIMESTAMP]
    around = [token for token in tokens if covers(token, signed)]
    record = Record()
    failed = _failed_by_content(basic, content)
    record.note("Basic validation", "EN 319 102-1 clause 5.3", outcome_of(failed or basic.reason), basic.what)
    record.take(basic.steps)
    record.note("Timestamps", "EN 319 102-1 clauses 5.4, 5.6.3.4 step 5", Outcome.NOTED, f"{len(own) + len(around)}")
    record.take(_stamp_steps(own, around))
    times = [token.stamp.gen_time for token in (*over, *around) if token.passed_now]
    best_time = min((*times, context.at))
    timed = validate_timed(basic, best_time, context)
    reason, what, left = timed.reason, timed.what, timed.open
    if failed is not None:
        reason, what, timed = failed, "a content timestamp is younger than the end of the certificate", _final(timed)
    passed = [[token.stamp for token in group if token.passed] for group in (content, over, around)]
    if reason is None and not in_order(*passed):
        reason = SubIndication.TIMESTAMP_ORDER_FAILURE
        what = "the timestamps are not in the order of what they cover"
    if reason is None and _delayed(signed, best_time, bool(passed[1]), context):
        reason, what = SubIndication.SIG_CONSTRAINTS_FAILURE, "the claimed time lies too far before the proven one"
    record.note(
        "Validation with time and long-term data",
        "EN 319 102-1 clause 5.5",
        outcome_of(reason),
        what,
        f"best signature time: {_said(best_time)}",
        *(problem.what for problem in left),
    )
    past: PastResult | None = None
    if reason is not None and timed.past_may_help and around:
        past = validate_past(basic, reason, signed.identifier, poes, context)
        reason, what, left = past.reason, past.what, past.open
        control = _said(past.control_time) if past.control_time is not None else "none"
        record.note(
            "Past signature validation",
            "EN 319 102-1 clause 5.6.2.4",
            outcome_of(reason),
            what,
            f"control time: {control}",
            f"earliest proof of existence: {_said(poes.lowest(signed.identifier))}",
        )
    proven = poes.lowest(signed.identifier)
    record.note(
        "Conclusion",
        "EN 319 102-1 clause 5.1.3",
        outcome_of(reason),
        indication_of(reason).value + (f" / {reason.value}" if reason is not None else ""),
    )
    before = basic.certificate is not None and proven < basic.certificate.not_before
    unmet = [_unmet(token) for token in (*own, *around) if not token.passed]
    return Validated(
        kind=SignatureKind.SIGNATURE,
        indication=indication_of(reason),
        sub_indication=reason,
        reason=what,
        signed_at=signed.claimed_at,
        proven_at=proven if proven < context.at else None,
        steps=tuple(record.steps),
        findings=unique((*findings_of(basic, reason, what, left, before), *unmet)),
        poes=poes.of((signed.identifier, *(token.signed.identifier for token in tokens), *known)),
        timestamps=tuple(stamp_outcome(token) for token in (*content, *over, *around)),
        level=level_material(signed, basic, tokens, placed, context),
        revoked_at=_revoked_at(left) if reason is not None else None,
        **_common(basic, past, context),
    )


def stamp_result(
    token: Token, tokens: Sequence[Token], known: tuple[bytes, ...], poes: ProofsOfExistence, context: Context
) -> Validated:
    """Return the result for one document timestamp, or one of an evidence record."""
    basic, past, reason = token.basic, token.past, token.reason
    what = "passed" if reason is None else (past.what if past is not None else basic.what)
    left = past.open if past is not None else basic.problems
    record = Record()
    record.note("Timestamp validation", "EN 319 102-1 clause 5.4", outcome_of(basic.reason), basic.what)
    record.take(basic.steps)
    if past is not None:
        record.note(
            "Past validation of the timestamp", "EN 319 102-1 clause 5.6.2.4", outcome_of(past.reason), past.what
        )
    around = [other for other in tokens if covers(other, token.signed)]
    identifier = token.signed.identifier
    before = basic.certificate is not None and context.at < basic.certificate.not_before
    return Validated(
        kind=_KINDS[token.signed.purpose],
        indication=indication_of(reason),
        sub_indication=reason,
        reason=what,
        signed_at=token.stamp.gen_time,
        proven_at=token.stamp.gen_time if reason is None else _earlier(poes.lowest(identifier), context.at),
        steps=tuple(record.steps),
        findings=unique(
            (
                *findings_of(basic, reason, what, left, before),
                *([_unmet(token)] if reason is not None else []),
            )
        ),
        poes=poes.of((identifier, *known)),
        timestamps=tuple(stamp_outcome(other) for other in around),
        level=LevelMaterial(
            readable=True,
            subfilter=token.signed.subfilter,
            document_timestamps=sum(other.signed.purpose is Purpose.DOCUMENT_TIMESTAMP for other in around),
            signature_timestamps=0,
        ),
        revoked_at=_revoked_at(left) if reason is not None else None,
        **_common(basic, past, context),
    )


def stamp_outcome(token: Token) -> StampOutcome:
    """Return what became of a timestamp."""
    basic, reason = token.basic, token.reason
    verification = basic.verification
    return StampOutcome(
        purpose=token.signed.purpose.value,
        indication=indication_of(reason),
        sub_indication=reason,
        gen_time=token.stamp.gen_time,
        by_past_validation=token.passed and not token.passed_now,
        certificate=basic.certificate.der if basic.certificate is not None else None,
        chain=tuple(link.der for link in basic.path),
        serial=token.stamp.serial,
        policy=token.stamp.policy,
        intact=verification is not None and verification.reason is None,
        identifier=token.signed.identifier,
    )


def _common(basic: BasicResult, past: PastResult | None, context: Context) -> dict[str, Any]:
    path = past.path if past is not None and past.reason is None and past.path else basic.path
    verification = basic.verification
    return {
        "signer": basic.certificate.der if basic.certificate is not None else None,
        "chain": tuple(link.der for link in path),
        "trusted": basic.chain is not None and basic.chain.reason is None,
        "intact": verification is not None and verification.intact,
        "signature_verified": verification is not None and verification.reason is None,
        "algorithms": tuple(dict.fromkeys(use.label for use in basic.used)),
        "reliable_until": _reliable_until(basic, path, context),
    }


def _reliable_until(basic: BasicResult, path: Path, context: Context) -> datetime | None:
    used = list(basic.used)
    for position, certificate in enumerate(path[:-1]):
        used += algorithms_of(certificate.scheme, path[position + 1].key)
        statuses = statuses_of(path, position, context) if needs_revocation(certificate) else ()
        used += statuses[0].used if statuses else ()
    until = context.suites.until(used)
    return until if NEVER < until < ALWAYS else None


def _failed_by_content(basic: BasicResult, content: Sequence[Token]) -> SubIndication | None:
    """Return how a content timestamp shows that the signature is too young: clause 5.3.4 step 4."""
    if basic.fatal or basic.certificate is None:
        return None
    for token in content:
        if not token.passed_now:
            continue
        for problem in basic.problems:
            if problem.condition is Condition.REVOKED and problem.at is not None and token.stamp.gen_time > problem.at:
                return SubIndication.REVOKED
        if token.stamp.gen_time > basic.certificate.not_after:
            return SubIndication.EXPIRED
    return None


def _final(timed: TimedResult) -> TimedResult:
    return TimedResult(reason=timed.reason, what=timed.what, best_time=timed.best_time)


def _delayed(signed: Signed, best_time: datetime, stamped: bool, context: Context) -> bool:
    """Tell whether the proven time lies too far behind the claimed one: clause 5.5.4 step 5."""
    delay = context.constraints.timestamp_delay
    if delay is None or not stamped:
        return False
    return signed.claimed_at is None or signed.claimed_at + delay < best_time


def _stamp_steps(own: Sequence[Token], around: Sequence[Token]) -> tuple[Step, ...]:
    """Return the steps of timestamps: in full for a signature's own; document timestamps have a result of their own."""
    record = Record()
    for token in (*own, *around[-_MOST_NAMED:]):
        record.note(
            f"A {token.signed.purpose.value}",
            "EN 319 102-1 clause 5.4",
            outcome_of(token.reason),
            token.past.what if token.past is not None else token.basic.what,
            f"states {_said(token.stamp.gen_time)}",
            *(["by past validation (clause 5.6.2.4)"] if token.passed and not token.passed_now else []),
        )
        if token.owner is not None:
            record.take(token.basic.steps)
    return tuple(record.steps)


def _unmet(token: Token) -> Finding:
    what = token.past.what if token.past is not None else token.basic.what
    return Finding(kind=FindingKind.TIMESTAMP_INVALID, what=f"the {token.signed.purpose.value}: {what}")


def _revoked_at(left: Sequence[Problem]) -> datetime | None:
    revoked = (Condition.REVOKED, Condition.AUTHORITY_REVOKED, Condition.ON_HOLD)
    return next((problem.at for problem in left if problem.condition in revoked), None)


def _earlier(found: datetime, at: datetime) -> datetime | None:
    return found if found < at else None


def _said(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
