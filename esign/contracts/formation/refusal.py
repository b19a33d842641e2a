"""What cannot have happened: events that contradict the contract's parties, themselves or one another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from esign.contracts.deadlines.errors import PeriodOutOfRange
from esign.contracts.deadlines.instants import local_day
from esign.contracts.form_requirement import Form
from esign.contracts.formation import events as e
from esign.contracts.formation.terms import Terms
from esign.contracts.formation.values import Clause, Declaration, DeclarationKind, Side
from esign.policy import LegalLevel

NEW = "/new"
"""What the name of an offer gets that came of a late or changed acceptance."""
MAX_COUNTERS = 8
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_OFFER = re.compile(rf"[a-z0-9][a-z0-9-]{{0,39}}(?:{NEW}){{0,{MAX_COUNTERS}}}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_EVIDENCE = re.compile(r"[\x21-\x7e]{0,200}")

_KINDS: dict[type[e.Event], DeclarationKind] = {
    e.OfferMade: DeclarationKind.OFFER,
    e.OfferRejected: DeclarationKind.REJECTION,
    e.OfferRevoked: DeclarationKind.REVOCATION,
    e.AcceptanceRevoked: DeclarationKind.REVOCATION,
    e.Accepted: DeclarationKind.ACCEPTANCE,
    e.CompanyAccepted: DeclarationKind.ACCEPTANCE,
    e.ChangedAcceptance: DeclarationKind.CHANGED_ACCEPTANCE,
    e.SummaryApproved: DeclarationKind.APPROVAL,
    e.ContractApproved: DeclarationKind.APPROVAL,
    e.ApprovalDenied: DeclarationKind.REJECTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An event that was not taken in; nothing has changed."""

    event: str
    """Identifier of the event."""
    clause: Clause


def side_of(terms: Terms, offer: str) -> Side:
    """Return whose offer it is: that of the terms, turned round with each late or changed acceptance."""
    return terms.offer_by if offer.count(NEW) % 2 == 0 else terms.offer_by.other


def refusal(terms: Terms, event: e.Event) -> Refusal | None:
    """Return why an event cannot have happened under these terms, or None; the order of events plays no part."""
    rule = next(_broken(terms, event), None)
    if rule is None:
        return None
    return Refusal(event=event.id, clause=Clause(rule=f"formation.event.{rule[0]}", source=rule[1]))


def _broken(terms: Terms, event: e.Event) -> Iterator[tuple[str, str]]:
    if not _NAME.fullmatch(event.id) or not _EVIDENCE.fullmatch(event.evidence):
        yield "identifier", "engineering decision"
    offer = getattr(event, "offer", None)
    if offer is not None and not _OFFER.fullmatch(offer):
        yield "offer", "engineering decision"
    yield from _times(event)
    declaration = getattr(event, "declaration", None)
    if isinstance(declaration, Declaration):
        yield from _declaration(terms, event, declaration)
    for name in (getattr(event, "by", None), getattr(event, "declarant", None)):
        if name is not None and terms.declarant(name) is None:
            yield "declarant", "BGB §§ 145, 164"
    yield from _own(terms, event)


def _own(terms: Terms, event: e.Event) -> Iterator[tuple[str, str]]:
    """Rules of single kinds of events."""
    if isinstance(event, e.OrderButtonPressed):
        presser = terms.declarant(event.by)
        if presser is None or presser.side is not Side.CUSTOMER or not _DIGEST.fullmatch(event.document_sha256):
            yield "button", "BGB § 312j (3)"
    if isinstance(event, e.SummaryReceived) and not _DIGEST.fullmatch(event.summary_sha256):
        yield "digest", "engineering decision"
    if isinstance(event, e.PeriodSet) and event.until <= event.at:
        yield "period", "BGB § 148"
    if isinstance(event, e.AcceptanceReceived) and not 0 <= event.usual_transit_seconds <= 31 * 86_400:
        yield "transit", "BGB § 149"


def _declaration(terms: Terms, event: e.Event, declaration: Declaration) -> Iterator[tuple[str, str]]:
    who = terms.declarant(declaration.declarant)
    if who is None:
        yield "declarant", "BGB §§ 145, 164"
        return
    if declaration.kind is not _KINDS[type(event)]:
        yield "kind", "engineering decision"
    if any(who.side is not side for side in _sides(terms, event)):
        yield "side", "BGB §§ 145-147"
    if not (_DIGEST.fullmatch(declaration.text_sha256) and _DIGEST.fullmatch(declaration.document_sha256)):
        yield "digest", "engineering decision"
    if declaration.form is Form.ELECTRONIC and declaration.level is not LegalLevel.QUALIFIED:
        yield "electronic_form", "BGB § 126a (1)"
    if not _EVIDENCE.fullmatch(declaration.evidence) or len(declaration.button_label) > 100:
        yield "identifier", "engineering decision"


def _sides(terms: Terms, event: e.Event) -> tuple[Side, ...]:
    """Return the sides that the declarant has to be of; several that differ: nobody can declare that."""
    if isinstance(event, e.OfferMade):
        return (side_of(terms, event.offer),)
    if isinstance(event, e.SummaryApproved | e.ContractApproved | e.ApprovalDenied):
        return (Side.CUSTOMER,)
    if isinstance(event, e.OfferRejected | e.Answer):
        own = (Side.CUSTOMER,) if isinstance(event, e.Accepted) else ()
        own = (Side.TRADER,) if isinstance(event, e.CompanyAccepted) else own
        return (side_of(terms, event.offer).other, *own)
    return ()


def _times(event: e.Event) -> Iterator[tuple[str, str]]:
    declaration = getattr(event, "declaration", None)
    order: list[datetime | None] = [getattr(event, "at", None)]
    if isinstance(declaration, Declaration):
        order = [declaration.declared_at, declaration.sent_at, declaration.received_at, getattr(event, "reaches", None)]
    known = [instant for instant in order if instant is not None]
    try:
        for instant in known:
            local_day(instant)
    except PeriodOutOfRange:
        yield "instant", "engineering decision"
        return
    if known != sorted(known):
        yield "order_of_times", "BGB § 130 (1)"
