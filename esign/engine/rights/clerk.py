"""The clerk's list: what was declared, what the software makes of it, until when something has to be done."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from esign.access import Actor, Permission
from esign.contracts.deadlines import local_day
from esign.contracts.retention import RetentionPeriod, retention_of
from esign.contracts.rights import Right
from esign.engine.clocks import tasks
from esign.engine.household import BERLIN, Household
from esign.engine.own import known, own
from esign.engine.paging import page_by_time
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.engine.refusals import ContractUnknown
from esign.engine.rights import matching
from esign.engine.rights.linked import Linked, linked_of
from esign.engine.rights.records import (
    CONTENTS,
    DOCUMENT,
    DeclarationContents,
    DeclarationRecord,
    DeclarationState,
)
from esign.engine.rights.refusals import DeclarationStateRefused, DeclarationUnknown, DeclarationWordsRefused
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import from_rfc3339

MOST_WORDS = 1000
WAITING = (DeclarationState.RECEIVED, DeclarationState.OPEN)
DONE = (DeclarationState.SETTLED, DeclarationState.REPEATED)
_LIST = "declarations"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationView:
    """A declaration in a list: nothing personal."""

    id: str
    right: Right
    state: DeclarationState
    received_at: datetime
    contract_id: str | None
    verdict: str
    due_on: date | None
    overdue: bool
    acknowledged_at: datetime | None
    same_as: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationPage:
    """A part of the list."""

    declarations: tuple[DeclarationView, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A contract that could be meant."""

    contract_id: str
    title: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationDetail:
    """Everything about a declaration."""

    view: DeclarationView
    values: Mapping[str, str]
    lang: str
    matched_by: str
    by_party: bool
    exercisable_until: datetime | None
    ends: date | None
    sealing: str
    words: str
    contract: Suggestion | None
    suggestions: tuple[Suggestion, ...]
    channel: str
    """How it came; ``function``: the consumer declared it there."""
    sent_on: date | None
    """Local day of dispatch, where a clerk wrote one down."""
    received_on: date | None
    """Local day of receipt, where a clerk wrote down no more than that."""
    retention: RetentionPeriod
    """By which class it is kept, and until when; nothing is erased by itself."""
    linked: tuple[Linked, ...]
    """Of a withdrawal from a known contract: the contracts that belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationDesk:
    """The company's side. A declaration of another tenant is as unknown as one that does not exist."""

    household: Household

    def list(self, actor: Actor, *, done: bool = False, after: str | None = None, limit: int = 25) -> DeclarationPage:
        """Return the tenant's declarations, newest first: those that wait, or those that are done.

        Raises:
            AccessDenied: The actor may not see them.
            CursorRefused: The cursor is not of this list.
        """
        actor.require(Permission.CASES_READ)
        context = (_LIST, actor.tenant, "done" if done else "waiting")
        with self.household.store.reading() as tx:
            states = DONE if done else WAITING
            rows = partial(tx.declarations.page, actor.tenant, states=states)
            found, more = page_by_time(rows, tx.vault, context, after=after, limit=limit, time="received_at")
        return DeclarationPage(declarations=tuple(map(self._view, found)), next=more)

    def of_contract(self, actor: Actor, contract_id: str) -> tuple[DeclarationView, ...]:
        """Return the declarations that were found to concern a contract, in whatever state, oldest first.

        Raises:
            AccessDenied: The actor may not see them.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CASES_READ)
        with self.household.store.reading() as tx:
            contract = known(tx, actor, contract_id)
            return tuple(self._view(record) for record in tx.declarations.of_contract(contract.id))

    def detail(self, actor: Actor, declaration_id: str) -> DeclarationDetail:
        """Return everything about a declaration.

        Raises:
            AccessDenied: The actor may not see it.
            DeclarationUnknown: There is no such declaration.
        """
        actor.require(Permission.CASES_READ)
        with self.household.store.reading() as tx:
            record = _get(tx, actor, declaration_id)
            contents = matching.opened(tx, record)
            contract = tx.contracts.get(record.contract_id) if record.contract_id else None
            others = matching.of_mailbox(tx, record.tenant, contents) if contract is None else ()
            linked = self._linked(tx, record, contract)
        until = contents.exercisable_until
        return DeclarationDetail(
            view=self._view(record),
            values=contents.values,
            lang=contents.lang,
            matched_by=contents.matched_by,
            by_party=contents.by_party,
            exercisable_until=from_rfc3339(until) if until else None,
            ends=date.fromisoformat(contents.ends) if contents.ends else None,
            sealing=contents.sealing,
            words=contents.words,
            contract=None if contract is None else _suggestion(contract.id, contract.title, contract.reference),
            suggestions=tuple(_suggestion(each.id, each.title, each.reference) for each in others),
            channel=contents.channel,
            sent_on=from_rfc3339(contents.sent_at).astimezone(BERLIN).date() if contents.sent_at else None,
            received_on=date.fromisoformat(contents.received_on) if contents.received_on else None,
            retention=retention_of(record.right.value, local_day(record.received_at)),
            linked=linked,
        )

    def acknowledgement(self, actor: Actor, declaration_id: str) -> bytes:
        """Return the acknowledgement's file as it was sent.

        Raises:
            AccessDenied: The actor may not take it.
            DeclarationUnknown: There is no such declaration.
            DeclarationStateRefused: There is no file of it yet.
        """
        actor.require(Permission.CASES_READ)
        with self.household.store.reading() as tx:
            record = _get(tx, actor, declaration_id)
            contents = matching.opened(tx, record)
            if not contents.document:
                raise DeclarationStateRefused("no acknowledgement was drawn up yet", state=record.state.value)
            return tx.safe.open(record.id, DOCUMENT, self.household.documents.get(contents.document))

    def assign(self, actor: Actor, declaration_id: str, reference: str) -> DeclarationView:
        """Say which contract a declaration concerns; verdict and date are computed anew.

        Raises:
            AccessDenied: The actor may not.
            DeclarationUnknown: There is no such declaration.
            DeclarationStateRefused: It is settled already, or nobody has looked for its contract yet.
            ContractUnknown: There is no contract of this reference, or more than one.
        """
        actor.require(Permission.CASES_DECIDE)
        house = self.household
        with house.store.transaction() as tx:
            record = _get(tx, actor, declaration_id)
            if record.state not in (DeclarationState.OPEN, DeclarationState.REPEATED):
                raise DeclarationStateRefused(state=record.state.value)
            found = matching.with_reference(tx, actor.tenant, reference)
            if len(found) != 1:
                raise ContractUnknown("there is no such contract")
            match = matching.Match(record=found[0], by=matching.CLERK)
            return self._view(matching.attach(house, tx, record, matching.opened(tx, record), match))

    def settle(self, actor: Actor, declaration_id: str, words: str) -> DeclarationView:
        """Say what became of a declaration: refunded, contract ended, answered.

        Raises:
            AccessDenied: The actor may not.
            DeclarationUnknown: There is no such declaration.
            DeclarationStateRefused: It is settled already, or nobody has looked for its contract yet.
            DeclarationWordsRefused: No words, or such as nobody could read.
        """
        actor.require(Permission.CASES_DECIDE)
        said = tidy_words(words)
        house = self.household
        with house.store.transaction() as tx:
            record = _get(tx, actor, declaration_id)
            if record.state not in (DeclarationState.OPEN, DeclarationState.REPEATED):
                raise DeclarationStateRefused(state=record.state.value)
            return self._view(settle(house, tx, actor, record, said))

    def _linked(
        self, tx: Transaction, record: DeclarationRecord, contract: ContractRecord | None
    ) -> tuple[Linked, ...]:
        if contract is None or record.right is not Right.WITHDRAWAL:
            return ()
        return linked_of(self.household, tx, contract, self.household.contract_contents(tx, contract))

    def _view(self, record: DeclarationRecord) -> DeclarationView:
        due = date.fromisoformat(record.due_on) if record.due_on else None
        done = record.settled_at or self.household.clock.now()
        late = due is not None and record.state is not DeclarationState.REPEATED
        return DeclarationView(
            id=record.id,
            right=record.right,
            state=record.state,
            received_at=record.received_at,
            contract_id=record.contract_id,
            verdict=record.verdict.value if record.verdict is not None else "",
            due_on=due,
            overdue=late and due is not None and done.astimezone(BERLIN).date() > due,
            acknowledged_at=record.acknowledged_at,
            same_as=record.same_as,
        )


def settle(house: Household, tx: Transaction, actor: Actor, record: DeclarationRecord, said: str) -> DeclarationRecord:
    """Settle a declaration with words; its tasks are done with it."""
    contents: DeclarationContents = replace(matching.opened(tx, record), words=said)
    record = replace(
        record,
        state=DeclarationState.SETTLED,
        settled_at=house.clock.now(),
        sealed=tx.safe.seal(record.id, CONTENTS, contents.to_bytes()),
    )
    tx.declarations.update(record)
    late = record.due_on is not None and record.same_as is None and house.today() > date.fromisoformat(record.due_on)
    facts: dict[str, object] = {"right": record.right.value, "in_time": not late}
    house.record(tx, EntryKind.RIGHT_SETTLED, record.id, facts, {"words": said.encode()}, by=actor)
    tasks.finish_about(house, tx, record.id, words=said, by=actor)
    return record


def _suggestion(contract_id: str, title: str, reference: str) -> Suggestion:
    return Suggestion(contract_id=contract_id, title=title, reference=reference)


def _get(tx: Transaction, actor: Actor, declaration_id: str) -> DeclarationRecord:
    return own(tx.declarations.get(declaration_id), actor, DeclarationUnknown)


def tidy_words(text: str) -> str:
    """Return a clerk's words, or refuse them.

    Raises:
        DeclarationWordsRefused: No words, or such as nobody could read.
    """
    tidy = text.replace("\r\n", "\n").strip()
    odd = any(unicodedata.category(char) in ("Cc", "Cf", "Cs") and char != "\n" for char in tidy)
    if not tidy or odd or len(tidy) > MOST_WORDS:
        raise DeclarationWordsRefused(limit=MOST_WORDS)
    return tidy
