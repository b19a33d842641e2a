"""A confirmed run goes on: row after row, each in one transaction with its contract and invitation."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace

from esign.access import ALLOWED, Actor, ActorKind, Permission, system
from esign.engine.accounts.records import AccountState
from esign.engine.company.records import BulkRow, BulkRun, BulkState, RowContents, RowState
from esign.engine.contracts.desk import ContractDesk
from esign.engine.contracts.validity import Validity
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.refusals import EngineError
from esign.evidence.kinds import EntryKind
from esign.foundation.errors import EsignError

AT_ONCE = 25
"""Rows that a worker makes before it looks at other work."""
_PASSING = ("store", "gateway")
"""Codes of what passes: the row waits for another try."""

_log = logging.getLogger("esign.engine.company.bulk")


class _TakenAlready(EngineError):
    """Another worker made this row."""

    code = "engine.bulk.taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes the rows of runs that are under way."""

    household: Household
    contracts: ContractDesk

    def advance(self, run: BulkRun) -> int:
        """Make the next rows of a run, or end it; return how many were made."""
        house = self.household
        with house.store.reading() as tx:
            actor = self._still_allowed(tx, run)
            waiting = tx.bulk.rows(run.id, state=RowState.WAITING, limit=AT_ONCE)
        if actor is None or not waiting:
            with house.store.transaction() as tx:
                current = tx.bulk.get(run.id)
                if current is not None and current.state is BulkState.RUNNING:
                    end(house, tx, current, BulkState.DONE if actor is not None else BulkState.CANCELLED)
            return 0
        return sum(self._make(actor, run, row) for row in waiting)

    def _make(self, actor: Actor, run: BulkRun, row: BulkRow) -> bool:
        """Make a row's contract; everything about it, its state too, is one transaction."""
        house = self.household
        with house.store.reading() as tx:
            contents = RowContents.from_bytes(tx.safe.open(run.id, f"row-{row.number}", row.sealed))

        def take(tx: Transaction) -> None:
            current = tx.bulk.get(run.id)
            running = current is not None and current.state is BulkState.RUNNING
            if not running or not tx.bulk.settle(run.id, row.number, state=RowState.DONE):
                raise _TakenAlready

        try:
            with house.store.together(first=take):
                validity = Validity.parse(contents.validity)
                contract_id = self.contracts.draw_up(actor, json.loads(contents.data), validity)
                self.contracts.invite(actor, contract_id)
                with house.store.transaction() as tx:
                    tx.bulk.note(run.id, row.number, contract_id=contract_id, code=None)
        except _TakenAlready:
            return False
        except EsignError as refusal:
            if refusal.code.startswith(_PASSING):
                _log.info("a row waits", extra={"code": refusal.code})
                return False
            with house.store.transaction() as tx:
                if tx.bulk.settle(run.id, row.number, state=RowState.FAILED):
                    tx.bulk.note(run.id, row.number, contract_id=None, code=refusal.code)
            return False
        return True

    def _still_allowed(self, tx: Transaction, run: BulkRun) -> Actor | None:
        """Return who started a run, as far as that one may draw up contracts today."""
        kind, _, identifier = run.by.partition(":")
        if kind == ActorKind.SYSTEM.value:
            return system(run.tenant)
        if kind == ActorKind.API_KEY.value:
            key = tx.api_keys.get(identifier)
            now = self.household.clock.now()
            usable = key is not None and key.tenant == run.tenant and key.revoked_at is None and key.expires_at > now
            scopes = key.scopes.split() if key is not None and usable else []
            granted = frozenset(permission for permission in Permission if permission.value in scopes)
        else:
            account = tx.accounts.get(identifier)
            usable = account is not None and account.state is AccountState.ACTIVE and account.tenant == run.tenant
            roles = account.roles if account is not None and usable else ()
            granted = frozenset(permission for role in roles for permission in ALLOWED[role])
        if Permission.CONTRACTS_WRITE not in granted:
            return None
        return Actor(tenant=run.tenant, kind=ActorKind(kind), id=identifier, permissions=granted)


def end(house: Household, tx: Transaction, run: BulkRun, state: BulkState, *, by: Actor | None = None) -> None:
    """End a run: what waits is left out, and what was uploaded goes."""
    tx.bulk.skip_waiting(run.id)
    tx.bulk.drop_file(run.id)
    tx.bulk.update(replace(run, state=state, finished_at=house.clock.now()))
    counts = tx.bulk.counts(run.id)
    facts = {"bulk": run.id, "done": counts.get(RowState.DONE, 0), "failed": counts.get(RowState.FAILED, 0)}
    kind = EntryKind.BULK_CANCELLED if state is BulkState.CANCELLED else EntryKind.BULK_FINISHED
    house.record(tx, kind, None, facts, by=by or system(run.tenant))
