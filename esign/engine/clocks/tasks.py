"""Tasks: made once for one thing, done once by a clerk with a note, or by the installation where it is settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from esign.access import Actor
from esign.engine.clocks.records import TASK, TaskContents, TaskKind, TaskRecord, TaskState
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.evidence.errors import ErasedError
from esign.evidence.kinds import EntryKind
from esign.foundation.identifiers import new_id


def ensure(
    house: Household,
    tx: Transaction,
    kind: TaskKind,
    subject: str,
    *,
    tenant: str,
    contract_id: str | None,
    due_on: str,
) -> TaskRecord:
    """Return the one task of a kind about something; made where there is none, its day and contract kept in step."""
    before = tx.tasks.of(kind, subject)
    if before is not None:
        if before.state is TaskState.OPEN and (before.due_on, before.contract_id) != (due_on, contract_id):
            before = replace(before, due_on=due_on, contract_id=contract_id)
            tx.tasks.update(before)
        return before
    return make(house, tx, kind, subject, tenant=tenant, contract_id=contract_id, due_on=due_on)


def make(
    house: Household,
    tx: Transaction,
    kind: TaskKind,
    subject: str,
    *,
    tenant: str,
    contract_id: str | None,
    due_on: str,
    title: str = "",
    by: Actor | None = None,
) -> TaskRecord:
    """Make a task.

    Args:
        house: The household.
        tx: The transaction.
        kind: What has to be done.
        subject: What it is about, under whose key words are sealed.
        tenant: Whose clerks do it.
        contract_id: The contract, where one is known.
        due_on: Last local day (ISO).
        title: What a clerk wrote; empty: the kind says it.
        by: Who on the company's side made it; None: the installation.
    """
    task = TaskRecord(
        id=new_id(),
        tenant=tenant,
        kind=kind,
        subject=subject,
        contract_id=contract_id,
        due_on=due_on,
        created_at=house.clock.now(),
    )
    if title:
        sealed = tx.safe.seal(subject, seal_name(task), TaskContents(title=title).to_bytes())
        task = replace(task, sealed=sealed)
    tx.tasks.add(task)
    facts: dict[str, object] = {"task": task.id, "kind": kind.value, "due_on": due_on}
    house.record(tx, EntryKind.TASK_MADE, contract_id or subject, facts, by=by)
    return task


def finish(house: Household, tx: Transaction, task: TaskRecord, *, words: str = "", by: Actor | None = None) -> None:
    """Mark a task as done: when, by whom, and with which words. A task that is done stays as it is."""
    if task.state is TaskState.DONE:
        return
    now = house.clock.now()
    sealed = task.sealed
    if words:
        contents = replace(opened(tx, task), words=words)
        sealed = tx.safe.seal(task.subject, seal_name(task), contents.to_bytes())
    done_by = by.name if by is not None else "system:system"
    tx.tasks.update(replace(task, state=TaskState.DONE, done_at=now, done_by=done_by, sealed=sealed))
    facts: dict[str, object] = {
        "task": task.id,
        "kind": task.kind.value,
        "in_time": house.today() <= date.fromisoformat(task.due_on),
    }
    said = {"words": words.encode()} if words else None
    house.record(tx, EntryKind.TASK_DONE, task.contract_id or task.subject, facts, said, by=by)


def finish_about(
    house: Household,
    tx: Transaction,
    subject: str,
    *,
    words: str = "",
    by: Actor | None = None,
    only: TaskKind | None = None,
) -> None:
    """Mark the open tasks about something as done."""
    for task in tx.tasks.about(subject):
        if only is None or task.kind is only:
            finish(house, tx, task, words=words, by=by)


def seal_name(task: TaskRecord) -> str:
    """Return the name under which a task's words are sealed: those of one task are never another's."""
    return f"{TASK}/{task.id}"


def opened(tx: Transaction, task: TaskRecord) -> TaskContents:
    """Open what stands about a task in words; nothing where it was erased."""
    if task.sealed is None:
        return TaskContents()
    try:
        return TaskContents.from_bytes(tx.safe.open(task.subject, seal_name(task), task.sealed))
    except ErasedError:
        return TaskContents()
