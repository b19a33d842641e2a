"""How two places of contract data are held against each other: the refusal names the place, never a value."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from esign.contracts.errors import ContradictoryDates, MissingOrderInformation, PriceContradiction
from esign.contracts.price import PriceLine

if TYPE_CHECKING:
    from esign.contracts.data import ContractData


def price_line(contract: ContractData, line_id: str, unit: str, quantity: int) -> PriceLine:
    """Return a price line that the template needs.

    Raises:
        MissingOrderInformation: It is not there.
        PriceContradiction: It has another unit or quantity.
    """
    line = contract.price.line(line_id)
    if line is None:
        raise MissingOrderInformation("a price line is missing", pointer="/price/lines", line=line_id)
    agree(line.unit == unit and line.quantity == quantity, "/price/lines")
    return line


def agree(agrees: bool, pointer: str) -> None:
    """Refuse data whose price and terms contradict each other.

    Raises:
        PriceContradiction: They do.
    """
    if not agrees:
        raise PriceContradiction("the price and the terms contradict each other", pointer=pointer)


def follow(first: date, then: date, pointer: str) -> None:
    """Refuse a day that lies before the day that it must follow.

    Raises:
        ContradictoryDates: It does.
    """
    if then < first:
        raise ContradictoryDates("a day lies before the day that it must follow", pointer=pointer)
