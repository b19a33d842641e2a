"""The events of the walk, as the library knows them."""

from __future__ import annotations

from datetime import datetime

from esign.contracts import Form
from esign.contracts.formation import (
    AcceptanceReceived,
    Accepted,
    Declaration,
    DeclarationKind,
    Event,
    InvitationToOffer,
    OfferMade,
    OfferReceived,
    OfferRejected,
    OfferRevoked,
    OrderButtonPressed,
    PeriodSet,
    Side,
    SummaryReceived,
    Terms,
)
from esign.foundation.digests import sha256
from esign.policy import LegalLevel

OFFER = "offer-1"
"""Name of a contract's first offer, and identifier of the event that makes it."""
COMPANY = "company"


def offer(terms: Terms, offer_name: str, at: datetime, *, document: str, evidence: str) -> Event:
    """Return the company's offer: the document that is sent to be accepted; or, where nobody has to, its invitation."""
    if terms.one_sided or terms.offer_by is Side.CUSTOMER:
        return InvitationToOffer(id=offer_name, evidence=evidence, at=at)
    declared = Declaration(
        kind=DeclarationKind.OFFER,
        declarant=COMPANY,
        text_sha256=document,
        document_sha256=document,
        level=None,
        form=Form.TEXT,
        declared_at=at,
        evidence=evidence,
        sent_at=at,
    )
    return OfferMade(id=offer_name, evidence=evidence, offer=offer_name, declaration=declared)


def period(event_id: str, offer_name: str, at: datetime, until: datetime, *, evidence: str) -> PeriodSet:
    """Return what a party was told about the end of an offer."""
    return PeriodSet(id=event_id, evidence=evidence, at=at, offer=offer_name, until=until)


def summary(event_id: str, party: str, at: datetime, *, document: str, evidence: str) -> SummaryReceived:
    """Return that a party has the contract summary: the first page of the document (TKG § 54 (3))."""
    return SummaryReceived(id=event_id, evidence=evidence, at=at, by=party, summary_sha256=document)


def declaration_id(tau: str) -> str:
    """Return the identifier of the declaration that an attempt leads to."""
    return f"declared-{tau}"


def rejection(event_id: str, party: str, offer_name: str, at: datetime, *, document: str) -> OfferRejected:
    """Return that a party said no, which reached the company's server at once (BGB § 146)."""
    declared = _words(DeclarationKind.REJECTION, party, at, document=document, evidence=event_id)
    return OfferRejected(id=event_id, evidence=event_id, offer=offer_name, reaches=at, declaration=declared)


def revocation(event_id: str, of: str, by: str, at: datetime, *, document: str) -> OfferRevoked:
    """Return that the company took its offer back towards a party; whether in time the law decides (BGB § 130 (1))."""
    declared = _words(DeclarationKind.REVOCATION, COMPANY, at, document=document, evidence=event_id)
    return OfferRevoked(id=event_id, evidence=event_id, of=of, by=by, reaches=at, declaration=declared)


def _words(kind: DeclarationKind, who: str, at: datetime, *, document: str, evidence: str) -> Declaration:
    return Declaration(
        kind=kind,
        declarant=who,
        text_sha256=sha256(kind.value.encode()).hex(),
        document_sha256=document,
        level=None,
        form=Form.TEXT,
        declared_at=at,
        evidence=evidence,
        sent_at=at,
    )


def press(
    terms: Terms, tau: str, party: str, at: datetime, *, label: str, document: str, evidence: str
) -> OrderButtonPressed:
    """Return the use of the order control in an attempt."""
    return OrderButtonPressed(
        id=f"pressed-{tau}",
        evidence=evidence,
        at=at,
        of=declaration_id(tau),
        by=party,
        lang=terms.lang,
        label=label,
        document_sha256=document,
    )


def declaration(
    terms: Terms,
    tau: str,
    party: str,
    at: datetime,
    *,
    text: str,
    document: str,
    level: LegalLevel | None,
    label: str,
    offer_name: str = OFFER,
    representative: str = "",
) -> tuple[Event, Event]:
    """Return a party's declaration and its receipt at the company's server, which are one instant (BGB § 130 (1))."""
    offers = terms.offer_by is Side.CUSTOMER
    kind = DeclarationKind.OFFER if offers else DeclarationKind.ACCEPTANCE
    declared = Declaration(
        kind=kind,
        declarant=party,
        text_sha256=sha256(text.encode()).hex(),
        document_sha256=document,
        level=level,
        form=Form.ELECTRONIC if level is LegalLevel.QUALIFIED else Form.TEXT,
        declared_at=at,
        evidence=f"transcript:{tau}",
        representative=representative,
        button_label=label,
        sent_at=at,
    )
    event_id, received_id = declaration_id(tau), f"received-{tau}"
    evidence = f"transcript:{tau}"
    if offers:
        return (
            OfferMade(id=event_id, evidence=evidence, offer=OFFER, declaration=declared),
            OfferReceived(id=received_id, evidence=evidence, at=at, of=event_id, by=COMPANY),
        )
    return (
        Accepted(id=event_id, evidence=evidence, offer=offer_name, declaration=declared),
        AcceptanceReceived(id=received_id, evidence=evidence, at=at, of=event_id, by=COMPANY),
    )
