"""What the template of a readable invoice places: every value a text, beside it the number of its term."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from esign.sealing.invoices.rendering.reading import Content, Group, Term
from esign.sealing.invoices.rendering.values import amount, day, identifier, number, percent, quantity
from esign.sealing.invoices.rendering.words import COUNTRIES, DATES, MEANS, TAX_POINTS, TERMS, TYPES, VAT

Row = tuple[str, str, str]
"""Number of a term, its label, its value."""
_FACTS = ("BT-1", "BT-2", "BT-3", "BT-9", "BT-10", "BT-72", "BT-73", "BT-74", "BT-7", "BT-8", "BT-5", "BT-6")
_REFERENCES = ("BT-11", "BT-12", "BT-13", "BT-14", "BT-15", "BT-16", "BT-17", "BT-18", "BT-19")
_SPECIFICATION = ("BT-23", "BT-24")
_SELLER = ("BT-28", "BT-29", "BT-30", "BT-31", "BT-32", "BT-33", "BT-34", "BT-41", "BT-42", "BT-43")
_BUYER = ("BT-45", "BT-46", "BT-47", "BT-48", "BT-49", "BT-56", "BT-57", "BT-58")
_ADDRESSES = {
    "BG-5": ("BT-35", "BT-36", "BT-162", "BT-38", "BT-37", "BT-39", "BT-40"),
    "BG-8": ("BT-50", "BT-51", "BT-163", "BT-53", "BT-52", "BT-54", "BT-55"),
    "BG-12": ("BT-64", "BT-65", "BT-164", "BT-67", "BT-66", "BT-68", "BT-69"),
    "BG-15": ("BT-75", "BT-76", "BT-165", "BT-78", "BT-77", "BT-79", "BT-80"),
}
"""Street, further lines, postal code, town, region, country."""
_TOTALS = ("BT-106", "BT-107", "BT-108", "BT-109", "BT-110", "BT-111", "BT-112", "BT-113", "BT-114", "BT-115")
_MEANS = ("BT-81", "BT-82", "BT-84", "BT-85", "BT-86", "BT-87", "BT-88", "BT-89", "BT-91", "BT-83")
_LINE = ("BT-127", "BT-128", "BT-132", "BT-133", "BT-134", "BT-135", "BT-155", "BT-156", "BT-157", "BT-158", "BT-159")
_DOCUMENT_CHARGES = {
    "BG-20": ("Nachlass", "-", "BT-92", "BT-93", "BT-94", "BT-95", "BT-96", "BT-97", "BT-98"),
    "BG-21": ("Zuschlag", "", "BT-99", "BT-100", "BT-101", "BT-102", "BT-103", "BT-104", "BT-105"),
}
_LINE_CHARGES = {
    "BG-27": ("Nachlass", "BT-136", "BT-137", "BT-138", "BT-139", "BT-140"),
    "BG-28": ("Zuschlag", "BT-141", "BT-142", "BT-143", "BT-144", "BT-145"),
}
_PLAIN = frozenset({"BT-31", "BT-32", "BT-48", "BT-63"})
"""Numbers of taxes: their scheme is their label."""
_SUBJECT = re.compile(r"#([A-Z]{3})#(.*)", re.DOTALL)


def lay_out(content: Content) -> dict[str, Any]:
    """Return the texts of a readable invoice in the order of its template."""
    head, currency = content.one("BG-0"), content.one("BG-0").text("BT-5")
    seller, buyer = content.one("BG-4"), content.one("BG-7")
    kind = TYPES.get(head.text("BT-3"), "Rechnung")
    delivery = content.groups.get("BG-13", ())
    return {
        "title": kind,
        "number": head.text("BT-1"),
        "seller": {"name": seller.text("BT-27"), "lines": _address(seller, "BG-5"), "rows": _rows(seller, _SELLER)},
        "buyer": {"name": buyer.text("BT-44"), "lines": _address(buyer, "BG-8"), "rows": _rows(buyer, _BUYER)},
        "facts": [*_rows(head, _FACTS), *(row for group in delivery for row in _rows(group, ("BT-72",)))],
        "delivery": [_party(group, "BT-70", "BG-15", ("BT-71",)) for group in delivery if _delivered(group)],
        "payee": [_party(group, "BT-59", "", ("BT-60", "BT-61", "BT-90")) for group in content.groups.get("BG-10", ())],
        "representative": [_party(group, "BT-62", "BG-12", ("BT-63",)) for group in content.groups.get("BG-11", ())],
        "references": [*_rows(head, _REFERENCES), *_former(content)],
        "notes": list(_notes(content)),
        "lines": [_line(group, currency) for group in content.groups.get("BG-25", ())],
        "charges": [
            _document_charge(group, name, currency)
            for name in _DOCUMENT_CHARGES
            for group in content.groups.get(name, ())
        ],
        "vat": [_vat(group, currency) for group in content.groups.get("BG-23", ())],
        "totals": [
            (name, TERMS[name], amount(term, currency))
            for name in _TOTALS
            for term in content.one("BG-22").terms.get(name, ())
        ],
        "payment": list(_payment(content)),
        "documents": [_document(group) for group in content.groups.get("BG-24", ())],
        "specification": _rows(head, _SPECIFICATION),
        "others": [list(item) for item in content.others],
    }


def _rows(group: Group, numbers: Iterable[str]) -> list[Row]:
    return [(name, TERMS[name], _value(name, term)) for name in numbers for term in group.terms.get(name, ())]


def _value(name: str, term: Term) -> str:
    if name in DATES:
        return day(term)
    words = {"BT-3": TYPES, "BT-81": MEANS, "BT-8": TAX_POINTS, "BT-159": COUNTRIES}.get(name)
    if words is not None:
        return f"{words[term.text]} ({term.text})" if term.text in words else term.text
    return term.text if name in _PLAIN else identifier(term)


def _address(group: Group, name: str) -> list[str]:
    """Return the lines of an address: streets, postal code and town in one, region, country in words."""
    found = group.groups.get(name, ())
    if not found:
        return []
    *streets, code, town, region, country = (found[0].text(term) for term in _ADDRESSES[name])
    place = " ".join(part for part in (code, town) if part)
    return [line for line in (*streets, place, region, COUNTRIES.get(country, country)) if line]


def _party(group: Group, name: str, address: str, rows: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": group.text(name),
        "lines": _address(group, address) if address else [],
        "rows": _rows(group, rows),
    }


def _delivered(group: Group) -> bool:
    return bool(group.groups or set(group.terms) - {"BT-72"})


def _former(content: Content) -> Iterator[Row]:
    for group in content.groups.get("BG-3", ()):
        issued = group.first("BT-26")
        when = f" vom {day(issued)}" if issued else ""
        yield "BT-25", TERMS["BT-25"], group.text("BT-25") + when


def _notes(content: Content) -> Iterator[tuple[str, str]]:
    """Yield subject code and text of each note; UBL writes the code in front of the text (``#AAC#``)."""
    for group in content.groups.get("BG-1", ()):
        for term in group.terms.get("BT-22", ()):
            yield group.text("BT-21"), term.text
    for term in content.one("BG-0").terms.get("BT-22", ()):
        found = _SUBJECT.fullmatch(term.text)
        yield (found[1], found[2].strip()) if found else ("", term.text)


def _line(group: Group, currency: str) -> dict[str, Any]:
    details = [*_rows(group, _LINE), *_price(group, currency)]
    for item in group.groups.get("BG-32", ()):
        details.append(("BT-160", item.text("BT-160"), item.text("BT-161")))
    for name, (label, value, base, rate, reason, code) in _LINE_CHARGES.items():
        for item in group.groups.get(name, ()):
            said = _of(item, base, rate, currency)
            why = _reason(item, reason, code)
            details.append(
                (value, label, ", ".join(part for part in (amount(item.first(value), currency), said, why) if part))
            )
    return {
        "number": group.text("BT-126"),
        "depth": group.text("DEPTH") or "0",
        "name": group.text("BT-153"),
        "description": group.text("BT-154"),
        "quantity": quantity(group.first("BT-129")),
        "price": amount(group.first("BT-146"), "") if group.first("BT-146") else "",
        "vat": _category(group, "BT-151", "BT-152"),
        "amount": amount(group.first("BT-131"), ""),
        "details": details,
    }


def _price(group: Group, currency: str) -> Iterator[Row]:
    for name in ("BT-148", "BT-147"):
        for term in group.terms.get(name, ()):
            yield name, TERMS[name], amount(term, currency)
    base = group.first("BT-149")
    if base is not None and (base.text.rstrip("0").rstrip(".") != "1" or "unitCode" in base.attributes):
        yield "BT-149", TERMS["BT-149"], quantity(base)


def _category(group: Group, code: str, rate: str) -> str:
    parts = [group.text(code), percent(group.first(rate)) if group.first(rate) else ""]
    return " ".join(part for part in parts if part)


def _document_charge(group: Group, name: str, currency: str) -> dict[str, str]:
    label, sign, value, base, rate, code, vat_rate, reason, reason_code = _DOCUMENT_CHARGES[name]
    why = _reason(group, reason, reason_code)
    said = _of(group, base, rate, currency)
    return {
        "label": ", ".join(part for part in (f"{label}: {why}" if why else label, said) if part),
        "vat": _category(group, code, vat_rate),
        "amount": sign + amount(group.first(value), ""),
        "number": value,
    }


def _of(group: Group, base: str, rate: str, currency: str) -> str:
    """Return from what an allowance or charge is computed: ``10 % von 100,00 EUR``."""
    share, whole = group.first(rate), group.first(base)
    if share is None:
        return f"auf {amount(whole, currency)}" if whole else ""
    return percent(share) + (f" von {amount(whole, currency)}" if whole else "")


def _reason(group: Group, reason: str, code: str) -> str:
    text, short = group.text(reason), group.text(code)
    return f"{text} ({short})" if text and short else text or short


def _vat(group: Group, currency: str) -> dict[str, str]:
    code = group.text("BT-118")
    return {
        "category": f"{code} {VAT[code]}" if code in VAT else code,
        "rate": percent(group.first("BT-119")),
        "base": amount(group.first("BT-116"), currency),
        "amount": amount(group.first("BT-117"), currency),
        "reason": _reason(group, "BT-120", "BT-121"),
    }


def _payment(content: Content) -> Iterator[list[Row]]:
    """Yield the blocks of payment: terms first, then each means."""
    head = _rows(content.one("BG-0"), ("BT-20",))
    shared = [*_rows(content.one("BG-19"), ("BT-83", "BT-89", "BT-90")), *_rows(content.one("BG-4"), ("BT-90",))]
    if head or shared:
        yield [*head, *shared]
    for group in content.groups.get("BG-16", ()):
        rows = _rows(group, _MEANS)
        if rows:
            yield rows


def _document(group: Group) -> list[Row]:
    rows = _rows(group, ("BT-122", "BT-123", "BT-124"))
    for term in group.terms.get("BT-125", ()):
        kind = " ".join(term.attributes.get(key, "") for key in ("filename", "mimeCode")).strip()
        size = len(re.sub(r"\s", "", term.text)) * 3 // 4
        rows.append(("BT-125", TERMS["BT-125"], f"{kind} ({number(str(max(1, size // 1024)))} KB, im XML enthalten)"))
    return rows
