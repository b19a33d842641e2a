"""What can happen between two sides until a contract is there. Each event is a fact with an instant of its own.

An event is never taken back; what the law makes of it is decided by :func:`esign.contracts.formation.state`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from esign.contracts.formation.values import Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events; the same event told twice has the same identifier and the same content."""

    id: str
    evidence: str
    """Reference to the proof; no personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening(Event):
    """An event that is no declaration of a party."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationToOffer(Happening):
    """Somebody was asked to make an offer (invitatio ad offerendum); it binds nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(Event):
    """One declarant of the offering side offered; an offer by several is there when all have declared.

    Source: BGB § 145.
    """

    offer: str
    """Name of the offer; all its declarants say the same one."""
    declaration: Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Happening):
    """A declaration became retrievable where the addressee can be expected to look.

    Source: BGB §§ 130 (1), 312i (1) sentence 2.
    """

    of: str
    """Identifier of the event that holds the declaration."""
    by: str
    """Name of the declarant whom it reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferReceived(Received):
    """An offer reached one of those who can accept it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceReceived(Received):
    """An acceptance reached one of those who offered."""

    usual_transit_seconds: int = 0
    """How long such a message takes as a rule; a letter's days are told here."""
    recognisable: bool = True
    """Whether the addressee could see when it had been sent, as by a postmark (BGB § 149)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked(Event):
    """A declaration was revoked (widerrufen vor Zugang, not withdrawn); ``reaches`` decides whether in time.

    Source: BGB § 130 (1) sentence 2.
    """

    of: str
    by: str
    """Name of the declarant whom the revocation reached."""
    reaches: datetime
    declaration: Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRevoked(Revoked):
    """An offer was revoked towards one addressee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceRevoked(Revoked):
    """An acceptance was revoked towards one of those who offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRejected(Event):
    """One of those who could accept an offer rejected it; the offer is gone when that reaches who offered.

    Source: BGB § 146.
    """

    offer: str
    reaches: datetime
    declaration: Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Event):
    """A declaration that answers an offer."""

    offer: str
    declaration: Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Answer):
    """A customer accepted an offer.

    Source: BGB §§ 147, 148.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyAccepted(Answer):
    """The company accepted the customer's order, by itself or by a clerk; a receipt of the order is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedAcceptance(Answer):
    """Somebody accepted with additions, limits or other changes: a rejection and a new offer.

    Source: BGB § 150 (2).
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(Happening):
    """The receipt of an order was confirmed (BGB § 312i (1) No. 3); it accepts nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderButtonPressed(Happening):
    """A customer used the control whose label says that payment is owed, for one declaration.

    Source: BGB § 312j (3), (4).
    """

    of: str
    """Identifier of the event that holds the declaration so made."""
    by: str
    lang: str
    label: str
    document_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Happening):
    """The conversation among present parties ended, and with it every offer in it.

    Source: BGB § 147 (1).
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed(Happening):
    """A clock noted that an offer was over. The law decides when it is, not the note (BGB §§ 146–148)."""

    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSet(Happening):
    """Who offered told until when an offer without a last day of its own can be accepted, or gave more time.

    Source: BGB § 148.
    """

    offer: str
    until: datetime
    """Exclusive instant; told to the minute, so that no day off moves it (BGB §§ 186, 193)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonIdentified(Happening):
    """An identity provider told when a declarant was born, whom the contract does not say it of.

    Source: BGB §§ 2, 104-108.
    """

    declarant: str
    birth_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LatenessNotified(Happening):
    """Who offered told who accepted, at ``at``, that an acceptance sent in time came or will come late.

    Source: BGB § 149.
    """

    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Happening):
    """The legal representative of a minor consented beforehand.

    Source: BGB §§ 107, 182, 183.
    """

    declarant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractApproved(Event):
    """The legal representative of a minor, or who has come of age since, approved the contract afterwards.

    Source: BGB §§ 108 (1), (3), 182, 184.
    """

    reaches: datetime
    declaration: Declaration
    """Its declarant is the minor; who approves stands in ``representative``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDenied(Event):
    """The legal representative of a minor, or who has come of age since, refused to approve: there is no contract.

    Source: BGB § 108 (1), (3).
    """

    reaches: datetime
    declaration: Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDemanded(Happening):
    """The company's demand to declare about the approval reached the legal representative of a minor.

    Source: BGB § 108 (2).
    """

    declarant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRaised(Happening):
    """A party wants a point regulated.

    Source: BGB § 154 (1).
    """

    point: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSettled(Happening):
    """The parties agreed on a point."""

    point: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryReceived(Happening):
    """A customer has the contract summary on a durable medium.

    Source: TKG § 54 (3).
    """

    by: str
    summary_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryApproved(Event):
    """A customer who got the contract summary late approved the contract in text form.

    Source: TKG § 54 (3) sentence 4.
    """

    reaches: datetime
    declaration: Declaration


KINDS: dict[str, type[Event]] = {
    "invitation_to_offer": InvitationToOffer,
    "offer_made": OfferMade,
    "offer_received": OfferReceived,
    "offer_revoked": OfferRevoked,
    "offer_rejected": OfferRejected,
    "accepted": Accepted,
    "company_accepted": CompanyAccepted,
    "changed_acceptance": ChangedAcceptance,
    "acceptance_received": AcceptanceReceived,
    "acceptance_revoked": AcceptanceRevoked,
    "order_confirmed": OrderConfirmed,
    "order_button_pressed": OrderButtonPressed,
    "session_ended": SessionEnded,
    "lapsed": Lapsed,
    "period_set": PeriodSet,
    "person_identified": PersonIdentified,
    "lateness_notified": LatenessNotified,
    "consent_given": ConsentGiven,
    "contract_approved": ContractApproved,
    "approval_denied": ApprovalDenied,
    "approval_demanded": ApprovalDemanded,
    "point_raised": PointRaised,
    "point_settled": PointSettled,
    "summary_received": SummaryReceived,
    "summary_approved": SummaryApproved,
}
"""Every kind by the word that stands in JSON."""

WORDS = {kind: word for word, kind in KINDS.items()}


def instant(event: Event) -> datetime:
    """Return when an event happened: a declaration's is when it was made."""
    if isinstance(event, Happening):
        return event.at
    declaration: Declaration = event.declaration  # type: ignore[attr-defined]  # every event that is no happening has one
    return declaration.declared_at
