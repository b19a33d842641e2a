"""Rounds of the clocks: plan what is new in the ledger, do what is due.

1. Planning reads the ledger from where the last round ended and moves the place in the same transaction; on a first
   run it begins at the beginning, so contracts of before have their clocks too.
2. What is due is done one by one, each in a transaction of its own that also marks it. Writers stand in a line on both
   databases, so two workers never do the same act; a kill leaves it waiting.
3. What fails is tried again after a pause that doubles, and holds up nothing else.
4. A clock that ran ahead has noted ends too early: once it is right, what only tells is told again in its time. What
   left the house (a reminder, an ended contract) is not done twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from esign.engine.clocks import planning, tasks
from esign.engine.clocks.acting import ACTS, Outcome
from esign.engine.clocks.records import Act, ActState, DueAct, TaskKind
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.rights.receiving import KINDS
from esign.evidence.entry import Entry
from esign.evidence.kinds import EntryKind
from esign.foundation.errors import EsignError

READ = 500
"""Ledger entries of a round."""
AT_ONCE = 100
"""Acts of a round."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
AHEAD = timedelta(minutes=5)
"""A clock that is off by less is right."""
TELLING = (Act.WITHDRAWAL_ENDS, Act.TASK_OVERDUE)
"""Acts that only note something."""

_PLANNED = frozenset(
    {
        EntryKind.INVITATION_MADE,
        EntryKind.CONTRACT_VALIDITY_CHANGED,
        EntryKind.CONTRACT_EXPIRED,
        EntryKind.CONTRACT_CANCELLED,
        EntryKind.CONTRACT_DECLINED,
        EntryKind.CONTRACT_CONCLUDED,
        EntryKind.CONTRACT_ORDERED,
        EntryKind.CONTRACT_PENDING,
        EntryKind.FORMATION_ACCEPTED,
        EntryKind.FORMATION_ACCEPTANCE_RECEIVED,
        EntryKind.FORMATION_DEMANDED,
        EntryKind.CONTRACT_ERASED,
        EntryKind.DELIVERY_DONE,
        EntryKind.DELIVERY_FAILED,
        EntryKind.CONFIRMATION_CONTRACT_SENT,
        EntryKind.CONSENT_GIVEN,
        EntryKind.CONSENT_REVOKED,
        EntryKind.PERFORMANCE_RECORDED,
        EntryKind.PERFORMANCE_CORRECTED,
        EntryKind.RIGHT_WITHDRAWAL_RECEIVED,
        EntryKind.RIGHT_TERMINATION_RECEIVED,
        EntryKind.RIGHT_MATCHED,
        EntryKind.RIGHT_UNMATCHED,
        EntryKind.RIGHT_ACKNOWLEDGED,
        EntryKind.RIGHT_SETTLED,
        EntryKind.TASK_MADE,
        EntryKind.TASK_DONE,
    }
)
"""What moves an instant. The kinds of the clocks themselves are not among them."""

_KINDS = frozenset(kind.value for kind in _PLANNED)

_log = logging.getLogger("esign.engine.clocks")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockDesk:
    """Does what becomes due."""

    household: Household

    def run_due(self) -> int:
        """Plan what is new and do what is due; return how much there was."""
        return self._plan() + self._act()

    def _plan(self) -> int:
        house = self.household
        with house.store.reading() as tx:
            if tx.ledger.tail().size <= tx.clocks.position() and not self._ahead(tx):
                return 0
        with house.store.transaction() as tx:
            for act in self._ahead(tx):
                tx.clocks.update(replace(act, state=ActState.WAITING, not_before=act.due_at, done_at=None))
            start = tx.clocks.position()
            read = tuple(islice(tx.ledger.read(start), READ))
            entries = tuple(Entry.parse(stored.data) for stored in read if stored.kind in _KINDS)
            for entry in entries:
                if entry.kind is EntryKind.DELIVERY_FAILED and entry.facts.get("kind") in KINDS:
                    self._not_delivered(tx, entry)
            for subject in dict.fromkeys(subject for entry in entries for subject in _subjects(entry)):
                planning.plan(house, tx, subject)
            for name in dict.fromkeys(str(entry.facts["task"]) for entry in entries if "task" in entry.facts):
                task = tx.tasks.get(name)
                if task is not None:
                    planning.plan_task(house, tx, task)
            looked = len(read)
            tx.clocks.move(start + looked)
        return looked

    def _ahead(self, tx: Transaction) -> tuple[DueAct, ...]:
        found = tx.clocks.done_ahead(self.household.clock.now() + AHEAD, AT_ONCE)
        return tuple(act for act in found if act.act in TELLING)

    def _not_delivered(self, tx: Transaction, entry: Entry) -> None:
        record = tx.declarations.get(entry.contract or "")
        if record is not None and record.acknowledged_at is None:
            tasks.ensure(
                self.household,
                tx,
                TaskKind.ACKNOWLEDGEMENT,
                record.id,
                tenant=record.tenant,
                contract_id=record.contract_id,
                due_on=self.household.today().isoformat(),
            )

    def _act(self) -> int:
        house = self.household
        with house.store.reading() as tx:
            due = tx.clocks.due(house.clock.now(), AT_ONCE)
        done = 0
        for act in due:
            try:
                with house.store.transaction() as tx:
                    done += self._do(tx, act.id)
            except Exception as error:  # the next one has its turn
                code = error.code if isinstance(error, EsignError) else "internal"
                _log.warning("act failed", exc_info=error, extra={"act": act.act.value, "code": code})
                self._postpone(act.id)
        return done

    def _do(self, tx: Transaction, act_id: str) -> bool:
        now = self.household.clock.now()
        act = tx.clocks.get(act_id)
        if act is None or act.state is not ActState.WAITING or act.not_before > now:
            return False  # somebody else did it, or it moved
        outcome = ACTS[act.act](self.household, tx, act)
        tx.clocks.update(_after(act, outcome, done_at=now))
        return outcome.done

    def _postpone(self, act_id: str) -> None:
        now = self.household.clock.now()
        with self.household.store.transaction() as tx:
            act = tx.clocks.get(act_id)
            if act is not None and act.state is ActState.WAITING:
                pause = min(FIRST_PAUSE * 2 ** min(act.attempts, 10), LONGEST_PAUSE)
                tx.clocks.update(replace(act, attempts=act.attempts + 1, not_before=now + pause))


def _after(act: DueAct, outcome: Outcome, *, done_at: datetime) -> DueAct:
    if outcome.done:
        return replace(act, state=ActState.DONE, done_at=done_at)
    if outcome.later is None:
        return replace(act, state=ActState.DROPPED)
    return replace(act, due_at=outcome.later, not_before=outcome.later)


def _subjects(entry: Entry) -> tuple[str, ...]:
    declaration = entry.facts.get("declaration")
    found = [entry.contract, declaration if isinstance(declaration, str) else None]
    return tuple(each for each in found if each)
