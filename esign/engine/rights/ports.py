"""What the rights need from outside, in their own words."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from esign.engine.paging import RowPlace
from esign.engine.rights.records import DeclarationRecord, DeclarationState


class Declarations(Protocol):
    """The declarations of withdrawal and termination."""

    def add(self, record: DeclarationRecord) -> None:
        """Keep a new declaration.

        Raises:
            AlreadyKept: One of the same press is kept.
        """

    def get(self, declaration_id: str) -> DeclarationRecord | None:
        """Return a declaration."""

    def by_press(self, once: bytes) -> DeclarationRecord | None:
        """Return the declaration that one press of the button made."""

    def first_alike(self, tenant: str, likeness: bytes) -> DeclarationRecord | None:
        """Return the first declaration that says the same."""

    def to_mailbox(self, mailbox: bytes, since: datetime) -> int:
        """Return how many declarations have named an address since an instant."""

    def update(self, record: DeclarationRecord) -> None:
        """Replace a declaration."""

    def page(
        self,
        tenant: str,
        *,
        states: tuple[DeclarationState, ...],
        after: RowPlace | None,
        limit: int,
    ) -> tuple[DeclarationRecord, ...]:
        """Return a tenant's declarations in some states, newest first, from behind a place."""

    def of_contract(self, contract_id: str) -> tuple[DeclarationRecord, ...]:
        """Return the declarations that concern a contract, oldest first."""
