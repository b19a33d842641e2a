"""Public holidays: those of several Länder united, municipal ones by configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

import holidays

from esign.contracts.deadlines.errors import PlaceUnknown
from esign.contracts.deadlines.instants import within
from esign.policy import policies_root, read_policy

LAENDER = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
"""The sixteen Länder by their ISO 3166-2 letters; holidays are their law (Feiertagsgesetze)."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a declaration is made or performance is due."""

    land: str
    municipality: str = ""
    """Name as in ``policies/holidays``; empty: not known, so every municipal holiday of the Land is assumed."""

    @classmethod
    def parse(cls, text: str) -> Place:
        """Return the place named as ``BY`` or ``BY:Augsburg``.

        Raises:
            PlaceUnknown: Not a Land, or the municipality is of another Land.
        """
        land, _, municipality = text.partition(":")
        if land not in LAENDER:
            raise PlaceUnknown("not the letters of a Land", known=",".join(LAENDER))
        for feast in municipal_holidays():
            if feast.land != land and municipality and municipality in feast.observed_in:
                raise PlaceUnknown("the municipality is known in another Land", land=land)
        return cls(land=land, municipality=municipality)


@dataclass(frozen=True, slots=True, kw_only=True)
class MunicipalHoliday:
    """A holiday that only some municipalities of a Land observe."""

    name: str
    land: str
    subdivision: str
    category: str
    observed_in: frozenset[str]
    not_observed_in: frozenset[str]
    only_listed: bool
    """Whether a municipality that stands in neither list is known not to observe it."""
    source: str
    mark: str

    def assumed(self, municipality: str) -> bool:
        """Tell whether the holiday is taken to be observed; where nothing is known, it is, for the consumer's good."""
        if not municipality:
            return True
        if municipality in self.observed_in:
            return True
        return not (self.only_listed or municipality in self.not_observed_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedDay:
    """A day on which a period does not end."""

    day: date
    reason: str
    """``saturday``, ``sunday`` or ``public_holiday``."""
    name: str
    """German name of the holiday; empty for Saturdays and Sundays."""
    places: tuple[str, ...]
    """Länder that observe the holiday; empty for Saturdays and Sundays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayCalendar:
    """The working days of several places: a day counts as a holiday if any of them observes it.

    Source: BGB § 193 ("at the place of the declaration or performance"); which place counts for a consumer's withdrawal
    is disputed, so both are united (engineering decision, to the consumer's benefit).
    """

    places: tuple[Place, ...]

    @classmethod
    def of(cls, places: Iterable[str]) -> HolidayCalendar:
        """Return the calendar of places named as ``BY`` or ``BY:Augsburg``.

        Raises:
            PlaceUnknown: One of them is none.
        """
        return cls(places=tuple(dict.fromkeys(Place.parse(place) for place in places)))

    @classmethod
    def everywhere(cls) -> HolidayCalendar:
        """Return the calendar for an unknown place: all Länder united."""
        return cls.of(LAENDER)

    def passed(self, day: date) -> PassedDay | None:
        """Return why a period does not end on a day, or None where it is a working day."""
        found = [(place.land, name) for place in self.places if (name := _holiday(place, within(day)))]
        if found:
            lands = tuple(dict.fromkeys(land for land, _ in found))
            return PassedDay(day=day, reason="public_holiday", name=found[0][1], places=lands)
        if day.weekday() >= _SATURDAY:
            reason = "saturday" if day.weekday() == _SATURDAY else "sunday"
            return PassedDay(day=day, reason=reason, name="", places=())
        return None

    def is_working_day(self, day: date) -> bool:
        """Tell whether a day is neither Saturday, Sunday nor a public holiday of one of the places."""
        return self.passed(day) is None

    def next_working_day(self, day: date) -> tuple[date, tuple[PassedDay, ...]]:
        """Return the day itself or the next working day, with the days passed over.

        Source: BGB § 193.
        """
        over: list[PassedDay] = []
        while (passed := self.passed(day)) is not None:
            over.append(passed)
            day += timedelta(days=1)
        return day, tuple(over)


@cache
def municipal_holidays() -> tuple[MunicipalHoliday, ...]:
    """Return the holidays of single municipalities, as configured in ``policies/holidays``."""
    rows: list[Mapping[str, Any]] = []
    for path in sorted((policies_root() / "holidays").glob("*.yaml")):
        rows += read_policy(path)["rows"]
    return tuple(
        MunicipalHoliday(
            name=row["name"],
            land=row["land"],
            subdivision=row["subdivision"],
            category=row["category"],
            observed_in=frozenset(row.get("observed_in", ())),
            not_observed_in=frozenset(row.get("not_observed_in", ())),
            only_listed=row["only_listed"] == "true",
            source=row["source"],
            mark=row["mark"],
        )
        for row in rows
    )


@lru_cache(maxsize=65_536)
def _holiday(place: Place, day: date) -> str:
    name = _named(place.land, "public", day.year).get(day, "")
    if name:
        return name
    for feast in municipal_holidays():
        if feast.land != place.land or not feast.assumed(place.municipality):
            continue
        if _named(feast.subdivision, feast.category, day.year).get(day) == feast.name:
            return feast.name
    return ""


@cache
def _named(subdivision: str, category: str, year: int) -> Mapping[date, str]:
    found = holidays.country_holidays("DE", subdiv=subdivision, years=year, language="de", categories=(category,))
    return dict(found.items())
