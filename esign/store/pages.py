"""Pages of contracts and events, as backend systems read them: by tenant, filtered, from a place on."""

from __future__ import annotations

from sqlalchemy import Connection, and_, or_, select

from esign.engine.api.records import ContractFilter
from esign.engine.paging import RowPlace
from esign.engine.records import ContractRecord, ContractState
from esign.evidence.entry import Entry
from esign.policy import LegalLevel
from esign.store.statements import older
from esign.store.tables_access import audit
from esign.store.tables_contracts import contract
from esign.store.tables_ledger import ledger_entry
from esign.store.tables_rights import right_declaration


class SqlPages:
    """Reads pages, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def contracts(
        self, tenant: str, wanted: ContractFilter, *, after: RowPlace | None, limit: int
    ) -> tuple[ContractRecord, ...]:
        """Return a tenant's contracts, newest first, from behind a place."""
        conditions = [contract.c.tenant == tenant]
        for column, value in (
            (contract.c.state, wanted.state),
            (contract.c.template, wanted.template),
            (contract.c.reference, wanted.reference),
        ):
            if value is not None:
                conditions.append(column == value)
        if wanted.created_from is not None:
            conditions.append(contract.c.created_at >= wanted.created_from)
        if wanted.created_before is not None:
            conditions.append(contract.c.created_at < wanted.created_before)
        if after is not None:
            conditions.append(older(contract.c.created_at, contract.c.id, after))
        rows = self._connection.execute(
            select(contract)
            .where(*conditions)
            .order_by(contract.c.created_at.desc(), contract.c.id.desc())
            .limit(limit)
        )
        return tuple(
            ContractRecord(
                **{**row._mapping, "level": LegalLevel(row.level), "state": ContractState(row.state)},
            )
            for row in rows
        )

    def events(
        self, tenant: str, *, contract_id: str | None, kinds: tuple[str, ...], start: int, limit: int
    ) -> tuple[Entry, ...]:
        """Return the ledger's entries about a tenant's contracts and declarations, oldest first, from a place on."""
        query = (
            select(ledger_entry.c.bytes)
            .outerjoin(contract, contract.c.id == ledger_entry.c.contract_id)
            .outerjoin(right_declaration, right_declaration.c.id == ledger_entry.c.contract_id)
            .outerjoin(audit, audit.c.seq == ledger_entry.c.seq)
            .where(
                or_(
                    contract.c.tenant == tenant,
                    right_declaration.c.tenant == tenant,
                    and_(ledger_entry.c.contract_id.is_(None), audit.c.tenant == tenant),
                ),
                ledger_entry.c.seq >= start,
                ledger_entry.c.kind.in_(kinds),
            )
            .order_by(ledger_entry.c.seq)
            .limit(limit)
        )
        if contract_id is not None:
            query = query.where(ledger_entry.c.contract_id == contract_id)
        return tuple(Entry.parse(data) for data in self._connection.execute(query).scalars())
