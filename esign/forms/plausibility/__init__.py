"""Plausibility: pure named checkers, one for each kind of answer that people mistype.

What enters: a value that somebody wrote, the day, reference data, arguments. What leaves: the value as it is kept, what
follows from it, and findings by code; their words stand in ``policies/plausibility``, in German and in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from esign.forms.plausibility import bank, contact, days, energy, figures, health, post, tax, text
from esign.forms.plausibility.result import Checker, Found, Question, Result

CHECKERS: Mapping[str, Checker] = MappingProxyType(
    {
        "amount": figures.amount,
        "at_least": figures.at_least,
        "at_most": figures.at_most,
        "date": days.date_written,
        "email": contact.email,
        "health_insurance_number": health.health_insurance_number,
        "iban": bank.iban,
        "institution_code": health.institution_code,
        "integer": figures.integer,
        "line": text.line,
        "market_location": energy.market_location,
        "meter_number": energy.meter_number,
        "mobile": contact.mobile,
        "name": text.name,
        "not_after": days.not_after,
        "not_before": days.not_before,
        "not_future": days.not_future,
        "not_past": days.not_past,
        "of_age": days.of_age,
        "paragraph": text.paragraph,
        "phone": contact.phone,
        "policy_number": text.policy_number,
        "postal_code": post.postal_code,
        "same_as": text.same_as,
        "street": post.street,
        "tax_id": tax.tax_id,
        "tax_number": tax.tax_number,
        "town": post.town,
        "vat_id": tax.vat_id,
    }
)
"""Every checker by the name that forms use."""

ARGUMENTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "at_least": frozenset({"limit"}),
        "at_most": frozenset({"limit"}),
        "not_after": frozenset({"day"}),
        "not_before": frozenset({"day"}),
        "of_age": frozenset({"years"}),
        "same_as": frozenset({"value"}),
        "town": frozenset({"postal_code"}),
    }
)
"""Which arguments a checker knows; the others know none."""

__all__ = ["ARGUMENTS", "CHECKERS", "Checker", "Found", "Question", "Result"]
