"""What a contract on the company's own document costs, from what a form of the desk sent.

Amounts are those that a customer pays, tax included. Whether the declaration obliges to pay is answered each time: the
label of the button follows from it, and nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from esign.contracts.errors import ContractDataMismatch

LABELS = {
    (True, "de"): "zahlungspflichtig bestellen",
    (True, "en"): "order with obligation to pay",
    (False, "de"): "Erklärung verbindlich abgeben",
    (False, "en"): "make this declaration",
}
RATES = ("19", "7", "")
"""Rates of the value added tax that are offered; empty: none is shown."""
PERIODS = ("month", "year")
WITHDRAWALS = ("service", "energy")
_AMOUNT = re.compile(r"(?P<euro>[0-9]{1,3}(?:[. \u00a0][0-9]{3})+|[0-9]{1,9})(?:[.,](?P<cents>[0-9]{1,2}))?")
_TAX = {"de": "Umsatzsteuer", "en": "VAT"}
_WORDS = {
    "de": ("Einmaliges Entgelt", "Laufendes Entgelt"),
    "en": ("One-off price", "Recurring price"),
}


def cents_of(text: str, pointer: str) -> int:
    """Return whole cents of an amount as people write it: ``1.299,00``, ``12,5``, ``9``; 0 for nothing.

    Raises:
        ContractDataMismatch: It is no amount.
    """
    plain = text.strip().removesuffix("€").strip()
    if not plain:
        return 0
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        raise ContractDataMismatch("no amount", pointer=pointer, rule="pattern")
    return int(re.sub(r"[^0-9]", "", found["euro"])) * 100 + int((found["cents"] or "0").ljust(2, "0"))


def costs_of(form: Mapping[str, Any], *, consumer: bool, lang: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members of contract data about money and withdrawal, and the members of its terms.

    Args:
        form: What was sent.
        consumer: Whether the signatories are consumers.
        lang: The contract's language.

    Raises:
        ContractDataMismatch: It is not said whether the declaration obliges to pay, or an amount is none.
    """
    said = form.get("paid", "")
    if said not in ("yes", "no"):
        raise ContractDataMismatch("it is not said whether there is something to pay", pointer="/paid", rule="required")
    if said == "no":
        reason = "no_paid_consumer_contract" if consumer else "not_a_consumer"
        label = LABELS[(False, lang)]
        return {"paid": False, "order": {"label": label}, "withdrawal": {"right": False, "reason": reason}}, {}
    months = _months(form)
    once, each = (cents_of(_text(form, name), f"/price/{name}") for name in ("price_once", "price_recurring"))
    period = form.get("price_period") if form.get("price_period") in PERIODS else PERIODS[0]
    price = _price(form, lang, once=once, each=each, period=str(period), months=months)
    order = {
        name: _text(form, f"order_{name}")
        for name in ("what", "other_costs", "duration", "minimum")
        if _text(form, f"order_{name}")
    }
    members = {
        "paid": True,
        "order": {"label": LABELS[(True, lang)]},
        "personalised_price": form.get("personalised") == "yes",
        "withdrawal": _withdrawal(form) if consumer else {"right": False, "reason": "not_a_consumer"},
    }
    if price is not None:
        members["price"] = price
    terms: dict[str, Any] = {"order": order} if order else {}
    if order and once and each and not months:
        terms["order"] = {**order, "once": {"label": _text(form, "once_label") or _WORDS[lang][0], "cents": once}}
    return members, terms


def _price(
    form: Mapping[str, Any], lang: str, *, once: int, each: int, period: str, months: int
) -> dict[str, Any] | None:
    """Return the price: of the whole term where it is fixed, of a period where it is not, else what is paid once."""
    first, second = _WORDS[lang]
    lines = []
    if each:
        quantity = max(months // (12 if period == "year" else 1), 1) if months else 1
        label = _text(form, "recurring_label") or second
        lines.append(_line("recurring", label, period, quantity, each))
    if once and (not each or months):
        lines.append(_line("once", _text(form, "once_label") or first, "once", 1, once))
    if not lines:
        return None
    total = sum(line["total_cents"] for line in lines)
    covers = "once" if not each else "minimum_term" if months else period
    price: dict[str, Any] = {"currency": "EUR", "lines": lines, "total_cents": total, "period": covers}
    rate = form.get("tax_rate", "")
    if rate in RATES and rate:
        share = (Decimal(total) * Decimal(rate) / (100 + Decimal(rate))).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        price["tax"] = {"label": _TAX[lang], "rate": rate, "included": True, "cents": int(share)}
    return price


def _line(name: str, label: str, unit: str, quantity: int, cents: int) -> dict[str, Any]:
    total = quantity * cents
    return {
        "id": name,
        "label": label,
        "unit": unit,
        "quantity": quantity,
        "unit_cents": str(cents),
        "total_cents": total,
    }


def _withdrawal(form: Mapping[str, Any]) -> dict[str, Any]:
    kind = form.get("withdrawal_kind")
    address = _text(form, "withdrawal_url")
    return {
        "right": True,
        "kind": kind if kind in WITHDRAWALS else WITHDRAWALS[0],
        "period_days": 14,
        **({"function_url": address} if address else {}),
    }


def _months(form: Mapping[str, Any]) -> int:
    text = _text(form, "minimum_months")
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= 120:
        raise ContractDataMismatch("no number of months", pointer="/terms/order/minimum", rule="maximum")
    return int(text)


def _text(form: Mapping[str, Any], name: str) -> str:
    return " ".join(str(form.get(name, "")).split())
