"""The values that texts may ask for, written in the contract's language; and the flags that texts depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from esign.contracts.deadlines import exception_named
from esign.contracts.formats import (
    NBSP,
    add_months,
    day,
    days_in_words,
    money,
    months,
    notice,
    number,
    quantity,
    whole_money,
)
from esign.contracts.ordering import acceptance_days
from esign.contracts.price import rounded
from esign.contracts.sector_values import SECTOR_TERMS, sector_flags
from esign.contracts.together import Together
from esign.contracts.wording import in_language, wording

if TYPE_CHECKING:
    from esign.contracts.data import ContractData


def values(contract: ContractData, party: int | None = None) -> Mapping[str, str]:
    """Return every value that a text of this contract may ask for, ready to be read.

    Args:
        contract: The contract.
        party: Which signatory the text is about, from 0; None: all of them together.
    """
    together = Together(contract=contract)
    signatory = together.names if party is None else together.declarer(contract.signatories[party])
    return {**_common(contract), "signatory": signatory, **_TERMS[contract.template](contract)}


def flags(contract: ContractData) -> frozenset[str]:
    """Return the facts that decide whether a text applies."""
    terms = contract.terms
    held = {
        "consumer": contract.signatory.consumer,
        "paid": contract.paid,
        "customer_offers": contract.offer_by == "customer",
        "paid_order": contract.paid and contract.offer_by == "customer",
        "paid_acceptance": contract.paid and contract.offer_by != "customer",
        "withdrawal": contract.withdrawal.right,
        "personalised_price": contract.personalised_price,
        "birth_date": contract.signatory.birth_date is not None and contract.signatory.represents is None,
        "register": contract.company.register is not None,
        "bank": contract.company.iban is not None,
        "supervisor": contract.company.supervisor is not None,
        "previous_supplier": "previous_supplier" in terms,
        "underinsurance_waiver": bool(terms.get("underinsurance_waiver")),
        "order": "order" in terms,
        "once_beside": "once" in terms.get("order", {}),
        "monthly_cost": contract.template == "own-document" and monthly_cents(contract) is not None,
        "price": bool(contract.price.lines),
        "recurring": contract.price.period != "once",
        "several_pages": terms.get("document", {}).get("pages", 0) > 1,
        "port_number": terms.get("number", {}).get("kind") == "port",
        "activation": contract.price.line("activation") is not None,
        terms.get("payment", ""): True,
        terms.get("sim", ""): True,
        contract.level.word: True,
        **sector_flags(contract),
    }
    return frozenset(name for name, holds in held.items() if holds and name)


def _common(contract: ContractData) -> dict[str, str]:
    lang, company, signatory, price = contract.lang, contract.company, contract.signatory, contract.price
    until = contract.accept_until
    return {
        "company": company.name,
        "company_address": company.address.line,
        "company_phone": company.phone,
        "company_email": company.email,
        "company_website": company.website,
        "company_register": company.register or "",
        "company_supervisor": company.supervisor or "",
        "represented_by": company.represented_by,
        "principal": Together(contract=contract).principals,
        "signatory_address": signatory.address.line,
        "signatory_email": signatory.email,
        "birth_date": day(signatory.birth_date, lang) if signatory.birth_date else "",
        "reference": contract.reference,
        "title": contract.title,
        "contract_date": day(contract.date, lang),
        "accept_until": day(until, lang) if until else "",
        "acceptance_days": days_in_words(acceptance_days(contract), lang),
        "order_label": contract.order_label,
        "total": money(price.total_cents, lang),
        "tax_label": price.tax.label if price.tax else "",
        "tax_rate": number(price.tax.rate, lang) if price.tax else "",
        "tax_amount": money(price.tax.cents, lang) if price.tax else "",
        "function_url": contract.withdrawal.function_url,
        "linked": ", ".join(each.named for each in contract.linked),
        **_exception(contract),
        "level": in_language(wording("levels", contract.date)["levels"][contract.level.word]["word"], lang),
    }


def _exception(contract: ContractData) -> dict[str, str]:
    """Return why there is no right of withdrawal, in words and by clause; empty where there is one."""
    withdrawal = contract.withdrawal
    if not withdrawal.exception:
        return {"exception": "", "exception_clause": ""}
    found = exception_named(withdrawal.exception)
    clause = found.clause.source.replace(" No. ", " Nr. ") if contract.lang == "de" else found.clause.source
    return {"exception": in_language(found.words, contract.lang), "exception_clause": clause}


def _electricity(contract: ContractData) -> dict[str, str]:
    terms, lang = contract.terms, contract.lang
    point, instalment = terms["delivery_point"], terms["instalment"]
    start = date.fromisoformat(terms["supply_start"])
    base, work = contract.price.line("base"), contract.price.line("work")
    return {
        "tariff": terms["tariff"],
        "product": terms["product"],
        "delivery_address": _address(point),
        "meter_number": point["meter_number"],
        "market_location": point["market_location"],
        "grid_operator": terms["grid_operator"],
        "metering_operator": terms["metering_operator"],
        "previous_supplier": terms.get("previous_supplier", ""),
        "consumption": quantity(terms["annual_consumption_kwh"], "kWh", lang),
        "supply_start": day(start, lang),
        "minimum_months": months(terms["minimum_months"], lang),
        "minimum_term_of": notice(terms["minimum_months"], lang),
        "minimum_until": day(_last_day(start, terms["minimum_months"]), lang),
        "notice": notice(terms["notice_months"], lang),
        "price_guarantee_until": _day(terms["price_guarantee_until"], lang),
        "base_price": money(base.unit_cents, lang) if base else "",
        "work_price": quantity(work.unit_cents, "ct/kWh", lang, 2) if work else "",
        "instalment": money(instalment["cents"], lang),
        "instalment_count": number(instalment["count"], lang),
        "first_due": _day(instalment["first_due"], lang),
    }


def _household(contract: ContractData) -> dict[str, str]:
    terms, lang = contract.terms, contract.lang
    place = terms["insured_place"]
    ends = date.fromisoformat(terms["ends"])
    return {
        "product": terms["product"],
        "conditions": terms["conditions"],
        "insured_address": _address(place),
        "building": place["building"],
        "area": quantity(place["area_m2"], "m²", lang),
        "sum_insured": whole_money(terms["sum_insured_cents"], lang),
        "deductible": whole_money(terms["deductible_cents"], lang),
        "begins": _day(terms["begins"], lang),
        "last_day": day(ends - timedelta(days=1), lang),
        "ends": day(ends, lang),
        "notice": notice(terms["notice_months"], lang),
        "premium_due": _day(terms["premium_due"], lang),
        "daily_premium": money(Decimal(contract.price.total_cents) / 365, lang),
    }


def _mobile(contract: ContractData) -> dict[str, str]:
    terms, lang = contract.terms, contract.lang
    start = date.fromisoformat(terms["starts"])
    monthly, activation = contract.price.line("monthly"), contract.price.line("activation")
    return {
        "plan": terms["plan"],
        "network": terms["network"],
        "data": quantity(terms["data_gb"], "GB", lang),
        "down": quantity(terms["down_mbit"], "Mbit/s", lang),
        "up": quantity(terms["up_mbit"], "Mbit/s", lang),
        "throttled": quantity(terms["throttled_kbit"], "kbit/s", lang),
        "flat_rates": terms["flat_rates"],
        "eu_data": quantity(terms["eu_data_gb"], "GB", lang),
        "outside_eu": terms["outside_eu"],
        "msisdn": terms["number"].get("msisdn", ""),
        "previous_provider": terms["number"].get("previous_provider", ""),
        "starts": day(start, lang),
        "minimum_months": months(terms["minimum_months"], lang),
        "minimum_term_of": notice(terms["minimum_months"], lang),
        "minimum_until": day(_last_day(start, terms["minimum_months"]), lang),
        "notice": notice(terms["notice_months"], lang),
        "alternative_term_of": notice(terms["alternative"]["months"], lang),
        "alternative_price": money(terms["alternative"]["monthly_cents"], lang),
        "monthly": money(monthly.unit_cents, lang) if monthly else "",
        "activation": money(activation.total_cents, lang) if activation else "",
        "accessibility": terms["accessibility"],
    }


def _cost_approval(contract: ContractData) -> dict[str, str]:
    terms, lang = contract.terms, contract.lang
    provider, shares = terms["provider"], terms["shares"]
    return {
        "benefit": terms["benefit"],
        "basis": terms["basis"],
        "insurance_number": terms["insurance_number"],
        "prescription_date": _day(terms["prescription"]["date"], lang),
        "prescription_by": terms["prescription"]["by"],
        "provider": provider["name"],
        "provider_address": _address(provider),
        "institution_code": provider["institution_code"],
        "valid_until": _day(terms["valid_until"], lang),
        "fund_share": money(shares["fund_cents"], lang),
        "copayment": money(shares["copayment_cents"], lang),
        "additional": money(shares["additional_cents"], lang),
        "own_share": money(terms["own_cents"], lang),
    }


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def monthly_cents(contract: ContractData) -> int | None:
    """Return what recurs of a contract's price in a month; None: nothing does, or the price is of a month anyway.

    Source: EGBGB Art. 246a § 1 (1) No. 8 (fixed amounts: the monthly total costs too).
    """
    lines = [line for line in contract.price.lines if line.unit in _MONTHS]
    if contract.price.period not in ("year", "minimum_term") or not lines:
        return None
    each = Decimal(sum(line.total_cents / Decimal(line.quantity * _MONTHS[line.unit]) for line in lines))
    tax = contract.price.tax
    return rounded(each if tax is None or tax.included else each * (100 + tax.rate) / 100)


_PERIODS = {
    "de": {"once": "", "month": "im Monat", "year": "im Jahr", "minimum_term": "für die Mindestlaufzeit"},
    "en": {"once": "", "month": "a month", "year": "a year", "minimum_term": "for the minimum term"},
}


def _own_document(contract: ContractData) -> dict[str, str]:
    terms, lang = contract.terms, contract.lang
    document, order = terms["document"], terms.get("order", {})
    count, total = number(document["pages"], lang), money(contract.price.total_cents, lang)
    one, many = {"de": ("Seite", "Seiten"), "en": ("page", "pages")}[lang]
    return {
        "document": document["name"],
        "document_pages": f"{count}{NBSP}{one if document['pages'] == 1 else many}",
        "document_last_page": count,
        "document_digest": " ".join(document["sha256"][at : at + 8] for at in range(0, 64, 8)),
        "monthly_cost": money(monthly_cents(contract) or 0, lang),
        "once_amount": money(order.get("once", {}).get("cents", 0), lang),
        "once_label": order.get("once", {}).get("label", ""),
        "total_of_period": f"{total} {_PERIODS[lang][contract.price.period]}".strip(),
        "what": order.get("what", ""),
        "other_costs": order.get("other_costs", ""),
        "duration": order.get("duration", ""),
        "minimum": order.get("minimum", ""),
    }


_TERMS: Mapping[str, Callable[[Any], dict[str, str]]] = {
    "electricity-supply": _electricity,
    "household-insurance": _household,
    "mobile-plan": _mobile,
    "cost-approval": _cost_approval,
    "own-document": _own_document,
    **SECTOR_TERMS,
}


def _address(place: Mapping[str, Any]) -> str:
    return f"{place['street']}, {place['postal_code']} {place['town']}"


def _day(text: str, lang: str) -> str:
    return day(date.fromisoformat(text), lang)


def _last_day(start: date, count: int) -> date:
    return add_months(start, count) - timedelta(days=1)
