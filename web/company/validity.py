"""Until when a contract can be signed, and reminders, as a form of the desk asks for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from esign.engine.contracts.validity import Validity

NAMES = ("valid_until", "valid_days", "reminders")
"""Names of the fields."""


def plain_of(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent as plain values: ``until``, ``days``, ``reminders``; what is empty is left out."""
    until, days, reminders = (str(form.get(name, "")).strip()[:80] for name in NAMES)
    found: dict[str, Any] = {"until": until} if until else {}
    if days:
        found["days"] = int(days) if re.fullmatch(r"[0-9]{1,4}", days) else days
    if reminders:
        numbers = [each for each in re.split(r"[^0-9]+", reminders) if each]
        found["reminders"] = [int(each) for each in numbers if len(each) < 4 and int(each)] if numbers else reminders
    return found


def validity_of(form: Mapping[str, Any]) -> Validity | None:
    """Return the validity that was sent; None: nothing was, so the installation's settings apply.

    Raises:
        ValidityRefused: A day, or a number of days, is none.
    """
    plain = plain_of(form)
    return Validity.parse(plain) if plain else None
