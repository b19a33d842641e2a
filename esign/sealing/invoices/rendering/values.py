"""Values as a German reader writes them. What has another form than the standard's is shown as it stands."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from esign.sealing.invoices.rendering.reading import Term
from esign.sealing.invoices.rendering.words import UNITS

_NUMBER = re.compile(r"[+-]?\d{1,24}(?:\.\d{1,24})?")
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:Z|[+-]\d\d:\d\d)?")
_NO_BREAK = "\N{NO-BREAK SPACE}"


def day(term: Term) -> str:
    """Return a date as ``13.04.2018``."""
    found = _DATE.fullmatch(term.text)
    return f"{found[3]}.{found[2]}.{found[1]}" if found else term.text


def number(text: str, *, places: int = 0) -> str:
    """Return a number with a comma and points between thousands, and at least so many places behind the comma."""
    value = _decimal(text)
    if value is None:
        return text
    sign = "-" if value < 0 else ""
    digits, _, fraction = f"{abs(value):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    grouped = f"{int(digits):,}".replace(",", ".")
    return sign + grouped + (f",{fraction}" if fraction else "")


def amount(term: Term | None, currency: str) -> str:
    """Return an amount with its currency: ``1.234,50 EUR``; that of the invoice where it names none."""
    if term is None:
        return ""
    return f"{number(term.text, places=2)}{_NO_BREAK}{term.attributes.get('currencyID', currency)}".rstrip()


def quantity(term: Term | None) -> str:
    """Return a quantity with its unit: ``30 Stück``."""
    if term is None:
        return ""
    code = term.attributes.get("unitCode", "")
    return f"{number(term.text)}{_NO_BREAK}{UNITS.get(code, code)}".rstrip(_NO_BREAK)


def percent(term: Term | None) -> str:
    """Return a percentage: ``19 %``."""
    return "" if term is None else f"{number(term.text)}{_NO_BREAK}%"


def identifier(term: Term) -> str:
    """Return an identifier, and in brackets the list or scheme that it is from."""
    names = [term.attributes[key] for key in ("schemeID", "listID", "listVersionID") if term.attributes.get(key)]
    return f"{term.text} ({', '.join(names)})" if names else term.text


def _decimal(text: str) -> Decimal | None:
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
