"""Tables of the interface for backend systems: API keys, answers that are given again, webhooks, journeys."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from esign.store.metadata import Instant, metadata

api_key = Table(
    "api_key",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False, index=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("prefix", String(16), nullable=False),
    Column("name", String(80), nullable=False),
    Column("scopes", String(400), nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant, nullable=True),
    Column("last_used", String(10), nullable=True),
)
"""Only the digest of a key is kept; ``last_used`` is a local day, never an instant."""

api_answer = Table(
    "api_answer",
    metadata,
    Column("key_id", String(64), primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""The answer to a request with an idempotency key, whose digest this is."""

webhook = Table(
    "webhook",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False, index=True),
    Column("kinds", String(2000), nullable=False),
    Column("state", String(8), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("from_seq", BigInteger, nullable=False),
    Column("failing_since", Instant, nullable=True),
    Column("disabled_at", Instant, nullable=True),
    Column("told_at", Instant, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("state IN ('active', 'disabled')", name="state"),
)
"""Address and secrets are sealed; ``from_seq``: the first ledger entry that is told to it."""

webhook_position = Table(
    "webhook_position",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
)
"""One row: the first ledger entry that was not yet looked at for webhooks."""

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("webhook_id", String(64), ForeignKey("webhook.id"), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("contract_id", String(64), nullable=True),
    Column("party", String(16), nullable=True),
    Column("occurred_at", Instant, nullable=False),
    Column("state", String(8), nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owner", String(64), nullable=True),
    Column("lease_until", Instant, nullable=True),
    Column("finished_at", Instant, nullable=True),
    Column("case_id", String(64), nullable=True),
    Column("bulk_id", String(64), nullable=True),
    Column("batch_id", String(64), nullable=True),
    Column("declaration_id", String(64), nullable=True),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'dead')", name="state"),
    Index(None, "state", "due_at"),
    Index(None, "webhook_id", "number"),
)
"""What a webhook is told: identifiers and a kind, nothing personal. States as in the outbox."""

webhook_attempt = Table(
    "webhook_attempt",
    metadata,
    Column("delivery_id", String(64), ForeignKey("webhook_delivery.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("status", Integer, nullable=True),
    Column("code", String(80), nullable=True),
    Column("milliseconds", Integer, nullable=False),
)
"""The delivery log: how each try ended; no body."""

return_address = Table(
    "return_address",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("origin", String(255), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("tenant", "origin"),
)
"""Origins to which customers may be sent back after a ceremony; the secret that signs the state is sealed."""

journey = Table(
    "journey",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("invitation_id", String(64), ForeignKey("invitation.id"), nullable=False, unique=True),
    Column("contract_id", String(64), nullable=False, index=True),
    Column("return_id", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""An invitation that the company itself hands on by link, and where it leads back to (sealed under the contract)."""
