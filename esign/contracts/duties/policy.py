"""The lists of ``policies/duties``: which sector a contract belongs to, and what has to be told there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from esign.contracts.errors import NotInForce
from esign.contracts.wording import all_wordings, applies, in_force

FOLDER = "duties"
SECTORS = "sectors"
OTHERWISE = "services"
"""The sector of a type that stands in none: it is told more than a narrower reading would ask for."""


class Place(StrEnum):
    """Where an item has to stand."""

    BEFORE_DECLARATION = "before_declaration"
    BEFORE_BUTTON = "before_button"
    CONFIRMATION = "confirmation"
    ON_PAGE = "on_page"
    """Kept by the pages themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """What follows from the kind of a contract."""

    name: str
    title: Mapping[str, str]
    types: tuple[str, ...]
    """Rows of the form requirements."""
    flags: frozenset[str]
    duties: tuple[str, ...]
    """Lists of duties, in the order of the information."""
    withdrawal: str
    """Rule in ``policies/withdrawal``; empty: none."""
    consents: tuple[str, ...]
    """Texts in ``policies/consents`` that such a contract may ask for."""
    retention: tuple[str, ...]
    """Classes in ``policies/retention`` that such a contract belongs to."""
    regulated: bool
    """Whether its keeper is a bank, an insurer or a securities institution."""
    source: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One item that has to be told."""

    key: str
    """List and item, such as ``distance-contracts/10``."""
    clause: str
    mark: str
    where: frozenset[Place]
    label: Mapping[str, str]
    answer: str
    """How it is answered: ``text``, ``summary``, ``clauses``, ``conclusion``, ``instruction``, ``sheet``, …"""
    text: Mapping[str, str]
    point: int | None
    optional: bool
    """Applies only where there is such a thing."""

    @property
    def number(self) -> str:
        """The item's number within its list."""
        return self.key.partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyList:
    """A list of duties that is in force."""

    name: str
    title: Mapping[str, str]
    version: str
    duties: tuple[Duty, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What decides which items apply."""

    sector: Sector
    flags: frozenset[str]
    """``consumer``, ``paid``, ``withdrawal``, ``recurring``, ``personalised_price``, …; the sector's own are added."""

    @property
    def held(self) -> frozenset[str]:
        """All flags."""
        return self.flags | self.sector.flags


def sectors(day: date) -> tuple[Sector, ...]:
    """Return the sectors as they are on a contract's day.

    Raises:
        NotInForce: No policy is in force on that day.
    """
    policy = _policy(SECTORS, day)
    return tuple(
        Sector(
            name=item["sector"],
            title=item["title"],
            types=tuple(item["types"]),
            flags=frozenset(item.get("flags", ())),
            duties=tuple(item["duties"]),
            withdrawal=item.get("withdrawal", ""),
            consents=tuple(item.get("consents", ())),
            retention=tuple(item.get("retention", ())),
            regulated="regulated" in item,
            source=item["source"],
            mark=item["mark"],
        )
        for item in policy["sectors"]
    )


def sector_of(contract_type: str, day: date) -> Sector:
    """Return the sector of a type of contract; a type that stands in none is treated as a service.

    Args:
        contract_type: A row of the form requirements, or the name of a sector that no row stands for.
        day: The contract's local day.

    Raises:
        NotInForce: No policy is in force on that day.
    """
    known = sectors(day)
    for sector in known:
        if contract_type in sector.types or contract_type == sector.name:
            return sector
    return next(sector for sector in known if sector.name == OTHERWISE)


def duties(subject: Subject, day: date, *, given: Iterable[str] = ()) -> tuple[DutyList, ...]:
    """Return what has to be told about a contract, list by list.

    Args:
        subject: The contract's sector and facts.
        day: The contract's local day.
        given: Keys of items that the contract's data answers: an optional item applies where it is answered.

    Raises:
        NotInForce: A list of the sector is not in force on that day.
    """
    lists = (_list(name, day, subject.held, frozenset(given)) for name in subject.sector.duties)
    return tuple(each for each in lists if each.duties)


def _list(name: str, day: date, held: frozenset[str], given: frozenset[str]) -> DutyList:
    policy = _policy(name, day)
    items: Iterable[Mapping[str, Any]] = policy["items"] if held.issuperset(policy.get("when", ())) else ()
    found = (_duty(name, item) for item in items if applies(item, held))
    kept = tuple(duty for duty in found if not duty.optional or duty.answer == "clauses" or duty.key in given)
    return DutyList(name=name, title=policy["title"], version=policy["version"], duties=kept)


def _duty(name: str, item: Mapping[str, Any]) -> Duty:
    return Duty(
        key=f"{name}/{item['id']}",
        clause=item["clause"],
        mark=item["mark"],
        where=frozenset(Place(place) for place in item["where"]),
        label=item["label"],
        answer=item["answer"],
        text=item.get("text", {}),
        point=int(item["point"]) if "point" in item else None,
        optional="optional" in item,
    )


def _policy(name: str, day: date) -> Mapping[str, Any]:
    for _, policy in all_wordings(FOLDER):
        if policy["id"] == name and in_force(policy, day):
            return policy
    raise NotInForce("no list of duties of this name is in force on the contract's day", name=name, day=day.isoformat())
