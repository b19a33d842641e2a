"""Tables of the company's desk: words by which contracts are found, and contracts that are sent in bulk.

A search word is kept as a keyed index and goes with the contract's key; rows of a bulk run are sealed under a key of
the run's own.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from esign.store.metadata import Instant, metadata

search_token = Table(
    "search_token",
    metadata,
    Column("contract_id", String(64), ForeignKey("contract.id"), primary_key=True),
    Column("token", LargeBinary(16), primary_key=True),
    Index(None, "token"),
)
"""Keyed indexes (HMAC) of the words in names and addresses of a contract's parties."""

search_state = Table(
    "search_state",
    metadata,
    Column("contract_id", String(64), ForeignKey("contract.id"), primary_key=True),
    Column("version", Integer, nullable=False),
)
"""Which contracts have their search words, and by which rule they were made."""

bulk_run = Table(
    "bulk_run",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("by", String(80), nullable=False),
    Column("state", String(12), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("finished_at", Instant, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("state IN ('uploaded', 'checked', 'running', 'done', 'cancelled')", name="state"),
    Index(None, "tenant", "created_at"),
    Index(None, "state"),
)

bulk_file = Table(
    "bulk_file",
    metadata,
    Column("run_id", String(64), ForeignKey("bulk_run.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""The rows of a run as they were uploaded, until it is sent or cancelled: as long its columns can be chosen anew."""

bulk_row = Table(
    "bulk_row",
    metadata,
    Column("run_id", String(64), ForeignKey("bulk_run.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(12), nullable=False),
    Column("contract_id", String(64), nullable=True),
    Column("code", String(80), nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("state IN ('bad', 'waiting', 'done', 'failed', 'skipped')", name="state"),
)
"""A row leaves ``waiting`` in the very transaction that draws its contract up; its sealed data go with that."""
