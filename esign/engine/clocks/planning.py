"""What becomes due: planned from the facts of a contract or a declaration, as often as one likes.

Planning again changes nothing that was done, and moves what waits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from esign.contracts.deadlines import HolidayCalendar, acceptance_end, ends_at, local_day, reminder_window
from esign.contracts.rights import Right
from esign.engine.clocks import tasks, waiting
from esign.engine.clocks.records import Act, ActState, DueAct, TaskKind, TaskRecord, TaskState
from esign.engine.contents import ContractContents
from esign.engine.household import BERLIN, Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.engine.rights import facts as rights_facts
from esign.engine.rights.places import calendar_places
from esign.engine.rights.records import DeclarationRecord, DeclarationState
from esign.evidence.errors import ErasedError
from esign.foundation.identifiers import new_id

OFFERED = (ContractState.INVITED, ContractState.PARTLY_SIGNED, ContractState.EXPIRED)
"""States of a contract whose offer is out, or has just lapsed."""
REMINDED = frozenset({"financial_service"})
"""Kinds of contract whose customer is reminded. Source: EGBGB Art. 246b § 2 (2)."""
REMINDER_HOUR = time(8)
"""Local time at which a reminder goes out."""
PATIENCE = timedelta(minutes=15)
"""After which an acknowledgement that is not delivered is a clerk's affair. Engineering decision; BGB § 356a (4)."""
TASKS = {Right.WITHDRAWAL: TaskKind.WITHDRAWAL, Right.TERMINATION: TaskKind.TERMINATION}
_DAY = timedelta(days=1)


def plan(house: Household, tx: Transaction, subject: str) -> None:
    """Plan for a contract or a declaration; what is neither is passed over."""
    declaration = tx.declarations.get(subject)
    if declaration is not None:
        plan_declaration(house, tx, declaration)
        return
    contract = tx.contracts.get(subject)
    if contract is not None:
        plan_contract(house, tx, contract)


def plan_contract(house: Household, tx: Transaction, contract: ContractRecord) -> None:
    """Plan the lapse of the offer, the end of the period for withdrawal, the reminder."""
    try:
        contents = house.contract_contents(tx, contract)
    except ErasedError:
        for row in tx.clocks.of_contract(contract.id):
            _drop(tx, row)
        return
    wanted: dict[Act, datetime | None] = {
        Act.OFFER_LAPSES: offer_end(house, contract, contents),
        Act.WITHDRAWAL_ENDS: withdrawal_end(house, tx, contract, contents),
        Act.REMIND_OF_RIGHT: reminder_at(house, tx, contract, contents),
    }
    wanted |= waiting.wanted(house, tx, contract)
    for act, due_at in wanted.items():
        keep(house, tx, act, contract.id, tenant=contract.tenant, contract_id=contract.id, due_at=due_at)
    for task in waiting.tasks_of(house, tx, contract):
        plan_task(house, tx, task)


def plan_declaration(house: Household, tx: Transaction, record: DeclarationRecord) -> None:
    """Plan what follows from a declaration: the clerk's task, its last day, the look at the acknowledgement."""
    if record.state is DeclarationState.OPEN and record.due_on is not None:
        kind = TASKS[record.right]
        task = tasks.ensure(
            house,
            tx,
            kind,
            record.id,
            tenant=record.tenant,
            contract_id=record.contract_id,
            due_on=record.due_on,
        )
        plan_task(house, tx, task)
    due_at = None if record.acknowledged_at else max(record.received_at, house.clock.now() - PATIENCE) + PATIENCE
    row = tx.clocks.of(Act.ACKNOWLEDGEMENT_MISSING, record.id)
    if row is not None and row.state is ActState.WAITING and due_at is not None:
        return  # the moment stays as it was planned first
    keep(
        house,
        tx,
        Act.ACKNOWLEDGEMENT_MISSING,
        record.id,
        tenant=record.tenant,
        contract_id=record.contract_id,
        due_at=due_at,
    )
    if record.acknowledged_at is not None:
        tasks.finish_about(house, tx, record.id, only=TaskKind.ACKNOWLEDGEMENT)


def plan_task(house: Household, tx: Transaction, task: TaskRecord) -> None:
    """Plan the end of a task's last day."""
    over = ends_at(date.fromisoformat(task.due_on)) if task.state is TaskState.OPEN else None
    keep(house, tx, Act.TASK_OVERDUE, task.id, tenant=task.tenant, contract_id=task.contract_id, due_at=over)


def offer_end(house: Household, contract: ContractRecord, contents: ContractContents) -> datetime | None:
    """Return the exclusive instant at which the period for acceptance is over; None where there is none to plan.

    Source: BGB §§ 148, 193.
    """
    data: Mapping[str, Any] = json.loads(contents.data)
    until = data.get("offer", {}).get("accept_until")
    if until is None or contract.state not in OFFERED:
        return None
    days = HolidayCalendar.of(calendar_places(data, house.reference))
    return acceptance_end(date.fromisoformat(until), days).expires_at


def withdrawal_end(
    house: Household, tx: Transaction, contract: ContractRecord, contents: ContractContents
) -> datetime | None:
    """Return the exclusive instant at which the period for withdrawal ends; None while no end is known."""
    deadline = rights_facts.deadline_of(house, tx, contract, contents)
    return None if deadline is None else deadline.exercisable_until


def reminder_at(
    house: Household, tx: Transaction, contract: ContractRecord, contents: ContractContents
) -> datetime | None:
    """Return when a customer is reminded of the right; None where no reminder is due.

    It is due unless the information before the declaration, or terms and instruction, are evidenced to have come at
    least a day before the conclusion. What the company says was incomplete does not count.

    Source: EGBGB Art. 246b § 2 (2).
    """
    facts = rights_facts.facts_of(house, tx, contract, contents)
    if facts is None or facts["kind"] not in REMINDED or contract.concluded_at is None:
        return None
    doubted = any(not event.get("complete", True) for event in facts["events"])
    informed = rights_facts.informed_at(tx, contract, contents)
    if informed is not None and not doubted and informed <= contract.concluded_at - _DAY:
        return None
    early = {event["event"] for event in facts["events"] if _a_day_before(event, contract.concluded_at)}
    if {"instruction_received", "documents_received"} <= early:
        return None
    first = reminder_window(local_day(contract.concluded_at)).first
    return datetime.combine(first, REMINDER_HOUR, BERLIN)


def _a_day_before(event: Mapping[str, Any], concluded: datetime) -> bool:
    if not event.get("complete", True):
        return False
    text = str(event["at"])
    at = datetime.fromisoformat(text) if "T" in text else ends_at(date.fromisoformat(text))
    return at <= concluded - _DAY


def keep(
    house: Household,
    tx: Transaction,
    act: Act,
    subject: str,
    *,
    tenant: str,
    contract_id: str | None,
    due_at: datetime | None,
) -> None:
    """Bring the one row of an act in step with what is wanted.

    1. Nothing is wanted: what waits is dropped.
    2. It was never planned, or dropped: it waits.
    3. It waits: its instant moves.
    4. It is done: it stays done, unless its instant has moved into the future.
    """
    before = tx.clocks.of(act, subject)
    if due_at is None:
        if before is not None:
            _drop(tx, before)
        return
    if before is None:
        tx.clocks.add(
            DueAct(
                id=new_id(),
                tenant=tenant,
                act=act,
                subject=subject,
                contract_id=contract_id,
                due_at=due_at,
                not_before=due_at,
            )
        )
        return
    if before.state is ActState.DONE and due_at <= max(before.due_at, house.clock.now()):
        return
    if before.state is ActState.WAITING and (before.due_at, before.contract_id) == (due_at, contract_id):
        return
    again = replace(before, due_at=due_at, not_before=due_at, contract_id=contract_id, attempts=0, done_at=None)
    tx.clocks.update(replace(again, state=ActState.WAITING))


def _drop(tx: Transaction, act: DueAct) -> None:
    if act.state is ActState.WAITING:
        tx.clocks.update(replace(act, state=ActState.DROPPED))
