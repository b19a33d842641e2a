"""Expressions as data: a small language without loops, without side effects, and without ``eval``.

An expression is a text (``$name`` refers, everything else is itself) or a mapping with one operation and its
arguments: ``{eq: [$payment, direct_debit]}``. It is read once, when the form is read; what it may refer to is checked
then. Every operation on something absent is absent, and an absent condition does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Protocol

from esign.forms.errors import FormMalformed
from esign.forms.operations import EAGER, LAZY, holds
from esign.forms.values import Value

MAX_DEPTH = 16
"""How deep operations may nest."""

Tables = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Reference tables of a form (tariffs, grids): name, row, column, text."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression can see."""

    values: Mapping[str, Value]
    tables: Tables


class Expression(Protocol):
    """Something that has a value in a scope."""

    def evaluate(self, scope: Scope) -> Value:
        """Return the value."""
        ...

    def references(self) -> frozenset[str]:
        """Return the names that it refers to."""
        ...

    def as_data(self) -> Any:
        """Return it as the data that it was read from."""
        ...


@dataclass(frozen=True, slots=True)
class Literal:
    """A text that is itself."""

    text: str

    def evaluate(self, scope: Scope) -> Value:
        """Return the text."""
        return self.text

    def references(self) -> frozenset[str]:
        """Return nothing: it refers to nothing."""
        return frozenset()

    def as_data(self) -> Any:
        """Return the text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of a field, a computed value, a part of them (``phone.international``), or of the surroundings."""

    name: str

    def evaluate(self, scope: Scope) -> Value:
        """Return the value, or None where there is none."""
        return scope.values.get(self.name)

    def references(self) -> frozenset[str]:
        """Return its name."""
        return frozenset((self.name,))

    def as_data(self) -> Any:
        """Return it as it is written."""
        return f"${self.name}"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation with its arguments."""

    name: str
    arguments: tuple[Expression, ...]

    def evaluate(self, scope: Scope) -> Value:
        """Return the operation's value; arguments that are not needed are not evaluated."""
        if self.name in LAZY:
            return LAZY[self.name](argument.evaluate(scope) for argument in self.arguments)
        values = tuple(argument.evaluate(scope) for argument in self.arguments)
        if self.name == "lookup":
            return _lookup(values, scope.tables)
        return EAGER[self.name].function(*values)

    def references(self) -> frozenset[str]:
        """Return the names that its arguments refer to."""
        return frozenset().union(*(argument.references() for argument in self.arguments))

    def as_data(self) -> Any:
        """Return it as it is written."""
        return {self.name: [argument.as_data() for argument in self.arguments]}


ALWAYS = Literal("true")
"""A condition that always holds."""
NEVER = Literal("false")
"""A condition that never holds."""


def read_expression(data: Any, *, at: str, names: Set[str], tables: Tables, depth: int = 0) -> Expression:
    """Return the expression that data means.

    Args:
        data: Text, or a mapping of one operation to its arguments.
        at: Where it stands in the form, for the error.
        names: What it may refer to; a part of a name (``phone.international``) goes with the name.
        tables: The form's tables.
        depth: How deep it is nested.

    Raises:
        FormMalformed: An unknown operation, name or table, a wrong number of arguments, nested too deeply.
    """
    if depth > MAX_DEPTH:
        raise FormMalformed("an expression is nested too deeply", at=at)
    if isinstance(data, str):
        return _text(data, at, names)
    if not isinstance(data, Mapping) or len(data) != 1:
        raise FormMalformed("an expression is a text or one operation", at=at)
    name, raw = next(iter(data.items()))
    items = raw if isinstance(raw, list | tuple) else [raw]
    arguments = tuple(read_expression(item, at=at, names=names, tables=tables, depth=depth + 1) for item in items)
    _check_arguments(name, arguments, at, tables)
    return Operation(name, arguments)


def true(expression: Expression, scope: Scope) -> bool:
    """Tell whether a condition holds; an absent one does not."""
    return holds(expression.evaluate(scope))


def _text(data: str, at: str, names: Set[str]) -> Expression:
    if not data.startswith("$"):
        return Literal(data)
    name = data[1:]
    if name not in names and name.partition(".")[0] not in names:
        raise FormMalformed("an expression refers to something that is not there, or comes later", at=at, name=name)
    return Reference(name)


def _check_arguments(name: str, arguments: tuple[Expression, ...], at: str, tables: Tables) -> None:
    if name in LAZY:
        least, most = (2, 3) if name == "if" else (1, 99)
    elif name == "lookup":
        least, most = 3, 3
    elif name in EAGER:
        least, most = EAGER[name].least, EAGER[name].most
    else:
        raise FormMalformed("no such operation", at=at, operation=name)
    if not least <= len(arguments) <= most:
        raise FormMalformed("an operation has the wrong number of arguments", at=at, operation=name)
    if name == "lookup" and (not isinstance(arguments[0], Literal) or arguments[0].text not in tables):
        raise FormMalformed("no such table", at=at)


def _lookup(values: tuple[Value, ...], tables: Tables) -> Value:
    table, row, column = values
    if not isinstance(table, str) or not isinstance(row, str) or not isinstance(column, str):
        return None
    return tables.get(table, {}).get(row, {}).get(column)
