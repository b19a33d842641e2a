"""Numbers, amounts and days as people write them (CLDR)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from esign.forms import Checked

if TYPE_CHECKING:
    from web.forms.showing import FieldShown

_LOCALES = {"de": "de_DE", "en": "en_GB"}
_PARTS = {"iban": "shown", "phone": "international", "mobile": "international"}
"""Kinds whose reading form is a part of the value."""
_FIGURES = {"date": "date", "amount": "cents", "integer": "number"}
"""Kinds whose value is kept for computing, and the form in which people read it."""


def figure(value: str, form: str, lang: str) -> str:
    """Return a computed value in words.

    Args:
        value: As the check computed it.
        form: ``cents``, ``ct_per_kwh``, ``number``, ``date``, ``text``.
        lang: Language of the page.
    """
    locale = _LOCALES[lang]
    try:
        if form == "cents":
            return str(format_currency(Decimal(value) / 100, "EUR", locale=locale))
        if form == "ct_per_kwh":
            return f"{format_decimal(Decimal(value), '#,##0.00#', locale=locale)} ct/kWh"
        if form == "number":
            return str(format_decimal(Decimal(value), locale=locale))
        if form == "date":
            return str(format_date(date.fromisoformat(value), "long", locale=locale))
    except (InvalidOperation, ValueError):
        return value
    return value


def written(field: FieldShown, checked: Checked, lang: str) -> str:
    """Return an answer as it is read back to the person; empty: not answered."""
    value = checked.values.get(field.name)
    if value is None:
        return field.value
    for option in field.options:
        if option.value == value:
            return option.label
    if part := _PARTS.get(field.kind):
        return checked.parts.get(f"{field.name}.{part}", value)
    return as_read(value, field.kind, lang)


def as_read(value: str, kind: str, lang: str) -> str:
    """Return the kept value of a field of a kind as people read it."""
    return figure(value, _FIGURES.get(kind, "text"), lang)
