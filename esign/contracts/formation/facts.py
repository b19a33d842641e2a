"""What was known to have happened at an instant, looked up by the questions that the rules ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from esign.contracts.deadlines.holidays import LAENDER, HolidayCalendar
from esign.contracts.deadlines.instants import ends_at
from esign.contracts.formation import events as e
from esign.contracts.formation.formation import Formation
from esign.contracts.formation.terms import Terms
from esign.contracts.formation.values import Declaration, Side

E = TypeVar("E", bound=e.Event)
Declaring = e.OfferMade | e.Answer
"""Events that can become part of a contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The events up to an instant."""

    terms: Terms
    at: datetime
    events: tuple[e.Event, ...]

    @classmethod
    def of(cls, formation: Formation, at: datetime) -> Facts:
        """Return the facts of a formation at an instant: what a clock ran ahead of has not happened yet."""
        return cls(
            terms=formation.terms,
            at=at,
            events=tuple(event for event in formation.events if e.instant(event) <= at),
        )

    def all(self, kind: type[E]) -> tuple[E, ...]:
        """Return the events of a kind in order of time."""
        return tuple(event for event in self.events if isinstance(event, kind))

    def reached(self, event: Declaring, name: str) -> datetime | None:
        """Return when a declaration reached one addressee; None: not yet.

        A receipt that is dated before the declaration proves nothing: one of the clocks was wrong.

        Source: BGB § 130 (1).
        """
        declaration = event.declaration
        found = [each.at for each in self.all(e.Received) if each.of == event.id and each.by == name]
        if declaration.received_at is not None and declaration.received_at <= self.at:
            found.append(declaration.received_at)
        return min((at for at in found if at >= declaration.declared_at), default=None)

    def received(self, event: Declaring) -> datetime | None:
        """Return when a declaration had reached everybody of the other side."""
        found = [self.reached(event, each.name) for each in self.terms.of_side(self.side(event.declaration).other)]
        known = [at for at in found if at is not None]
        return max(known) if len(known) == len(found) else None

    def revoked(self, event: Declaring) -> datetime | None:
        """Return when a declaration was revoked towards somebody before or as it reached that person.

        Source: BGB § 130 (1) sentence 2.
        """
        for revocation in self.revocations(event):
            reached = self.reached(event, revocation.by)
            if reached is None or revocation.reaches <= reached:
                return revocation.reaches
        return None

    def revocations(self, event: Declaring) -> tuple[e.Revoked, ...]:
        """Return the revocations of a declaration, by who made it, that have reached somebody it was meant for."""
        kind = e.OfferRevoked if isinstance(event, e.OfferMade) else e.AcceptanceRevoked
        addressees = [each.name for each in self.terms.of_side(self.side(event.declaration).other)]
        found = [
            each
            for each in self.all(kind)
            if each.of == event.id
            and each.by in addressees
            and each.reaches <= self.at
            and each.declaration.declarant == event.declaration.declarant
        ]
        return tuple(sorted(found, key=lambda each: each.reaches))

    def side(self, declaration: Declaration) -> Side:
        """Return whose declaration it is."""
        who = self.terms.declarant(declaration.declarant)
        if who is None:
            raise LookupError(declaration.declarant)  # no event of a stranger is taken in
        return who.side

    def end_of(self, day: date, acting: Side) -> datetime:
        """Return the exclusive instant at which a period for a declaration ends whose last day is ``day``.

        The customer has the holidays of all places, the company only those that every place has: where the place of
        the declaration is in doubt, the doubt goes to the customer.

        Source: BGB §§ 188 (1), 193.
        """
        places = self.terms.places or LAENDER
        if acting is Side.CUSTOMER:
            return ends_at(HolidayCalendar.of(places).next_working_day(day)[0])
        return ends_at(min(HolidayCalendar.of((place,)).next_working_day(day)[0] for place in places))


def next_day(day: date) -> date:
    """Return the day after."""
    return day + timedelta(days=1)
