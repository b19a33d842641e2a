"""Table of the contract keys, wrapped for each person concerned."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from esign.store.metadata import metadata

contract_key = Table(
    "contract_key",
    metadata,
    Column("contract_id", String(64), primary_key=True),
    Column("holder", String(64), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
"""A row goes when its holder's data are erased; without rows the contract's sealed content is noise."""
