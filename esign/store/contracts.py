"""Contracts, invitations and devices in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select

from esign.engine.records import (
    ContractRecord,
    ContractState,
    DeviceRecord,
    HandoverRecord,
    InvitationRecord,
    InvitationState,
)
from esign.policy import LegalLevel
from esign.store.statements import changed_by, found_by, keys, row_of
from esign.store.tables_contracts import contract, device, handover, invitation

_CONTRACT, _CONTRACT_CHANGED, _CONTRACT_NEW = found_by(contract, "id"), changed_by(contract, "id"), insert(contract)
_NEWEST = found_by(contract, "tenant").order_by(contract.c.created_at.desc(), contract.c.id).limit(bindparam("most"))
_INVITATION, _BY_TOKEN = found_by(invitation, "id"), found_by(invitation, "token_digest")
_INVITATION_CHANGED, _INVITATION_NEW = changed_by(invitation, "id"), insert(invitation)
_OF_CONTRACT = (
    found_by(invitation, "contract_id")
    .where(invitation.c.state != InvitationState.REVOKED)
    .order_by(invitation.c.created_at, invitation.c.id)
)
_DEVICES = found_by(device, "invitation_id").order_by(device.c.bound_at, device.c.key_id)
_DEVICE_NEW = insert(device)
_HANDOVER, _HANDOVER_CHANGED = found_by(handover, "token_digest"), changed_by(handover, "token_digest")
_HANDOVER_NEW = insert(handover)
_HANDOVERS = found_by(handover, "invitation_id").order_by(handover.c.created_at, handover.c.token_digest)


class SqlContracts:
    """The contracts, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, ContractRecord] = {}

    def add(self, record: ContractRecord) -> None:
        """Keep a new contract."""
        self._connection.execute(_CONTRACT_NEW, row_of(record))

    def get(self, contract_id: str) -> ContractRecord | None:
        """Return a contract; within one transaction it is read once."""
        if contract_id not in self._known:
            row = self._connection.execute(_CONTRACT, keys(id=contract_id)).first()
            if row is None:
                return None
            self._known[contract_id] = _contract(row)
        return self._known[contract_id]

    def update(self, record: ContractRecord) -> None:
        """Replace a contract."""
        self._known.pop(record.id, None)
        self._connection.execute(_CONTRACT_CHANGED, keys(id=record.id) | row_of(record))

    def newest(self, tenant: str, limit: int) -> tuple[ContractRecord, ...]:
        """Return a tenant's contracts, newest first."""
        rows = self._connection.execute(_NEWEST, {**keys(tenant=tenant), "most": limit})
        return tuple(_contract(row) for row in rows)


class SqlInvitations:
    """The invitations and the devices bound to them, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, InvitationRecord] = {}

    def add(self, record: InvitationRecord) -> None:
        """Keep a new invitation."""
        self._connection.execute(_INVITATION_NEW, row_of(record))

    def by_token(self, token_digest: bytes) -> InvitationRecord | None:
        """Return the invitation of a token."""
        return self._one(_BY_TOKEN, keys(token_digest=token_digest))

    def get(self, invitation_id: str) -> InvitationRecord | None:
        """Return an invitation; within one transaction it is read once."""
        if invitation_id not in self._known:
            found = self._one(_INVITATION, keys(id=invitation_id))
            if found is None:
                return None
            self._known[invitation_id] = found
        return self._known[invitation_id]

    def ending(self, before: datetime) -> tuple[InvitationRecord, ...]:
        """Return the invitations that can still end with a signature and whose time is over before an instant."""
        live = invitation.c.state.in_((InvitationState.WAITING, InvitationState.OPEN))
        rows = self._connection.execute(
            select(invitation).where(live, invitation.c.expires_at <= before).order_by(invitation.c.expires_at)
        )
        return tuple(_invitation(row) for row in rows)

    def to_remind(self, now: datetime, *, unknown_before: datetime) -> tuple[InvitationRecord, ...]:
        """Return the live invitations whose reminder is due; of those from before reminders were kept, the ones that
        end before an instant.
        """
        columns = invitation.c
        live = columns.state.in_((InvitationState.WAITING, InvitationState.OPEN))
        unknown = and_(columns.remind_at.is_(None), columns.expires_at <= unknown_before)
        query = select(invitation).where(live, columns.expires_at > now, or_(columns.remind_at <= now, unknown))
        return tuple(_invitation(row) for row in self._connection.execute(query.order_by(columns.expires_at)))

    def of_contract(self, contract_id: str) -> tuple[InvitationRecord, ...]:
        """Return the invitations of a contract that no other has replaced, oldest first."""
        rows = self._connection.execute(_OF_CONTRACT, keys(contract_id=contract_id))
        return tuple(_invitation(row) for row in rows)

    def update(self, record: InvitationRecord) -> None:
        """Replace an invitation."""
        self._known.pop(record.id, None)
        self._connection.execute(_INVITATION_CHANGED, keys(id=record.id) | row_of(record))

    def bind(self, record: DeviceRecord) -> None:
        """Bind a device key to an invitation."""
        self._connection.execute(_DEVICE_NEW, row_of(record))

    def devices(self, invitation_id: str) -> tuple[DeviceRecord, ...]:
        """Return the devices of an invitation, oldest first."""
        rows = self._connection.execute(_DEVICES, keys(invitation_id=invitation_id))
        return tuple(DeviceRecord(**row._mapping) for row in rows)

    def add_handover(self, record: HandoverRecord) -> None:
        """Keep a new hand-over token."""
        self._connection.execute(_HANDOVER_NEW, row_of(record))

    def handover(self, token_digest: bytes) -> HandoverRecord | None:
        """Return a hand-over token."""
        row = self._connection.execute(_HANDOVER, keys(token_digest=token_digest)).first()
        return None if row is None else HandoverRecord(**row._mapping)

    def handovers(self, invitation_id: str) -> tuple[HandoverRecord, ...]:
        """Return the hand-over tokens of an invitation, oldest first."""
        rows = self._connection.execute(_HANDOVERS, keys(invitation_id=invitation_id))
        return tuple(HandoverRecord(**row._mapping) for row in rows)

    def update_handover(self, record: HandoverRecord) -> None:
        """Replace a hand-over token."""
        self._connection.execute(_HANDOVER_CHANGED, keys(token_digest=record.token_digest) | row_of(record))

    def _one(self, query: Any, parameters: dict[str, object]) -> InvitationRecord | None:
        row = self._connection.execute(query, parameters).first()
        return None if row is None else _invitation(row)


def _contract(row: Row[Any]) -> ContractRecord:
    values = dict(row._mapping)
    return ContractRecord(**{**values, "level": LegalLevel(values["level"]), "state": ContractState(values["state"])})


def _invitation(row: Row[Any]) -> InvitationRecord:
    values = dict(row._mapping)
    return InvitationRecord(**{**values, "state": InvitationState(values["state"])})
