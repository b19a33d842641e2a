"""The same statement over many rows, at the speed of the driver: compiled once, no conversion of each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Delete, Insert, Update


class ManyRows:
    """A statement that writes many rows.

    Values are handed to the driver as they are: bytes, text, numbers, booleans; an instant as the text that
    :class:`~esign.store.metadata.Instant` would write.

    Args:
        statement: With a bound parameter for each value.
    """

    def __init__(self, statement: Insert | Update | Delete) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows, which all have the same names; nothing is done where there are none."""
        if not rows:
            return
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            made = self._statement.compile(dialect=dialect, column_keys=list(rows[0]))
            fixed = {name: value for name, value in made.params.items() if name not in rows[0]}
            order = made.positiontup if made.positional else None
            known = self._compiled[dialect.name] = _Compiled(str(made), order, fixed)
        if known.order is None:
            connection.exec_driver_sql(known.text, [{**known.fixed, **row} for row in rows])
            return
        pick = itemgetter(*known.order)
        connection.exec_driver_sql(known.text, [pick({**known.fixed, **row}) for row in rows])


class _Compiled(NamedTuple):
    text: str
    order: Sequence[str] | None
    fixed: Mapping[str, Any]
    """Values that are the statement's own."""
