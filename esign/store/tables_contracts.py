"""Tables of contracts, invitations and devices. Everything personal is inside ``sealed``."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from esign.store.metadata import Instant, metadata

contract = Table(
    "contract",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False, server_default="default"),
    Column("template", String(64), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("title", String(200), nullable=False),
    Column("company", String(200), nullable=False),
    Column("level", Integer, nullable=False),
    Column("policy", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    Column("concluded_at", Instant, nullable=True),
    Column("valid_days", Integer, nullable=True),
    Column("valid_until", String(10), nullable=True),
    Column("reminder_days", String(40), nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "tenant", "created_at"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("contract_id", String(64), ForeignKey("contract.id"), nullable=False, index=True),
    Column("party", String(16), nullable=False),
    Column("token_digest", LargeBinary(32), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reminded", Integer, nullable=False),
    Column("remind_at", Instant, nullable=True, index=True),
)

device = Table(
    "device",
    metadata,
    Column("invitation_id", String(64), ForeignKey("invitation.id"), primary_key=True),
    Column("key_id", String(64), primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("bound_at", Instant, nullable=False),
    Column("token_digest", LargeBinary(32), nullable=False),
)

handover = Table(
    "handover",
    metadata,
    Column("token_digest", LargeBinary(32), primary_key=True),
    Column("invitation_id", String(64), ForeignKey("invitation.id"), nullable=False, index=True),
    Column("made_by", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("device_key_id", String(64), nullable=True),
)
