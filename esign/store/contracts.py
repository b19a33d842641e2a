"""Contracts, invitations and devices in the database."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from esign.engine.records import (
    ContractRecord,
    ContractState,
    DeviceRecord,
    HandoverRecord,
    InvitationRecord,
    InvitationState,
)
from esign.policy import LegalLevel
from esign.store.tables_contracts import contract, device, handover, invitation


class SqlContracts:
    """The contracts, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: ContractRecord) -> None:
        """Keep a new contract."""
        self._connection.execute(insert(contract).values(**asdict(record)))

    def get(self, contract_id: str) -> ContractRecord | None:
        """Return a contract."""
        row = self._connection.execute(select(contract).where(contract.c.id == contract_id)).first()
        return None if row is None else _contract(row)

    def update(self, record: ContractRecord) -> None:
        """Replace a contract."""
        self._connection.execute(update(contract).where(contract.c.id == record.id).values(**asdict(record)))

    def newest(self, limit: int) -> tuple[ContractRecord, ...]:
        """Return contracts, newest first."""
        rows = self._connection.execute(
            select(contract).order_by(contract.c.created_at.desc(), contract.c.id).limit(limit)
        )
        return tuple(_contract(row) for row in rows)


class SqlInvitations:
    """The invitations and the devices bound to them, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: InvitationRecord) -> None:
        """Keep a new invitation."""
        self._connection.execute(insert(invitation).values(**asdict(record)))

    def by_token(self, token_digest: bytes) -> InvitationRecord | None:
        """Return the invitation of a token."""
        return self._one(select(invitation).where(invitation.c.token_digest == token_digest))

    def get(self, invitation_id: str) -> InvitationRecord | None:
        """Return an invitation."""
        return self._one(select(invitation).where(invitation.c.id == invitation_id))

    def of_contract(self, contract_id: str) -> tuple[InvitationRecord, ...]:
        """Return the invitations of a contract that no other has replaced, oldest first."""
        rows = self._connection.execute(
            select(invitation)
            .where(invitation.c.contract_id == contract_id, invitation.c.state != InvitationState.REVOKED)
            .order_by(invitation.c.created_at, invitation.c.id)
        )
        return tuple(_invitation(row) for row in rows)

    def update(self, record: InvitationRecord) -> None:
        """Replace an invitation."""
        self._connection.execute(update(invitation).where(invitation.c.id == record.id).values(**asdict(record)))

    def bind(self, record: DeviceRecord) -> None:
        """Bind a device key to an invitation."""
        self._connection.execute(insert(device).values(**asdict(record)))

    def devices(self, invitation_id: str) -> tuple[DeviceRecord, ...]:
        """Return the devices of an invitation, oldest first."""
        rows = self._connection.execute(
            select(device).where(device.c.invitation_id == invitation_id).order_by(device.c.bound_at, device.c.key_id)
        )
        return tuple(DeviceRecord(**row._mapping) for row in rows)

    def add_handover(self, record: HandoverRecord) -> None:
        """Keep a new hand-over token."""
        self._connection.execute(insert(handover).values(**asdict(record)))

    def handover(self, token_digest: bytes) -> HandoverRecord | None:
        """Return a hand-over token."""
        row = self._connection.execute(select(handover).where(handover.c.token_digest == token_digest)).first()
        return None if row is None else HandoverRecord(**row._mapping)

    def handovers(self, invitation_id: str) -> tuple[HandoverRecord, ...]:
        """Return the hand-over tokens of an invitation, oldest first."""
        rows = self._connection.execute(
            select(handover)
            .where(handover.c.invitation_id == invitation_id)
            .order_by(handover.c.created_at, handover.c.token_digest)
        )
        return tuple(HandoverRecord(**row._mapping) for row in rows)

    def update_handover(self, record: HandoverRecord) -> None:
        """Replace a hand-over token."""
        self._connection.execute(
            update(handover).where(handover.c.token_digest == record.token_digest).values(**asdict(record))
        )

    def _one(self, query: Any) -> InvitationRecord | None:
        row = self._connection.execute(query).first()
        return None if row is None else _invitation(row)


def _contract(row: Row[Any]) -> ContractRecord:
    values = dict(row._mapping)
    return ContractRecord(**{**values, "level": LegalLevel(values["level"]), "state": ContractState(values["state"])})


def _invitation(row: Row[Any]) -> InvitationRecord:
    values = dict(row._mapping)
    return InvitationRecord(**{**values, "state": InvitationState(values["state"])})
