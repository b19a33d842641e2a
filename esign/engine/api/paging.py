"""Pages: what is asked for, and cursors that only this installation can make."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from esign.engine.api.errors import CursorRefused
from esign.evidence.ports import Vault
from esign.foundation.encoding import EncodingError, b64url, from_b64url
from esign.foundation.errors import EsignError

_PURPOSE = "cursor"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFilter:
    """Which contracts are asked for; None: whatever."""

    state: str | None = None
    template: str | None = None
    reference: str | None = None
    created_from: datetime | None = None
    """Instant, inclusive."""
    created_before: datetime | None = None
    """Instant, exclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractPlace:
    """A place in the list of contracts: behind this one."""

    created_at: datetime
    id: str


def cursor(vault: Vault, place: object, *context: str) -> str:
    """Return a cursor: the place, sealed, so that it tells nothing about others' rows and cannot be made up.

    Args:
        vault: Seals.
        place: Plain JSON.
        context: Tenant, list and filter; the cursor is good for the very same only.
    """
    return b64url(vault.seal(_PURPOSE, json.dumps(place).encode(), *context))


def place(vault: Vault, text: str, *context: str) -> object:
    """Return the place of a cursor.

    Raises:
        CursorRefused: Not a cursor of this list with this filter.
    """
    try:
        found: object = json.loads(vault.open(_PURPOSE, from_b64url(text), *context))
    except (EncodingError, EsignError, ValueError) as error:
        raise CursorRefused from error
    return found
