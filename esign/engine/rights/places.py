"""In which Länder the sides of a contract are: by the contract's data, else by the postal code, else not known.

Source: BGB § 193; of several customers every Land counts, and one that is not known is every Land: in doubt the period
ends later (engineering decision).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from esign.contracts.deadlines import LAENDER
from esign.forms import ReferenceData

GERMANY = "DE"


def places_of(data: Mapping[str, Any], reference: ReferenceData) -> dict[str, str | list[str]]:
    """Return the Länder of both sides as ``withdrawal-facts.schema.json`` has them; an unknown side is left out.

    Args:
        data: The contract's data.
        reference: Which postal code lies in which Länder.
    """
    found: dict[str, str | list[str]] = {}
    customers = [land_of(person, reference) for person in _customers(data)]
    if all(customers):
        lands = list(dict.fromkeys(customers))
        found["consumer"] = lands[0] if len(lands) == 1 else lands
    if trader := land_of(data["company"], reference):
        found["trader"] = trader
    return found


def calendar_places(data: Mapping[str, Any], reference: ReferenceData) -> tuple[str, ...]:
    """Return every Land whose holidays count; all of them where one side's is not known."""
    sides = places_of(data, reference)
    if len(sides) < 2:
        return LAENDER
    named = [land for side in sides.values() for land in ([side] if isinstance(side, str) else side)]
    return tuple(dict.fromkeys(named))


def land_of(person: Mapping[str, Any], reference: ReferenceData) -> str:
    """Return the letters of an address's Land; empty unless the data name it or the postal code lies in exactly one.

    Municipalities are never inferred: which of them observes a holiday is configuration (``policies/holidays``).
    """
    if "land" in person:
        return str(person["land"])
    if person.get("country", GERMANY) != GERMANY:
        return ""
    laender = reference.laender_of(str(person["postal_code"]))
    return laender[0] if len(laender) == 1 else ""


def _customers(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield data["signatory"]
    yield from data.get("further_signatories", ())
