"""The customer's side: the order button, the declaration, its receipt; and whether there is a contract.

Each declaration is judged before it is taken in: what would have no effect, by its form, its level, its button, its
time or its declarant, is refused with the clause, and nothing of it is done. When the last signature is to land, all is
judged again from what the ledger holds: only the state *concluded* concludes.
"""

from __future__ import annotations

from datetime import date, datetime

from esign.access import Actor, Permission
from esign.contracts.formation import (
    Clause,
    Concluded,
    ConsentGiven,
    CounterOffered,
    Event,
    Formation,
    FormationRefused,
    LatenessNotified,
    NotOffered,
    OfferLapsed,
    Open,
    PartlyDeclared,
    Pending,
    PersonIdentified,
    Refused,
    Rejected,
    RevokedOffer,
    Side,
    State,
    Unsettled,
    history,
    state,
)
from esign.contracts.formation.approval import grown_up
from esign.contracts.formation.events import instant
from esign.engine.contents import ContractContents, PartyContents
from esign.engine.contracts.notices import LATENESS, queue_notice
from esign.engine.formation import approvals
from esign.engine.formation import events as made
from esign.engine.formation.keeping import WHOLE, current, name, tell
from esign.engine.formation.offering import document_of, newest
from esign.engine.formation.refusals import ConsentRefused, FormationClockBehind, FormationRefusal
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.policy import LegalLevel

_NOTHING = Clause(
    rule="formation.nothing_offered",
    source="BGB §§ 130 (1), 145",
    consequence="there is no offer that could be accepted",
    consequence_de="es gibt kein Angebot, das angenommen werden könnte",
)


def check(
    house: Household,
    tx: Transaction,
    record: ContractRecord,
    party: PartyContents,
    tau: str,
    *,
    label: str,
    level: LegalLevel,
) -> None:
    """Refuse a declaration that would have no effect if it were made now, at this level, by this control.

    Raises:
        FormationRefusal: It would not; the facts carry the clause and the consequence.
        FormationClockBehind: This server's clock stands before what has happened.
    """
    formation = current(house, tx, record)
    now = house.clock.now()
    if any(instant(event) > now for event in formation.events):
        raise FormationClockBehind("the clock stands before what has happened already")
    contents = house.contract_contents(tx, record)
    document = document_of(contents)
    pressed = made.press(formation.terms, tau, party.name, now, label=label, document=document, evidence="")
    known = {event.id for event in formation.events}
    events: list[Event] = [] if pressed.id in known else [pressed]
    events += _declared(formation, tau, party, now, document=document, level=level, label=label)
    _judge(tx, record, formation, contents, events, made.declaration_id(tau), now)


def ordered(
    house: Household, tx: Transaction, record: ContractRecord, party: str, tau: str, *, label: str, at: datetime
) -> None:
    """Note that a party used the order control (BGB § 312j (3))."""
    formation = current(house, tx, record)
    document = document_of(house.contract_contents(tx, record))
    evidence = f"transcript:{tau}"
    event = made.press(formation.terms, tau, party, at, label=label, document=document, evidence=evidence)
    facts = {"party": party, "tau": tau, "received_at": seconds(at)}
    tell(house, tx, record, EntryKind.FORMATION_ORDERED, [event], facts)


def judged(
    house: Household, tx: Transaction, record: ContractRecord, party: PartyContents, tau: str, level: LegalLevel
) -> tuple[Event, ...]:
    """Return the declaration of an attempt whose signature is complete, and its receipt, after judging them.

    Raises:
        FormationRefusal: The declaration has no effect; the facts carry the clause and the consequence.
    """
    formation = current(house, tx, record)
    contents = house.contract_contents(tx, record)
    events = _declared(
        formation,
        tau,
        party,
        _received_at(tx, record.id, tau),
        document=document_of(contents),
        level=level,
        label=contents.label,
    )
    _judge(tx, record, formation, contents, events, made.declaration_id(tau), house.clock.now())
    return events


def declared(
    house: Household, tx: Transaction, record: ContractRecord, party: PartyContents, tau: str, level: LegalLevel
) -> State:
    """Note a party's declaration with its receipt, once its signature stands in the document; return how it stands.

    Raises:
        FormationRefusal: The declaration has no effect.
    """
    events = judged(house, tx, record, party, tau, level)
    received = _received_at(tx, record.id, tau)
    facts = {"party": party.name, "tau": tau, "level": level.word, "received_at": seconds(received)}
    formation = tell(house, tx, record, EntryKind.FORMATION_DECLARED, events, facts)
    return state(formation, house.clock.now())


def concluded(house: Household, tx: Transaction, record: ContractRecord) -> Concluded:
    """Note that the contract is there, with the whole formation; refuse where the law does not say so.

    Raises:
        FormationRefusal: It is not concluded, whatever was signed.
    """
    formation = current(house, tx, record)
    found = state(formation, house.clock.now())
    if not isinstance(found, Concluded):
        raise FormationRefusal.by(clause_of(found))
    facts: dict[str, object] = {"at": seconds(found.at), "declarations": len(found.by), "offer": found.offer}
    until = _offer_end(formation, found)
    if until is not None:
        facts["until"] = seconds(until)
    house.record(tx, EntryKind.FORMATION_CONCLUDED, record.id, facts, {WHOLE: formation.canonical()})
    return found


def identified(house: Household, tx: Transaction, record: ContractRecord, party: str, birth_date: date) -> None:
    """Note when the identity provider says that a party was born, where the contract does not say it."""
    formation = current(house, tx, record)
    who = formation.terms.declarant(party)
    known = any(isinstance(each, PersonIdentified) and each.declarant == party for each in formation.events)
    if who is None or who.birth_date is not None or known:
        return
    event = PersonIdentified(
        id=name(formation, "identified"),
        evidence="id_token",
        at=house.clock.now(),
        declarant=party,
        birth_date=birth_date,
    )
    tell(house, tx, record, EntryKind.FORMATION_IDENTIFIED, [event], {"party": party})


def consented(house: Household, tx: Transaction, record: ContractRecord, party: str, words: str, *, by: Actor) -> None:
    """Note that the legal representatives of a minor consented beforehand; a clerk answers for it.

    Raises:
        AccessDenied: The actor may not change contracts.
        ConsentRefused: The contract has ended, has no such party, or nothing is said about the consent.
    """
    by.require(Permission.CONTRACTS_WRITE)
    over = (ContractState.CONCLUDED, ContractState.FAILED, ContractState.DECLINED, ContractState.CANCELLED)
    formation = current(house, tx, record)
    if record.state in over or formation.terms.declarant(party) is None or party == made.COMPANY or not words.strip():
        raise ConsentRefused(party=party[:16], state=record.state.value)
    if record.state is ContractState.PENDING and grown_up(formation, party, house.clock.now()):
        raise ConsentRefused(party=party[:16], state=record.state.value)  # now this person alone approves (§ 108 (3))
    event = ConsentGiven(id=name(formation, "consent"), evidence="clerk", at=house.clock.now(), declarant=party)
    said = {"words": words.strip()[:2000].encode()}
    tell(house, tx, record, EntryKind.FORMATION_CONSENTED, [event], {"party": party}, by=by, contents=said)


def late(house: Household, tx: Transaction, record: ContractRecord, party: str, message: str) -> bool:
    """Note a declaration that came when the offer was over, and tell the party at once; tell whether that was done.

    What arrives then cannot be verified any more (the code's seed is gone), so it is no declaration of any form. The
    party is told so at once, by the answer and by mail, as BGB § 149 wants of who can see that it was sent in time.

    Source: BGB §§ 149, 150 (1).
    """
    formation = current(house, tx, record)
    now = house.clock.now()
    offer = newest(formation)
    number = f"late-{party}" + ("" if offer is None else f"-{offer.offer}")
    told = any(each.id == number for each in formation.events)
    if offer is None or told or not isinstance(state(formation, now), OfferLapsed):
        return False
    event = LatenessNotified(id=number, evidence=f"message:{message}", at=now, offer=offer.offer)
    facts = {"party": party, "message": message, "offer": offer.offer}
    tell(house, tx, record, EntryKind.FORMATION_LATE, [event], facts)
    queue_notice(house, tx, record.id, LATENESS, party=party)
    return True


def clause_of(found: State, event_id: str = "") -> Clause:
    """Return the clause by which a formation does not go on, of one declaration where it names some."""
    if isinstance(found, Refused | OfferLapsed) and found.ineffective:
        own = [each.clause for each in found.ineffective if each.declaration == event_id]
        return (own or [each.clause for each in found.ineffective])[0]
    if isinstance(found, OfferLapsed | Rejected | RevokedOffer | Pending | Unsettled):
        return found.clause
    return _NOTHING


def _declared(
    formation: Formation,
    tau: str,
    party: PartyContents,
    at: datetime,
    *,
    document: str,
    level: LegalLevel,
    label: str,
) -> tuple[Event, ...]:
    offer = newest(formation)
    return made.declaration(
        formation.terms,
        tau,
        party.name,
        at,
        text=party.declaration,
        document=document,
        level=level,
        label=label,
        offer_name=made.OFFER if offer is None else offer.offer,
        representative="represented" if party.represents else "",
    )


def _judge(
    tx: Transaction,
    record: ContractRecord,
    formation: Formation,
    contents: ContractContents,
    events: list[Event] | tuple[Event, ...],
    declaration: str,
    now: datetime,
) -> None:
    """Refuse events after which the declaration would not count: neither now, nor once it is accepted or approved."""
    before = state(formation, now)
    if isinstance(before, Rejected | RevokedOffer | Concluded):
        raise FormationRefusal.by(clause_of(before))
    try:
        after = state(formation.fold(events), now)
    except FormationRefused as error:
        rule, clause = str(error.facts.get("rule", "")), str(error.facts.get("clause", ""))
        raise FormationRefusal.by(Clause(rule=rule, source=clause)) from error
    if isinstance(after, PartlyDeclared) or (isinstance(after, Concluded) and declaration in after.by):
        return
    if isinstance(after, Pending) and approvals.can_come(tx, record, formation, after, contents.data):
        return
    if isinstance(after, CounterOffered):  # late: a new offer, unless the company's seal would accept it unasked
        if after.offered_by is Side.CUSTOMER and not contents.seal_field:
            return
        raise FormationRefusal.by(clause_of(before))
    offers = formation.terms.offer_by is Side.CUSTOMER
    if offers and isinstance(after, NotOffered) and len(after.missing) < _missing(before):
        return
    if offers and isinstance(after, Open):
        return
    raise FormationRefusal.by(clause_of(after, declaration))


def _missing(found: State) -> int:
    return len(found.missing) if isinstance(found, NotOffered) else 0


def _received_at(tx: Transaction, contract_id: str, tau: str) -> datetime:
    """Return when the message came that made the declaration complete: the signature, else the declared intent."""
    found = {entry.kind: entry.at for entry in tx.ledger.of_contract(contract_id) if entry.facts.get("tau") == tau}
    return found.get(EntryKind.SIGNATURE_RECEIVED) or found[EntryKind.INTENT_DECLARED]


def _offer_end(formation: Formation, found: Concluded) -> datetime | None:
    """Return the end of the offer that was accepted, as it stood while it was open."""
    for _, each in reversed(history(formation, found.at)):
        if isinstance(each, Open | PartlyDeclared) and each.offer == found.offer and each.until is not None:
            return each.until
    return None
