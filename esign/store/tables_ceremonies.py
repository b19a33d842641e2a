"""Tables of enrolments, attempts and messages. Everything personal or secret is inside the sealed columns."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from esign.store.metadata import Instant, metadata

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("invitation_id", String(64), ForeignKey("invitation.id"), nullable=False, index=True),
    Column("device_key_id", String(64), nullable=False),
    Column("nonce", LargeBinary(32), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("certificate_id", String(64), nullable=True, index=True),
    Column("certificate_until", Instant, nullable=True),
    Column("sealed", LargeBinary, nullable=True),
)

attempt = Table(
    "attempt",
    metadata,
    Column("tau", String(64), primary_key=True),
    Column("invitation_id", String(64), ForeignKey("invitation.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("device_key_id", String(64), nullable=False),
    Column("certificate_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("wrong_codes", Integer, nullable=False),
    Column("concluding_until", Instant, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "state", "expires_at"),
)

message = Table(
    "message",
    metadata,
    Column("invitation_id", String(64), ForeignKey("invitation.id"), primary_key=True),
    Column("jti", String(80), primary_key=True),
    Column("type", String(16), nullable=False),
    Column("device_key_id", String(64), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("sealed_message", LargeBinary, nullable=False),
    Column("status", Integer, nullable=True),
    Column("sealed_answer", LargeBinary, nullable=True),
    Index(None, "invitation_id", "received_at"),
)
