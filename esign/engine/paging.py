"""Pages: what is asked for, and cursors that only this installation can make."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from esign.engine.api.errors import CursorRefused
from esign.evidence.ports import Vault
from esign.foundation.clock import from_rfc3339, rfc3339
from esign.foundation.encoding import EncodingError, b64url, from_b64url
from esign.foundation.errors import EsignError

_PURPOSE = "cursor"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlace:
    """A place in a list that stands in order of time: behind this row."""

    at: datetime
    id: str


_Row = TypeVar("_Row", covariant=True)
_Place = TypeVar("_Place", contravariant=True)


class Reading(Protocol[_Place, _Row]):
    """Reads rows of a list."""

    def __call__(self, *, after: _Place | None, limit: int) -> Sequence[_Row]:
        """Return so many rows at the most from behind a place; None: from the beginning."""


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


def page(
    rows: Reading[Any, _Row],
    place_of: Callable[[_Row], object],
    vault: Vault,
    context: tuple[str, ...],
    *,
    after: str | None,
    limit: int,
) -> tuple[Sequence[_Row], str | None]:
    """Return the rows of a page, and the cursor of the next one; None: this is the last.

    Args:
        rows: Reads the list.
        place_of: The place of a row, as plain JSON.
        vault: Seals cursors.
        context: Tenant, list and filter.
        after: Cursor of the page before.
        limit: Rows at the most.

    Raises:
        CursorRefused: Not a cursor of this list with this filter.
    """
    found = rows(after=place(vault, after, *context) if after else None, limit=limit + 1)
    if len(found) <= limit:
        return found, None
    return found[:limit], cursor(vault, place_of(found[limit - 1]), *context)


def page_by_time(
    rows: Reading[RowPlace, _Row],
    vault: Vault,
    context: tuple[str, ...],
    *,
    after: str | None,
    limit: int,
    time: str = "created_at",
) -> tuple[Sequence[_Row], str | None]:
    """Return a page of a list that stands in order of ``time`` and ``id`` of its rows; see :func:`page`."""

    def read(*, after: Any, limit: int) -> Sequence[_Row]:
        return rows(after=None if after is None else RowPlace(at=from_rfc3339(after[0]), id=after[1]), limit=limit)

    def place_of(row: Any) -> object:
        at, name = attrgetter(time, "id")(row)
        return [rfc3339(at), name]

    return page(read, place_of, vault, context, after=after, limit=limit)
