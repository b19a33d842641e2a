"""A clerk's calendar: tasks and what comes by itself, as a file and by a secret link that can be revoked.

It holds the kind of a thing, the contract's reference and a link to the desk, where a login is asked for; no name, no
address, no words that anybody wrote.

Source: RFC 5545.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from esign.access import Actor, ActorKind, Permission
from esign.access.errors import AccessDenied
from esign.engine.accounts.records import AccountState
from esign.engine.clocks.clerk import CONTRACT_ACTS
from esign.engine.clocks.records import Act, CalendarLink, DueAct, TaskState
from esign.engine.clocks.refusals import CalendarUnknown
from esign.engine.household import BERLIN, Household
from esign.engine.ports import Transaction
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import labelled
from esign.foundation.identifiers import new_id, new_token

MOST_LINKS = 5
"""Links of one account; another one is made after one was revoked."""
MOST_ENTRIES = 500
_DAY = timedelta(days=1)

_WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "name": "Fristen",
        "withdrawal": "Widerruf: prüfen und erstatten",
        "termination": "Kündigung: bearbeiten",
        "acknowledgement": "Eingangsbestätigung: Zustellung nachholen",
        "reminder": "Erinnerung an das Widerrufsrecht: prüfen",
        "other": "Aufgabe",
        "offer_lapses": "Annahmefrist endet",
        "withdrawal_ends": "Widerrufsfrist endet",
        "remind_of_right": "Erinnerung an das Widerrufsrecht geht hinaus",
    },
    "en": {
        "name": "Deadlines",
        "withdrawal": "Withdrawal: check and refund",
        "termination": "Termination: deal with it",
        "acknowledgement": "Acknowledgement: see that it arrives",
        "reminder": "Reminder of the right of withdrawal: check",
        "other": "Task",
        "offer_lapses": "Period for acceptance ends",
        "withdrawal_ends": "Period for withdrawal ends",
        "remind_of_right": "Reminder of the right of withdrawal goes out",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A link as its owner sees it; never the secret."""

    id: str
    created_at: datetime
    last_used: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLink:
    """A new link; only here stands the secret itself."""

    view: LinkView
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDesk:
    """Calendars of clerks."""

    household: Household

    def file(self, actor: Actor, lang: str) -> bytes:
        """Return the calendar as a file.

        Raises:
            AccessDenied: The actor may not see tasks.
        """
        actor.require(Permission.CASES_READ)
        with self.household.store.reading() as tx:
            return self._calendar(tx, actor.tenant, lang)

    def links(self, actor: Actor) -> tuple[LinkView, ...]:
        """Return the actor's own links that are not revoked.

        Raises:
            AccessDenied: The actor may not see tasks.
        """
        actor.require(Permission.CASES_READ)
        with self.household.store.reading() as tx:
            return tuple(_view(link) for link in tx.calendars.of_account(actor.id))

    def make(self, actor: Actor) -> MadeLink:
        """Make a link for the actor's own calendar program; the oldest one ends where there are too many.

        Raises:
            AccessDenied: The actor is no account, or may not see tasks.
            ConfirmationNeeded: The person has not proven just now who it is: the link lasts longer than a session.
        """
        actor.require(Permission.CASES_READ)
        if actor.kind is not ActorKind.ACCOUNT:
            raise AccessDenied("a calendar belongs to a person")
        house, secret = self.household, new_token()
        actor.require_confirmed(house.clock.now())
        with house.store.transaction() as tx:
            for old in tx.calendars.of_account(actor.id)[: -(MOST_LINKS - 1)]:
                self._revoke(tx, actor, old)
            link = CalendarLink(
                id=new_id(),
                tenant=actor.tenant,
                account_id=actor.id,
                digest=_digest(secret),
                created_at=house.clock.now(),
            )
            tx.calendars.add(link)
            house.record(tx, EntryKind.CALENDAR_MADE, None, {"calendar": link.id}, by=actor)
        return MadeLink(view=_view(link), secret=secret)

    def revoke(self, actor: Actor, link_id: str) -> None:
        """Revoke one of the actor's own links: from now on it is as unknown as a guess.

        Raises:
            AccessDenied: The actor may not see tasks.
            CalendarUnknown: The actor has no such link.
        """
        actor.require(Permission.CASES_READ)
        with self.household.store.transaction() as tx:
            mine = {link.id: link for link in tx.calendars.of_account(actor.id)}
            if link_id not in mine:
                raise CalendarUnknown
            self._revoke(tx, actor, mine[link_id])

    def feed(self, secret: str, lang: str) -> bytes:
        """Return the calendar of a link's owner, as long as the account is active and may see tasks.

        Raises:
            CalendarUnknown: No link has this secret, it was revoked, or its owner may not see tasks any more.
        """
        house = self.household
        with house.store.reading() as tx:
            link = tx.calendars.by_digest(_digest(secret))
            account = tx.accounts.get(link.account_id) if link is not None else None
            if link is None or link.revoked_at is not None or account is None or account.tenant != link.tenant:
                raise CalendarUnknown
            if account.state is not AccountState.ACTIVE or Permission.CASES_READ not in account.permissions:
                raise CalendarUnknown
            found = self._calendar(tx, link.tenant, lang)
        today = house.today().isoformat()
        if link.last_used != today:
            with house.store.transaction() as tx:
                again = tx.calendars.by_digest(link.digest)
                if again is not None and again.revoked_at is None:
                    tx.calendars.update(replace(again, last_used=today))
        return found

    def _revoke(self, tx: Transaction, actor: Actor, link: CalendarLink) -> None:
        tx.calendars.update(replace(link, revoked_at=self.household.clock.now()))
        self.household.record(tx, EntryKind.CALENDAR_REVOKED, None, {"calendar": link.id}, by=actor)

    def _calendar(self, tx: Transaction, tenant: str, lang: str) -> bytes:
        words = _WORDS[lang]
        calendar = Calendar()
        calendar.add("prodid", "-//esign//deadlines//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        sandbox = "SANDBOX: " if self.household.settings.sandbox else ""
        calendar.add("x-wr-calname", sandbox + words["name"])
        for event in self._events(tx, tenant, words, sandbox):
            calendar.add_component(event)
        return bytes(calendar.to_ical())

    def _events(self, tx: Transaction, tenant: str, words: Mapping[str, str], sandbox: str) -> Iterator[Event]:
        web = self.household.settings.web_url
        open_tasks = tx.tasks.page(tenant, state=TaskState.OPEN, kind=None, due_to=None, after=None, limit=MOST_ENTRIES)
        for task in open_tasks:
            yield self._event(
                f"task-{task.id}",
                sandbox + _named(tx, words[task.kind.value], task.contract_id),
                date.fromisoformat(task.due_on),
                f"{web}/company/tasks/{task.id}",
                task.created_at,
            )
        for act in tx.clocks.coming(tenant, MOST_ENTRIES):
            if act.act in CONTRACT_ACTS:
                yield self._event(
                    f"act-{act.id}",
                    sandbox + _named(tx, words[act.act.value], act.contract_id),
                    self._day_of(act),
                    f"{web}/company/contracts/{act.contract_id}",
                    self.household.clock.now(),
                )

    def _day_of(self, act: DueAct) -> date:
        """Return the local day: of an exclusive end the day that ends with it."""
        at = act.due_at.astimezone(BERLIN)
        return at.date() if act.act is Act.REMIND_OF_RIGHT else (at - timedelta(microseconds=1)).date()

    def _event(self, name: str, summary: str, day: date, address: str, made: datetime) -> Event:
        event = Event()
        event.add("uid", f"{name}@esign")
        event.add("dtstamp", made)
        event.add("dtstart", day)
        event.add("dtend", day + _DAY)
        event.add("summary", summary)
        event.add("url", address)
        event.add("transp", "TRANSPARENT")
        return event


def _named(tx: Transaction, what: str, contract_id: str | None) -> str:
    contract = tx.contracts.get(contract_id) if contract_id else None
    return what if contract is None else f"{what} – {contract.reference}"


def _view(link: CalendarLink) -> LinkView:
    return LinkView(id=link.id, created_at=link.created_at, last_used=link.last_used)


def _digest(secret: str) -> bytes:
    return labelled("company/calendar", secret.encode("utf-8", "surrogatepass"))
