"""What a form is: sections of fields, cross-field rules, computed values, deciding rules, the way to contract data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from esign.forms import browser, reading
from esign.forms.expressions import Expression, Tables
from esign.forms.kinds import KINDS, Kind
from esign.forms.values import Texts


class Outcome(IntEnum):
    """What becomes of a filled-in form; a higher one is stricter and wins."""

    ACCEPT = 0
    ASK = 1
    """The customer is asked for something more."""
    REFER = 2
    """An employee looks at it."""
    REFUSE = 3

    @property
    def word(self) -> str:
        """The word used in data: ``accept``, ``ask``, ``refer`` or ``refuse``."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer to choose."""

    value: str
    label: Texts
    help: Texts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A checker that a field asks for, with its arguments."""

    name: str
    arguments: Mapping[str, Expression]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form."""

    name: str
    section: str
    kind_name: str
    label: Texts
    help: Texts | None
    example: Texts | None
    options: tuple[Option, ...]
    when: Expression
    required: Expression
    autocomplete: str | None
    width: str
    """``short``, ``middle`` or ``full``: a hint for the display."""
    max_length: int
    checks: tuple[Check, ...]
    follows: str | None
    """The postal code's field from which the town follows."""
    prefill: bool
    """Whether the company's data may fill it in."""
    messages: Mapping[str, Texts]
    """Words of this field that stand in for the general ones, by code."""

    @property
    def kind(self) -> Kind:
        """What all fields of its kind have in common."""
        return KINDS[self.kind_name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Questions that belong together under one heading."""

    name: str
    title: Texts
    help: Texts | None
    when: Expression
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A value that follows from the answers, such as a price."""

    name: str
    label: Texts | None
    """How it is shown to the customer; not shown if None."""
    format: str
    """``text``, ``cents``, ``ct_per_kwh``, ``number``, ``date``."""
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossRule:
    """Something that is the matter between several fields when its condition holds."""

    id: str
    fields: tuple[str, ...]
    """The message stands next to the last of them."""
    severity: str
    when: Expression
    text: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingRule:
    """What becomes of the form when a condition holds, why, and after which clause."""

    id: str
    outcome: Outcome
    when: Expression
    source: str
    fields: tuple[str, ...]
    reason: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractPart:
    """Members of the contract data that are set together."""

    at: str
    """JSON pointer of the object; ``-`` at its end appends to a list."""
    when: Expression
    set: tuple[tuple[str, Any], ...]
    """Path below it, and expression, or a tuple of expressions for a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDefinition:
    """A form as data, read and found consistent."""

    name: str
    version: int
    valid_from: date
    valid_to: date | None
    languages: tuple[str, ...]
    title: Texts
    lead: Texts
    template: str
    """The contract template that its answers become."""
    sections: tuple[Section, ...]
    computed: tuple[Computed, ...]
    rules: tuple[CrossRule, ...]
    decisions: tuple[DecidingRule, ...]
    contract: tuple[ContractPart, ...]
    tables: Tables
    tests: tuple[Mapping[str, Any], ...]

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> FormDefinition:
        """Return the form that data means, which fits ``policies/forms/schema.json``.

        Raises:
            FormMalformed: It names fields, operations, checkers or tables that are not there, or that come later.
            PolicyMalformed: It does not fit the schema.
        """
        return reading.definition(data)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field, in order."""
        return tuple(field for section in self.sections for field in section.fields)

    def in_force(self, day: date) -> bool:
        """Tell whether the form applies on a local day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def answers_schema(self, lang: str) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the form's answers, with display hints (``x-…``) in a language."""
        return browser.answers_schema(self, lang)

    def to_browser(self, lang: str) -> dict[str, Any]:
        """Return everything that a page needs to show the form and to check answers while they are typed."""
        return browser.to_browser(self, lang)
