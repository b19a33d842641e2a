"""Tables of the ledger: entries, the tail, inner nodes of the Merkle tree, sealed contents, timestamped heads."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table

from esign.store.metadata import metadata

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("prev", LargeBinary(32), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("contract_id", String(64), nullable=True, index=True),
    Column("bytes", LargeBinary, nullable=False),
)
"""One row an entry. That ``prev`` is unique keeps the chain from ever forking, whatever the locks do."""

ledger_tail = Table(
    "ledger_tail",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("last", LargeBinary(32), nullable=False),
    Column("peaks", LargeBinary, nullable=False),
)
"""One row: size, hash of the last entry, frontier of the tree (32 bytes a peak). Appending locks it."""

ledger_node = Table(
    "ledger_node",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)
"""Roots of complete subtrees of 256 leaves and more, so that proofs need not read the whole ledger."""

sealed_content = Table(
    "sealed_content",
    metadata,
    Column(
        "entry_seq",
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey("ledger_entry.seq"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("name", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Salt and content of a commitment, sealed under the contract's key. Goes with the erasure."""

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("size", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("token", LargeBinary, nullable=False),
)
"""Heads with their timestamp tokens."""
