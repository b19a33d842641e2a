"""Performance: what the company states about a contract, how it is corrected, and what period follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from esign.access import Actor, Permission
from esign.contracts.deadlines import WithdrawalDeadline, withdrawal_answer
from esign.contracts.rights.performance import MOST_STATEMENTS, PerformanceRefused, Statement
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.engine.refusals import ContractStateRefused
from esign.engine.rights import facts
from esign.engine.rights.performance_records import SEALED, PerformanceContents, PerformanceRecord
from esign.engine.rights.refusals import PerformanceUnknown
from esign.evidence.kinds import EntryKind
from esign.foundation.canonical import canonical
from esign.foundation.identifiers import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A statement as a list shows it."""

    id: str
    recorded_at: datetime
    corrected_at: datetime | None
    said: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """A contract's period for withdrawal, and what it was calculated from."""

    right: bool
    """Whether the contract's data name a right of withdrawal."""
    reason: str
    """Why there is none; empty where there is one."""
    deadline: WithdrawalDeadline | None
    """None before the conclusion, or where there is no right."""
    statements: tuple[StatementView, ...]

    @property
    def answer(self) -> Mapping[str, Any] | None:
        """The answer of ``deadline-withdrawal.schema.json``."""
        return None if self.deadline is None else withdrawal_answer(self.deadline)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceDesk:
    """What happened to a contract after its conclusion. A contract of another tenant is as unknown as none."""

    household: Household

    def period(self, actor: Actor, contract_id: str) -> PeriodView:
        """Return the period for withdrawal as it follows from what is known now.

        Raises:
            AccessDenied: The actor may not see contracts.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            contents = self.household.contract_contents(tx, record)
            right = facts.right_of(contents)
            return PeriodView(
                right=bool(right["right"]),
                reason=str(right.get("reason", "")),
                deadline=facts.deadline_of(self.household, tx, record, contents),
                statements=tuple(_view(tx, each) for each in tx.performances.of_contract(record.id)),
            )

    def record(self, actor: Actor, contract_id: str, said: Mapping[str, Any]) -> StatementView:
        """Keep a statement; the period follows at once.

        Args:
            actor: Who states it.
            contract_id: The contract, which is concluded.
            said: ``event``, ``at`` (local day, or instant with its offset) and what belongs to the event.

        Raises:
            AccessDenied: The actor may not.
            ContractUnknown: There is no such contract.
            ContractStateRefused: It is not concluded.
            PerformanceRefused: The statement cannot be.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        now = house.clock.now()
        with house.store.transaction() as tx:
            contract = _concluded(tx, actor, contract_id)
            statement = Statement.parse(said, now=now)
            if len(tx.performances.of_contract(contract.id)) >= MOST_STATEMENTS:
                raise PerformanceRefused("too many statements", place="event", reason="too_many")
            contents = PerformanceContents.of(statement, actor.name)
            record = PerformanceRecord(
                id=new_id(),
                tenant=contract.tenant,
                contract_id=contract.id,
                recorded_at=now,
                sealed=tx.safe.seal(contract.id, SEALED, contents.to_bytes()),
            )
            tx.performances.add(record)
            told: dict[str, object] = {"statement": record.id, "event": statement.event.value}
            said_bytes = canonical({"event": contents.event, "at": contents.at, "complete": contents.complete})
            house.record(tx, EntryKind.PERFORMANCE_RECORDED, contract.id, told, {"statement": said_bytes}, by=actor)
            return _view(tx, record)

    def correct(self, actor: Actor, contract_id: str, statement_id: str) -> StatementView:
        """Take a statement back: it counts no longer, and stays in the evidence. Twice changes nothing.

        Raises:
            AccessDenied: The actor may not.
            ContractUnknown: There is no such contract.
            ContractStateRefused: It is not concluded.
            PerformanceUnknown: There is no such statement about it.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.transaction() as tx:
            contract = _concluded(tx, actor, contract_id)
            record = tx.performances.get(statement_id)
            if record is None or record.contract_id != contract.id:
                raise PerformanceUnknown
            if record.corrected_at is None:
                record = replace(record, corrected_at=house.clock.now())
                tx.performances.update(record)
                house.record(tx, EntryKind.PERFORMANCE_CORRECTED, contract.id, {"statement": record.id}, by=actor)
            return _view(tx, record)


def _concluded(tx: Transaction, actor: Actor, contract_id: str) -> ContractRecord:
    contract = known(tx, actor, contract_id)
    if contract.concluded_at is None:
        raise ContractStateRefused("what is not concluded is not performed", state=contract.state.value)
    return contract


def _view(tx: Transaction, record: PerformanceRecord) -> StatementView:
    contents = PerformanceContents.from_bytes(tx.safe.open(record.contract_id, SEALED, record.sealed))
    return StatementView(
        id=record.id, recorded_at=record.recorded_at, corrected_at=record.corrected_at, said=contents.statement
    )
