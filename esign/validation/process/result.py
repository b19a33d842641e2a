"""What the process says: an indication with its reason, and every step on the way there.

Source: ETSI EN 319 102-1 clause 5.1.3 (tables 5 and 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Indication(StrEnum):
    """The main indication of a signature."""

    TOTAL_PASSED = "TOTAL_PASSED"
    TOTAL_FAILED = "TOTAL_FAILED"
    INDETERMINATE = "INDETERMINATE"


class SubIndication(StrEnum):
    """Why a signature did not pass. Source: ETSI EN 319 102-1 table 6."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    POLICY_PROCESSING_ERROR = "POLICY_PROCESSING_ERROR"
    SIGNATURE_POLICY_NOT_AVAILABLE = "SIGNATURE_POLICY_NOT_AVAILABLE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    REVOKED_CA_NO_POE = "REVOKED_CA_NO_POE"
    OUT_OF_BOUNDS_NOT_REVOKED = "OUT_OF_BOUNDS_NOT_REVOKED"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    REVOCATION_OUT_OF_BOUNDS_NO_POE = "REVOCATION_OUT_OF_BOUNDS_NO_POE"
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    NO_POE = "NO_POE"
    TRY_LATER = "TRY_LATER"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"


FAILED = frozenset(
    {
        SubIndication.FORMAT_FAILURE,
        SubIndication.HASH_FAILURE,
        SubIndication.SIG_CRYPTO_FAILURE,
        SubIndication.REVOKED,
        SubIndication.EXPIRED,
        SubIndication.NOT_YET_VALID,
    }
)
"""The reasons that make a signature fail; all others leave it open. Source: ETSI EN 319 102-1 table 6."""


class Outcome(StrEnum):
    """What became of one step."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    NOTED = "noted"
    """Nothing was decided: a fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One numbered step.

    Args:
        number: Such as ``1.4.2``.
        title: What was asked, in English.
        clause: Where the rule stands.
        outcome: What became of it.
        facts: What it rests on, plain English. No personal data: certificates by the beginning of their fingerprint.
    """

    number: str
    title: str
    clause: str
    outcome: Outcome
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOfExistence:
    """An object is proven to have existed at an instant.

    Args:
        kind: ``signature``, ``timestamp``, ``certificate``, ``crl`` or ``ocsp``.
        object: SHA-256 of its bytes.
        at: The earliest proven instant.
        by: SHA-256 of the token that proves it; empty for the validation itself.
    """

    kind: str
    object: bytes
    at: datetime
    by: bytes


def outcome_of(reason: SubIndication | None) -> Outcome:
    """Return what a reason makes of a step."""
    if reason is None:
        return Outcome.PASSED
    return Outcome.FAILED if reason in FAILED else Outcome.OPEN


def indication_of(reason: SubIndication | None) -> Indication:
    """Return the main indication that goes with a reason. Source: ETSI EN 319 102-1 table 5."""
    if reason is None:
        return Indication.TOTAL_PASSED
    return Indication.TOTAL_FAILED if reason in FAILED else Indication.INDETERMINATE


class Record:
    """Writes the steps down while the process runs."""

    __slots__ = ("_counts", "_prefix", "steps")

    def __init__(self, prefix: tuple[int, ...] = (), steps: list[Step] | None = None) -> None:
        self.steps: list[Step] = [] if steps is None else steps
        self._prefix = prefix
        self._counts = 0

    def note(self, title: str, clause: str, outcome: Outcome, *facts: str) -> None:
        """Write one step down."""
        self._counts += 1
        number = ".".join(map(str, (*self._prefix, self._counts)))
        self.steps.append(Step(number=number, title=title, clause=clause, outcome=outcome, facts=facts))

    def part(self, title: str, clause: str, outcome: Outcome, *facts: str) -> Record:
        """Write one step down and return a record for the steps below it."""
        self.note(title, clause, outcome, *facts)
        return Record((*self._prefix, self._counts), self.steps)

    def take(self, steps: tuple[Step, ...]) -> None:
        """Put the steps of another record below the last one written down here."""
        head = ".".join(map(str, (*self._prefix, self._counts)))
        for step in steps:
            number = f"{head}.{step.number}"
            self.steps.append(
                Step(number=number, title=step.title, clause=step.clause, outcome=step.outcome, facts=step.facts)
            )
