"""What backend systems read: pages of contracts and events, parties, documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from esign.access import Actor, Permission
from esign.engine.api.events import EVENT_KINDS, Event
from esign.engine.api.records import ContractFilter
from esign.engine.contents import ContractContents
from esign.engine.contracts import turns
from esign.engine.contracts.views import ContractView, view_of
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.paging import cursor, page_by_time, place
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState, InvitationRecord, InvitationState
from esign.engine.refusals import ContractStateRefused
from esign.foundation.clock import rfc3339

_KINDS = tuple(kind.value for kind in EVENT_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractPage:
    """A page of contracts, newest first."""

    contracts: tuple[ContractView, ...]
    next: str | None
    """Cursor of the next page; None: this is the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """A page of events, oldest first."""

    events: tuple[Event, ...]
    next: str
    """Cursor behind the last event: keep it, and ask again later."""
    more: bool
    """Whether there are further events already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """Somebody who is to sign."""

    name: str
    role: str
    given_name: str
    family_name: str
    email: str
    represents: str
    state: str
    """``not_invited``, ``waiting``, ``open``, ``signed`` or ``closed``."""
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDesk:
    """Reads. A contract of another tenant is as unknown as one that does not exist."""

    household: Household

    def contracts(
        self, actor: Actor, wanted: ContractFilter | None = None, *, after: str | None = None, limit: int = 50
    ) -> ContractPage:
        """Return a page of contracts, newest first.

        Args:
            actor: Who asks.
            wanted: Which contracts.
            after: Cursor of the page before, with the very same filter.
            limit: Rows at the most.

        Raises:
            AccessDenied: The actor may not see contracts.
            CursorRefused: The cursor is not of this list with this filter.
        """
        actor.require(Permission.CONTRACTS_READ)
        wanted = wanted or ContractFilter()
        context = ("contracts", actor.tenant, _filter(wanted))
        with self.household.store.reading() as tx:
            rows = partial(tx.pages.contracts, actor.tenant, wanted)
            found, more = page_by_time(rows, tx.vault, context, after=after, limit=limit)
        return ContractPage(contracts=tuple(map(view_of, found)), next=more)

    def outcome(self, actor: Actor, contract_id: str) -> ContractView:
        """Return what may be shown of a contract to whoever has just changed it.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            return view_of(known(tx, actor, contract_id))

    def parties(self, actor: Actor, contract_id: str) -> tuple[PartyView, ...]:
        """Return who is to sign a contract, in order, and where each stands.

        Raises:
            AccessDenied: The actor may not see contracts.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            return party_views(tx, record, self.household.contract_contents(tx, record))

    def data(self, actor: Actor, contract_id: str) -> Mapping[str, object]:
        """Return the data from which a contract was drawn up.

        Raises:
            AccessDenied: The actor may not see contracts.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            found: dict[str, object] = json.loads(self.household.contract_contents(tx, record).data)
        return found

    def events(
        self,
        actor: Actor,
        contract_id: str | None = None,
        *,
        kind: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> EventPage:
        """Return a page of events, oldest first: of one contract, or of all of the tenant's; of one kind, or of all.

        Raises:
            AccessDenied: The actor may not see contracts.
            ContractUnknown: There is no such contract.
            CursorRefused: The cursor is not of this list.
        """
        actor.require(Permission.CONTRACTS_READ)
        context = ("events", actor.tenant, contract_id or "", *([kind] if kind else []))
        kinds = tuple(each for each in _KINDS if kind in (None, each))
        with self.household.store.reading() as tx:
            if contract_id is not None:
                known(tx, actor, contract_id)
            begin = place(tx.vault, after, *context) if after else 0
            start = begin if isinstance(begin, int) else 0
            found = tx.pages.events(actor.tenant, contract_id=contract_id, kinds=kinds, start=start, limit=limit + 1)
            events = tuple(Event.of(entry) for entry in found[:limit])
            behind = events[-1].seq + 1 if events else start
            return EventPage(events=events, next=cursor(tx.vault, behind, *context), more=len(found) > limit)

    def draft(self, actor: Actor, contract_id: str) -> bytes:
        """Return the document as it was drawn up, without any signature.

        Raises:
            AccessDenied: The actor may not take documents.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.DOCUMENTS_READ)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            return self.household.draft(tx, record, self.household.contract_contents(tx, record))

    def signed(self, actor: Actor, contract_id: str) -> bytes:
        """Return the document with all signatures.

        Raises:
            AccessDenied: The actor may not take documents.
            ContractUnknown: There is no such contract.
            ContractStateRefused: It is not concluded.
        """
        actor.require(Permission.DOCUMENTS_READ)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            if record.state is not ContractState.CONCLUDED:
                raise ContractStateRefused("the contract is not concluded", state=record.state.value)
            return self.household.signed_document(tx, record)


def party_views(tx: Transaction, record: ContractRecord, contents: ContractContents) -> tuple[PartyView, ...]:
    """Return who is to sign a contract, in order, and where each stands."""
    invited = turns.invitations(tx, record.id)
    return tuple(
        PartyView(
            name=party.name,
            role=party.role,
            given_name=party.given_name,
            family_name=party.family_name,
            email=party.email,
            represents=party.represents,
            state=_state(invited.get(party.name)),
            expires_at=invited[party.name].expires_at if party.name in invited else None,
        )
        for party in contents.parties
    )


def _state(invitation: InvitationRecord | None) -> str:
    return "not_invited" if invitation is None else InvitationState(invitation.state).value


def _filter(wanted: ContractFilter) -> str:
    instants = [value and rfc3339(value) for value in (wanted.created_from, wanted.created_before)]
    return json.dumps([wanted.state, wanted.template, wanted.reference, *instants])
