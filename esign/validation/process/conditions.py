"""What speaks against a signature at one instant but may be resolved by a proof that it existed at an earlier one.

The standard names the first of them in its sub-indication and forgets the others; here all are kept, so that a
signature passes with time or by past validation only if each of them is resolved.

Source: ETSI EN 319 102-1 clauses 5.2.6.4, 5.5.4, 5.6.2.4.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from esign.validation.process.result import SubIndication
from esign.validation.process.revocation import Status


class Condition(IntEnum):
    """The kinds, in the order in which the first one names the reason."""

    REVOKED = 1
    AUTHORITY_REVOKED = 2
    ON_HOLD = 3
    OUT_OF_BOUNDS_NOT_REVOKED = 4
    OUT_OF_BOUNDS = 5
    REVOCATION_MISSING = 6
    REVOCATION_STALE = 7
    AUTHORITY_OUT_OF_BOUNDS = 8
    WEAK_CERTIFICATE = 9
    WEAK_REVOCATION = 10
    WEAK_SIGNATURE = 11


_REASONS = {
    Condition.REVOKED: SubIndication.REVOKED_NO_POE,
    Condition.AUTHORITY_REVOKED: SubIndication.REVOKED_CA_NO_POE,
    Condition.ON_HOLD: SubIndication.TRY_LATER,
    Condition.OUT_OF_BOUNDS_NOT_REVOKED: SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
    Condition.OUT_OF_BOUNDS: SubIndication.OUT_OF_BOUNDS_NO_POE,
    Condition.REVOCATION_MISSING: SubIndication.TRY_LATER,
    Condition.REVOCATION_STALE: SubIndication.TRY_LATER,
    Condition.AUTHORITY_OUT_OF_BOUNDS: SubIndication.OUT_OF_BOUNDS_NO_POE,
    Condition.WEAK_CERTIFICATE: SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    Condition.WEAK_REVOCATION: SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    Condition.WEAK_SIGNATURE: SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One condition that was met.

    Args:
        condition: Its kind.
        position: Of the certificate concerned in the path; 0 is the signing certificate.
        what: One sentence.
        at: Since when: revocation, suspension, or the end of an algorithm.
        statuses: The revocation data concerned, the newest first.
        objects: SHA-256 of the material concerned, for weak algorithms: each needs a proof of existence.
    """

    condition: Condition
    position: int
    what: str
    at: datetime | None = None
    statuses: tuple[Status, ...] = ()
    objects: tuple[bytes, ...] = ()

    @property
    def reason(self) -> SubIndication:
        """What it makes of a signature if nothing resolves it."""
        return _REASONS[self.condition]


def ordered(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return problems in the order in which they name the reason."""
    return tuple(sorted(problems, key=lambda problem: (problem.condition, problem.position)))
