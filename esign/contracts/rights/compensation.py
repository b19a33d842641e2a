"""Whether something is owed for what was performed before a withdrawal: only where its conditions are evidenced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from esign.contracts.deadlines import Clause, Event, WithdrawalFacts, withdrawal_rule
from esign.contracts.errors import NotInForce
from esign.contracts.rights.function import FOLDER
from esign.contracts.wording import all_wordings, in_force

_STARTS = ("performance_begun", "fully_performed", "goods_received")


class Owed(StrEnum):
    """What the software says about compensation for value (Wertersatz)."""

    NEVER = "never"
    NOTHING = "nothing"
    """A condition is not evidenced, or nothing was performed."""
    SHARE = "share"
    """Every condition is evidenced; the amount a person calculates."""
    PERSON = "person"
    """A person decides: facts are needed that no event holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition, and whether an event of the contract evidences it."""

    id: str
    met: bool
    day: date | None
    """Local day of the event that evidences it."""
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation:
    """What may be owed for what was performed before a withdrawal."""

    owed: Owed
    conditions: tuple[Condition, ...]
    begun: date | None
    """Local day on which the performance began, where that is known."""
    days: int
    """Days of performance until the withdrawal, the first one counted; 0: none is known."""
    text: Mapping[str, str]
    clause: Clause


def compensation(facts: WithdrawalFacts, *, until: date) -> Compensation:
    """Return what may be owed when a contract is withdrawn from.

    1. The row of the contract's kind says whether anything can be owed at all.
    2. A demand counts that came no later than the performance began; an instruction, that is complete and, where that
       is due, names the withdrawal function.
    3. Where one condition is not evidenced, or no performance is, nothing is owed.

    Args:
        facts: What is known about the contract.
        until: Local day on which the withdrawal was received.

    Raises:
        NotInForce: No rules are in force on that day, or none knows the kind of contract.

    Source: BGB §§ 357a, 357b; VVG §§ 9, 152.
    """
    row = _row(facts, until)
    begun = min((event for name in _STARTS for event in facts.named(name)), key=lambda each: each.until, default=None)
    conditions = tuple(
        _condition(facts, item, begun) for item in row["conditions"] if item.get("only", "") in ("", *facts.flags)
    )
    days = 0 if begun is None or begun.day > until else (until - begun.day).days + 1
    owed = Owed.NEVER if row["owed"] == "never" else Owed.PERSON
    if row["owed"] == "conditions":
        evidenced = days > 0 and all(condition.met for condition in conditions)
        owed = Owed.SHARE if evidenced else Owed.NOTHING
    elif row["owed"] == "person" and not all(condition.met for condition in conditions):
        owed = Owed.NOTHING
    return Compensation(
        owed=owed,
        conditions=conditions,
        begun=None if begun is None else begun.day,
        days=days,
        text=row["text"],
        clause=Clause(source=row["source"], mark=row["mark"]),
    )


def _condition(facts: WithdrawalFacts, item: Mapping[str, Any], begun: Event | None) -> Condition:
    found = [event for event in facts.named(item["event"]) if event.complete]
    if item["when"] == "before_start":
        found = [event for event in found if begun is not None and event.not_after(begun)]
    elif withdrawal_rule(facts.kind, facts.concluded.day).function is not None and "online_interface" in facts.flags:
        found = [event for event in found if event.names_function]
    day = found[0].day if found else None
    return Condition(id=item["id"], met=bool(found), day=day, clause=Clause(source=item["source"], mark=item["mark"]))


def _row(facts: WithdrawalFacts, day: date) -> Mapping[str, Any]:
    for _, policy in all_wordings(FOLDER):
        if policy["kind"] == "value-compensation" and in_force(policy, day):
            for row in policy["rows"]:
                if facts.kind in row["kinds"]:
                    found: Mapping[str, Any] = row
                    return found
    raise NotInForce("no rule about compensation is in force on the day", day=day.isoformat(), kind=facts.kind)
