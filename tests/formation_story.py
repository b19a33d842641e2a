"""Short words for the events of a contract's formation, so that a test reads like the case that it tells."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from esign.contracts import ContractData, Form
from esign.contracts.formation import (
    AcceptanceReceived,
    AcceptanceRevoked,
    Accepted,
    ChangedAcceptance,
    CompanyAccepted,
    Declaration,
    DeclarationKind,
    Event,
    Formation,
    OfferMade,
    OfferReceived,
    OfferRejected,
    OfferRevoked,
    OrderButtonPressed,
    SummaryApproved,
    Terms,
    state,
    terms_of,
)
from esign.foundation.digests import sha256
from esign.policy import LegalLevel, policies_root

LABEL = "zahlungspflichtig bestellen"
DOC = sha256(b"the draft").hex()
OTHER = sha256(b"another draft").hex()
BERLIN = ZoneInfo("Europe/Berlin")
UNTIL = date(2026, 12, 4)
"""A Friday, and no holiday anywhere."""


def berlin(text: str) -> datetime:
    """Return the UTC instant of a local time in Berlin in November or December 2026, such as ``29 10:00``."""
    day, clock = text.split()
    month = 12 if int(day) < 20 else 11
    hour, minute = clock.split(":")
    return datetime(2026, month, int(day), int(hour), int(minute), tzinfo=BERLIN).astimezone(UTC)


def contract(begins: str) -> ContractData:
    """Return the sample contract whose file name begins with a word."""
    (path,) = (policies_root() / "samples").glob(f"{begins}*.json")
    return ContractData.parse(json.loads(path.read_text("utf-8")))


def frame(begins: str = "electricity", **changes: Any) -> Terms:
    """Return the terms of a sample contract, with the last day of these stories and other changes."""
    return replace(terms_of(contract(begins)), **{"accept_until": UNTIL, **changes})


class Story:
    """One formation to which events are told."""

    def __init__(self, terms: Terms | None = None) -> None:
        """Begin with the terms of the electricity sample."""
        self.formation = Formation(terms=terms or frame())
        self.told = 0

    @property
    def events(self) -> list[Event]:
        """Everything told so far."""
        return list(self.formation.events)

    def tell(self, event: Event) -> Event:
        """Take an event in; a refusal is an error of the test."""
        after = self.formation.after(event)
        assert isinstance(after, Formation), after
        self.formation = after
        return event

    def name(self, prefix: str) -> str:
        """Return a fresh identifier."""
        self.told += 1
        return f"{prefix}-{self.told}"

    def declaration(self, kind: DeclarationKind, who: str, at: datetime, **changes: Any) -> Declaration:
        """Return a declaration in the form and words that the terms ask for."""
        fixed = next(each.text_sha256 for each in self.formation.terms.declarants if each.name == who)
        usual: dict[str, Any] = {
            "kind": kind,
            "declarant": who,
            "text_sha256": fixed or sha256(kind.value.encode()).hex(),
            "document_sha256": DOC,
            "level": LegalLevel.ADVANCED,
            "form": Form.TEXT,
            "declared_at": at,
            "evidence": "ledger:1",
            "button_label": LABEL if who != "company" else "",
        }
        return Declaration(**{**usual, **changes})

    def press(self, event: str, who: str, at: datetime, **changes: Any) -> None:
        """Press the order button for one declaration."""
        usual: dict[str, Any] = {"of": event, "by": who, "lang": "de", "label": LABEL, "document_sha256": DOC}
        self.tell(OrderButtonPressed(id=self.name("press"), evidence="", at=at, **{**usual, **changes}))

    def offer(
        self, at: datetime, who: str = "company", offer: str = "offer", *, button: bool = True, **changes: Any
    ) -> str:
        """Make an offer; the customer presses the button for it."""
        made = self.declaration(DeclarationKind.OFFER, who, at, **changes)
        event = self.tell(OfferMade(id=self.name("offer"), evidence="", offer=offer, declaration=made))
        if button and who != "company":
            self.press(event.id, who, at, document_sha256=made.document_sha256)
        return event.id

    def offer_received(self, of: str, at: datetime, *by: str) -> None:
        """Let an offer reach somebody."""
        for who in by or ("signatory-1",):
            self.tell(OfferReceived(id=self.name("got"), evidence="", of=of, by=who, at=at))

    def accept(
        self,
        at: datetime,
        who: str = "signatory-1",
        offer: str = "offer",
        *,
        button: bool = True,
        received: datetime | None = None,
        changed: bool = False,
        **changes: Any,
    ) -> str:
        """Accept an offer by the order button; with ``received`` it reaches the other side."""
        kind = DeclarationKind.CHANGED_ACCEPTANCE if changed else DeclarationKind.ACCEPTANCE
        made = self.declaration(kind, who, at, **changes)
        cls = ChangedAcceptance if changed else CompanyAccepted if who == "company" else Accepted
        event = self.tell(cls(id=self.name("yes"), evidence="", offer=offer, declaration=made))
        if button and who != "company":
            self.press(event.id, who, at, document_sha256=made.document_sha256)
        if received is not None:
            self.accept_received(event.id, received)
        return event.id

    def accept_received(self, of: str, at: datetime, by: str = "company", **changes: Any) -> None:
        """Let an acceptance reach somebody."""
        self.tell(AcceptanceReceived(id=self.name("got"), evidence="", of=of, by=by, at=at, **changes))

    def revoke(self, of: str, who: str, by: str, at: datetime, reaches: datetime) -> None:
        """Revoke an offer or an acceptance towards somebody."""
        made = self.declaration(DeclarationKind.REVOCATION, who, at)
        cls = OfferRevoked if of.startswith("offer") else AcceptanceRevoked
        self.tell(cls(id=self.name("no"), evidence="", of=of, by=by, reaches=reaches, declaration=made))

    def reject(self, at: datetime, reaches: datetime, who: str = "signatory-1", offer: str = "offer") -> None:
        """Reject an offer."""
        made = self.declaration(DeclarationKind.REJECTION, who, at)
        self.tell(OfferRejected(id=self.name("no"), evidence="", offer=offer, reaches=reaches, declaration=made))

    def approve(self, at: datetime, reaches: datetime, **changes: Any) -> None:
        """Approve a telecommunications contract after its summary came."""
        made = self.declaration(DeclarationKind.APPROVAL, "signatory-1", at, **{"level": None, **changes})
        self.tell(SummaryApproved(id=self.name("fine"), evidence="", reaches=reaches, declaration=made))

    def state(self, at: datetime) -> Any:
        """Return how it stands."""
        return state(self.formation, at)


def offered(terms: Terms | None = None, *signatories: str) -> Story:
    """Return a story in which the company's offer was made and received on Monday, 30 November, at 10."""
    story = Story(terms)
    story.offer_received(story.offer(berlin("30 10:00")), berlin("30 10:00"), *signatories)
    return story
