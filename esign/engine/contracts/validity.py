"""Until when a contract can be signed: days of each invitation or one last day, and when its parties are reminded.

A contract says nothing: then the installation's settings apply. In either case nothing outlives the offer: whoever
accepts after its last day concludes no contract (BGB §§ 146, 148). What a party was told is never shortened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from esign.contracts.deadlines.holidays import HolidayCalendar
from esign.engine.household import BERLIN, Household
from esign.engine.records import ContractRecord, InvitationRecord
from esign.engine.refusals import EngineError
from esign.settings import Settings

MOST_REMINDERS = 5
REMINDER_DAYS = range(1, 61)
_MEMBERS = {"days", "until", "reminders"}


class ValidityRefused(EngineError):
    """The validity is not within the bounds of the installation, ends before it begins, or takes back what was told."""

    code = "engine.validity"


class ValidityOver(EngineError):
    """The contract's or the offer's last day is over: nobody can be invited. Renew it, or give it more time."""

    code = "engine.validity.over"
    source = "BGB §§ 146, 148"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """What is wished for one contract; None: as the installation is set."""

    days: int | None = None
    """Life of each invitation."""
    until: date | None = None
    """Last local day on which the contract can be signed, instead of ``days``."""
    reminders: tuple[int, ...] | None = None
    """How many days before the end a party is reminded, each once; empty: never."""

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Validity:
        """Return the validity of plain values: ``days``, ``until`` (ISO day), ``reminders``.

        Raises:
            ValidityRefused: A member is unknown or of the wrong kind.
        """
        if set(data) - _MEMBERS:
            raise ValidityRefused("there is no such member", reason="form", place="validity")
        days, until, reminders = data.get("days"), data.get("until"), data.get("reminders")
        numbers = [each for each in (days, *(reminders or ())) if each is not None]
        if not all(isinstance(each, int) and not isinstance(each, bool) for each in numbers):
            raise ValidityRefused("days are whole numbers", reason="form", place="validity/days")
        try:
            day = None if until is None else date.fromisoformat(str(until))
        except ValueError as error:
            raise ValidityRefused("a day that does not exist", reason="form", place="validity/until") from error
        ordered = None if reminders is None else tuple(sorted(set(reminders), reverse=True))
        return cls(days=days, until=day, reminders=ordered)

    def check(self, settings: Settings, today: date) -> None:
        """Refuse what is not within the bounds.

        Raises:
            ValidityRefused: The facts say why, and which bound.
        """
        most = settings.invitation_days_most
        if self.days is not None and self.until is not None:
            raise ValidityRefused("either days or a last day", reason="both", place="validity")
        if self.days is not None and not 1 <= self.days <= most:
            raise ValidityRefused("out of bounds", reason="days", place="validity/days", most=most)
        if self.until is not None and not today <= self.until <= today + timedelta(days=most):
            raise ValidityRefused("out of bounds", reason="until", place="validity/until", most=most)
        if self.reminders is not None and (
            len(self.reminders) > MOST_REMINDERS or any(days not in REMINDER_DAYS for days in self.reminders)
        ):
            raise ValidityRefused("out of bounds", reason="reminders", place="validity/reminders", most=MOST_REMINDERS)

    def of_record(self, settings: Settings, offer: date | None) -> dict[str, Any]:
        """Return what a contract's row keeps of it: nothing outlives the offer.

        Source: BGB §§ 148, 193.
        """
        last = min((day for day in (self.until, last_day(offer)) if day is not None), default=None)
        return {
            "valid_days": settings.invitation_days_most if self.until is not None else self.days,
            "valid_until": None if last is None else last.isoformat(),
            "reminder_days": None if self.reminders is None else ",".join(str(days) for days in self.reminders),
        }


NONE = Validity()
"""As the installation is set."""


def last_day(offer: date | None) -> date | None:
    """Return the last local day on which an offer can be accepted: no Saturday, Sunday or holiday anywhere.

    Whose Land counts is open while nobody has answered; the customer has the holidays of all.

    Source: BGB § 193.
    """
    return None if offer is None else HolidayCalendar.everywhere().next_working_day(offer)[0]


def expires_at(settings: Settings, record: ContractRecord, now: datetime) -> datetime:
    """Return when an invitation that is made now ends.

    Raises:
        ValidityOver: The contract's last day is over.
    """
    end = now + timedelta(days=settings.invitation_days if record.valid_days is None else record.valid_days)
    if record.valid_until is not None:
        end = min(end, end_of_day(date.fromisoformat(record.valid_until)))
    if end <= now:
        raise ValidityOver(day=str(record.valid_until))
    return end


def end_of_day(day: date) -> datetime:
    """Return the instant at which a local day ends."""
    return datetime.combine(day + timedelta(days=1), time(), BERLIN)


def reminder_days(settings: Settings, record: ContractRecord) -> tuple[int, ...]:
    """Return how many days before the end a contract's parties are reminded."""
    if record.reminder_days is None:
        return settings.reminder_days
    return tuple(int(days) for days in record.reminder_days.split(",") if days)


def moments(settings: Settings, record: ContractRecord, invitation: InvitationRecord) -> tuple[datetime, ...]:
    """Return when the party of an invitation is reminded by itself, earliest first."""
    found = {invitation.expires_at - timedelta(days=days) for days in reminder_days(settings, record)}
    return tuple(sorted(moment for moment in found if invitation.created_at < moment))


def with_next_reminder(
    settings: Settings, record: ContractRecord, invitation: InvitationRecord, now: datetime
) -> InvitationRecord:
    """Return an invitation that says when its party is reminded next; at its end: not any more."""
    to_come = [moment for moment in moments(settings, record, invitation) if moment > now]
    return replace(invitation, remind_at=min(to_come, default=invitation.expires_at))


def same_time(new: ContractRecord, former: ContractRecord) -> ContractRecord:
    """Return a contract that can be signed as long as the one whose place it takes."""
    return replace(
        new, valid_days=former.valid_days, valid_until=former.valid_until, reminder_days=former.reminder_days
    )


def wished(house: Household, validity: Validity | None) -> Validity:
    """Return a checked validity.

    Raises:
        ValidityRefused: It is not within the bounds.
    """
    found = validity or NONE
    found.check(house.settings, house.today())
    return found
