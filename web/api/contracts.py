"""Contracts: drawn up, listed, invited to, corrected, ended."""

from __future__ import annotations

from datetime import date, datetime

from esign.engine.api.errors import RequestInvalid
from esign.engine.api.records import ContractFilter
from esign.engine.contracts.validity import Validity
from esign.engine.contracts.views import Corrected
from esign.foundation.clock import from_rfc3339, rfc3339
from web.api import shapes
from web.api.calls import Call, Reply


def page(call: Call) -> Reply:
    """Return a page of contracts."""
    query = call.query
    wanted = ContractFilter(
        state=query.get("state"),
        template=query.get("template"),
        reference=query.get("reference"),
        created_from=_instant(call, "created_from"),
        created_before=_instant(call, "created_before"),
    )
    found = call.application.reading.contracts(call.actor, wanted, after=query.get("after"), limit=query["limit"])
    return Reply(content={"items": [shapes.contract(view) for view in found.contracts], "next": found.next})


def create(call: Call) -> Reply:
    """Draw up a contract, and invite to it if that is wished."""
    contract_id = call.application.contracts.draw_up(call.actor, call.body["data"], _validity(call))
    if call.body.get("invite", False):
        call.application.contracts.invite(call.actor, contract_id)
    return _made(call, contract_id)


def get(call: Call) -> Reply:
    """Return a contract."""
    return Reply(content=shapes.contract(call.application.contracts.view(call.actor, call.path["contract_id"])))


def data(call: Call) -> Reply:
    """Return a contract's data."""
    return Reply(content=call.application.reading.data(call.actor, call.path["contract_id"]))


def parties(call: Call) -> Reply:
    """Return who is to sign."""
    found = call.application.reading.parties(call.actor, call.path["contract_id"])
    return Reply(content={"items": [shapes.party(view) for view in found]})


def invite(call: Call) -> Reply:
    """Invite."""
    invited = call.application.contracts.invite(call.actor, call.path["contract_id"], call.body.get("party"))
    return Reply(content=shapes.invitations(invited))


def remind(call: Call) -> Reply:
    """Remind a party."""
    reminded = call.application.contracts.remind(call.actor, call.path["contract_id"], call.body["party"])
    return Reply(content={"party": reminded.party, "expires_at": rfc3339(reminded.expires_at)})


def resend(call: Call) -> Reply:
    """Send a new invitation."""
    invited = call.application.contracts.resend(call.actor, call.path["contract_id"], call.body["party"])
    return Reply(content=shapes.invitations(invited))


def cancel(call: Call) -> Reply:
    """Cancel a contract."""
    call.application.contracts.cancel(call.actor, call.path["contract_id"], call.body.get("reason", ""))
    return _contract(call, call.path["contract_id"])


def correct_address(call: Call) -> Reply:
    """Correct an address."""
    body = call.body
    corrected = call.application.contracts.correct_address(
        call.actor, call.path["contract_id"], body["party"], body["email"]
    )
    return _replaced(call, corrected)


def delegate(call: Call) -> Reply:
    """Put somebody else in a party's place."""
    body = call.body
    delegated = call.application.contracts.delegate(call.actor, call.path["contract_id"], body["party"], body["person"])
    return _replaced(call, delegated)


def change_validity(call: Call) -> Reply:
    """Give a contract more time, or other reminders."""
    call.application.renewal.change_validity(call.actor, call.path["contract_id"], Validity.parse(call.body))
    return _contract(call, call.path["contract_id"])


def renew(call: Call) -> Reply:
    """Draw up anew a contract that ended."""
    until = call.body.get("accept_until")
    renewed = call.application.renewal.renew(
        call.actor,
        call.path["contract_id"],
        accept_until=_day(until, "body/accept_until") if until is not None else None,
        validity=_validity(call),
        invite=call.body.get("invite", True),
    )
    return _replaced(call, renewed)


def deadlines(call: Call) -> Reply:
    """Return what ends or happens by itself, and when."""
    found = call.application.desk.contract(call.actor, call.path["contract_id"]).deadlines
    return Reply(content={"items": [shapes.deadline(each) for each in found]})


def formation(call: Call) -> Reply:
    """Say how a contract came about, or stands."""
    return Reply(content=shapes.formation(call.application.formation.view(call.actor, call.path["contract_id"])))


def confirm(call: Call) -> Reply:
    """Send the confirmation of a contract again."""
    (party,) = call.application.confirmations.resend(call.actor, call.path["contract_id"], call.body["party"])
    return Reply(content={"party": party})


def accept(call: Call) -> Reply:
    """Accept a customer's order; accepted already, send the acceptance again to whom it has not reached."""
    call.application.acceptances.accept(call.actor, call.path["contract_id"])
    return _contract(call, call.path["contract_id"])


def decline(call: Call) -> Reply:
    """Turn a customer's order down."""
    call.application.acceptances.decline(call.actor, call.path["contract_id"], call.body.get("reason", ""))
    return _contract(call, call.path["contract_id"])


def ask(call: Call) -> Reply:
    """Ask a minor's legal representative for consent or approval."""
    body = call.body
    link = call.application.approvals.ask(
        call.actor, call.path["contract_id"], body["party"], body["name"], body["email"]
    )
    return Reply(status=201, content={"party": body["party"], "link": link})


def demand(call: Call) -> Reply:
    """Demand a minor's legal representative to declare about the approval."""
    call.application.approvals.demand(call.actor, call.path["contract_id"], call.body["party"])
    return Reply(content={"party": call.body["party"]})


def journey_link(call: Call) -> Reply:
    """Make a link that the company hands on itself."""
    made = call.application.journeys.link(
        call.actor, call.path["contract_id"], party=call.body["party"], return_url=call.body["return_url"]
    )
    return Reply(status=201, content={**shapes.invitation(made), "link": made.link})


def _contract(call: Call, contract_id: str) -> Reply:
    return Reply(content=shapes.contract(call.application.reading.outcome(call.actor, contract_id)))


def _made(call: Call, contract_id: str) -> Reply:
    location = f"{call.application.settings.web_url}/api/v1/contracts/{contract_id}"
    content = shapes.contract(call.application.reading.outcome(call.actor, contract_id))
    return Reply(status=201, content=content, headers=(("Location", location),))


def _replaced(call: Call, corrected: Corrected) -> Reply:
    return _made(call, corrected.contract_id)


def _validity(call: Call) -> Validity | None:
    wished = call.body.get("validity")
    return None if wished is None else Validity.parse(wished)


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestInvalid("a day that does not exist", place=place) from error


def _instant(call: Call, name: str) -> datetime | None:
    text = call.query.get(name)
    if text is None:
        return None
    whole, _, fraction = text.removesuffix("Z").partition(".")
    try:
        return from_rfc3339(f"{whole}.{fraction:0<6}Z")
    except ValueError as error:
        raise RequestInvalid("a day that does not exist", place=f"query/{name}") from error
