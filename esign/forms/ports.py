"""What forms need from outside, in their own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A bank as the Deutsche Bundesbank's file of bank codes names it."""

    name: str
    town: str
    bic: str | None


class ReferenceData(Protocol):
    """Which towns a postal code has, in which Länder it lies, and which bank a bank code means.

    Never complete: unknown is no proof.
    """

    def towns(self, postal_code: str) -> tuple[str, ...]:
        """Return the towns of a German postal code of five digits; empty if it is not known."""
        ...

    def laender_of(self, postal_code: str) -> tuple[str, ...]:
        """Return the letters of the Länder in which a German postal code lies; empty if that is not known."""
        ...

    def bank(self, bank_code: str) -> Bank | None:
        """Return the bank of a German bank code of eight digits, or None if it is not known."""
        ...


class Prefill(Protocol):
    """What the company knows about a customer who was recognised."""

    def lookup(self, form: str, key: Mapping[str, str]) -> Mapping[str, str] | None:
        """Return answers by field name, or None if nobody is known by this key.

        Args:
            form: The form's name.
            key: What the recognised identity or the signed prefill token gives, never what somebody typed.
        """
        ...
