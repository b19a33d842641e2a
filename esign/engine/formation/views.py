"""How a contract came about, for the people at the desk and their backend systems: events, clauses, evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from esign.access import Actor, Permission
from esign.contracts.formation import (
    Clause,
    Concluded,
    Declaration,
    Event,
    Formation,
    events_from_bytes,
    state,
)
from esign.contracts.formation.events import WORDS, instant
from esign.engine.formation.declaring import clause_of, consented
from esign.engine.formation.keeping import EVENTS, formation_entries, load
from esign.engine.formation.rebuilding import rebuilt
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.foundation.errors import EsignError

CLAUSES: Mapping[str, str] = {
    "invitation_to_offer": "BGB § 145",
    "offer_made": "BGB § 145",
    "offer_received": "BGB § 130 (1)",
    "offer_revoked": "BGB § 130 (1) sentence 2",
    "offer_rejected": "BGB § 146",
    "accepted": "BGB §§ 147, 148",
    "company_accepted": "BGB §§ 147, 148",
    "acceptance_received": "BGB § 130 (1)",
    "order_button_pressed": "BGB § 312j (3)",
    "period_set": "BGB § 148",
    "person_identified": "BGB §§ 104-108",
    "consent_given": "BGB § 107",
    "contract_approved": "BGB §§ 108 (1), (3), 184",
    "approval_denied": "BGB § 108 (1)",
    "approval_demanded": "BGB § 108 (2)",
    "summary_received": "TKG § 54 (3)",
    "summary_approved": "TKG § 54 (3)",
    "lapsed": "BGB §§ 146-148",
    "lateness_notified": "BGB § 149",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationEvent:
    """One event with the clause under which it matters and where it is proven."""

    kind: str
    at: datetime
    party: str
    """``signatory-1`` …, ``company``; empty: nobody's in particular."""
    clause: str
    level: str
    """Level of a declaration's signature; empty: none."""
    label: str
    """What stood on the control; empty: none."""
    text_sha256: str
    document_sha256: str
    entry: int | None
    """Place of the ledger's entry that commits to it; None where it was told from the entries afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationView:
    """How the formation of a contract stands."""

    state: str
    """``open``, ``partly_declared``, ``concluded``, ``offer_lapsed``, ``rejected`` …"""
    since: datetime | None
    """When it was concluded, lapsed, rejected; None for what still stands open."""
    until: datetime | None
    """Exclusive instant at which the offer ends; None where none is open."""
    rule: str
    clause: str
    consequence: Mapping[str, str]
    """By language; empty where the law names none."""
    offer_by: str
    """``trader``, ``customer`` or ``nobody``."""
    needs_button: bool
    recorded: bool
    """Whether it was recorded as it happened; else it was told from the ledger afterwards."""
    events: tuple[FormationEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationDesk:
    """Shows formations. A contract of another tenant is as unknown as one that does not exist."""

    household: Household

    def consent(self, actor: Actor, contract_id: str, party: str, words: str) -> None:
        """Note that the legal representatives of a minor have consented; the actor answers for it.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
            ConsentRefused: The contract has ended, has no such party, or nothing is said about the consent.

        Source: BGB §§ 107, 182, 183.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            consented(self.household, tx, known(tx, actor, contract_id), party, words, by=actor)

    def view(self, actor: Actor, contract_id: str) -> FormationView | None:
        """Return how a contract came about, or stands; None where nothing of it can be told any more.

        Raises:
            AccessDenied: The actor may not see contracts.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            return view_of(self.household, tx, known(tx, actor, contract_id))


def view_of(house: Household, tx: Transaction, record: ContractRecord) -> FormationView | None:
    """Return how a contract came about, or stands."""
    try:
        formation = load(tx, record.id)
        recorded = formation is not None
        if formation is None:
            formation = rebuilt(tx, record, house.contract_contents(tx, record))
    except EsignError:  # erased, or of a kind that the tables do not know any more
        return None
    found = state(formation, house.clock.now())
    clause = _clause(found)
    return FormationView(
        state=_word(found),
        since=getattr(found, "at", None),
        until=getattr(found, "until", None),
        rule=clause.rule,
        clause=clause.source,
        consequence={"de": clause.consequence_de, "en": clause.consequence} if clause.consequence else {},
        offer_by="nobody" if formation.terms.one_sided else formation.terms.offer_by.value,
        needs_button=formation.terms.needs_button,
        recorded=recorded,
        events=_events(formation, _places(tx, record.id)),
    )


def _places(tx: Transaction, contract_id: str) -> Mapping[str, int]:
    return {
        event.id: entry.seq
        for entry in formation_entries(tx, contract_id)
        if EVENTS in entry.commitments
        for opening in tx.ledger.openings(entry.seq)
        if opening.name == EVENTS
        for event in events_from_bytes(opening.content)
    }


def _events(formation: Formation, places: Mapping[str, int]) -> tuple[FormationEvent, ...]:
    return tuple(_event(event, places.get(event.id)) for event in formation.events)


def _event(event: Event, entry: int | None) -> FormationEvent:
    kind = WORDS[type(event)]
    declaration = getattr(event, "declaration", None)
    told = declaration if isinstance(declaration, Declaration) else None
    party = told.declarant if told else getattr(event, "by", "") or getattr(event, "declarant", "")
    return FormationEvent(
        kind=kind,
        at=instant(event),
        party=party,
        clause=CLAUSES.get(kind, ""),
        level=told.level.word if told and told.level is not None else "",
        label=told.button_label if told else getattr(event, "label", ""),
        text_sha256=told.text_sha256 if told else "",
        document_sha256=told.document_sha256 if told else getattr(event, "document_sha256", ""),
        entry=entry,
    )


def _clause(found: object) -> Clause:
    if isinstance(found, Concluded):
        return found.clauses[0]
    word = _word(found)
    if word in ("open", "partly_declared", "not_offered", "late_in_transit"):
        return getattr(found, "clause", None) or Clause(rule=f"formation.{word}", source="BGB §§ 145, 148")
    return getattr(found, "because", None) or clause_of(found)  # type: ignore[arg-type]  # one of the states


def _word(found: object) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(found).__name__).lower()
