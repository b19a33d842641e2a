"""Contracts that belong together: where one is withdrawn from, the other may fall with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Relation(StrEnum):
    """How two contracts belong together."""

    LINKED = "linked"
    """One pays for the other and both are an economic unit (BGB § 358 (3))."""
    ANCILLARY = "ancillary"
    """The named one has a bearing on this one and falls with it (BGB § 360)."""
    MAIN = "main"
    """The named one is the main contract, to which this one is ancillary: it stays (BGB § 360)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedContract:
    """Another contract, as a contract's data name it."""

    reference: str
    relation: Relation
    company: str
    """With whom; empty: with the same company."""

    @property
    def named(self) -> str:
        """How a text names it."""
        return f"{self.reference} ({self.company})" if self.company else self.reference


def linked_contracts(data: Iterable[Mapping[str, Any]]) -> tuple[LinkedContract, ...]:
    """Return the contracts that data name, which fits the schema."""
    return tuple(
        LinkedContract(
            reference=item["reference"], relation=Relation(item["relation"]), company=item.get("company", "")
        )
        for item in data
    )
