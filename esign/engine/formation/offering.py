"""The company's side: its offer, until when it stands, that it arrived, and how it ends without a contract."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from esign.access import Actor
from esign.contracts.formation import (
    Concluded,
    Event,
    Formation,
    Lapsed,
    LatenessNotified,
    NotOffered,
    OfferLapsed,
    OfferMade,
    OfferReceived,
    Open,
    Rejected,
    RevokedOffer,
    Side,
    State,
    SummaryReceived,
    state,
)
from esign.engine.contents import ContractContents
from esign.engine.formation import events as made
from esign.engine.formation.keeping import current, name, tell
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds

SUMMARY_IN_DOCUMENT = frozenset({"mobile-plan"})
"""Templates whose first page is the contract summary of TKG § 54 (3)."""
_OVER = (OfferLapsed, Rejected, RevokedOffer)


def offered(
    house: Household, tx: Transaction, record: ContractRecord, until: datetime, *, by: Actor | None = None
) -> None:
    """Note that a party is invited: the company offers, or tells one more party until when its offer stands.

    What lapsed is offered anew under another name: nothing revives an offer that is over (BGB §§ 146, 150 (1)).

    Args:
        house: The household.
        tx: The transaction of the invitation.
        record: The contract.
        until: Exclusive instant that the invitation names.
        by: Who invites; None: it was the party's turn.
    """
    now = house.clock.now()
    formation = current(house, tx, record)
    at = state(formation, now)
    document = document_of(house.contract_contents(tx, record))
    found: list[Event] = []
    offer = newest(formation)
    if offer is None or isinstance(at, _OVER):
        if formation.terms.offer_by is Side.CUSTOMER and formation.events:
            return  # who has to offer was invited to; that binds nobody and ends with the link
        offer_name = made.OFFER if offer is None else f"offer-{int(offer.offer.rpartition('-')[2]) + 1}"
        evidence = f"contract:{record.id}"
        found.append(made.offer(formation.terms, offer_name, now, document=document, evidence=evidence))
    else:
        offer_name = offer.offer
    if formation.terms.offer_by is Side.TRADER and formation.terms.accept_until is None and until > now:
        number = f"{name(formation, 'period')}-{len(found)}"
        found.append(made.period(number, offer_name, now, until, evidence=f"contract:{record.id}"))
    if found:
        facts = {"offer": offer_name, "until": seconds(until)}
        tell(house, tx, record, EntryKind.FORMATION_OFFERED, found, facts, by=by)


def arrived(house: Household, tx: Transaction, record: ContractRecord, party: str, *, way: str) -> None:
    """Note that the company's offer reached a party; told again, nothing is noted.

    Args:
        house: The household.
        tx: The transaction.
        record: The contract.
        party: ``signatory-1`` …
        way: ``smtp``: the party's mail server took the mail with the way to it; ``device``: the party's device asked.

    Source: BGB §§ 130 (1), 312i (1) sentence 2.
    """
    formation = current(house, tx, record)
    offer = newest(formation)
    if offer is None or formation.terms.offer_by is Side.CUSTOMER:
        return
    known = [each for each in formation.events if isinstance(each, OfferReceived)]
    if any(each.of == offer.id and each.by == party for each in known):
        return
    at = max(house.clock.now(), offer.declaration.declared_at)
    event = OfferReceived(id=name(formation, "received"), evidence=f"way:{way}", at=at, of=offer.id, by=party)
    facts = {"offer": offer.offer, "party": party, "way": way}
    tell(house, tx, record, EntryKind.FORMATION_OFFER_RECEIVED, [event], facts)


def summary_arrived(house: Household, tx: Transaction, record: ContractRecord, party: str, digest: str) -> None:
    """Note that a customer has the contract summary on a durable medium; where none is needed, nothing is noted.

    Args:
        house: The household.
        tx: The transaction.
        record: The contract.
        party: Who has it.
        digest: Hexadecimal SHA-256 of the file in which it stands.

    Source: TKG § 54 (3).
    """
    formation = current(house, tx, record)
    known = any(isinstance(each, SummaryReceived) and each.by == party for each in formation.events)
    if known or not formation.terms.summary_first:
        return
    event = made.summary(name(formation, "summary"), party, house.clock.now(), document=digest, evidence="document")
    tell(house, tx, record, EntryKind.FORMATION_SUMMARY_RECEIVED, [event], {"party": party})


def document_arrived(house: Household, tx: Transaction, record: ContractRecord, party: str) -> None:
    """Note that a party's device has the document, where the contract summary is its first page."""
    if record.template in SUMMARY_IN_DOCUMENT and not summary_later(house.contract_contents(tx, record)):
        summary_arrived(house, tx, record, party, document_of(house.contract_contents(tx, record)))


def summary_later(contents: ContractContents) -> bool:
    """Tell whether the contract summary comes after the declaration only, so that the contract has to be approved."""
    return bool(json.loads(contents.data).get("offer", {}).get("summary_later"))


def rejected(house: Household, tx: Transaction, record: ContractRecord, party: str) -> None:
    """Note that a party said no: the offer is gone for everybody (BGB § 146)."""
    formation = current(house, tx, record)
    offer = newest(formation)
    events: Sequence[Event] = ()
    if offer is not None and formation.terms.offer_by is Side.TRADER:
        document = offer.declaration.document_sha256
        number = name(formation, "rejected")
        events = [made.rejection(number, party, offer.offer, house.clock.now(), document=document)]
    tell(house, tx, record, EntryKind.FORMATION_REJECTED, events, {"party": party})


def revoked(house: Household, tx: Transaction, record: ContractRecord, *, cause: str, by: Actor | None = None) -> None:
    """Note that the company took its offer back. Where it had arrived the law holds the company to it all the same.

    Source: BGB §§ 130 (1) sentence 2, 145.
    """
    formation = current(house, tx, record)
    offer, now = newest(formation), house.clock.now()
    events: list[Event] = []
    if offer is not None and offer.declaration.declarant == made.COMPANY:
        number, document = name(formation, "revoked"), offer.declaration.document_sha256
        others = formation.terms.of_side(Side.CUSTOMER)
        events = [made.revocation(f"{number}-{who.name}", offer.id, who.name, now, document=document) for who in others]
    facts: dict[str, object] = {"cause": cause}
    if offer is not None:
        facts["binding"] = binds(state(formation.fold(events), now))
    tell(house, tx, record, EntryKind.FORMATION_REVOKED, events, facts, by=by)


def lapsed(house: Household, tx: Transaction, record: ContractRecord) -> None:
    """Note that the time was over; that it is, the period says, not this note (BGB §§ 146-148)."""
    formation = current(house, tx, record)
    offer, now = newest(formation), house.clock.now()
    events: Sequence[Event] = ()
    facts: dict[str, object] = {}
    if offer is not None and not formation.terms.one_sided:
        facts = {"offer": offer.offer, "binding": binds(state(formation, now))}
        if not facts["binding"]:
            events = [Lapsed(id=name(formation, "lapsed"), evidence="clock", at=now, offer=offer.offer)]
    tell(house, tx, record, EntryKind.FORMATION_LAPSED, events, facts)


def too_late(house: Household, tx: Transaction, record: ContractRecord) -> None:
    """Note that the customers are told at once that their acceptance came when the offer was over (BGB § 149)."""
    formation = current(house, tx, record)
    offer, number = newest(formation), name(formation, "late")
    if offer is not None:
        event = LatenessNotified(id=number, evidence="mail", at=house.clock.now(), offer=offer.offer)
        facts = {"offer": offer.offer, "as_offer": True}
        tell(house, tx, record, EntryKind.FORMATION_LATE, [event], facts)


def newest(formation: Formation) -> OfferMade | None:
    """Return the newest offer."""
    found = [each for each in formation.events if isinstance(each, OfferMade)]
    return found[-1] if found else None


def binds(found: State) -> bool:
    """Tell whether somebody is bound by an offer that can still be accepted."""
    return not isinstance(found, (NotOffered, Concluded, *_OVER)) and not (
        isinstance(found, Open) and not found.received
    )


def document_of(contents: ContractContents) -> str:
    """Return the digest of the document that everybody declares about: the draft (hexadecimal SHA-256)."""
    return contents.revisions[0].sha256.hex()
