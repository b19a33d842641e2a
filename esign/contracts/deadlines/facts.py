"""What is known about a contract when its withdrawal period is computed: its kind, what happened when, the places."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from esign.contracts.deadlines.errors import DeadlineDataRefused
from esign.contracts.deadlines.holidays import LAENDER, HolidayCalendar
from esign.contracts.deadlines.instants import ends_at, local_day, within

MAX_BYTES = 1_000_000
FLAGS = {
    "paid": True,
    "off_premises": False,
    "online_interface": True,
    "summary_before_declaration": False,
    "called_repair": False,
    "key_information_due": False,
    "sealed": False,
    "mixable": False,
}
"""What is taken to be so where the facts say nothing: the reading that keeps the right of withdrawal longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a contract."""

    name: str
    day: date
    """Local day in Berlin."""
    at: datetime | None
    """The instant; None where only the day is known."""
    complete: bool
    names_function: bool

    @property
    def until(self) -> datetime:
        """The instant by which it had happened at the latest."""
        return self.at if self.at is not None else ends_at(self.day)

    def not_after(self, other: Event) -> bool:
        """Tell whether this happened no later than the other, as far as is known."""
        if self.at is None or other.at is None:
            return self.day <= other.day
        return self.at <= other.at


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalFacts:
    """The facts about one contract, checked; ``parse`` is the only door."""

    kind: str
    concluded: Event
    events: tuple[Event, ...]
    """All events in order of time, the conclusion among them."""
    calendar: HolidayCalendar
    unknown_places: tuple[str, ...]
    """``consumer`` and ``trader`` where the place was not given."""
    deliveries: int | None
    exception: str
    flags: frozenset[str]

    @classmethod
    def parse(cls, data: bytes | Mapping[str, Any]) -> WithdrawalFacts:
        """Return the facts that JSON or plain values mean.

        Raises:
            DeadlineDataRefused: Not JSON, not as the schema says, or two events of a kind that happens once.
            PlaceUnknown: A place is none.
            PeriodOutOfRange: A day lies outside the known years.
        """
        value = _read(data) if isinstance(data, bytes) else dict(data)
        problem = next(iter(_schema().iter_errors(value)), None)
        if problem is not None:
            raise DeadlineDataRefused("does not fit its schema", at=problem.json_path, rule=str(problem.validator))
        events = tuple(sorted((_event(item, at) for at, item in enumerate(value["events"])), key=lambda e: e.until))
        concluded = [event for event in events if event.name == "concluded"]
        if len(concluded) != 1:
            raise DeadlineDataRefused("a contract is concluded exactly once", found=len(concluded))
        said = value.get("places", {})
        unknown = tuple(role for role in ("consumer", "trader") if role not in said)
        facts = FLAGS | value.get("facts", {})
        delivery = f"delivery_{value.get('delivery', 'single')}"
        return cls(
            kind=value["kind"],
            concluded=concluded[0],
            events=events,
            calendar=HolidayCalendar.of([*_each(said.values()), *(LAENDER if unknown else ())]),
            unknown_places=unknown,
            deliveries=value.get("deliveries"),
            exception=value.get("exception", ""),
            flags=frozenset({delivery, *(name for name, holds in facts.items() if holds)}),
        )

    def named(self, name: str) -> tuple[Event, ...]:
        """Return the events of a name in order of time."""
        return tuple(event for event in self.events if event.name == name)


def _each(places: Iterable[str | list[str]]) -> Iterator[str]:
    for place in places:
        yield from ([place] if isinstance(place, str) else place)


def _read(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        raise DeadlineDataRefused("too large", limit=MAX_BYTES)
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise DeadlineDataRefused("not JSON in UTF-8 with unique keys") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _event(item: Mapping[str, Any], position: int) -> Event:
    text: str = item["at"]
    try:
        at = datetime.fromisoformat(text) if "T" in text else None
        day = within(date.fromisoformat(text)) if at is None else local_day(at)
    except ValueError as error:
        raise DeadlineDataRefused("not a day or an instant of the calendar", at=f"$.events[{position}].at") from error
    return Event(
        name=item["event"],
        day=day,
        at=at,
        complete=item.get("complete", True),
        names_function=item.get("names_function", False),
    )


@cache
def _schema() -> Draft202012Validator:
    text = files("esign.contracts").joinpath("schema/withdrawal-facts.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))
