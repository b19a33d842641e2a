"""What becomes due about a contract that everybody has signed and that is none yet: an order, an approval."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from esign.contracts.deadlines import local_day
from esign.contracts.formation import Pending
from esign.engine.clocks import tasks
from esign.engine.clocks.records import Act, TaskKind, TaskRecord
from esign.engine.formation import accepting, settling
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.evidence.kinds import EntryKind

REMIND_AFTER = timedelta(days=3)
"""After which who is asked for an approval is reminded, once. Engineering decision."""
PATIENCE_DAYS = 14
"""After which a clerk looks at an approval that has not come. Engineering decision."""


def wanted(house: Household, tx: Transaction, contract: ContractRecord) -> dict[Act, datetime | None]:
    """Return what the installation does by itself about a contract that waits, each with its instant."""
    now = house.clock.now()
    found = settling.due(house, tx, contract)
    moment = settling.moment(found)
    by_rule = accepting.waits_for_rule(house, tx, contract)
    since = pending_since(tx, contract.id) if isinstance(found, Pending) else None
    return {
        Act.ORDER_ACCEPTED: now if by_rule else None,
        Act.FORMATION_ENDS: moment if isinstance(moment, datetime) else None,
        Act.REMIND_OF_APPROVAL: since + REMIND_AFTER if since is not None else None,
    }


def tasks_of(house: Household, tx: Transaction, contract: ContractRecord) -> Iterator[TaskRecord]:
    """Yield the tasks of clerks about a contract that waits; made where there is none yet."""
    if contract.state is ContractState.ORDERED and accepting.waits_for_clerk(house, tx, contract):
        moment = settling.moment(settling.due(house, tx, contract))
        last = moment - timedelta(seconds=1) if isinstance(moment, datetime) else house.clock.now()
        yield _task(house, tx, contract, TaskKind.ORDER, local_day(last).isoformat())
    if contract.state is ContractState.PENDING:
        day = local_day((pending_since(tx, contract.id) or house.clock.now()) + timedelta(days=PATIENCE_DAYS))
        yield _task(house, tx, contract, TaskKind.APPROVAL, day.isoformat())


def pending_since(tx: Transaction, contract_id: str) -> datetime | None:
    """Return since when a contract waits for what it waits for now."""
    found = [each.at for each in tx.ledger.of_contract(contract_id) if each.kind is EntryKind.CONTRACT_PENDING]
    return found[-1] if found else None


def _task(house: Household, tx: Transaction, contract: ContractRecord, kind: TaskKind, day: str) -> TaskRecord:
    return tasks.ensure(house, tx, kind, contract.id, tenant=contract.tenant, contract_id=contract.id, due_on=day)
