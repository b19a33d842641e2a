"""X.509 certificate validation at the current time.

1. A trust anchor needs no path. 2. Paths to trust anchors are tried, the likeliest first. 3. Each is held against
RFC 5280, except validity and revocation. 4. Revocation of every certificate, freshness of the data. 5. The house's
constraints on the certificate. 6. Cryptographic constraints on certificates and revocation data. 7. Validity.

Source: ETSI EN 319 102-1 clause 5.2.6.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from esign.validation.process.certificate import TIME_STAMPING, Certificate
from esign.validation.process.conditions import Condition, Problem, ordered
from esign.validation.process.context import Context, needs_revocation
from esign.validation.process.path_rules import PathFault, PathProblem, check_path
from esign.validation.process.pool import Path
from esign.validation.process.result import SubIndication
from esign.validation.process.revocation import Status, fresh
from esign.validation.process.signed import Purpose
from esign.validation.process.suites import algorithms_of

_ONLY_STAMPS = frozenset({TIME_STAMPING})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainResult:
    """What became of a certificate.

    Args:
        reason: Why there is no use to go on, or None.
        path: The best path that was found; without an anchor at its end where there is none.
        problems: What speaks against it at the instant of the question.
        fault: Of the path itself.
        what: One sentence.
    """

    reason: SubIndication | None
    path: Path
    problems: tuple[Problem, ...] = ()
    fault: PathProblem | None = None
    what: str = ""


def validate_chain(certificate: Certificate, purpose: Purpose, context: Context, fresh_at: datetime) -> ChainResult:
    """Validate the certificate of a signature or timestamp at the current time.

    Args:
        certificate: The signing certificate.
        purpose: What it signed.
        context: Shared by all blocks.
        fresh_at: For which instant revocation data must be fresh: the current time, or the time of a timestamp.
    """
    pool = context.pool
    if certificate.problem:
        reason = SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
        return ChainResult(reason=reason, path=(certificate,), what=f"the signing certificate: {certificate.problem}")
    best: ChainResult | None = None
    for path in pool.paths(certificate):
        result = _path_result(path, purpose, context, fresh_at)
        if result.reason is None and not result.problems:
            return result
        if best is None or _rank(result) < _rank(best):
            best = result
    if best is not None:
        return best
    reason = SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    return ChainResult(reason=reason, path=untrusted_chain(certificate, context), what="no path to a trust anchor")


def _rank(result: ChainResult) -> tuple[int, int, int]:
    chain_failure = result.reason is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
    return 2 * chain_failure + (result.reason is not None), len(result.problems), len(result.path)


def _path_result(path: Path, purpose: Purpose, context: Context, fresh_at: datetime) -> ChainResult:
    fault = check_path(path, context.pool, context.constraints.policies)
    if fault is not None:
        reason = SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
        return ChainResult(reason=reason, path=path, fault=fault, what=fault.fault.value)
    problems = ordered(tuple(time_problems(path, purpose, context, fresh_at)))
    misuse = misused(path[0], purpose)
    if misuse:
        fault = PathProblem(fault=PathFault.KEY_USAGE, position=0, clause="ETSI EN 319 102-1 clause 5.2.6.4 step 5")
        reason = SubIndication.CHAIN_CONSTRAINTS_FAILURE
        return ChainResult(reason=reason, path=path, problems=problems, fault=fault, what=misuse)
    return ChainResult(reason=None, path=path, problems=problems, what="a path to a trust anchor")


def misused(certificate: Certificate, purpose: Purpose) -> str:
    """Return in which way a certificate does not permit its key what it did, or nothing.

    Source: RFC 5280 section 4.2.1.3; RFC 3161 section 2.3; ETSI EN 319 412-2 clause 4.3.2.
    """
    if certificate.usage is not None and not certificate.usage & {"digital_signature", "content_commitment"}:
        return "the key may not sign documents"
    if purpose.stamps and (certificate.purposes != _ONLY_STAMPS or not certificate.purposes_critical):
        return "the certificate is not for timestamps alone (RFC 3161 section 2.3)"
    if not purpose.stamps and certificate.purposes == _ONLY_STAMPS:
        return "the certificate is for timestamps alone"
    return ""


def statuses_of(path: Path, position: int, context: Context) -> tuple[Status, ...]:
    """Return what revocation data mean something about a certificate of a path, the newest first."""
    found = context.revocation.about(path[position:])
    return tuple(s for s in found if s.revoked_at is not None or s.informs(path[position]))


def time_problems(path: Path, purpose: Purpose, context: Context, fresh_at: datetime) -> Iterator[Problem]:
    """Yield what speaks against a path at the current time: revocation, freshness, validity, weak algorithms."""
    at = context.at
    for position, certificate in enumerate(path[:-1]):
        own = "the timestamp authority's certificate" if purpose.stamps else "the signing certificate"
        where = own if not position else f"the authority at position {position}"
        latest: Status | None = None
        if needs_revocation(certificate):
            statuses = statuses_of(path, position, context)
            latest = statuses[0] if statuses else None
            yield from _revocation_problems(statuses, position, where, context, fresh_at)
        if not certificate.valid_at(at):
            yield _out_of_bounds(position, where, latest, needs_revocation(certificate), at, context)
        for weak in context.suites.weaknesses(algorithms_of(certificate.scheme, path[position + 1].key), at):
            yield Problem(
                condition=Condition.WEAK_CERTIFICATE,
                position=position,
                what=f"{where} rests on {weak.what}",
                at=weak.until,
                objects=(certificate.fingerprint,),
            )
        if latest is not None:
            for weak in context.suites.weaknesses(latest.used, at):
                yield Problem(
                    condition=Condition.WEAK_REVOCATION,
                    position=position,
                    what=f"the revocation data of {where} rest on {weak.what}",
                    at=weak.until,
                    statuses=(latest,),
                    objects=latest.sources,
                )


def any_fresh(statuses: Sequence[Status], at: datetime, context: Context) -> bool:
    """Tell whether one of the sources that know of no revocation is fresh enough for an instant."""
    maximum = context.constraints.maximum_freshness
    return any(fresh(status, at, maximum) for status in statuses if status.revoked_at is None or status.revoked_at > at)


def _revocation_problems(
    statuses: tuple[Status, ...], position: int, where: str, context: Context, fresh_at: datetime
) -> Iterator[Problem]:
    if not statuses:
        what = f"nothing says whether {where} was revoked"
        yield Problem(condition=Condition.REVOCATION_MISSING, position=position, what=what)
        return
    latest = statuses[0]
    for_good = [s for s in statuses if s.revoked_at is not None and not s.on_hold and s.revoked_at <= context.at]
    if for_good:
        first = min(for_good, key=lambda status: status.revoked_at or context.at)
        condition = Condition.AUTHORITY_REVOKED if position else Condition.REVOKED
        what = f"{where} was revoked ({first.reason.value})"
        yield Problem(condition=condition, position=position, what=what, at=first.revoked_at, statuses=(first,))
    elif latest.on_hold and latest.revoked_at is not None and latest.revoked_at <= context.at:
        what = f"{where} is suspended"
        yield Problem(
            condition=Condition.ON_HOLD, position=position, what=what, at=latest.revoked_at, statuses=(latest,)
        )
    elif not any_fresh(statuses, fresh_at, context):
        what = f"the revocation data of {where} are not fresh enough"
        yield Problem(condition=Condition.REVOCATION_STALE, position=position, what=what, statuses=statuses)


def _out_of_bounds(
    position: int, where: str, latest: Status | None, asked: bool, at: datetime, context: Context
) -> Problem:
    certificate_word = f"{where} is not valid at the instant of the validation"
    if position:
        return Problem(condition=Condition.AUTHORITY_OUT_OF_BOUNDS, position=position, what=certificate_word)
    known = not asked
    if latest is not None and latest.revoked_at is None:
        known = context.pool.is_anchor(latest.signer) or latest.signer.valid_at(at)
    condition = Condition.OUT_OF_BOUNDS_NOT_REVOKED if known else Condition.OUT_OF_BOUNDS
    return Problem(condition=condition, position=position, what=certificate_word)


def untrusted_chain(certificate: Certificate, context: Context) -> Path:
    """Return the chain above a certificate without asking for trust, as far as it is at hand."""
    path: Path = (certificate,)
    while len(path) < 10:
        above = next(
            (
                c
                for c in context.pool.named(path[-1].issuer_name)
                if c.fingerprint not in {below.fingerprint for below in path} and context.pool.issued(path[-1], c)
            ),
            None,
        )
        if above is None:
            return path
        path = (*path, above)
    return path
