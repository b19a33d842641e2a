"""A signatory as a form of the company's side asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esign.foundation.errors import EsignError

FIELDS = (
    "role",
    "given_name",
    "family_name",
    "birth_date",
    "street",
    "postal_code",
    "town",
    "country",
    "email",
    "phone",
)
"""Members of a signatory that are plain text."""


def person_of(form: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a signatory as contract data names one; what is left empty is left out.

    Args:
        form: What was sent.
        prefix: What the fields' names begin with.
    """
    person: dict[str, Any] = {}
    for name in FIELDS:
        value = str(form.get(prefix + name, "")).strip()
        if value:
            person[name] = value
    person.setdefault("country", "DE")
    person["consumer"] = form.get(prefix + "consumer", "") == "yes"
    represented = str(form.get(prefix + "represents_name", "")).strip()
    if represented:
        person["represents"] = {
            "name": represented,
            "power": str(form.get(prefix + "represents_power", "")).strip(),
            "dated": str(form.get(prefix + "represents_dated", "")).strip(),
        }
    return person


def place_of(refusal: EsignError | None) -> str:
    """Return which entry a refusal is about, as contract data point to it; empty: none in particular."""
    if refusal is None:
        return ""
    found = refusal.facts.get("pointer", refusal.facts.get("place", refusal.facts.get("field", "")))
    return str(found).strip("/").replace("/", " › ")
