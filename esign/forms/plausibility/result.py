"""What a checker is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from esign.forms.ports import ReferenceData
from esign.forms.values import Value

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a checker may look at besides the value: the day, the reference data, its own arguments."""

    day: date
    """The local day on which the answers are checked."""
    reference: ReferenceData
    arguments: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that a checker noticed; its words stand in ``policies/plausibility``."""

    code: str
    """``checker.what``, such as ``iban.check_digits``; whether it is an error or a warning stands with its words."""
    facts: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """What the words may name; never kept or logged."""
    suggestions: tuple[str, ...] = ()
    """Values that would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a checker says about a value."""

    value: str
    """The value as it is kept: tidied up where the meaning is certain, otherwise as it was written."""
    found: tuple[Found, ...] = ()
    parts: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """What follows from the value: the bank's name of an IBAN, the street's number."""


Checker = Callable[[str, Question], Result]
"""A pure function of a value, which is not empty and holds no control characters."""


def good(value: str, *found: Found, **parts: str) -> Result:
    """Return that the value is kept like this, with findings that do not stop anybody."""
    return Result(value=value, found=found, parts=MappingProxyType(parts) if parts else NOTHING)


def wrong(value: str, code: str, *suggestions: str, **facts: str) -> Result:
    """Return that one thing is the matter with the value."""
    return Result(value=value, found=(Found(code=code, facts=MappingProxyType(facts), suggestions=suggestions),))


def compact(value: str, separators: str = " -./") -> str:
    """Return the value in capitals without the separators that people write for reading."""
    return value.translate({ord(char): None for char in separators + "\u00a0\u202f"}).upper()


def ascii_digits(value: str) -> bool:
    """Tell whether the value consists of the digits 0 to 9; other scripts' digits do not count."""
    return value.isascii() and value.isdigit()
