"""The stable JSON answers of ``esign deadline``; schemas in ``docs/schemas``."""

from __future__ import annotations

from typing import Any

from esign.contracts.deadlines.instants import instant_text
from esign.contracts.deadlines.periods import PeriodEnd
from esign.contracts.deadlines.verdict import Step, WithdrawalDeadline


def period_answer(end: PeriodEnd) -> dict[str, str]:
    """Return nominal end, shifted end and exclusive instant."""
    return {
        "nominal_end": end.nominal_end.isoformat(),
        "shifted_end": end.shifted_end.isoformat(),
        "expires_at": instant_text(end.expires_at),
    }


def withdrawal_answer(deadline: WithdrawalDeadline) -> dict[str, Any]:
    """Return the whole period of a contract with every intermediate date and its clause."""
    rule, end = deadline.rule, deadline.end
    until = deadline.exercisable_until
    ends: dict[str, Any] = {"nominal_end": None, "shifted_end": None, "expires_at": None}
    if end is not None:
        ends = {**period_answer(end)}
    return {
        "v": "esign-deadline/1",
        "kind": deadline.facts.kind,
        "contract_date": deadline.facts.concluded.day.isoformat(),
        "rule": {
            "version": rule.version,
            "valid_from": rule.valid_from.isoformat(),
            "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        },
        "right": deadline.state.value != "no_right",
        "state": deadline.state.value,
        "ends_by": deadline.ends_by.value,
        "start": deadline.start.isoformat() if deadline.start else None,
        **ends,
        "lapsed_at": instant_text(deadline.lapsed_at) if deadline.lapsed_at else None,
        "exercisable_until": instant_text(until) if until else None,
        "declaration_form": rule.declaration_form,
        "refund_days": rule.refund.days,
        "places": [":".join(filter(None, (p.land, p.municipality))) for p in deadline.facts.calendar.places],
        "steps": [_step(step) for step in deadline.steps],
        "open_points": [_step(step) for step in deadline.open_points],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.name,
        "day": step.day.isoformat() if step.day else None,
        "clause": step.clause.source,
        "mark": step.clause.mark,
        "note": step.note or None,
    }
