"""Contract data with one thing set right; everything else stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esign.engine.refusals import PartyUnknown


def with_address(data: Mapping[str, Any], party: str, email: str) -> dict[str, Any]:
    """Return contract data in which a party has another e-mail address.

    Args:
        data: Contract data as JSON.
        party: ``signatory-1``, ``signatory-2``, …
        email: The right address; whether it is one is for the contract's own checks.

    Raises:
        PartyUnknown: The data knows no such party.
    """
    return with_person(data, party, {"email": email})


def with_other_person(data: Mapping[str, Any], party: str, person: Mapping[str, Any]) -> dict[str, Any]:
    """Return contract data in which somebody else stands in a party's place; nothing of the former person remains.

    Raises:
        PartyUnknown: The data knows no such party.
    """
    return with_person(data, party, person, keep=False)


def with_person(
    data: Mapping[str, Any], party: str, changes: Mapping[str, Any], *, keep: bool = True
) -> dict[str, Any]:
    """Return contract data in which members of a party are replaced; all of them, where nothing is kept.

    Raises:
        PartyUnknown: The data knows no such party.
    """
    persons = [dict(data["signatory"]), *(dict(item) for item in data.get("further_signatories", ()))]
    names = [f"signatory-{place}" for place in range(1, len(persons) + 1)]
    if party not in names:
        raise PartyUnknown("the contract has no such party")
    place = names.index(party)
    persons[place] = {**persons[place], **changes} if keep else dict(changes)
    corrected = {**data, "signatory": persons[0]}
    if len(persons) > 1:
        corrected["further_signatories"] = persons[1:]
    return corrected
