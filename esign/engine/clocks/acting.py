"""What is done when an act is due: asked again from the facts of that moment, done in the transaction that marks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from esign.contracts.deadlines import local_day, reminder_window
from esign.contracts.formation import Pending
from esign.engine.clocks import planning, tasks
from esign.engine.clocks.records import Act, DueAct, TaskKind, TaskState
from esign.engine.contracts.ending import UNDER_WAY, expire
from esign.engine.contracts.notices import queue_notice
from esign.engine.formation import accepting, approvals, settling
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractState
from esign.engine.rights import facts as rights_facts
from esign.evidence.kinds import EntryKind

RIGHT_REMINDER = "right_reminder"
"""Kind of the mail that reminds of the right of withdrawal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an act."""

    done: bool = False
    """False and no instant: dropped, what it was about is over."""
    later: datetime | None = None
    """When it is due instead."""


_DONE, _DROPPED = Outcome(done=True), Outcome()


def _offer_lapses(house: Household, tx: Transaction, act: DueAct) -> Outcome:
    """End a contract whose offer was not accepted in time. Source: BGB §§ 146, 148."""
    contract = tx.contracts.get(act.subject)
    if contract is None or contract.state not in planning.OFFERED:
        return _DROPPED
    end = planning.offer_end(house, contract, house.contract_contents(tx, contract))
    if end is None or end > house.clock.now():
        return Outcome(later=end)
    if contract.state in UNDER_WAY:
        ended = any(expire(house, tx, each.id) for each in tx.invitations.of_contract(contract.id))
        if not ended:  # a signature made in time is being put into the file
            return Outcome(later=house.clock.now() + planning.PATIENCE)
    house.record(tx, EntryKind.CLOCK_OFFER_LAPSED, contract.id, {})
    return _DONE


def _withdrawal_ends(house: Household, tx: Transaction, act: DueAct) -> Outcome:
    """Note that the period for withdrawal is over; whoever withdraws later is judged by the facts, not by this."""
    contract = tx.contracts.get(act.subject)
    deadline = None
    if contract is not None:
        deadline = rights_facts.deadline_of(house, tx, contract, house.contract_contents(tx, contract))
    until = deadline.exercisable_until if deadline is not None else None
    if contract is None or deadline is None or until is None:
        return _DROPPED
    if until > house.clock.now():
        return Outcome(later=until)
    rule = f"{deadline.rule.kind}/{deadline.rule.version}"
    facts = {"rule": rule, "ends_by": deadline.ends_by.value}
    house.record(tx, EntryKind.CLOCK_WITHDRAWAL_ENDED, contract.id, facts)
    return _DONE


def _remind_of_right(house: Household, tx: Transaction, act: DueAct) -> Outcome:
    """Remind the customer of the right and how it is exercised. Source: EGBGB Art. 246b § 2 (2)."""
    contract = tx.contracts.get(act.subject)
    if contract is None or contract.state is not ContractState.CONCLUDED or contract.concluded_at is None:
        return _DROPPED
    contents = house.contract_contents(tx, contract)
    due_at = planning.reminder_at(house, tx, contract, contents)
    if due_at is None:
        return _DROPPED
    if due_at > house.clock.now():
        return Outcome(later=due_at)
    window = reminder_window(local_day(contract.concluded_at))
    in_window = house.today() <= window.last
    link = str(rights_facts.right_of(contents).get("function_url", ""))
    for party in contents.parties:
        queue_notice(house, tx, contract.id, RIGHT_REMINDER, party=party.name, link=link)
    house.record(tx, EntryKind.CLOCK_REMINDED_OF_RIGHT, contract.id, {"in_window": in_window})
    if not in_window:  # it went out, but late: a person has to know
        tasks.ensure(
            house,
            tx,
            TaskKind.REMINDER,
            contract.id,
            tenant=contract.tenant,
            contract_id=contract.id,
            due_on=house.today().isoformat(),
        )
    return _DONE


def _task_overdue(house: Household, tx: Transaction, act: DueAct) -> Outcome:
    """Tell that a task's last day is over."""
    task = tx.tasks.get(act.subject)
    if task is None or task.state is TaskState.DONE:
        return _DROPPED
    facts = {"task": task.id, "kind": task.kind.value, "due_on": task.due_on}
    house.record(tx, EntryKind.CLOCK_TASK_OVERDUE, task.contract_id or task.subject, facts)
    return _DONE


def _acknowledgement_missing(house: Household, tx: Transaction, act: DueAct) -> Outcome:
    """Hand an acknowledgement that has not gone out to a clerk. Source: BGB §§ 312k (4), 356a (4)."""
    record = tx.declarations.get(act.subject)
    if record is None or record.acknowledged_at is not None:
        return _DROPPED
    tasks.ensure(
        house,
        tx,
        TaskKind.ACKNOWLEDGEMENT,
        record.id,
        tenant=record.tenant,
        contract_id=record.contract_id,
        due_on=house.today().isoformat(),
    )
    house.record(tx, EntryKind.CLOCK_ACKNOWLEDGEMENT_MISSING, record.id, {"right": record.right.value})
    return _DONE


def _order_accepted(house: Household, tx: Transaction, act: DueAct) -> Outcome:
    """Accept an order straight through, where the contract says so. Source: BGB §§ 147, 148."""
    contract = tx.contracts.get(act.subject)
    if contract is None or not accepting.accept_by_rule(house, tx, contract):
        return _DROPPED
    return _DONE


def _formation_ends(house: Household, tx: Transaction, act: DueAct) -> Outcome:
    """End what waited too long: an order nobody accepted, an approval nobody gave. Source: BGB §§ 108 (2), 146."""
    contract = tx.contracts.get(act.subject)
    if contract is None or contract.state not in settling.WAITING:
        return _DROPPED
    moment = settling.moment(settling.due(house, tx, contract))
    if isinstance(moment, datetime) and moment > house.clock.now():
        return Outcome(later=moment)
    settling.settle(house, tx, contract.id)
    tasks.finish_about(house, tx, contract.id, only=TaskKind.ORDER)
    tasks.finish_about(house, tx, contract.id, only=TaskKind.APPROVAL)
    return _DONE


def _remind_of_approval(house: Household, tx: Transaction, act: DueAct) -> Outcome:
    """Remind who was asked for an approval, once. Source: TKG § 54 (3); BGB § 108 (1)."""
    contract = tx.contracts.get(act.subject)
    found = settling.due(house, tx, contract) if contract is not None else None
    if contract is None or not isinstance(found, Pending):
        return _DROPPED
    approvals.ask_all(house, tx, contract, found)
    return _DONE


ACTS: Mapping[Act, Callable[[Household, Transaction, DueAct], Outcome]] = {
    Act.OFFER_LAPSES: _offer_lapses,
    Act.WITHDRAWAL_ENDS: _withdrawal_ends,
    Act.REMIND_OF_RIGHT: _remind_of_right,
    Act.ORDER_ACCEPTED: _order_accepted,
    Act.FORMATION_ENDS: _formation_ends,
    Act.REMIND_OF_APPROVAL: _remind_of_approval,
    Act.TASK_OVERDUE: _task_overdue,
    Act.ACKNOWLEDGEMENT_MISSING: _acknowledgement_missing,
}
"""Act to what is done."""
