"""Kinds of fields: how each is shown, typed and checked first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What all fields of a kind have in common."""

    control: str
    """``text``, ``textarea``, ``choice``, ``checkbox``."""
    checkers: tuple[str, ...] = ()
    """Checkers that run before those that a form adds."""
    input_mode: str = "text"
    """Which keyboard a phone shows (HTML ``inputmode``)."""
    max_length: int = 120
    """Characters that are accepted."""
    free_text: bool = False
    """Whether a customer's own words go on to spreadsheets: must not begin like a formula."""


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "line": Kind(control="text", checkers=("line",), max_length=160, free_text=True),
        "paragraph": Kind(control="textarea", checkers=("paragraph",), max_length=600, free_text=True),
        "name": Kind(control="text", checkers=("name",), max_length=80, free_text=True),
        "choice": Kind(control="choice"),
        "yes_no": Kind(control="choice"),
        "consent": Kind(control="checkbox"),
        "integer": Kind(control="text", checkers=("integer",), input_mode="numeric", max_length=16),
        "amount": Kind(control="text", checkers=("amount",), input_mode="decimal", max_length=20),
        "date": Kind(control="text", checkers=("date",), input_mode="text", max_length=14),
        "postal_code": Kind(control="text", checkers=("postal_code",), input_mode="numeric", max_length=10),
        "town": Kind(control="text", checkers=("town",), max_length=80, free_text=True),
        "street": Kind(control="text", checkers=("street",), max_length=120, free_text=True),
        "iban": Kind(control="text", checkers=("iban",), max_length=50),
        "vat_id": Kind(control="text", checkers=("vat_id",), max_length=24),
        "tax_id": Kind(control="text", checkers=("tax_id",), input_mode="numeric", max_length=20),
        "tax_number": Kind(control="text", checkers=("tax_number",), max_length=24),
        "phone": Kind(control="text", checkers=("phone",), input_mode="tel", max_length=30),
        "mobile": Kind(control="text", checkers=("mobile",), input_mode="tel", max_length=30),
        "email": Kind(control="text", checkers=("email",), input_mode="email", max_length=160),
        "meter_number": Kind(control="text", checkers=("meter_number",), max_length=30),
        "market_location": Kind(control="text", checkers=("market_location",), input_mode="numeric", max_length=40),
        "health_insurance_number": Kind(control="text", checkers=("health_insurance_number",), max_length=20),
        "institution_code": Kind(control="text", checkers=("institution_code",), input_mode="numeric", max_length=16),
        "policy_number": Kind(control="text", checkers=("policy_number",), max_length=30),
    }
)
"""Every kind by the name that forms use."""

AUTOCOMPLETE = frozenset(
    {
        "honorific-prefix", "name", "given-name", "family-name", "bday", "street-address", "address-line1",
        "postal-code", "address-level2", "country", "tel", "email", "organization", "off",
        "billing address-line1", "billing postal-code", "billing address-level2",
    }
)  # fmt: skip
"""Purposes of fields that browsers fill in by themselves; ``billing`` is a second address.

Source: WCAG 2.2, 1.3.5 and section 7."""
