"""The clerk's list: what has to be done until when, done with a note; and what comes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from esign.access import Actor, Permission
from esign.contracts.deadlines import DeadlineError, WithdrawalFacts, local_day
from esign.contracts.errors import ContractsError
from esign.contracts.rights import Compensation, Right, compensation, tidy
from esign.engine.accounts.rows import open_person
from esign.engine.clocks import planning, tasks
from esign.engine.clocks.records import Act, TaskKind, TaskRecord, TaskState
from esign.engine.clocks.refusals import TaskRefused, TaskUnknown
from esign.engine.household import Household
from esign.engine.own import known, own
from esign.engine.paging import page
from esign.engine.ports import Transaction
from esign.engine.rights import facts as rights_facts
from esign.engine.rights.clerk import settle, tidy_words
from esign.engine.rights.linked import Linked, linked_of
from esign.engine.rights.records import DeclarationState
from esign.evidence.kinds import EntryKind

MOST_COMING = 50
LONGEST_TITLE = 200
_LIST = "tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task in a list: nothing personal but a clerk's own title."""

    id: str
    kind: TaskKind
    state: TaskState
    due_on: date
    overdue: bool
    title: str
    declaration_id: str | None
    contract_id: str | None
    reference: str
    created_at: datetime
    done_at: datetime | None
    done_by: str
    """Kind and name of who did it; empty: open."""
    who: str
    """The name of that account's holder today; empty: unknown, or no account."""
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """A part of the list."""

    tasks: tuple[TaskView, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Something that happens by itself."""

    act: Act
    at: datetime
    contract_id: str | None
    reference: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetail:
    """A task with what has to be known to do it."""

    view: TaskView
    verdict: str
    """Of a withdrawal: whether it was in time; empty otherwise."""
    refund_clause: str
    compensation: Compensation | None
    """Of a withdrawal from a known contract: what may be owed for what was performed, condition by condition."""
    paid: date | None
    """Local day on which the price was paid, where that was stated."""
    linked: tuple[Linked, ...] = ()
    """Of a withdrawal from a known contract: the contracts that belong to it; those that fall with it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDesk:
    """Tasks of one company. Those of another are as unknown as none."""

    household: Household

    def list(
        self,
        actor: Actor,
        *,
        done: bool = False,
        kind: TaskKind | None = None,
        due_to: date | None = None,
        after: str | None = None,
        limit: int = 25,
    ) -> TaskPage:
        """Return the tasks in order of their last day.

        Raises:
            AccessDenied: The actor may not see them.
            CursorRefused: The cursor is not of this list.
        """
        actor.require(Permission.CASES_READ)
        state = TaskState.DONE if done else TaskState.OPEN
        limit_day = due_to.isoformat() if due_to else None
        context = (_LIST, actor.tenant, state.value, kind.value if kind else "", limit_day or "")
        with self.household.store.reading() as tx:
            rows = partial(tx.tasks.page, actor.tenant, state=state, kind=kind, due_to=limit_day)
            found, more = page(rows, lambda task: [task.due_on, task.id], tx.vault, context, after=after, limit=limit)
            return TaskPage(tasks=tuple(self._view(tx, task) for task in found), next=more)

    def detail(self, actor: Actor, task_id: str) -> TaskDetail:
        """Return everything about a task.

        Raises:
            AccessDenied: The actor may not see it.
            TaskUnknown: There is no such task.
        """
        actor.require(Permission.CASES_READ)
        with self.household.store.reading() as tx:
            task = _get(tx, actor, task_id)
            record = tx.declarations.get(task.subject)
            view = self._view(tx, task)
            contract = tx.contracts.get(task.contract_id) if task.contract_id else None
            if record is None or record.right is not Right.WITHDRAWAL or contract is None:
                verdict = record.verdict.value if record is not None and record.verdict is not None else ""
                return TaskDetail(view=view, verdict=verdict, refund_clause="", compensation=None, paid=None)
            contents = self.household.contract_contents(tx, contract)
            known_facts = rights_facts.facts_of(self.household, tx, contract, contents)
            stated = rights_facts.statements(tx, contract.id)
            found = linked_of(self.household, tx, contract, contents)
        paid = next((said.day for said in reversed(stated) if said.event == "price_paid"), None)
        owed, clause = None, ""
        if known_facts is not None:
            try:
                parsed = WithdrawalFacts.parse(known_facts)
                owed = compensation(parsed, until=local_day(record.received_at))
                clause = rights_facts.refund_clause(parsed)
            except (ContractsError, DeadlineError):  # what cannot be calculated a person decides
                owed = None
        verdict = record.verdict.value if record.verdict is not None else ""
        linked = tuple(sorted(found, key=lambda each: not each.falls))
        return TaskDetail(view=view, verdict=verdict, refund_clause=clause, compensation=owed, paid=paid, linked=linked)

    def add(self, actor: Actor, contract_id: str, title: str, due_on: str) -> TaskView:
        """Write down a task for a contract.

        Raises:
            AccessDenied: The actor may not.
            ContractUnknown: There is no such contract.
            TaskRefused: No title, or no such day.
        """
        actor.require(Permission.CASES_DECIDE)
        house = self.household
        said = tidy(title)
        try:
            day = date.fromisoformat(due_on)
        except ValueError as error:
            raise TaskRefused("no such day", place="due_on") from error
        if not said or len(said) > LONGEST_TITLE or not date(2000, 1, 1) <= day <= date(2200, 1, 1):
            raise TaskRefused("a task has a title and a day", place="title" if not said else "due_on")
        with house.store.transaction() as tx:
            contract = known(tx, actor, contract_id)
            task = tasks.make(
                house,
                tx,
                TaskKind.OTHER,
                contract.id,
                tenant=actor.tenant,
                contract_id=contract.id,
                due_on=day.isoformat(),
                title=said,
                by=actor,
            )
            planning.plan_task(house, tx, task)
            return self._view(tx, task)

    def done(self, actor: Actor, task_id: str, words: str) -> TaskView:
        """Say that a task is done, with a note; a declaration whose task it is, is settled with it.

        Raises:
            AccessDenied: The actor may not.
            TaskUnknown: There is no such task.
            TaskRefused: It is done already.
            DeclarationWordsRefused: No words, or such as nobody could read.
        """
        actor.require(Permission.CASES_DECIDE)
        said = tidy_words(words)
        house = self.household
        with house.store.transaction() as tx:
            task = _get(tx, actor, task_id)
            if task.state is TaskState.DONE:
                raise TaskRefused("the task is done already", place="task")
            record = tx.declarations.get(task.subject)
            if record is not None and task.kind in planning.TASKS.values():
                if record.state in (DeclarationState.OPEN, DeclarationState.REPEATED):
                    settle(house, tx, actor, record, said)
            elif record is not None and task.kind is TaskKind.ACKNOWLEDGEMENT and record.acknowledged_at is None:
                tx.declarations.update(replace(record, acknowledged_at=house.clock.now()))
                facts: dict[str, object] = {"right": record.right.value, "channel": "by_hand"}
                house.record(tx, EntryKind.RIGHT_ACKNOWLEDGED, record.id, facts, by=actor)
            task = _get(tx, actor, task_id)
            tasks.finish(house, tx, task, words=said, by=actor)
            return self._view(tx, _get(tx, actor, task_id))

    def coming(self, actor: Actor, limit: int = MOST_COMING) -> tuple[Coming, ...]:
        """Return what happens by itself next, the first one first.

        Raises:
            AccessDenied: The actor may not see contracts.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            found = tx.clocks.coming(actor.tenant, limit * 2)
            shown = [act for act in found if act.act in CONTRACT_ACTS][:limit]
            return tuple(
                Coming(
                    act=act.act,
                    at=act.due_at,
                    contract_id=act.contract_id,
                    reference=_reference(tx, act.contract_id),
                    state=act.state.value,
                )
                for act in shown
            )

    def _view(self, tx: Transaction, task: TaskRecord) -> TaskView:
        contents = tasks.opened(tx, task)
        declaration = tx.declarations.get(task.subject)
        due_on = date.fromisoformat(task.due_on)
        last = self.household.today() if task.done_at is None else local_day(task.done_at)
        return TaskView(
            id=task.id,
            kind=task.kind,
            state=task.state,
            due_on=due_on,
            overdue=last > due_on,
            title=contents.title,
            declaration_id=declaration.id if declaration is not None else None,
            contract_id=task.contract_id,
            reference=_reference(tx, task.contract_id),
            created_at=task.created_at,
            done_at=task.done_at,
            done_by=task.done_by or "",
            who=_who(tx, task),
            words=contents.words,
        )


CONTRACT_ACTS: Mapping[Act, str] = {
    Act.OFFER_LAPSES: "BGB §§ 146, 148",
    Act.WITHDRAWAL_ENDS: "BGB §§ 355, 356",
    Act.REMIND_OF_RIGHT: "EGBGB Art. 246b § 2 (2)",
}
"""Acts about a contract that a clerk sees coming; the others show as tasks."""


def _get(tx: Transaction, actor: Actor, task_id: str) -> TaskRecord:
    return own(tx.tasks.get(task_id), actor, TaskUnknown)


def _reference(tx: Transaction, contract_id: str | None) -> str:
    contract = tx.contracts.get(contract_id) if contract_id else None
    return "" if contract is None else contract.reference


def _who(tx: Transaction, task: TaskRecord) -> str:
    kind, _, name = (task.done_by or "").partition(":")
    account = tx.accounts.get(name) if kind == "account" else None
    return open_person(tx, account).name if account is not None and account.tenant == task.tenant else ""
