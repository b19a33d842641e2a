"""Figures with their spread, as rows of a table."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure: what, unit, and the values that were seen."""

    what: str
    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    def markdown(self) -> str:
        """Return the row: what, minimum, median, 95th percentile, maximum, number."""
        values = sorted(self.values)
        shown = " | ".join(f"{value:,.1f}" for value in (values[0], self.median, high(values), values[-1]))
        return f"| {self.what} | {self.unit} | {shown} | {len(values)} |"


def high(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return sorted(values)[round(0.95 * (len(values) - 1))]


HEAD = "| what | unit | min | median | p95 | max | n |\n|---|---|---|---|---|---|---|"


def table(rows: Sequence[Row]) -> str:
    """Return rows as a Markdown table."""
    return "\n".join([HEAD, *(row.markdown() for row in rows)])
