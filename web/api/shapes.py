"""How the engine's values look outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from esign.engine.api.events import Event
from esign.engine.api.keys import ApiKeyView
from esign.engine.api.reading import PartyView
from esign.engine.api.records import ReturnAddress
from esign.engine.contracts.invitations import Invited
from esign.engine.contracts.views import ContractView
from esign.engine.webhooks.desk import DeliveryView, WebhookView
from esign.foundation.clock import rfc3339


def contract(view: ContractView) -> dict[str, Any]:
    """Return a contract."""
    return {
        "id": view.id,
        "reference": view.reference,
        "title": view.title,
        "template": view.template,
        "company": view.company,
        "level": view.level.word,
        "state": view.state,
        "created_at": rfc3339(view.created_at),
        "concluded_at": instant(view.concluded_at),
    }


def party(view: PartyView) -> dict[str, Any]:
    """Return a party."""
    return {
        "name": view.name,
        "role": view.role,
        "given_name": view.given_name,
        "family_name": view.family_name,
        "email": view.email,
        "represents": view.represents or None,
        "state": view.state,
        "expires_at": instant(view.expires_at),
    }


def invitation(invited: Invited) -> dict[str, Any]:
    """Return an invitation; never its link."""
    return {"party": invited.party, "expires_at": rfc3339(invited.expires_at)}


def invitations(invited: Invited) -> dict[str, Any]:
    """Return an invitation with those that were made at the same time."""
    return {"items": [invitation(each) for each in (invited, *invited.further)]}


def event(found: Event) -> dict[str, Any]:
    """Return an event."""
    return {
        "id": found.id,
        "kind": found.kind,
        "at": rfc3339(found.at),
        "contract": found.contract_id,
        "party": found.party,
        "case": found.case_id,
        "bulk": found.bulk_id,
    }


def key(view: ApiKeyView) -> dict[str, Any]:
    """Return a key; never the secret."""
    return {
        "id": view.id,
        "prefix": view.prefix,
        "name": view.name,
        "scopes": sorted(view.scopes),
        "created_at": rfc3339(view.created_at),
        "expires_at": rfc3339(view.expires_at),
        "last_used": view.last_used,
    }


def webhook(view: WebhookView) -> dict[str, Any]:
    """Return a webhook; never its secrets."""
    return {
        "id": view.id,
        "url": view.url,
        "kinds": list(view.kinds),
        "notify": view.notify,
        "state": view.state,
        "created_at": rfc3339(view.created_at),
        "failing_since": instant(view.failing_since),
        "disabled_at": instant(view.disabled_at),
    }


def delivery(view: DeliveryView) -> dict[str, Any]:
    """Return a line of the delivery log."""
    found = view.delivery
    return {
        "id": found.id,
        "event": found.event_id,
        "kind": found.kind,
        "contract": found.contract_id,
        "state": found.state.value,
        "queued_at": rfc3339(found.queued_at),
        "finished_at": instant(found.finished_at),
        "attempts": [
            {
                "number": each.number,
                "at": rfc3339(each.at),
                "status": each.status,
                "code": each.code,
                "milliseconds": each.milliseconds,
            }
            for each in view.attempts
        ],
    }


def return_address(found: ReturnAddress) -> dict[str, Any]:
    """Return a return address; never its secret."""
    return {"id": found.id, "origin": found.origin, "created_at": rfc3339(found.created_at)}


def instant(value: datetime | None) -> str | None:
    """Return an instant, if there is one."""
    return None if value is None else rfc3339(value)
