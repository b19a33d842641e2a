"""What happened."""

from __future__ import annotations

from web.api import shapes
from web.api.calls import Call, Reply


def of_contract(call: Call) -> Reply:
    """Return a page of a contract's events."""
    return _page(call, call.path["contract_id"])


def all_events(call: Call) -> Reply:
    """Return a page of all events."""
    return _page(call, None)


def _page(call: Call, contract_id: str | None) -> Reply:
    query = call.query
    found = call.application.reading.events(
        call.actor, contract_id, kind=query.get("kind"), after=query.get("after"), limit=query["limit"]
    )
    return Reply(
        content={"items": [shapes.event(each) for each in found.events], "next": found.next, "more": found.more}
    )
