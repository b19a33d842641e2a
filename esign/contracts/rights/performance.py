"""What the company says about the performance of a contract: what happened, when, and what it was about.

Source: BGB §§ 355–357b; VVG §§ 8, 9; EGBGB Art. 246a, 246b.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from esign.contracts.deadlines import LAENDER, DeadlineError, Place, ends_at
from esign.contracts.deadlines.instants import local_day, within
from esign.contracts.errors import ContractsError

MOST_STATEMENTS = 500
"""Statements about one contract."""
MOST_DELIVERIES = 999
LONGEST_NOTE = 500
SLACK_SECONDS = 300
"""How far the clock of a backend system may run ahead of ours."""


class PerformanceRefused(ContractsError):
    """What was said about a performance cannot be: unknown event, no such day, in the future, no such Land."""

    code = "contracts.performance"


class Happened(StrEnum):
    """What can happen to a contract, as far as it moves a period or a duty."""

    INSTRUCTION_RECEIVED = "instruction_received"
    DOCUMENTS_RECEIVED = "documents_received"
    KEY_INFORMATION_RECEIVED = "key_information_received"
    COPY_RECEIVED = "copy_received"
    INFORMATION_CAUGHT_UP = "information_caught_up"
    CONTRACT_APPROVED = "contract_approved"
    CONFIRMATION_SENT = "confirmation_sent"
    EARLY_START_REQUESTED = "early_start_requested"
    EARLY_START_ON_DURABLE_MEDIUM = "early_start_on_durable_medium"
    LOSS_ACKNOWLEDGED = "loss_acknowledged"
    PERFORMANCE_WISHED = "performance_wished"
    PERFORMANCE_BEGUN = "performance_begun"
    GOODS_RECEIVED = "goods_received"
    SEAL_REMOVED = "seal_removed"
    GOODS_MIXED = "goods_mixed"
    FULLY_PERFORMED = "fully_performed"
    PRICE_PAID = "price_paid"
    """Moves no period; the refund asks whether anything was paid."""
    DELIVERY_AGREED = "delivery_agreed"
    """How many deliveries the order has, and of which kind: the latest statement counts."""
    PLACES_KNOWN = "places_known"
    """In which Land each side is: its holidays count; the latest statement counts."""


NO_EVENT = frozenset({Happened.PRICE_PAID, Happened.DELIVERY_AGREED, Happened.PLACES_KNOWN})
"""What is no event of the period's computation."""

DELIVERIES = ("single", "separate", "parts", "regular")
"""Source: BGB § 356 (2) No. 1 a–d."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that was said about a contract's performance."""

    event: Happened
    at: str
    """Local day in Berlin, or an instant in RFC 3339."""
    complete: bool = True
    """False: what was received was incomplete or incorrect; it counts as not given."""
    names_function: bool = False
    """Of an instruction: whether it says where the withdrawal function is."""
    delivery: str = ""
    deliveries: int | None = None
    places: tuple[tuple[str, str], ...] = ()
    """``consumer`` and ``trader``, each with the letters of a Land and perhaps a municipality."""
    note: str = ""

    @property
    def day(self) -> date:
        """The local day in Berlin."""
        return _instant_or_day(self.at)[0]

    @classmethod
    def parse(cls, data: Mapping[str, Any], *, now: datetime) -> Statement:
        """Return the statement that plain values mean.

        Args:
            data: ``event``, ``at`` and the members of this class that belong to the event.
            now: The present instant: what has not happened yet cannot be stated.

        Raises:
            PerformanceRefused: The facts name the place and the reason.
        """
        try:
            event = Happened(str(data.get("event", "")))
        except ValueError as error:
            raise PerformanceRefused("there is no such event", place="event", reason="unknown") from error
        at = str(data.get("at", ""))
        _, instant = _instant_or_day(at)
        latest = instant if instant is not None else datetime.combine(_instant_or_day(at)[0], datetime.min.time(), UTC)
        ahead = (latest - now).total_seconds()
        if ahead > SLACK_SECONDS and (instant is not None or _instant_or_day(at)[0] > local_day(now)):
            raise PerformanceRefused("this has not happened yet", place="at", reason="future")
        note = " ".join(str(data.get("note", "")).split())
        if len(note) > LONGEST_NOTE:
            raise PerformanceRefused("the note is too long", place="note", reason="too_long")
        delivery, deliveries = _deliveries(event, data)
        return cls(
            event=event,
            at=at,
            complete=bool(data.get("complete", True)),
            names_function=bool(data.get("names_function", False)),
            delivery=delivery,
            deliveries=deliveries,
            places=_places(event, data),
            note=note,
        )


def withdrawal_facts(
    *,
    kind: str,
    concluded: str,
    known: Iterable[Mapping[str, Any]],
    stated: Iterable[Statement],
    places: Mapping[str, str | list[str]],
    flags: Mapping[str, bool],
    delivery: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return everything that is known about a contract as ``withdrawal-facts.schema.json`` has it.

    What the company stated stands beside what the installation evidenced itself; where it stated that something was
    incomplete, what the installation evidenced under that name does not count either: in doubt the right lasts longer.

    Args:
        kind: Kind of the contract in ``policies/withdrawal``.
        concluded: Instant of the conclusion.
        known: Events that the installation evidenced itself.
        stated: What the company stated and did not correct, oldest first.
        places: Länder as the contract's own data name them, several where there are several persons; a later
            statement goes before.
        flags: ``facts`` of the schema.
        delivery: ``delivery`` and ``deliveries`` as the contract agrees on them; a later statement goes before.
    """
    said = tuple(stated)
    doubted = {each.event.value for each in said if not each.complete}
    events: list[dict[str, Any]] = [{"event": "concluded", "at": concluded}]
    events += [dict(event) for event in known if event["event"] not in doubted]
    for each in said:
        if each.event not in NO_EVENT:
            event: dict[str, Any] = {"event": each.event.value, "at": each.at, "complete": each.complete}
            if each.event in (Happened.INSTRUCTION_RECEIVED, Happened.INFORMATION_CAUGHT_UP):
                event["names_function"] = each.names_function
            events.append(event)
    facts: dict[str, Any] = {"v": "esign-withdrawal/1", "kind": kind, "events": events, "facts": dict(flags)}
    facts |= delivery
    found = dict(places)
    for each in said:
        if each.event is Happened.DELIVERY_AGREED:
            facts["delivery"] = each.delivery
            facts.pop("deliveries", None)
            if each.deliveries is not None:
                facts["deliveries"] = each.deliveries
        found |= dict(each.places)
    if found:
        facts["places"] = found
    return facts


def _instant_or_day(text: str) -> tuple[date, datetime | None]:
    try:
        if "T" not in text:
            return within(date.fromisoformat(text)), None
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError("an instant without its offset")
        ends_at(local_day(instant))
        return local_day(instant), instant
    except (ValueError, OverflowError, DeadlineError) as error:
        raise PerformanceRefused("not a day or an instant of the calendar", place="at", reason="no_day") from error


def _deliveries(event: Happened, data: Mapping[str, Any]) -> tuple[str, int | None]:
    if event is not Happened.DELIVERY_AGREED:
        return "", None
    delivery = str(data.get("delivery", "single"))
    if delivery not in DELIVERIES:
        raise PerformanceRefused("there is no such kind of delivery", place="delivery", reason="unknown")
    count = data.get("deliveries")
    if count is None:
        return delivery, None
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_DELIVERIES:
        raise PerformanceRefused("no such number of deliveries", place="deliveries", reason="bounds")
    return delivery, count


def _places(event: Happened, data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if event is not Happened.PLACES_KNOWN:
        return ()
    found = []
    for role in ("consumer", "trader"):
        text = str(data.get(role, "") or "")
        if not text:
            continue
        try:
            Place.parse(text)
        except DeadlineError as error:
            known = ",".join(LAENDER)
            raise PerformanceRefused("not a Land", place=role, reason="unknown", known=known) from error
        found.append((role, text))
    if not found:
        raise PerformanceRefused("no Land is named", place="consumer", reason="empty")
    return tuple(found)
