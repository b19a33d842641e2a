"""Rights of withdrawal as data: ``policies/withdrawal`` read into frozen values, chosen by the contract's date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from esign.contracts.deadlines.errors import DeadlineDataRefused, NoRuleInForce
from esign.contracts.deadlines.periods import Period
from esign.policy import policies_root, read_policy

FOLDER = "withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Where a rule stands, and how sure that is."""

    source: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCondition:
    """Something that must have happened before the period starts; the latest of all counts."""

    event: str
    from_event: bool
    """True: the event of the contract, from which the latest end counts; False: information, which only delays."""
    last: bool
    """Whether the last of several receipts counts, or the first."""
    counted: bool
    """Whether all receipts that the order has must have come."""
    when: str
    unless: str
    clause: Clause

    def applies(self, flags: frozenset[str]) -> bool:
        """Tell whether the condition applies to a contract with these flags."""
        return _applies(self.when, self.unless, flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestEnd:
    """The cap: when the right ends at the latest, counted from the event of the contract."""

    period: Period
    only_if_instructed: bool
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyExpiry:
    """How the right ends before its period: everything required happened by the decisive event."""

    id: str
    decisive: str
    requires: tuple[str, ...]
    requires_off_premises: tuple[str, ...]
    when: str
    unless: str
    clause: Clause

    def applies(self, flags: frozenset[str]) -> bool:
        """Tell whether the way to lose the right is open for a contract with these flags."""
        return _applies(self.when, self.unless, flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRule:
    """The right of withdrawal of one kind of contract in one version of the law."""

    kind: str
    version: str
    title: Mapping[str, str]
    valid_from: date
    valid_to: date | None
    period: Period
    period_clause: Clause
    start: tuple[StartCondition, ...]
    function: Clause | None
    """Why an instruction must name the withdrawal function; None before there was one."""
    cap: LatestEnd | None
    no_cap: Clause | None
    catch_up: tuple[str, Period, Clause] | None
    """Event by which missing information is caught up, and the period that then runs."""
    early_expiry: tuple[EarlyExpiry, ...]
    refund: Period
    refund_clause: Clause
    declaration_form: str
    """``none`` or ``text``: the form of the customer's withdrawal."""
    declaration_clause: Clause

    def in_force(self, day: date) -> bool:
        """Tell whether the version applies to a contract of a local day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalException:
    """A contract for which there is no right of withdrawal."""

    code: str
    kinds: tuple[str, ...]
    words: Mapping[str, str]
    """By language."""
    clause: Clause

    @property
    def text(self) -> str:
        """The words in English."""
        return self.words["en"]


def withdrawal_rule(kind: str, day: date) -> WithdrawalRule:
    """Return the rule of a kind of contract that is in force on the contract's date.

    Raises:
        NoRuleInForce: There is none.
    """
    for rule in withdrawal_rules():
        if rule.kind == kind and rule.in_force(day):
            return rule
    raise NoRuleInForce("no rule of this kind is in force on the contract's day", kind=kind, day=day.isoformat())


def withdrawal_exception(code: str, kind: str) -> WithdrawalException:
    """Return the exception of a code.

    Raises:
        DeadlineDataRefused: There is none for this kind of contract.
    """
    found = exception_named(code)
    if kind not in found.kinds:
        raise DeadlineDataRefused("no such exception for this kind of contract", at="$.exception")
    return found


def exception_named(code: str) -> WithdrawalException:
    """Return the exception of a code, whatever kinds of contracts it is for.

    Raises:
        DeadlineDataRefused: There is none.
    """
    for policy in withdrawal_policies().values():
        for row in policy["rows"] if policy["kind"] == "exceptions" else ():
            if row["code"] == code:
                words = {"de": row["text_de"], "en": row["text"]}
                return WithdrawalException(code=code, kinds=tuple(row["kinds"]), words=words, clause=_clause(row))
    raise DeadlineDataRefused("no such exception for this kind of contract", at="$.exception")


@cache
def withdrawal_rules() -> tuple[WithdrawalRule, ...]:
    """Return every version of every rule.

    Raises:
        PolicyMalformed: A file cannot be read or does not fit its schema.
    """
    rules = [policy for policy in withdrawal_policies().values() if policy["kind"] == "rule"]
    return tuple(_rule(policy, version) for policy in rules for version in policy["versions"])


@cache
def withdrawal_policies() -> Mapping[str, Mapping[str, Any]]:
    """Return every policy file by its name."""
    folder = policies_root() / FOLDER
    return {path.name: read_policy(path) for path in sorted(folder.glob("*.yaml"))}


def _rule(policy: Mapping[str, Any], item: Mapping[str, Any]) -> WithdrawalRule:
    cap, caught = item.get("cap"), item.get("catch_up")
    return WithdrawalRule(
        kind=policy["id"],
        version=item["version"],
        title=policy["title"],
        valid_from=date.fromisoformat(item["valid_from"]),
        valid_to=date.fromisoformat(item["valid_to"]) if "valid_to" in item else None,
        period=_period(item["period"]),
        period_clause=_clause(item["period"]),
        start=tuple(
            StartCondition(
                event=start["event"],
                from_event=start["role"] == "event",
                last=start["take"] == "last",
                counted=start.get("counted") == "true",
                when=start.get("when", ""),
                unless=start.get("unless", ""),
                clause=_clause(start),
            )
            for start in item["start"]
        ),
        function=_clause(item["function"]) if "function" in item else None,
        cap=LatestEnd(period=_period(cap), only_if_instructed="unless" in cap, clause=_clause(cap)) if cap else None,
        no_cap=_clause(item["no_cap"]) if "no_cap" in item else None,
        catch_up=(caught["event"], _period(caught), _clause(caught)) if caught else None,
        early_expiry=tuple(
            EarlyExpiry(
                id=way["id"],
                decisive=way["decisive"],
                requires=tuple(way["requires"]),
                requires_off_premises=tuple(way["requires_off_premises"]),
                when=way.get("when", ""),
                unless=way.get("unless", ""),
                clause=_clause(way),
            )
            for way in item["early_expiry"]
        ),
        refund=Period(days=int(item["refund"]["days"])),
        refund_clause=_clause(item["refund"]),
        declaration_form=item["declaration"]["form"],
        declaration_clause=_clause(item["declaration"]),
    )


def _period(item: Mapping[str, Any]) -> Period:
    return Period(months=int(item["months"]), days=int(item["days"]))


def _clause(item: Mapping[str, Any]) -> Clause:
    return Clause(source=item["source"], mark=item["mark"])


def _applies(when: str, unless: str, flags: frozenset[str]) -> bool:
    return (not when or when in flags) and (not unless or unless not in flags)
