"""One of the two functions as the policy in force has it: labels, prescribed fields, texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from esign.contracts.errors import NotInForce
from esign.contracts.wording import all_wordings, fill, in_force, in_language

FOLDER = "rights"


class Right(StrEnum):
    """What a consumer can declare without a login."""

    WITHDRAWAL = "withdrawal"
    """Source: BGB § 356a."""
    TERMINATION = "termination"
    """Source: BGB § 312k."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the values that a field can have."""

    value: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionField:
    """Something that the law lets the consumer state, and no more than that."""

    name: str
    required: bool
    required_with: tuple[str, str] | None
    """Name and value of another field with which this one is required."""
    longest: int
    choices: tuple[Choice, ...]
    label: Mapping[str, str]
    help: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function in the version of one day."""

    right: Right
    version: str
    fields: tuple[FunctionField, ...]
    allowed: Mapping[str, tuple[tuple[str, str], ...]]
    """Step (``open``, ``confirm``) to (language, label); the first of a language is the one shown."""
    refused: Mapping[str, frozenset[str]]
    """Step to labels in lower case that are known not to do."""
    texts: Mapping[str, Mapping[str, str]]

    def label(self, step: str, lang: str) -> str:
        """Return the label of a control."""
        return next(label for language, label in self.allowed[step] if language == lang)

    def allows(self, step: str, label: str, *, lang: str) -> bool:
        """Tell whether a control may carry exactly this label."""
        return (lang, label) in self.allowed[step]

    def refuses(self, step: str, label: str) -> bool:
        """Tell whether a label is known not to do."""
        return label.strip().casefold() in self.refused[step]

    def text(self, name: str, lang: str, **values: str) -> str:
        """Return one of the texts, its placeholders filled in."""
        return fill(in_language(self.texts[name], lang), values)


def function(right: Right, day: date) -> Function:
    """Return a function as it is on a local day.

    Raises:
        NotInForce: There is none on that day.
    """
    name = f"{right.value}-function"
    for _, policy in all_wordings(FOLDER):
        if policy["id"] == name and in_force(policy, day):
            return _function(name, policy["version"])
    raise NotInForce("no such function is in force on the day", name=name, day=day.isoformat())


@cache
def _function(name: str, version: str) -> Function:
    policy = next(policy for _, policy in all_wordings(FOLDER) if policy["id"] == name and policy["version"] == version)
    buttons = policy["buttons"]
    return Function(
        right=Right(name.removesuffix("-function")),
        version=version,
        fields=tuple(_field(item) for item in policy["fields"]),
        allowed=MappingProxyType(
            {step: tuple((row["lang"], row["label"]) for row in buttons[step]["allowed"]) for step in buttons}
        ),
        refused=MappingProxyType(
            {step: frozenset(row["label"].casefold() for row in buttons[step]["refused"]) for step in buttons}
        ),
        texts=MappingProxyType(policy["texts"]),
    )


def _field(item: Mapping[str, Any]) -> FunctionField:
    with_name, _, with_value = item.get("required_with", "").partition("=")
    return FunctionField(
        name=item["name"],
        required=item["required"] == "true",
        required_with=(with_name, with_value) if with_name else None,
        longest=int(item["longest"]),
        choices=tuple(
            Choice(value=choice["value"], label=MappingProxyType(choice["label"])) for choice in item.get("choices", ())
        ),
        label=MappingProxyType(item["label"]),
        help=MappingProxyType(item["help"]),
        source=item["source"],
    )
