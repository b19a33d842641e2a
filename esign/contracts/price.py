"""Prices that add up: whole cents, decimal text where a price is finer than a cent, commercial rounding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from esign.contracts.errors import PriceContradiction


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """One thing that costs something: quantity times unit price."""

    id: str
    label: str
    note: str | None
    unit: str
    """``once``, ``piece``, ``month``, ``quarter``, ``year`` or ``kwh``."""
    quantity: int
    unit_cents: Decimal
    total_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A tax on the whole price, contained in the lines or added to them."""

    label: str
    rate: Decimal
    """Per cent."""
    included: bool
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What the contract costs over a period, line by line."""

    lines: tuple[PriceLine, ...]
    tax: Tax | None
    total_cents: int
    period: str
    """``once``, ``month``, ``year`` or ``minimum_term``."""

    def line(self, line_id: str) -> PriceLine | None:
        """Return the line of an id, or None."""
        return next((line for line in self.lines if line.id == line_id), None)


NONE = Price(lines=(), tax=None, total_cents=0, period="once")
"""Where the company's own document says what there is to say about money, or nothing is owed."""


def rounded(cents: Decimal) -> int:
    """Return whole cents, halves away from zero (commercial rounding)."""
    return int(cents.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def price(data: Mapping[str, Any]) -> Price:
    """Return the price in data that fits the schema, after adding it up.

    Raises:
        PriceContradiction: A line, the tax or the total is not what its parts give.
    """
    lines = tuple(_line(item, f"/price/lines/{number}") for number, item in enumerate(data["lines"]))
    if len({line.id for line in lines}) != len(lines):
        raise PriceContradiction("two price lines have the same id", pointer="/price/lines")
    tax = _tax(data["tax"]) if "tax" in data else None
    result = Price(lines=lines, tax=tax, total_cents=data["total_cents"], period=data["period"])
    _add_up(result)
    return result


def _line(data: Mapping[str, Any], pointer: str) -> PriceLine:
    line = PriceLine(
        id=data["id"],
        label=data["label"],
        note=data.get("note"),
        unit=data["unit"],
        quantity=data["quantity"],
        unit_cents=Decimal(data["unit_cents"]),
        total_cents=data["total_cents"],
    )
    if rounded(line.unit_cents * line.quantity) != line.total_cents:
        raise PriceContradiction("quantity times unit price is not the line's total", pointer=f"{pointer}/total_cents")
    return line


def _tax(data: Mapping[str, Any]) -> Tax:
    return Tax(label=data["label"], rate=Decimal(data["rate"]), included=data["included"], cents=data["cents"])


def _add_up(price: Price) -> None:
    """1. The lines give the sum.  2. The tax is its share.  3. Sum, and tax where it comes on top, give the total."""
    total = sum(line.total_cents for line in price.lines)
    if price.tax is not None:
        rate = price.tax.rate
        share = Decimal(total) * rate / (100 + rate if price.tax.included else Decimal(100))
        if rounded(share) != price.tax.cents:
            raise PriceContradiction("the tax is not its rate's share of the lines", pointer="/price/tax/cents")
        total += 0 if price.tax.included else price.tax.cents
    if total != price.total_cents:
        raise PriceContradiction("the lines do not give the total", pointer="/price/total_cents")
