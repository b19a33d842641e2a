"""Many contracts at once: rows checked, confirmed, made in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esign.engine.api.errors import RequestInvalid
from esign.engine.company.bulk_views import BulkView
from web.api import shapes
from web.api.calls import Call, Reply


def create(call: Call) -> Reply:
    """Check rows; nothing is drawn up."""
    desk = call.application.bulk
    if isinstance(call.body, bytes):
        kind, plan = _plan(call.query, "query")
        view = desk.check(
            call.actor,
            call.query.get("name", "rows.csv"),
            call.body,
            kind=kind,
            plan=plan,
            validity=_validity(call.query),
        )
    else:
        body: Mapping[str, Any] = call.body
        kind, plan = _plan(body, "body")
        view = desk.check_rows(
            call.actor,
            body.get("name", "rows"),
            body["contracts"] if kind == "data" else body["rows"],
            kind=kind,
            plan=plan,
            validity=body.get("validity"),
        )
    location = f"{call.application.settings.web_url}/api/v1/bulk-runs/{view.id}"
    return Reply(status=201, content=shapes.bulk_run(view), headers=(("Location", location),))


def page(call: Call) -> Reply:
    """Return a page of runs."""
    found = call.application.bulk.runs(call.actor, after=call.query.get("after"), limit=call.query["limit"])
    return Reply(content={"items": [shapes.bulk_run(view) for view in found.runs], "next": found.next})


def get(call: Call) -> Reply:
    """Return a run."""
    return _run(call.application.bulk.one(call.actor, call.path["bulk_id"]))


def rows(call: Call) -> Reply:
    """Return a page of rows."""
    query = call.query
    found = call.application.bulk.rows(
        call.actor, call.path["bulk_id"], state=query.get("state"), after=query.get("after"), limit=query["limit"]
    )
    return Reply(content={"items": [shapes.bulk_row(view) for view in found.rows], "next": found.next})


def start(call: Call) -> Reply:
    """Let the rows be made."""
    return _run(call.application.bulk.start(call.actor, call.path["bulk_id"]))


def cancel(call: Call) -> Reply:
    """Let nothing more be made."""
    return _run(call.application.bulk.cancel(call.actor, call.path["bulk_id"]))


def _run(view: BulkView) -> Reply:
    return Reply(content=shapes.bulk_run(view))


def _plan(given: Mapping[str, Any], where: str) -> tuple[str, str]:
    """Return after what the rows are made: exactly one of form, contract, or the rows themselves."""
    named = [(kind, given[kind]) for kind in ("form", "like") if kind in given]
    if where == "body" and "contracts" in given:
        named.append(("data", ""))
    if len(named) != 1:
        raise RequestInvalid("exactly one of form, like and contracts", place=where)
    return named[0]


def _validity(query: Mapping[str, Any]) -> dict[str, Any]:
    names = {"valid_days": "days", "valid_until": "until"}
    return {names[name]: query[name] for name in names if name in query}
