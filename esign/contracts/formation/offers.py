"""The offer of a round: who made it with effect, about which document, until when it can be accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from esign.contracts.deadlines.instants import local_day
from esign.contracts.deadlines.periods import Period, nominal_end
from esign.contracts.formation import events as e
from esign.contracts.formation.effect import without_effect
from esign.contracts.formation.facts import Declaring, Facts
from esign.contracts.formation.refusal import side_of
from esign.contracts.formation.states import Ineffective
from esign.contracts.formation.values import Among, Clause, DeclarationKind, Side

MISMATCH = Clause(
    rule="formation.mismatch",
    source="BGB §§ 154, 155",
    consequence="declarations about different documents do not match",
    consequence_de="Erklärungen über verschiedene Dokumente stimmen nicht überein",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """Declarations that did not accept an offer and are a new one instead."""

    events: tuple[Declaring, ...]
    because: Clause
    same_document: bool
    """Whether the new offer says what the old one said (BGB § 150 (1)) or something else (§ 150 (2))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What was offered under one name, as far as it has an effect."""

    name: str
    side: Side
    document_sha256: str
    made: Mapping[str, Declaring]
    """By declarant."""
    missing: tuple[str, ...]
    ineffective: tuple[Ineffective, ...]
    revoked_at: datetime | None
    """When the first declaration was revoked in time that nothing replaced."""
    turned: Turned | None

    @property
    def ids(self) -> tuple[str, ...]:
        """Identifiers of the events that make up the offer."""
        return tuple(event.id for event in self.made.values())

    def heard(self, facts: Facts, name: str) -> datetime | None:
        """Return when the whole offer had reached one of those who can accept it."""
        found = [facts.reached(event, name) for event in self.made.values()]
        known = [at for at in found if at is not None]
        return max(known) if known and len(known) == len(found) else None

    def received(self, facts: Facts) -> bool:
        """Tell whether the offer has reached everybody who can accept it."""
        return all(self.heard(facts, each.name) for each in facts.terms.of_side(self.side.other))

    def until(self, facts: Facts) -> datetime | None:
        """Return the exclusive instant by which acceptances must be received; None: while the conversation lasts.

        Source: BGB §§ 147, 148, 193.
        """
        terms, acting = facts.terms, self.side.other
        if terms.accept_until is not None and self.turned is None:
            return facts.end_of(terms.accept_until, acting)
        begun = max(self._begun(facts, event) for event in self.made.values())
        if self.turned is None and (told := self._told(facts)) is not None:
            return told
        ended = min((each.at for each in facts.all(e.SessionEnded)), default=None)
        if terms.among is Among.PRESENT and (ended is None or ended > begun):
            return ended  # what is offered after the conversation is offered among absent parties
        return facts.end_of(nominal_end(local_day(begun), Period(days=terms.answer_days)), acting)

    def _told(self, facts: Facts) -> datetime | None:
        """Return the end that was told; more time can be given only while there is time."""
        until: datetime | None = None
        for each in facts.all(e.PeriodSet):
            if each.offer == self.name and (until is None or each.at < until):
                until = each.until if until is None else max(until, each.until)
        return until

    def _begun(self, facts: Facts, event: Declaring) -> datetime:
        received = facts.received(event) if self.turned else None
        return received or event.declaration.declared_at


def offer_of(facts: Facts, name: str, turned: Turned | None) -> Offer:
    """Return what was offered under a name.

    Args:
        facts: What has happened.
        name: Name of the offer.
        turned: The declarations that became it; None for a first offer.
    """
    side = side_of(facts.terms, name)
    tried: tuple[Declaring, ...] = tuple(event for event in facts.all(e.OfferMade) if event.offer == name)
    tried = tuple(sorted((*(turned.events if turned else ()), *tried), key=lambda each: (e.instant(each), each.id)))
    ineffective = [Ineffective(declaration=event.id, clause=c) for event in tried for c in _faults(facts, event)]
    revoked = {event.id: at for event in tried if (at := facts.revoked(event)) is not None}
    sound = [event for event in tried if event.id not in revoked and not _faults(facts, event)]
    names = [each.name for each in facts.terms.of_side(side)]
    document, made = _matching(sound, names)
    ineffective += [
        Ineffective(declaration=event.id, clause=MISMATCH)
        for event in sound
        if event.declaration.document_sha256 != document and event.declaration.declarant not in made
    ]
    missing = tuple(each for each in names if each not in made)
    taken_back = [
        revoked[event.id] for event in tried if event.id in revoked and event.declaration.declarant in missing
    ]
    return Offer(
        name=name,
        side=side,
        document_sha256=document,
        made=made,
        missing=missing,
        ineffective=tuple(ineffective),
        revoked_at=min(taken_back, default=None),
        turned=turned,
    )


def _faults(facts: Facts, event: Declaring) -> tuple[Clause, ...]:
    kinds = (event.declaration.kind, DeclarationKind.OFFER)
    return without_effect(facts, event, tuple(dict.fromkeys(kinds)))


def _matching(sound: Iterable[Declaring], names: list[str]) -> tuple[str, dict[str, Declaring]]:
    """Return the document on which all agreed first, else the first on which most do, with each one's declaration."""
    by_document: dict[str, dict[str, Declaring]] = {}
    for event in sound:
        by_document.setdefault(event.declaration.document_sha256, {}).setdefault(event.declaration.declarant, event)
    if not by_document:
        return "", {}
    whole = {
        document: max(e.instant(event) for event in found.values())
        for document, found in by_document.items()
        if len(found) == len(names)
    }
    if whole:
        document = min(whole, key=lambda each: whole[each])  # what comes later cannot undo it
    else:
        document = max(by_document, key=lambda each: len(by_document[each]))
    return document, {name: by_document[document][name] for name in names if name in by_document[document]}
