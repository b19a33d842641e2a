"""Attempts as the engine keeps them: the ceremony's typed state inside a sealed row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from esign.ceremony.attempt import Attempt, DeclaredAttempt, LiveAttempt, expire, supersede
from esign.ceremony.records import from_record, to_record
from esign.engine.ceremony import seal_names
from esign.engine.contents import AttemptContents, ContractContents
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import AttemptRecord, AttemptState
from esign.engine.refusals import AttemptUnknown
from esign.evidence.kinds import EntryKind
from esign.policy import SignaturePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAttempt:
    """A row, its opened contents, and the typed state in them."""

    record: AttemptRecord
    contract_id: str
    contents: AttemptContents
    attempt: Attempt


def load(tx: Transaction, tau: str) -> KeptAttempt:
    """Open an attempt.

    Raises:
        AttemptUnknown: There is no such attempt.
    """
    record = tx.ceremonies.attempt(tau)
    if record is None:
        raise AttemptUnknown("there is no such attempt")
    return opened(tx, record)


def opened(tx: Transaction, record: AttemptRecord) -> KeptAttempt:
    """Open the attempt of a row."""
    invitation = tx.invitations.get(record.invitation_id)
    if invitation is None:
        raise AttemptUnknown("the attempt's invitation is gone")
    contents = AttemptContents.from_bytes(
        tx.safe.open(invitation.contract_id, seal_names.attempt(record.tau), record.sealed)
    )
    return KeptAttempt(
        record=record,
        contract_id=invitation.contract_id,
        contents=contents,
        attempt=from_record(contents.attempt),
    )


def policy_of(house: Household, kept: KeptAttempt, contents: ContractContents) -> SignaturePolicy:
    """Return the signature policy that the attempt's transcript names."""
    source = kept.contents.policy_source
    return SignaturePolicy.frozen(source) if source else house.policy(contents)


def base_is_current(kept: KeptAttempt, contents: ContractContents) -> bool:
    """Tell whether the attempt's document stands on the contract's file as it is now."""
    prepared_on = [(each.kind, each.length, each.sha256) for each in kept.attempt.transcript.document.revisions]
    return prepared_on == [(each.kind, each.length, each.sha256) for each in contents.revisions]


def end_others(house: Household, tx: Transaction, contract_id: str, *, but: str) -> None:
    """End the live attempts of the other parties: the file that they were prepared on is no longer the current one.

    Args:
        house: The household.
        tx: The transaction.
        contract_id: The contract.
        but: The invitation whose signature has landed.
    """
    for invitation in tx.invitations.of_contract(contract_id):
        for record in tx.ceremonies.attempts(invitation.id) if invitation.id != but else ():
            if record.state.live:
                end_superseded(house, tx, record, cause="other_signature")


def save(
    tx: Transaction,
    kept: KeptAttempt,
    *,
    state: AttemptState,
    attempt: Attempt | None = None,
    contents: AttemptContents | None = None,
    concluding_until: datetime | None = None,
) -> KeptAttempt:
    """Keep an attempt's new state and return it."""
    attempt = attempt or kept.attempt
    contents = replace(contents or kept.contents, attempt=to_record(attempt))
    counted = attempt.offer if isinstance(attempt, DeclaredAttempt) else attempt
    record = replace(
        kept.record,
        state=state,
        wrong_codes=counted.wrong_codes,
        concluding_until=concluding_until,
        sealed=tx.safe.seal(kept.contract_id, seal_names.attempt(kept.record.tau), contents.to_bytes()),
    )
    tx.ceremonies.update_attempt(record)
    return replace(kept, record=record, contents=contents, attempt=attempt)


def end_superseded(house: Household, tx: Transaction, record: AttemptRecord, *, cause: str = "newer_attempt") -> None:
    """End an attempt because something takes its place; its live seed goes.

    Args:
        house: The household.
        tx: The transaction.
        record: The attempt.
        cause: What took its place: ``newer_attempt``, ``declined``, ``cancelled``, ``sent_anew``, …
    """
    kept = opened(tx, record)
    save(tx, kept, state=AttemptState.SUPERSEDED, attempt=supersede(kept.attempt, house.clock.now()))
    facts = {"tau": record.tau, "attempt": record.number, "cause": cause}
    house.record(tx, EntryKind.ATTEMPT_SUPERSEDED, kept.contract_id, facts)


def end_expired(house: Household, tx: Transaction, record: AttemptRecord) -> bool:
    """End an attempt whose time is over; its live seed goes. Tell whether it was still live."""
    kept = opened(tx, record)
    if not isinstance(kept.attempt, LiveAttempt):
        return False
    save(tx, kept, state=AttemptState.EXPIRED, attempt=expire(kept.attempt, house.clock.now()))
    facts = {"tau": record.tau, "attempt": record.number}
    house.record(tx, EntryKind.ATTEMPT_EXPIRED, kept.contract_id, facts)
    return True
