"""The company's desk: contracts found, and all about one of them on one page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from esign.access import Actor, Permission
from esign.engine.api.errors import CursorRefused
from esign.engine.api.reading import ContractPage, PartyView, party_views
from esign.engine.ceremony.admission import LIVE
from esign.engine.company import search as desk_search
from esign.engine.company.records import Wanted
from esign.engine.company.timeline import Happening, reminders, timeline
from esign.engine.contents import ContractContents
from esign.engine.contracts import turns
from esign.engine.contracts.ending import UNDER_WAY
from esign.engine.contracts.validity import end_of_day, last_day, moments
from esign.engine.contracts.views import ContractView, view_of
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.paging import cursor, page_by_time, place
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.evidence.errors import ErasedError
from esign.foundation.clock import from_rfc3339, rfc3339

PAGE = 25
"""Contracts on a page."""

_INSTANTS = ("created_from", "created_before", "concluded_from", "concluded_before")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """An instant on which something ends or is done by itself."""

    kind: str
    """``invitation``, ``reminder``, ``offer`` or ``validity``."""
    party: str
    """Whom it concerns; empty: everybody."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDetail:
    """All about a contract that a desk shows."""

    view: ContractView
    lang: str
    order: str
    """``given`` or ``free``."""
    parties: tuple[PartyView, ...]
    turn: frozenset[str]
    """Parties who may sign now."""
    reminded: Mapping[str, tuple[datetime, ...]]
    deadlines: tuple[Deadline, ...]
    happened: tuple[Happening, ...]
    replaced_by: str
    """Contract that was drawn up in its place; empty: none."""
    replaces: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyDesk:
    """Finds contracts and shows them. A contract of another tenant is as unknown as one that does not exist."""

    household: Household

    def find(
        self, actor: Actor, wanted: Wanted | None = None, *, after: str | None = None, limit: int = PAGE
    ) -> ContractPage:
        """Return a page of the contracts that are looked for, newest first.

        Args:
            actor: Who asks.
            wanted: Which contracts.
            after: Cursor of the page before, with the very same question.
            limit: Rows at the most.

        Raises:
            AccessDenied: The actor may not see contracts.
            CursorRefused: The cursor is not of this list with this question.
        """
        actor.require(Permission.CONTRACTS_READ)
        wanted = wanted or Wanted()
        looked_for = desk_search.words(wanted.party)
        if wanted.party.strip() and (not looked_for or len(looked_for) > desk_search.MOST_WORDS):
            return ContractPage(contracts=(), next=None)
        context = ("desk", actor.tenant, _question(wanted))
        with self.household.store.reading() as tx:
            tokens = desk_search.tokens(tx.vault, actor.tenant, looked_for)
            rows = partial(tx.search.find, actor.tenant, wanted, tokens)
            found, more = page_by_time(rows, tx.vault, context, after=after, limit=limit)
        return ContractPage(contracts=tuple(map(view_of, found)), next=more)

    def ask(self, actor: Actor, wanted: Wanted) -> str:
        """Return a question in one sealed word: it may stand in an address, though it may hold a name.

        Raises:
            AccessDenied: The actor may not see contracts.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            return cursor(tx.vault, json.loads(_question(wanted)), "question", actor.tenant)

    def question(self, actor: Actor, sealed: str) -> Wanted:
        """Return the question of a sealed word.

        Raises:
            AccessDenied: The actor may not see contracts.
            CursorRefused: Not a question that was asked here.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            found = place(tx.vault, sealed, "question", actor.tenant)
        if not isinstance(found, list):
            raise CursorRefused
        state, template, text, party, *instants = found
        return Wanted(
            state=ContractState(state) if state else None,
            template=template,
            text=text,
            party=party,
            **{name: from_rfc3339(value) for name, value in zip(_INSTANTS, instants, strict=True) if value},
        )

    def counts(self, actor: Actor) -> Mapping[str, int]:
        """Return how many contracts there are in each state.

        Raises:
            AccessDenied: The actor may not see contracts.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            found = tx.search.counts(actor.tenant)
        return {state.value: found.get(state.value, 0) for state in ContractState}

    def contract(self, actor: Actor, contract_id: str) -> ContractDetail:
        """Return all about a contract.

        Raises:
            AccessDenied: The actor may not see contracts.
            ContractUnknown: There is no such contract.
            ErasedError: Its content was erased.
        """
        actor.require(Permission.CONTRACTS_READ)
        house = self.household
        with house.store.reading() as tx:
            record = known(tx, actor, contract_id)
            contents = house.contract_contents(tx, record)
            entries = tx.ledger.of_contract(record.id)
            happened = timeline(tx, actor.tenant, entries)
            under_way = record.state in UNDER_WAY
            waiting = turns.remaining(tx, contents, record.id) if under_way else ()
            return ContractDetail(
                view=view_of(record),
                lang=contents.lang,
                order=contents.order,
                parties=party_views(tx, record, contents),
                turn=frozenset(name for name in waiting if turns.is_turn(tx, contents, record.id, name)),
                reminded=reminders(entries),
                deadlines=self._deadlines(tx, record, contents),
                happened=happened,
                replaced_by=_last(happened, "replaced_by"),
                replaces=_last(happened, "replaces"),
            )

    def index_due(self) -> int:
        """Make the search words of contracts that have none yet; return how many contracts were looked at."""
        house = self.household
        with house.store.reading() as tx:
            due = tx.search.unindexed(desk_search.VERSION, 100)
        for contract_id in due:
            with house.store.transaction() as tx:
                record = tx.contracts.get(contract_id)
                if record is None:
                    continue
                try:
                    desk_search.index(tx, record.tenant, record.id, house.contract_contents(tx, record))
                except ErasedError:
                    tx.search.keep(record.id, frozenset(), desk_search.VERSION)
        return len(due)

    def _deadlines(self, tx: Transaction, record: ContractRecord, contents: ContractContents) -> tuple[Deadline, ...]:
        house = self.household
        if record.state not in (ContractState.DRAWN_UP, *UNDER_WAY):
            return ()
        now = house.clock.now()
        found = []
        for party, invitation in turns.invitations(tx, record.id).items():
            if invitation.state not in LIVE:
                continue
            found.append(Deadline(kind="invitation", party=party, at=invitation.expires_at))
            for moment in moments(house.settings, record, invitation):
                if moment > now:
                    found.append(Deadline(kind="reminder", party=party, at=moment))
        until = json.loads(contents.data).get("offer", {}).get("accept_until")
        ends = last_day(date.fromisoformat(until) if until else None)
        if ends is not None:
            found.append(Deadline(kind="offer", party="", at=end_of_day(ends)))
        if record.valid_until not in (None, until, ends and ends.isoformat()):
            found.append(
                Deadline(kind="validity", party="", at=end_of_day(date.fromisoformat(str(record.valid_until))))
            )
        return tuple(sorted(found, key=lambda deadline: deadline.at))


def _last(happened: tuple[Happening, ...], name: str) -> str:
    return next((each.facts[name] for each in reversed(happened) if name in each.facts and "contract" in each.kind), "")


def _question(wanted: Wanted) -> str:
    instants: tuple[datetime | None, ...] = tuple(getattr(wanted, name) for name in _INSTANTS)
    words = [wanted.state and wanted.state.value, wanted.template, wanted.text, wanted.party]
    return json.dumps([*words, *(value and rfc3339(value.astimezone(UTC)) for value in instants)])
