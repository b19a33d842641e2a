"""How long a customer can withdraw (Widerruf): start, nominal end, shifted end, exclusive instant, each with clause.

1. The rule is chosen by the kind of contract and the day of its conclusion.
2. Every condition of the start is looked for; the latest that happened is the day of the start (BGB §§ 355 (2), 356).
3. The period is counted from it (§§ 187 (1), 188); where a condition is missing it has not started.
4. The latest end is counted from the contract's event (§ 356 (4)); it cuts the period.
5. The end moves to the next working day of both places (§ 193), and becomes an exclusive instant.
6. A complete performance, or what the law puts on a par with it, can end the right earlier (§ 356 (5), (6)).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from esign.contracts.deadlines.facts import Event, WithdrawalFacts
from esign.contracts.deadlines.instants import instant_text
from esign.contracts.deadlines.periods import PeriodEnd, nominal_end, shifted
from esign.contracts.deadlines.rules import (
    Clause,
    EarlyExpiry,
    StartCondition,
    WithdrawalRule,
    withdrawal_exception,
    withdrawal_rule,
)
from esign.contracts.deadlines.verdict import EndsBy, State, Step, WithdrawalDeadline

_COUNTED = Clause(source="BGB §§ 187 (1), 188", mark="verified")
_SHIFTED = Clause(source="BGB § 193; holidays of both places united", mark="engineering decision")
_CAP_SHIFTED = Clause(source="BGB § 193 on the latest end (disputed; the later day)", mark="to be confirmed")
_ENDS = Clause(source="BGB § 188 (1); Europe/Berlin", mark="verified")
_NO_PLACE = Clause(source="BGB § 193; a place is not known: all Länder united", mark="engineering decision")
_NO_COUNT = Clause(source="BGB § 356 (2) No. 1; how many deliveries there are was not said", mark="to be confirmed")


def withdrawal_deadline(facts: WithdrawalFacts) -> WithdrawalDeadline:
    """Return the withdrawal period of a contract with every intermediate date and its clause.

    Raises:
        NoRuleInForce: No rule of the kind applies on the day of the conclusion.
        DeadlineDataRefused: The exception named does not belong to the kind.
    """
    rule = withdrawal_rule(facts.kind, facts.concluded.day)
    if facts.exception:
        exception = withdrawal_exception(facts.exception, facts.kind)
        step = Step(name="no_right", day=facts.concluded.day, clause=exception.clause, note=exception.text)
        return WithdrawalDeadline(
            facts=facts,
            rule=rule,
            state=State.NO_RIGHT,
            ends_by=EndsBy.NO_RIGHT,
            start=None,
            end=None,
            lapsed_at=None,
            steps=(step,),
        )
    return _Count(facts, rule).deadline()


class _Count:
    """One run through the six steps above; collects what it finds."""

    def __init__(self, facts: WithdrawalFacts, rule: WithdrawalRule) -> None:
        self.facts = facts
        self.rule = rule
        self.steps: list[Step] = []
        self.function = rule.function if "online_interface" in facts.flags else None

    def deadline(self) -> WithdrawalDeadline:
        start, event_day = self._start()
        until, ends_by = self._nominal(start, event_day)
        end = self._shifted(start or event_day, until, ends_by) if until else None
        lapsed_at = self._early()
        if lapsed_at is not None and end is not None and lapsed_at >= end.expires_at:
            lapsed_at = None  # the period had ended before
        return WithdrawalDeadline(
            facts=self.facts,
            rule=self.rule,
            state=State.NOT_STARTED if start is None else State.STARTED,
            ends_by=EndsBy.PERFORMANCE if lapsed_at is not None else ends_by,
            start=start,
            end=end,
            lapsed_at=lapsed_at,
            steps=tuple(self.steps),
        )

    def _start(self) -> tuple[date | None, date | None]:
        """Return the day of the start and the day of the contract's event, where they have come."""
        if not any(condition.event == "concluded" for condition in self.rule.start):
            self.steps.append(
                Step(name="concluded", day=self.facts.concluded.day, clause=_COUNTED, note="no condition")
            )
        days: list[tuple[bool, date | None]] = []
        for condition in self.rule.start:
            if condition.applies(self.facts.flags):
                day = self._met(condition)
                days.append((condition.from_event, day))
                self.steps.append(Step(name=condition.event, day=day, clause=condition.clause))
        start = _latest([day for _, day in days])
        event_day = _latest([day for from_event, day in days if from_event] or [self.facts.concluded.day])
        return start, event_day

    def _met(self, condition: StartCondition) -> date | None:
        found = self._proper(condition.event)
        if condition.event == "instruction_received" and self.rule.catch_up is not None:
            found = self._proper(self.rule.catch_up[0]) or found  # what was caught up had been missing before
        if condition.counted and found:
            expected = self.facts.deliveries
            if expected is not None and len(found) < expected:
                return None
            if expected is None and "delivery_single" not in self.facts.flags:
                self.steps.append(Step(name="deliveries_not_counted", day=found[-1].day, clause=_NO_COUNT))
        if not found:
            return None
        return found[-1 if condition.last else 0].day

    def _proper(self, name: str) -> tuple[Event, ...]:
        """Return the events of a name that count: complete, and where it is due naming the withdrawal function."""
        found = tuple(event for event in self.facts.named(name) if event.complete)
        if self.function is None or name not in ("instruction_received", "information_caught_up"):
            return found
        proper = tuple(event for event in found if event.names_function)
        for event in found:
            if not event.names_function:
                self.steps.append(Step(name="instruction_without_function", day=event.day, clause=self.function))
        return proper

    def _nominal(self, start: date | None, event_day: date | None) -> tuple[date | None, EndsBy]:
        """Return the nominal end, and whether the period or the latest end gives it."""
        end: date | None = None
        if start is not None:
            period, clause = self.rule.period, self.rule.period_clause
            if self.rule.catch_up is not None and self._proper(self.rule.catch_up[0]):
                _, period, clause = self.rule.catch_up
            end = nominal_end(start, period)
            self.steps.append(Step(name="start", day=start, clause=Clause(source="BGB § 187 (1)", mark="verified")))
            self.steps.append(Step(name="period_end", day=end, clause=clause, note=_length(period.months, period.days)))
        cap = self._cap(event_day)
        if cap is not None and (end is None or cap < end):
            end, by = cap, EndsBy.CAP
        else:
            by = EndsBy.PERIOD
        if end is None:
            return None, EndsBy.OPEN
        self.steps.append(Step(name="nominal_end", day=end, clause=_COUNTED))
        return end, by

    def _cap(self, event_day: date | None) -> date | None:
        if self.rule.cap is None:
            if self.rule.no_cap is not None:
                self.steps.append(Step(name="no_latest_end", day=None, clause=self.rule.no_cap))
            return None
        if event_day is None:
            return None
        cap = nominal_end(event_day, self.rule.cap.period)
        note = _length(self.rule.cap.period.months, self.rule.cap.period.days)
        if self.rule.cap.only_if_instructed:
            instructed = self._proper("instruction_received")
            if not instructed or instructed[0].day > cap:
                self.steps.append(
                    Step(name="no_latest_end", day=None, clause=self.rule.cap.clause, note="not instructed")
                )
                return None
        self.steps.append(Step(name="latest_end", day=cap, clause=self.rule.cap.clause, note=note))
        return cap

    def _shifted(self, trigger: date | None, until: date, ends_by: EndsBy) -> PeriodEnd:
        end = shifted(trigger or self.facts.concluded.day, until, self.facts.calendar)
        clause = _CAP_SHIFTED if ends_by is EndsBy.CAP and end.passed else _SHIFTED
        for passed in end.passed:
            note = " ".join(part for part in (passed.reason, passed.name, ",".join(passed.places)) if part)
            self.steps.append(Step(name="passed_over", day=passed.day, clause=clause, note=note))
        if self.facts.unknown_places:
            note = " ".join(self.facts.unknown_places)
            self.steps.append(Step(name="place_unknown", day=None, clause=_NO_PLACE, note=note))
        self.steps.append(Step(name="shifted_end", day=end.shifted_end, clause=clause))
        self.steps.append(Step(name="expires_at", day=end.shifted_end, clause=_ENDS, note=instant_text(end.expires_at)))
        return end

    def _early(self) -> datetime | None:
        """Return the instant at which the right ended by performance, if every condition is evidenced."""
        ends = [(event, way) for way in self.rule.early_expiry for event in self._lapse(way)]
        if not ends:
            return None
        event, way = min(ends, key=lambda found: found[0].until)
        self.steps.append(Step(name="lapsed", day=event.day, clause=way.clause, note=way.id))
        return event.until

    def _lapse(self, way: EarlyExpiry) -> Iterator[Event]:
        decisive = self.facts.named(way.decisive)
        if not way.applies(self.facts.flags) or not decisive:
            return
        needed = way.requires + (way.requires_off_premises if "off_premises" in self.facts.flags else ())
        begun = self.facts.named("performance_begun")
        by = min((decisive[0], *begun[:1]), key=lambda event: event.until)
        for name in needed:
            limit = decisive[0] if name == "goods_received" else by
            if not any(event.complete and event.not_after(limit) for event in self.facts.named(name)):
                return
        yield decisive[0]


def _latest(days: list[date | None]) -> date | None:
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _length(months: int, days: int) -> str:
    return " ".join(f"{number} {unit}" for number, unit in ((months, "months"), (days, "days")) if number)
