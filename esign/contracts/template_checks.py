"""Each template's terms must agree with its price: the same consumption, the same months, the same shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from esign.contracts.agreement import agree, follow, price_line
from esign.contracts.errors import ContractDataMismatch, ContradictoryDates, MissingOrderInformation, PriceContradiction
from esign.contracts.formats import add_months
from esign.contracts.price import rounded
from esign.contracts.sector_checks import SECTOR_CHECKS

if TYPE_CHECKING:
    from esign.contracts.data import ContractData


def check_terms(contract: ContractData) -> None:
    """Refuse terms that contradict the price or the date of the contract.

    Raises:
        ContractDataError: What contradicts what; the facts name the place.
    """
    _CHECKS[contract.template](contract)


def _electricity(contract: ContractData) -> None:
    """1. The lines are base and work price of a year.  2. The parts give the gross prices.  3. The instalment fits."""
    terms = contract.terms
    agree(contract.price.period == "year", "/price/period")
    base = price_line(contract, "base", "month", 12)
    work = price_line(contract, "work", "kwh", terms["annual_consumption_kwh"])
    tax = contract.price.tax
    if tax is None or not tax.included:
        raise PriceContradiction("household prices are shown with tax included", pointer="/price/tax")
    parts = terms["components"]
    net = sum((Decimal(part["ct"]) for part in parts["work_net"]), Decimal(0))
    agree(net == Decimal(parts["work_net_ct"]), "/terms/components/work_net_ct")
    gross = 1 + tax.rate / 100
    places = Decimal("0.01")
    agree((net * gross).quantize(places, ROUND_HALF_UP) == work.unit_cents, "/terms/components/work_net")
    agree(rounded(Decimal(parts["base_net_cents"]) * gross) == base.unit_cents, "/terms/components/base_net_cents")
    paid = terms["instalment"]["cents"] * terms["instalment"]["count"]
    agree(abs(paid - contract.price.total_cents) * 10 <= contract.price.total_cents, "/terms/instalment/cents")
    start = _day(terms["supply_start"])
    follow(contract.date, start, "/terms/supply_start")
    follow(start, _day(terms["instalment"]["first_due"]), "/terms/instalment/first_due")
    follow(start, _day(terms["price_guarantee_until"]), "/terms/price_guarantee_until")


def _household(contract: ContractData) -> None:
    terms = contract.terms
    agree(contract.price.period == "year", "/price/period")
    for number, line in enumerate(contract.price.lines):
        agree(line.unit == "year" and line.quantity == 1, f"/price/lines/{number}")
    begins, ends = _day(terms["begins"]), _day(terms["ends"])
    follow(contract.date, begins, "/terms/begins")
    if ends != add_months(begins, 12):
        raise ContradictoryDates("the first insurance period is one year", pointer="/terms/ends")


def _mobile(contract: ContractData) -> None:
    terms = contract.terms
    agree(contract.price.period == "minimum_term", "/price/period")
    price_line(contract, "monthly", "month", terms["minimum_months"])
    tax = contract.price.tax
    if tax is None or not tax.included:
        raise PriceContradiction("consumer prices are shown with tax included", pointer="/price/tax")
    follow(contract.date, _day(terms["starts"]), "/terms/starts")


def _cost_approval(contract: ContractData) -> None:
    if contract.paid:
        raise ContractDataMismatch(
            "an application to a health fund obliges to no payment", pointer="/paid", rule="const"
        )
    terms = contract.terms
    shares = terms["shares"]
    agree(contract.price.period == "once", "/price/period")
    agree(sum(shares.values()) == contract.price.total_cents, "/terms/shares")
    agree(shares["copayment_cents"] + shares["additional_cents"] == terms["own_cents"], "/terms/own_cents")
    follow(_day(terms["prescription"]["date"]), contract.date, "/terms/prescription/date")
    follow(contract.date, _day(terms["valid_until"]), "/terms/valid_until")


def _own_document(contract: ContractData) -> None:
    """1. The document is named completely.  2. What stands above the order button is there.  3. What is paid costs, and
    what costs is paid: a price never stands above a button that does not say so.  4. What is paid once in addition goes
    with a price of a month or year; within a fixed term it belongs to the total.
    """
    document = contract.terms["document"]
    wanted = {"name", "pages", "sha256"} | ({"version", "values"} if "page_template" in document else set())
    if missing := sorted(wanted - document.keys()):
        what = "the document is not named completely"
        raise ContractDataMismatch(what, pointer="/terms/document", rule="required", missing=",".join(missing))
    if contract.paid and contract.signatory.consumer and "order" not in contract.terms:
        what = "what the law wants above the order button is not in the data"
        raise MissingOrderInformation(what, pointer="/terms/order")
    if contract.paid and contract.price.total_cents == 0:
        raise PriceContradiction("a contract that obliges to pay names a price", pointer="/price/total_cents")
    if not contract.paid and contract.price.total_cents > 0:
        raise PriceContradiction("a contract that names a price obliges to pay it", pointer="/paid")
    if "once" in contract.terms.get("order", {}) and contract.price.period not in ("month", "year"):
        raise PriceContradiction("what is paid once is part of this price", pointer="/terms/order/once")


_CHECKS: Mapping[str, Callable[[Any], None]] = {
    "electricity-supply": _electricity,
    "household-insurance": _household,
    "mobile-plan": _mobile,
    "cost-approval": _cost_approval,
    "own-document": _own_document,
    **SECTOR_CHECKS,
}


def _day(text: str) -> date:
    return date.fromisoformat(text)
