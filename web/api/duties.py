"""What is told before the declaration, and consents beside it."""

from __future__ import annotations

from typing import Any

from esign.contracts.consents import Consent
from esign.engine.duties.desk import DutyView
from web.api.calls import Call, Reply
from web.api.shapes import instant


def information(call: Call) -> Reply:
    """Return which files were delivered to whom, and the rules that the contract is made under."""
    return Reply(content=_view(call.application.duties.of_contract(call.actor, call.path["contract_id"])))


def consents(call: Call) -> Reply:
    """Return the consents about a contract."""
    found = call.application.consents.of_contract(call.actor, call.path["contract_id"])
    return Reply(content={"items": [_consent(each) for each in found]})


def tell(call: Call) -> Reply:
    """Keep a consent that was given elsewhere, with what proves it."""
    made = call.application.consents.tell(call.actor, call.path["contract_id"], call.body)
    return Reply(status=201, content=_consent(made))


def revoke(call: Call) -> Reply:
    """Keep that a consent was revoked elsewhere."""
    done = call.application.consents.tell_revoked(call.actor, call.path["contract_id"], call.body["consent"])
    return Reply(content=_consent(done))


def _view(found: DutyView) -> dict[str, Any]:
    return {
        "files": [
            {
                "kind": each.kind,
                "name": each.name,
                "title": each.title,
                "delivered": [
                    {"party": got.party, "channel": got.channel, "at": instant(got.at)} for got in each.delivered
                ],
            }
            for each in found.files
        ],
        "rules": [
            {"name": each.name, "version": each.version, "sha256": each.sha256, "to_be_confirmed": each.open}
            for each in found.rules
        ],
        "to_be_confirmed": found.open,
    }


def _consent(found: Consent) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.text.kind,
        "version": found.text.version,
        "party": found.party,
        "channel": found.channel,
        "lang": found.text.lang,
        "statements": [{"id": each.id, "text": each.text} for each in found.text.statements],
        "sha256": found.text.digest,
        "given_at": instant(found.given_at),
        "revoked_at": None if found.revoked_at is None else instant(found.revoked_at),
        "evidence": found.evidence or None,
    }
