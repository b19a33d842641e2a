"""Everybody has signed: there is a contract, or an order that waits for the company, or one that waits for approval.

Only the state *concluded* concludes. What waits is asked again whenever something about it happens or its time is over.
"""

from __future__ import annotations

from dataclasses import replace

from esign.contracts.formation import (
    Concluded,
    CounterOffered,
    LateInTransit,
    OfferLapsed,
    Open,
    Pending,
    Rejected,
    Side,
    State,
    state,
)
from esign.engine.contracts.notices import LATE_OFFER, ORDER_DECLINED, ORDER_LAPSED, queue_notice
from esign.engine.formation import approvals, confirming, declaring, offering
from esign.engine.formation.keeping import current
from esign.engine.formation.refusals import FormationRefusal
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds

WAITING = (ContractState.ORDERED, ContractState.PENDING)
"""Everybody has signed, and it is not a contract yet."""


def ordered(found: State) -> bool:
    """Tell whether an offer of the customers is there that the company can accept."""
    return isinstance(found, Open) and found.offered_by is Side.CUSTOMER


def signed_by_all(house: Household, tx: Transaction, record: ContractRecord, facts: dict[str, object]) -> None:
    """Go on once everybody has signed and the file is kept.

    Args:
        house: The household.
        tx: The transaction in which the last signature lands.
        record: The contract, with the signed file among its contents.
        facts: The attempt, for the ledger.

    Raises:
        FormationRefusal: The law says that nothing has come about, whatever was signed.
    """
    found = state(current(house, tx, record), house.clock.now())
    if isinstance(found, Concluded):
        conclude(house, tx, record)
        return
    if ordered(found):
        late = isinstance(found, CounterOffered)
        until = getattr(found, "until", None)
        told = {**facts, "late": late, **({"until": seconds(until)} if until is not None else {})}
        tx.contracts.update(replace(record, state=ContractState.ORDERED))
        house.record(tx, EntryKind.CONTRACT_ORDERED, record.id, told)
        if late:
            offering.too_late(house, tx, record)
            for party in house.contract_contents(tx, record).parties:
                queue_notice(house, tx, record.id, LATE_OFFER, party=party.name)
        return
    if isinstance(found, Pending):
        _wait_for_approval(house, tx, record, found, facts)
        return
    raise FormationRefusal.by(declaring.clause_of(found))


def settle(house: Household, tx: Transaction, contract_id: str) -> None:
    """Ask again how a contract stands that waits; where nothing has changed, nothing happens."""
    record = tx.contracts.get(contract_id)
    if record is None or record.state not in WAITING:
        return
    found = state(current(house, tx, record), house.clock.now())
    if isinstance(found, Concluded):
        conclude(house, tx, record)
    elif isinstance(found, Pending) and _waits_for_else(tx, record, found):
        _wait_for_approval(house, tx, record, found, {})
    elif isinstance(found, OfferLapsed):
        tx.contracts.update(replace(record, state=ContractState.EXPIRED))
        house.record(tx, EntryKind.CONTRACT_EXPIRED, record.id, {"party": "company"})
        offering.lapsed(house, tx, record)
        _tell_all(house, tx, record, ORDER_LAPSED)
    elif isinstance(found, Rejected):
        tx.contracts.update(replace(record, state=ContractState.DECLINED))
        cause = found.clause.rule.rpartition(".")[2]
        house.record(tx, EntryKind.CONTRACT_DECLINED, record.id, {"cause": cause})
        _tell_all(house, tx, record, ORDER_DECLINED)


def conclude(house: Household, tx: Transaction, record: ContractRecord) -> None:
    """The law says that the contract is there: write it down, and let everybody have the confirmation.

    Raises:
        FormationRefusal: It is not.
    """
    found = declaring.concluded(house, tx, record)
    tx.contracts.update(replace(record, state=ContractState.CONCLUDED, concluded_at=found.at))
    facts = {**last_signature(tx, record.id), "level": record.level.word}
    house.record(tx, EntryKind.CONTRACT_CONCLUDED, record.id, facts)
    for party in house.contract_contents(tx, record).parties:
        confirming.queue(house, tx, record.id, party.name)


def last_signature(tx: Transaction, contract_id: str) -> dict[str, object]:
    """Return the attempt whose signature stands last in the file, as the ledger names it."""
    embedded = [each for each in tx.ledger.of_contract(contract_id) if each.kind is EntryKind.SIGNATURE_EMBEDDED]
    return {name: embedded[-1].facts[name] for name in ("tau", "attempt", "party") if name in embedded[-1].facts}


def due(house: Household, tx: Transaction, record: ContractRecord) -> State | None:
    """Return how a contract stands that waits; None for every other."""
    return state(current(house, tx, record), house.clock.now()) if record.state in WAITING else None


def moment(found: State | None) -> object:
    """Return the exclusive instant at which a waiting contract changes by itself; None: it does not."""
    if isinstance(found, LateInTransit):
        return found.notify_until
    if isinstance(found, Concluded | OfferLapsed | Rejected):
        return found.at  # it has, and nobody has taken it in yet
    return getattr(found, "until", None)


def _waits_for_else(tx: Transaction, record: ContractRecord, found: Pending) -> bool:
    """Tell whether a contract waits for something else now than what was asked for last."""
    rules = [
        each.facts.get("rule") for each in tx.ledger.of_contract(record.id) if each.kind is EntryKind.CONTRACT_PENDING
    ]
    return record.state is not ContractState.PENDING or rules[-1:] != [found.clause.rule]


def _wait_for_approval(
    house: Household, tx: Transaction, record: ContractRecord, found: Pending, facts: dict[str, object]
) -> None:
    tx.contracts.update(replace(record, state=ContractState.PENDING))
    house.record(tx, EntryKind.CONTRACT_PENDING, record.id, {**facts, "rule": found.clause.rule})
    approvals.ask_all(house, tx, record, found)


def _tell_all(house: Household, tx: Transaction, record: ContractRecord, kind: str) -> None:
    for party in house.contract_contents(tx, record).parties:
        queue_notice(house, tx, record.id, kind, party=party.name, reason="")
