"""What the templates place on the page: the contract's words and figures as plain strings, ready to be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from esign.contracts import ContractData, ContractText, PriceLine, Signatory, Together, compose
from esign.contracts.formats import NBSP, day, iban, money, number, quantity
from esign.documents.labels import LABELS, UNITS

_HOLD = re.compile(
    r"(?<![\w.])(§§?|Art\.|Artikel|Article|Abs\.|Absatz|Satz|Nr\.|Nummer|Nos?\.|Buchstabe|Dr\.|HRB|Postfach) (?=[\w(])"
)
_ABBREVIATION = re.compile(r"\b(z|e|d|u|i|o)\. (B|V|h|a|d|Ä)\.")
_UNIT = re.compile(
    r"(?<=\d) (?=(?:%|€|kWh|ct/kWh|GB|Mbit/s|kbit/s|m²|Uhr|Euro|Prozent|Tage?n?|Monate?n?|Stunden)\b|[%€])"
)


def layout(contract: ContractData) -> Mapping[str, Any]:
    """Return the strings and lists that the template of this contract places, as JSON values.

    Raises:
        WordingError: The policies have no words for this contract in its language or on its date.
    """
    text = compose(contract)
    labels = LABELS[contract.lang]
    data: dict[str, Any] = {
        "lang": contract.lang,
        "title": contract.title,
        "reference": contract.reference,
        "date": day(contract.date, contract.lang),
        "accept_until": day(contract.accept_until, contract.lang) if contract.accept_until else "",
        "labels": labels,
        "company": _company(contract),
        "signatories": [_signatory(contract, person) for person in contract.signatories],
        "seal": contract.company_signature == "seal",
        "price": _price(contract),
        "extra": _extra(contract),
        **_words(text),
    }
    if contract.summary_later:  # it follows on a durable medium of its own (TKG § 54 (3) sentence 3)
        data["sheet"] = {"title": "", "note": "", "sections": []}
    result: Mapping[str, Any] = _typeset(data)
    return result


def hold_together(text: str) -> str:
    """Return the text with no-break spaces where no line may break: ``§ 41b``, ``Nr. 4``, ``z. B.``, ``14 Tage``."""
    text = _HOLD.sub(rf"\1{NBSP}", text)
    text = _ABBREVIATION.sub(rf"\1.{NBSP}\2.", text).replace(f" e.{NBSP}V.", f"{NBSP}e.{NBSP}V.")
    return _UNIT.sub(NBSP, text)


def _typeset(value: Any) -> Any:
    if isinstance(value, str):
        return hold_together(value)
    if isinstance(value, Mapping):
        return {key: _typeset(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_typeset(item) for item in value]
    return value


def _company(contract: ContractData) -> dict[str, Any]:
    company, labels = contract.company, LABELS[contract.lang]
    imprint = [
        f"{company.name}, {company.address.line}",
        company.register,
        f"{labels['vat_id']}{NBSP}{company.vat_id}" if company.vat_id else None,
        f"{labels['represented_by']} {company.represented_by}",
        f"{labels['supervisor']} {company.supervisor}" if company.supervisor else None,
        f"{company.bank_name}, IBAN {iban(company.iban)}" if company.iban else None,
    ]
    return {
        "name": company.name,
        "slogan": company.slogan or "",
        "lines": [company.address.street, f"{company.address.postal_code} {company.address.town}"],
        "contact": [company.phone, company.email, company.website.removeprefix("https://")],
        "represented_by": company.represented_by,
        "imprint": [part for part in imprint if part],
    }


def _signatory(contract: ContractData, person: Signatory) -> dict[str, Any]:
    acts_for = Together(contract=contract).acts_for(person)
    return {
        "role": person.role,
        "name": person.name,
        "lines": [
            *([acts_for] if acts_for else []),
            person.address.street,
            f"{person.address.postal_code} {person.address.town}",
        ],
        "contact": [part for part in (person.phone, person.email) if part],
    }


def _words(text: ContractText) -> dict[str, Any]:
    def sections(items: Iterable[Any]) -> list[dict[str, Any]]:
        return [
            {"heading": item.heading, "paragraphs": list(item.paragraphs), "points": list(item.points)}
            for item in items
        ]

    return {
        "company_role": text.company_role,
        "reference_label": text.reference_label,
        "clauses_title": text.clauses_title,
        "lead": text.lead,
        "facts_title": text.facts_title,
        "facts": [
            {"heading": group.heading, "facts": [{"label": fact.label, "value": fact.value} for fact in group.facts]}
            for group in text.facts
        ],
        "sheet": {"title": text.sheet_title, "note": text.sheet_note, "sections": sections(text.sheet)},
        "clauses": sections(text.clauses),
        "conclusion": sections([text.conclusion] if text.conclusion else []),
        "instruction": {"title": text.instruction_title, "sections": sections(text.instruction)},
        "form": sections([text.form] if text.form else []),
        "declarations": [
            {
                "role": each.role,
                "name": each.name,
                "acts_for": each.acts_for,
                "power": each.power,
                "paragraphs": list(each.paragraphs),
            }
            for each in text.declarations
        ],
        "notes": list(text.notes),
        "level_sentence": text.level_sentence,
    }


def _price(contract: ContractData) -> dict[str, Any]:
    price, lang = contract.price, contract.lang
    labels = LABELS[lang]
    rows = [_price_row(line, lang) for line in price.lines]
    sums: list[dict[str, str]] = []
    note = ""
    if price.tax is not None:
        rate = f"{number(price.tax.rate, lang)}{NBSP}%"
        if price.tax.included:
            note = labels["tax_included"].format(label=price.tax.label, rate=rate, amount=money(price.tax.cents, lang))
        else:
            net = sum(line.total_cents for line in price.lines)
            sums.append({"label": labels["net"], "amount": money(net, lang)})
            sums.append({"label": f"{price.tax.label} {rate}", "amount": money(price.tax.cents, lang)})
    sums.append({"label": labels["total"][contract.template], "amount": money(price.total_cents, lang)})
    return {"title": labels["price_title"][contract.template], "rows": rows, "sums": sums, "note": note}


def _price_row(line: PriceLine, lang: str) -> dict[str, str]:
    one, many, per = UNITS[lang][line.unit]
    amount = quantity(line.quantity, one if line.quantity == 1 else many, lang) if one else many
    in_euro = f"{money(line.unit_cents, lang)}{per}"
    unit = quantity(line.unit_cents, per, lang, 2) if line.unit == "kwh" else in_euro
    return {
        "label": line.label,
        "note": line.note or "",
        "quantity": amount,
        "unit": unit,
        "total": money(line.total_cents, lang),
    }


def _extra(contract: ContractData) -> dict[str, Any]:
    terms, lang = contract.terms, contract.lang
    if contract.template == "electricity-supply":
        parts = terms["components"]
        work = contract.price.line("work")
        tax = contract.price.tax
        if work is None or tax is None:
            return {}
        net = Decimal(parts["work_net_ct"])
        tax_part = work.unit_cents - net
        rows = [{"label": part["label"], "amount": number(Decimal(part["ct"]), lang, 3)} for part in parts["work_net"]]
        rows.append({"label": f"{tax.label} {number(tax.rate, lang)} %", "amount": number(tax_part, lang, 3)})
        return {"rows": rows, "total": number(work.unit_cents, lang, 3)}
    if "risk_answers" in terms:
        return {"answers": [dict(item) for item in terms["risk_answers"]]}
    if contract.template == "cost-approval":
        shares, labels = terms["shares"], LABELS[lang]
        rows = [
            {"label": label, "amount": money(shares[name], lang)}
            for name, label in labels["shares"].items()
            if name in shares
        ]
        return {"rows": rows, "own": money(terms["own_cents"], lang)}
    if contract.template == "own-document":
        heading = LABELS[lang]["own_heading"].format(document=terms["document"]["name"])
        facts = [{"label": fact["label"], "value": fact["value"]} for fact in terms.get("facts", ())]
        return {"heading": heading, "facts": facts, "pages": terms["document"]["pages"]}
    return {}
