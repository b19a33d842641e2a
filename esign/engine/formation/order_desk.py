"""What clerks and backend systems decide about orders: accept, or turn down."""

from __future__ import annotations

from dataclasses import dataclass, replace

from esign.access import Actor, Permission
from esign.contracts.formation import state
from esign.engine.clocks import tasks
from esign.engine.clocks.records import TaskKind
from esign.engine.contracts.notices import ORDER_DECLINED, queue_notice
from esign.engine.formation import accepting, settling
from esign.engine.formation import events as made
from esign.engine.formation.declaring import clause_of
from esign.engine.formation.keeping import current, name, tell
from esign.engine.formation.offering import document_of
from esign.engine.formation.refusals import FormationRefusal
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.engine.refusals import ContractStateRefused
from esign.evidence.kinds import EntryKind

LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceDesk:
    """Decides about orders. A contract of another tenant is as unknown as one that does not exist."""

    household: Household

    def accept(self, actor: Actor, contract_id: str) -> None:
        """Accept an order; accepted already, the acceptance is sent again to whom it has not reached.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
            ContractStateRefused: There is no order that waits.
            FormationRefusal: The order cannot be accepted any more; with the clause.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            accepting.accept(self.household, tx, _waiting(tx, actor, contract_id), by=actor)

    def decline(self, actor: Actor, contract_id: str, reason: str = "") -> None:
        """Turn an order down; the customers are told.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
            ContractStateRefused: There is no order that waits, or it was accepted already.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.transaction() as tx:
            record = _waiting(tx, actor, contract_id)
            formation = current(house, tx, record)
            if accepting.accepted_of(formation) is not None:
                raise ContractStateRefused("the order was accepted already", state=record.state.value)
            found, now = state(formation, house.clock.now()), house.clock.now()
            if not settling.ordered(found):
                raise FormationRefusal.by(clause_of(found))
            document = document_of(house.contract_contents(tx, record))
            offer = str(getattr(found, "offer", ""))
            event = made.rejection(name(formation, "rejected"), made.COMPANY, offer, now, document=document)
            tell(house, tx, record, EntryKind.FORMATION_REJECTED, [event], {"party": made.COMPANY}, by=actor)
            tx.contracts.update(replace(record, state=ContractState.DECLINED))
            words = reason.strip()[:LONGEST_REASON]
            facts = {"party": made.COMPANY, "cause": "company"}
            house.record(tx, EntryKind.CONTRACT_DECLINED, record.id, facts, {"reason": words.encode()}, by=actor)
            tasks.finish_about(house, tx, record.id, by=actor, only=TaskKind.ORDER)
            for party in house.contract_contents(tx, record).parties:
                queue_notice(house, tx, record.id, ORDER_DECLINED, party=party.name, reason=words)


def _waiting(tx: Transaction, actor: Actor, contract_id: str) -> ContractRecord:
    record = known(tx, actor, contract_id)
    if record.state is not ContractState.ORDERED:
        raise ContractStateRefused("there is no order that waits", state=record.state.value)
    return record
