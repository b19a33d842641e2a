"""The values of the sectors' templates: purchases, digital content, custody, credit, life insurance, courses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from esign.contracts.formats import NBSP, add_months, day, money, months, notice, number, quantity, whole_money

if TYPE_CHECKING:
    from esign.contracts.data import ContractData

HALF_YEAR = 6
"""Months of the first half-year of a course. Source: FernUSG § 5 (1)."""
_YEAR_DAYS = 365

_WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "single": "in einer Lieferung",
        "separate": "in {n} Lieferungen",
        "parts": "in {n} Teilsendungen",
        "last_single": "Ware",
        "last_separate": "letzten Ware",
        "last_parts": "letzten Teilsendung",
        "loan": "Ratenkredit mit festem Sollzins und gleichen Monatsraten.",
        "deferral": "Zahlungsaufschub in Monatsraten, ohne Zinsen und Kosten.",
        "equal": "{n} Raten zu je {each}",
        "unequal": "{n} Raten zu je {each} und eine letzte zu {last}",
        "none": "keine",
        "hours": "Stunden",
        "hour": "Stunde",
        "days": "Tagen",
        "day": "Tag",
    },
    "en": {
        "single": "in one delivery",
        "separate": "in {n} deliveries",
        "parts": "in {n} parts",
        "last_single": "goods",
        "last_separate": "last of the goods",
        "last_parts": "last part",
        "loan": "Loan in equal monthly instalments at a fixed borrowing rate.",
        "deferral": "Deferral of payment in monthly instalments, without interest and costs.",
        "equal": "{n} instalments of {each}",
        "unequal": "{n} instalments of {each} and a last one of {last}",
        "none": "none",
        "hours": "hours",
        "hour": "hour",
        "days": "days",
        "day": "day",
    },
}


def _goods(contract: ContractData) -> dict[str, str]:
    terms, lang, words = contract.terms, contract.lang, _WORDS[contract.lang]
    delivery, shipping = terms["delivery"], contract.price.line("shipping")
    kind = delivery["kind"]
    return {
        "goods": terms["goods"],
        "delivery_address": f"{delivery['street']}, {delivery['postal_code']} {delivery['town']}",
        "delivery_words": words[kind].format(n=delivery.get("deliveries", 1)),
        "last_goods": words[f"last_{kind}"],
        "delivery_until": _day(delivery["latest"], lang),
        "delivery_area": terms["delivery_area"],
        "shipping": money(shipping.total_cents, lang) if shipping else "",
        "guarantee_notice": terms["guarantee_notice"],
        "return_cost": money(terms.get("return_carrier_cents", 0), lang),
    }


def _digital(contract: ContractData) -> dict[str, str]:
    terms = contract.terms
    names = ("content", "description", "format", "functionality", "protection", "compatibility", "updates")
    return {**{name: terms[name] for name in names}, "provided_on": _day(terms["provided_on"], contract.lang)}


def _securities(contract: ContractData) -> dict[str, str]:
    terms, lang = contract.terms, contract.lang
    names = ("product", "settlement_account", "other_costs", "risks", "guarantee_fund")
    return {
        **{name: terms[name] for name in names},
        "services": " ".join(terms["services"]),
        "starts": _day(terms["starts"], lang),
        "notice_by_us": notice(terms["notice_by_us_months"], lang),
        "monthly": money(contract.price.total_cents, lang),
    }


def _credit(contract: ContractData) -> dict[str, str]:
    terms, lang, words = contract.terms, contract.lang, _WORDS[contract.lang]
    plan, net = terms["instalments"], terms["net_cents"]
    costs = contract.price.total_cents - net
    equal = plan["cents"] == plan["last_cents"]
    said = words["equal" if equal else "unequal"]
    rate = Decimal(terms["borrowing_rate"])
    return {
        "purpose": terms["purpose"],
        "payout": terms["payout"],
        "net": money(net, lang),
        "borrowing_rate": number(rate, lang, 2),
        "annual_rate": number(Decimal(terms["annual_rate"]), lang, 2),
        "instalment_count": number(plan["count"], lang),
        "instalments_words": said.format(
            n=plan["count"] if equal else plan["count"] - 1,
            each=money(plan["cents"], lang),
            last=money(plan["last_cents"], lang),
        ),
        "first_due": _day(plan["first_due"], lang),
        "credit_costs": money(costs, lang) if costs else words["none"],
        "credit_kind": words["loan" if costs else "deferral"],
        "daily_interest": money(Decimal(net) * rate / 100 / _YEAR_DAYS, lang),
    }


def _life(contract: ContractData) -> dict[str, str]:
    terms, lang = contract.terms, contract.lang
    premium = contract.price.line("premium")
    return {
        "product": terms["product"],
        "conditions": terms["conditions"],
        "sum_insured": whole_money(terms["sum_insured_cents"], lang),
        "beneficiary": terms["beneficiary"],
        "begins": _day(terms["begins"], lang),
        "ends": _day(terms["ends"], lang),
        "premium_due": _day(terms["premium_due"], lang),
        "monthly": money(premium.unit_cents, lang) if premium else "",
        "acquisition_costs": money(terms["acquisition_costs_cents"], lang),
        "administration_costs": money(terms["administration_costs_cents"], lang),
        "surplus": terms["surplus"],
        "daily_premium": money(Decimal(contract.price.total_cents) / _YEAR_DAYS, lang),
    }


def _course(contract: ContractData) -> dict[str, str]:
    terms, lang, words = contract.terms, contract.lang, _WORDS[contract.lang]
    monthly, start = contract.price.line("monthly"), date.fromisoformat(terms["starts"])
    length, hours, marking = terms["course_months"], terms["weekly_hours"], terms["marking_days"]
    names = ("course", "licence", "qualification", "standing", "admission", "lessons", "other_costs")
    return {
        **{name: terms[name] for name in names},
        "topics": " ".join(terms["topics"]),
        "starts": day(start, lang),
        "course_months": months(length, lang),
        "course_until": day(last_day(start, length), lang),
        "half_year_until": day(last_day(start, min(HALF_YEAR, length)), lang),
        "weekly_hours": quantity(hours, words["hour" if hours == 1 else "hours"], lang),
        "marking_days": f"{marking}{NBSP}{words['day' if marking == 1 else 'days']}",
        "monthly": money(monthly.unit_cents, lang) if monthly else "",
    }


SECTOR_TERMS: Mapping[str, Callable[[Any], dict[str, str]]] = {
    "goods-purchase": _goods,
    "digital-content": _digital,
    "securities-account": _securities,
    "consumer-credit": _credit,
    "payment-deferral": _credit,
    "term-life-insurance": _life,
    "distance-course": _course,
}
"""Template to the values of its own terms."""


def sector_flags(contract: ContractData) -> Mapping[str, bool]:
    """Return the facts of the sectors' templates that decide whether a text applies."""
    terms, right = contract.terms, contract.withdrawal.right
    early = str(terms.get("early_loss", ""))
    returns, carrier = terms.get("return_costs"), "return_carrier_cents" in terms
    return {
        "shipping": contract.price.line("shipping") is not None,
        "return_by_trader": returns == "trader",
        "return_by_post": returns == "consumer" and not carrier,
        "return_by_carrier": returns == "consumer" and carrier,
        "tax": contract.price.tax is not None,
        "linked": bool(contract.linked),
        "no_right": bool(contract.withdrawal.exception),
        "early_loss": right and (bool(early) or contract.withdrawal.kind == "digital_content"),
        early: right,
    }


def last_day(start: date, count: int) -> date:
    """Return the last day of some months that begin on a day."""
    return add_months(start, count) - timedelta(days=1)


def _day(text: str, lang: str) -> str:
    return day(date.fromisoformat(text), lang)
