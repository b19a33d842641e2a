"""The sectors' templates must agree with themselves: deliveries, instalments and rates, costs in premiums, days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from esign.contracts.agreement import agree, follow, price_line
from esign.contracts.errors import (
    ContradictoryDates,
    MissingOrderInformation,
    PriceContradiction,
    SignatoriesContradict,
)
from esign.contracts.price import rounded

if TYPE_CHECKING:
    from esign.contracts.data import ContractData

PREMIUM_AFTER = timedelta(days=30)
"""How long after the contract's day the first premium is due at the earliest. Source: VVG § 152 (5)."""
_DEFERRAL = "payment-deferral"
_HUNDREDTH = Decimal("0.01")


def _goods(contract: ContractData) -> None:
    """1. A purchase is paid once, tax included.  2. What is delivered is in the price.  3. It comes after the order."""
    agree(contract.price.period == "once", "/price/period")
    _tax_included(contract)
    if not any(line.id != "shipping" for line in contract.price.lines):
        raise MissingOrderInformation("nothing is sold", pointer="/price/lines", line="goods")
    shipping = contract.price.line("shipping")
    agree(shipping is None or shipping.unit == "once", "/price/lines")
    follow(contract.date, _day(contract.terms["delivery"]["latest"]), "/terms/delivery/latest")


def _digital(contract: ContractData) -> None:
    """1. Paid once, tax included.  2. Not provided within the period for withdrawal, however late the order
    comes; earlier only with a consent of its own.
    """
    agree(contract.price.period == "once", "/price/period")
    _tax_included(contract)
    provided = _day(contract.terms["provided_on"])
    follow(contract.date, provided, "/terms/provided_on")
    latest = contract.accept_until or contract.date
    if contract.withdrawal.right and provided <= latest + timedelta(days=contract.withdrawal.period_days):
        what = "provided within the period for withdrawal; earlier it is only with a consent of its own"
        raise ContradictoryDates(what, pointer="/terms/provided_on")


def _securities(contract: ContractData) -> None:
    agree(contract.price.period == "month", "/price/period")
    _tax_included(contract)
    price_line(contract, "monthly", "month", 1)
    follow(contract.date, _day(contract.terms["starts"]), "/terms/starts")


def _credit(contract: ContractData) -> None:
    """Check a loan's figures.

    1. Net amount and interest are the price's lines, and the instalments give the total.  2. A deferral free of charge
    costs nothing, a loan something.  3. Borrowing rate and annual rate follow from the instalments, a month apart.

    Source: EGBGB Art. 247 §§ 3 (2), 6; PAngV § 16 and annex (annual rate).
    """
    terms, plan = contract.terms, contract.terms["instalments"]
    net, costs = terms["net_cents"], contract.price.total_cents - terms["net_cents"]
    agree(price_line(contract, "principal", "once", 1).total_cents == net, "/terms/net_cents")
    agree(sum(line.total_cents for line in contract.price.lines if line.id != "principal") == costs, "/price/lines")
    agree(contract.price.tax is None, "/price/tax")
    paid = plan["cents"] * (plan["count"] - 1) + plan["last_cents"]
    agree(paid == contract.price.total_cents, "/terms/instalments")
    rate, annual = Decimal(terms["borrowing_rate"]), Decimal(terms["annual_rate"])
    agree((contract.template == _DEFERRAL) == (costs == 0), "/price/total_cents")
    agree((rate == 0) == (costs == 0), "/terms/borrowing_rate")
    agree(abs(_left(net, rate, plan) - plan["last_cents"]) <= plan["count"], "/terms/borrowing_rate")
    agree(annual_rate(net, plan) == annual, "/terms/annual_rate")
    follow(contract.date, _day(plan["first_due"]), "/terms/instalments/first_due")


def annual_rate(net_cents: int, plan: Mapping[str, Any]) -> Decimal:
    """Return the annual percentage rate of charge of a loan in monthly instalments, in per cent with two places.

    Args:
        net_cents: What is paid out, one month before the first instalment.
        plan: ``count``, ``cents`` and ``last_cents`` of the instalments.

    Source: Directive (EU) 2023/2225 Annex III; PAngV annex to § 16 (equal months of a twelfth of a year).
    """
    sums = [plan["cents"]] * (plan["count"] - 1) + [plan["last_cents"]]
    low, high = Decimal(0), Decimal(10)
    if sum(sums) <= net_cents:
        return Decimal("0.00")
    for _ in range(60):
        middle = (low + high) / 2
        monthly = (1 + middle) ** (Decimal(1) / 12)
        worth = sum(Decimal(each) / monthly**number for number, each in enumerate(sums, 1))
        low, high = (middle, high) if worth > net_cents else (low, middle)
    return (high * 100).quantize(_HUNDREDTH, ROUND_HALF_UP)


def _left(net_cents: int, rate: Decimal, plan: Mapping[str, Any]) -> int:
    """Return what is owed with the last instalment when interest is added each month and rounded to cents."""
    left = net_cents
    for number in range(1, plan["count"] + 1):
        left += rounded(Decimal(left) * rate / 1200)
        if number < plan["count"]:
            left -= plan["cents"]
    return left


def _life(contract: ContractData) -> None:
    """1. One person insures the own life.  2. The price is that of a year in months.  3. Its costs are within it.
    4. The days follow each other; the first premium is not due within 30 days.
    """
    if contract.further_signatories:
        what = (
            "insured is who concludes the contract; another person's life needs that person's consent (VVG § 150 (2))"
        )
        raise SignatoriesContradict(what, pointer="/further_signatories")
    if contract.signatory.represents is not None:
        raise SignatoriesContradict("nobody insures the own life in another's name", pointer="/signatory/represents")
    terms = contract.terms
    agree(contract.price.period == "year", "/price/period")
    price_line(contract, "premium", "month", 12)
    costs = terms["acquisition_costs_cents"] + terms["administration_costs_cents"]
    agree(costs <= contract.price.total_cents, "/terms/acquisition_costs_cents")
    begins = _day(terms["begins"])
    follow(contract.date, begins, "/terms/begins")
    follow(begins + timedelta(days=1), _day(terms["ends"]), "/terms/ends")
    follow(contract.date + PREMIUM_AFTER, _day(terms["premium_due"]), "/terms/premium_due")


def _course(contract: ContractData) -> None:
    agree(contract.price.period == "minimum_term", "/price/period")
    price_line(contract, "monthly", "month", contract.terms["course_months"])
    follow(contract.date, _day(contract.terms["starts"]), "/terms/starts")


SECTOR_CHECKS: Mapping[str, Callable[[Any], None]] = {
    "goods-purchase": _goods,
    "digital-content": _digital,
    "securities-account": _securities,
    "consumer-credit": _credit,
    "payment-deferral": _credit,
    "term-life-insurance": _life,
    "distance-course": _course,
}
"""Template to what its own terms must agree with."""


def _tax_included(contract: ContractData) -> None:
    tax = contract.price.tax
    if tax is None or not tax.included:
        raise PriceContradiction("consumer prices are shown with tax included", pointer="/price/tax")


def _day(text: str) -> date:
    return date.fromisoformat(text)
