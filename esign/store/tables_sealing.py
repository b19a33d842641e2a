"""Tables of sealing in bulk: batches, their documents with leases, and what was sealed under which name."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from esign.store.metadata import Instant, metadata

NOT_ENDED = text("state IN ('waiting', 'running')")
"""Documents that have not come to their end. Statements that are to use their index say it word for word."""

_ROW = BigInteger().with_variant(Integer, "sqlite")

seal_batch = Table(
    "seal_batch",
    metadata,
    Column("id", _ROW, primary_key=True, autoincrement=True),
    Column("store", String(200), nullable=False),
    Column("level", String(5), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("complete_at", Instant, nullable=True),
    Column("listed", BigInteger, nullable=False),
    Column("sealed", BigInteger, nullable=False),
    Column("set_aside", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""``store`` names the place of output; names are unique in it. The counters are kept with what they count."""

seal_item = Table(
    "seal_item",
    metadata,
    Column("id", _ROW, primary_key=True, autoincrement=True),
    Column("batch_id", _ROW, ForeignKey("seal_batch.id"), nullable=False),
    Column("source", LargeBinary, nullable=False),
    Column("output", LargeBinary, nullable=False),
    Column("state", String(9), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("owner", String(64), nullable=True),
    Column("lease_until", Instant, nullable=True),
    Column("digest_in", LargeBinary(32), nullable=True),
    Column("digest_out", LargeBinary(32), nullable=True),
    Column("level", String(5), nullable=False),
    Column("path", String(12), nullable=False),
    Column("code", String(80), nullable=False),
    Column("detail", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("again", Boolean, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("finished_at", Instant, nullable=True),
    CheckConstraint("state IN ('waiting', 'running', 'sealed', 'set_aside')", name="state"),
    Index(None, "batch_id", "id"),
    Index(
        "ix_seal_item_open",
        "batch_id",
        "state",
        "id",
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    ),
    sqlite_autoincrement=True,  # numbers of forgotten documents are not given again
)
"""States: waiting → running (leased) → sealed or set aside; back to waiting when whoever held it has died."""

seal_job = Table(
    "seal_job",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("level", String(5), nullable=False),
    Column("evidence_record", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("completed_at", Instant, nullable=True),
    Column("finished_at", Instant, nullable=True),
    Column("journal", _ROW, ForeignKey("seal_batch.id"), nullable=True),
    Column("files", Integer, nullable=False),
    CheckConstraint("state IN ('open', 'running', 'done', 'deleted')", name="state"),
    Index(None, "tenant", "owner", "created_at"),
    Index(None, "state", "expires_at"),
)
"""A batch of a backend system. Its journal, whose store has the batch's name, is made when it is complete."""

seal_file = Table(
    "seal_file",
    metadata,
    Column("job_id", String(64), ForeignKey("seal_job.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name_digest", LargeBinary(32), nullable=True),
    Column("name", LargeBinary, nullable=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("blob", String(64), nullable=False),
    UniqueConstraint("job_id", "name_digest"),
)
"""A document that was handed over; its name is sealed under the key of its batch, and forgotten with it."""

seal_output = Table(
    "seal_output",
    metadata,
    Column("store", String(200), nullable=False),
    Column("output", LargeBinary, nullable=False),
    Column("digest_out", LargeBinary(32), nullable=False),
    Column("digest_in", LargeBinary(32), nullable=False),
    Column("level", String(5), nullable=False),
    Column("promised_at", Instant, nullable=False),
    Column("sealed_at", Instant, nullable=True),
    PrimaryKeyConstraint("store", "output", "digest_out"),
    Index(
        "uq_seal_output_sealed",
        "store",
        "output",
        unique=True,
        sqlite_where=text("sealed_at IS NOT NULL"),
        postgresql_where=text("sealed_at IS NOT NULL"),
    ),
)
"""Written before a sealed document is given out (promised), and marked once it was: one under each name, whatever
happens. Several promises of one document are attempts of which one came through."""
