"""The formation of a contract in the ledger: read by folding, continued by one entry an act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from esign.access import Actor
from esign.contracts import ContractData
from esign.contracts.formation import (
    Event,
    Formation,
    Terms,
    events_from_bytes,
    events_to_bytes,
    terms_from_bytes,
    terms_of,
    terms_to_bytes,
)
from esign.engine.formation.instruction import instruction_digest
from esign.engine.formation.rebuilding import rebuilt
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.evidence.entry import Entry
from esign.evidence.kinds import EntryKind

TERMS, EVENTS, WHOLE = "terms", "events", "formation"
"""Names of the commitments: the terms, the events of one act, the formation as it was concluded."""
INSTRUCTION = "instruction"
"""Name of the fact that fixes the words of the instruction on withdrawal: their SHA-256, or empty."""
_READ: WeakKeyDictionary[Transaction, dict[str, Formation]] = WeakKeyDictionary()
"""What a transaction has read or written already: only this file writes events, so it stays true until the end."""
_BEGINNINGS = (EntryKind.FORMATION_BEGUN, EntryKind.FORMATION_REBUILT)


def begin(house: Household, tx: Transaction, contract_id: str, contract: ContractData) -> None:
    """Write down the terms of a contract that is drawn up: who has to declare, in which form, until when.

    Raises:
        FormError: A declaration needs paper, a notary or a higher level than is offered.
    """
    terms = terms_of(contract)
    facts = {**_frame(terms), INSTRUCTION: instruction_digest(contract)}
    house.record(tx, EntryKind.FORMATION_BEGUN, contract_id, facts, {TERMS: terms_to_bytes(terms)})


def load(tx: Transaction, contract_id: str) -> Formation | None:
    """Return the formation of a contract; None where none was written down: a contract from before, or one erased."""
    known = _READ.get(tx, {}).get(contract_id)
    if known is not None:
        return known
    terms: Terms | None = None
    events: list[Event] = []
    for entry in formation_entries(tx, contract_id):
        for opening in tx.ledger.openings(entry.seq) if entry.commitments else ():
            if opening.name == TERMS and entry.kind in _BEGINNINGS:
                terms = terms_from_bytes(opening.content)
            elif opening.name == EVENTS:
                events.extend(events_from_bytes(opening.content))
    return None if terms is None else _read(tx, contract_id, Formation(terms=terms).fold(events))


def formation_entries(tx: Transaction, contract_id: str) -> tuple[Entry, ...]:
    """Return the entries about a contract's formation, oldest first."""
    return tuple(each for each in tx.ledger.of_contract(contract_id) if each.kind.value.startswith("formation."))


def current(house: Household, tx: Transaction, record: ContractRecord) -> Formation:
    """Return the formation that can be continued; one that was not written down is rebuilt first, and marked so.

    Raises:
        FormError: The law of the contract's date does not let it be declared electronically.
    """
    known = load(tx, record.id)
    if known is not None:
        return known
    formation = rebuilt(tx, record, house.contract_contents(tx, record))
    house.record(
        tx,
        EntryKind.FORMATION_REBUILT,
        record.id,
        {**_frame(formation.terms), "events": len(formation.events)},
        {TERMS: terms_to_bytes(formation.terms), EVENTS: events_to_bytes(formation.events)},
    )
    return _read(tx, record.id, formation)


def tell(
    house: Household,
    tx: Transaction,
    record: ContractRecord,
    kind: EntryKind,
    events: Sequence[Event],
    facts: Mapping[str, object] | None = None,
    *,
    by: Actor | None = None,
    contents: Mapping[str, bytes] | None = None,
) -> Formation:
    """Continue a formation by one act: its events are committed to by one entry.

    Raises:
        FormationRefused: An event contradicts the parties or what has happened before.
    """
    formation = current(house, tx, record).fold(events)
    committed = {**({EVENTS: events_to_bytes(events)} if events else {}), **(contents or {})}
    house.record(tx, kind, record.id, facts or {}, committed, by=by)
    return _read(tx, record.id, formation)


def name(formation: Formation, prefix: str) -> str:
    """Return a fresh identifier of an event."""
    return f"{prefix}-{len(formation.events) + 1}"


def _read(tx: Transaction, contract_id: str, formation: Formation) -> Formation:
    _READ.setdefault(tx, {})[contract_id] = formation
    return formation


def _frame(terms: Terms) -> dict[str, object]:
    return {
        "offer_by": "nobody" if terms.one_sided else terms.offer_by.value,
        "button": terms.needs_button,
        "declarants": len(terms.declarants),
    }
