"""Rights: the period for withdrawal, performance, declarations, tasks."""

from __future__ import annotations

from datetime import date
from typing import Any

from esign.contracts.rights import Right
from esign.engine.api.errors import RequestInvalid
from esign.engine.clocks.clerk import TaskView
from esign.engine.clocks.records import TaskKind
from esign.engine.rights.clerk import DeclarationDetail, DeclarationView
from esign.engine.rights.performance import StatementView
from esign.foundation.clock import rfc3339
from web.api.calls import Call, Reply
from web.api.shapes import instant

PDF = "application/pdf"


def period(call: Call) -> Reply:
    """Return a contract's period for withdrawal."""
    found = call.application.performance.period(call.actor, call.path["contract_id"])
    return Reply(
        content={
            "right": found.right,
            "reason": found.reason or None,
            "deadline": found.answer,
            "statements": [_statement(each) for each in found.statements],
        }
    )


def record(call: Call) -> Reply:
    """Keep a statement about performance."""
    made = call.application.performance.record(call.actor, call.path["contract_id"], call.body)
    return Reply(status=201, content=_statement(made))


def take_back(call: Call) -> Reply:
    """Take a statement back."""
    done = call.application.performance.correct(call.actor, call.path["contract_id"], call.body["statement"])
    return Reply(content=_statement(done))


def declarations(call: Call) -> Reply:
    """Return a page of declarations."""
    query = call.query
    found = call.application.declarations.list(
        call.actor, done=query.get("state") == "done", after=query.get("after"), limit=query["limit"]
    )
    return Reply(content={"items": [_declaration(each) for each in found.declarations], "next": found.next})


def of_contract(call: Call) -> Reply:
    """Return the declarations that concern a contract."""
    found = call.application.declarations.of_contract(call.actor, call.path["contract_id"])
    return Reply(content={"items": [_declaration(each) for each in found]})


def declaration(call: Call) -> Reply:
    """Return a declaration."""
    return Reply(content=_detail(call.application.declarations.detail(call.actor, call.path["declaration_id"])))


def enter(call: Call) -> Reply:
    """Write down a declaration that came another way than by the function."""
    body = dict(call.body)
    made = call.application.entering.enter(call.actor, Right(body.pop("right")), body)
    location = f"{call.application.settings.web_url}/api/v1/declarations/{made}"
    return Reply(status=201, content={"id": made}, headers=(("Location", location),))


def acknowledgement(call: Call) -> Reply:
    """Return the acknowledgement's file."""
    data = call.application.declarations.acknowledgement(call.actor, call.path["declaration_id"])
    return Reply(data=data, media_type=PDF)


def settle(call: Call) -> Reply:
    """Say what became of a declaration."""
    view = call.application.declarations.settle(call.actor, call.path["declaration_id"], call.body["words"])
    return Reply(content=_declaration(view))


def tasks(call: Call) -> Reply:
    """Return a page of tasks."""
    query = call.query
    kind, due_to = query.get("kind"), query.get("due_to")
    found = call.application.tasks.list(
        call.actor,
        done=query.get("state") == "done",
        kind=TaskKind(kind) if kind is not None else None,
        due_to=_day(due_to, "query/due_to") if due_to is not None else None,
        after=query.get("after"),
        limit=query["limit"],
    )
    return Reply(content={"items": [_task(each) for each in found.tasks], "next": found.next})


def finish_task(call: Call) -> Reply:
    """Say that a task is done."""
    return Reply(content=_task(call.application.tasks.done(call.actor, call.path["task_id"], call.body["words"])))


def _statement(view: StatementView) -> dict[str, Any]:
    said = view.said
    return {
        "id": view.id,
        "event": said.event.value,
        "at": said.at,
        "complete": said.complete,
        "names_function": said.names_function,
        "delivery": said.delivery or None,
        "deliveries": said.deliveries,
        "places": dict(said.places),
        "note": said.note or None,
        "recorded_at": rfc3339(view.recorded_at),
        "taken_back_at": instant(view.corrected_at),
    }


def _declaration(view: DeclarationView) -> dict[str, Any]:
    return {
        "id": view.id,
        "right": view.right.value,
        "state": view.state.value,
        "received_at": rfc3339(view.received_at),
        "contract": view.contract_id,
        "verdict": view.verdict or None,
        "due_on": view.due_on.isoformat() if view.due_on else None,
        "acknowledged_at": instant(view.acknowledged_at),
        "same_as": view.same_as,
    }


def _detail(found: DeclarationDetail) -> dict[str, Any]:
    return {
        **_declaration(found.view),
        "values": {name: value for name, value in found.values.items() if value},
        "channel": found.channel,
        "sent_on": found.sent_on.isoformat() if found.sent_on else None,
        "by_party": found.by_party,
        "exercisable_until": instant(found.exercisable_until),
        "ends": found.ends.isoformat() if found.ends else None,
        "retention": {"class": found.retention.name, "until": found.retention.last_day.isoformat()},
        "linked": [
            {
                "reference": each.reference,
                "company": each.company or None,
                "relation": each.relation.value,
                "contract": each.contract_id,
                "falls": each.falls,
            }
            for each in found.linked
        ],
    }


def _task(view: TaskView) -> dict[str, Any]:
    return {
        "id": view.id,
        "kind": view.kind.value,
        "state": view.state.value,
        "due_on": view.due_on.isoformat(),
        "overdue": view.overdue,
        "title": view.title or None,
        "contract": view.contract_id,
        "declaration": view.declaration_id,
        "done_at": instant(view.done_at),
        "words": view.words or None,
    }


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestInvalid("a day that does not exist", place=place) from error
