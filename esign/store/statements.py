"""Statements that are put together once: composing one costs several times what the database takes to answer it."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Update, and_, bindparam, or_, select, update

from esign.engine.paging import RowPlace


def found_by(table: Table, *columns: str) -> Select[Any]:
    """Return the selection of the rows in which these columns have the values of :func:`keys`."""
    return select(table).where(*_conditions(table, columns))


def changed_by(table: Table, *columns: str) -> Update:
    """Return the update of the rows in which these columns have the values of :func:`keys`.

    What is set are the other parameters with which the statement is executed.
    """
    return update(table).where(*_conditions(table, columns))


def keys(**values: object) -> dict[str, object]:
    """Return the parameters that name rows."""
    return {f"by_{name}": value for name, value in values.items()}


def older(time: ColumnElement[Any], name: ColumnElement[Any], place: RowPlace) -> ColumnElement[bool]:
    """Return the condition that a row stands behind a place, newest first; of one instant the greater name is first."""
    return or_(time < place.at, and_(time == place.at, name < place.id))


def row_of(record: Any) -> dict[str, object]:
    """Return the fields of a record as parameters; values as they are."""
    return {name: getattr(record, name) for name in _names(record.__class__)}


def _conditions(table: Table, columns: tuple[str, ...]) -> list[Any]:
    return [table.c[name] == bindparam(f"by_{name}") for name in columns]


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
