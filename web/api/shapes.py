"""How the engine's values look outside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from esign.engine.api.events import Event
from esign.engine.api.keys import ApiKeyView
from esign.engine.api.reading import PartyView
from esign.engine.api.records import ReturnAddress
from esign.engine.company.bulk_views import BulkView, RowView
from esign.engine.company.desk import Deadline
from esign.engine.contracts.invitations import Invited
from esign.engine.contracts.views import ContractView
from esign.engine.formation.views import FormationView
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
        "valid_until": view.valid_until.isoformat() if view.valid_until else None,
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


def formation(view: FormationView | None) -> dict[str, Any]:
    """Return how a contract came about; where nothing can be told any more, that."""
    empty = {"clause": "", "consequence": {}, "events": [], "needs_button": False, "offer_by": "trader"}
    if view is None:
        return {"state": "unknown", "since": None, "until": None, "rule": "", "recorded": False, **empty}
    return {
        "state": view.state,
        "since": instant(view.since),
        "until": instant(view.until),
        "rule": view.rule,
        "clause": view.clause,
        "consequence": dict(view.consequence),
        "offer_by": view.offer_by,
        "needs_button": view.needs_button,
        "recorded": view.recorded,
        "events": [
            {
                "kind": each.kind,
                "at": rfc3339(each.at),
                "party": each.party or None,
                "clause": each.clause,
                "level": each.level or None,
                "label": each.label or None,
                "text_sha256": each.text_sha256 or None,
                "document_sha256": each.document_sha256 or None,
                "entry": each.entry,
            }
            for each in view.events
        ],
    }


def deadline(found: Deadline) -> dict[str, Any]:
    """Return something that ends or happens by itself."""
    return {"kind": found.kind, "party": found.party or None, "at": rfc3339(found.at.astimezone(UTC))}


def bulk_run(view: BulkView) -> dict[str, Any]:
    """Return a run of many contracts."""
    return {
        "id": view.id,
        "name": view.name,
        "state": view.state,
        "kind": view.kind,
        "form": view.plan if view.kind == "form" else None,
        "like": view.plan if view.kind == "like" else None,
        "encoding": view.encoding,
        "delimiter": view.delimiter,
        "columns": dict(view.columns) if view.kind != "data" else {},
        "ignored": list(view.ignored),
        "validity": dict(view.validity),
        "counts": dict(view.counts),
        "created_at": rfc3339(view.created_at),
        "finished_at": instant(view.finished_at),
        "expires_at": rfc3339(view.expires_at),
    }


def bulk_row(view: RowView) -> dict[str, Any]:
    """Return a row of it."""
    return {
        "number": view.number,
        "state": view.state,
        "reference": view.reference,
        "contract": view.contract_id,
        "code": view.code,
        "findings": [_finding(*found) for found in view.findings],
    }


def _finding(column: str, de: str, en: str) -> dict[str, Any]:
    """Return what is wrong with a row: words, or the code of a refusal."""
    coded = " " not in de and "." in de.strip(".")
    return {"column": column, "code": de if coded else None, "text": None if coded else {"de": de, "en": en}}


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
        "seal_batch": found.batch_id,
        "declaration": found.declaration_id,
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
