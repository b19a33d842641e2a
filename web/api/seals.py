"""The company's seal on documents of backend systems: one at once, or batches in the background."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from esign.engine.sealing.views import SealBatchView, SealResultView
from esign.foundation.clock import rfc3339
from web.api.calls import Call, Reply
from web.api.shapes import instant

PDF, RECORD = "application/pdf", "application/octet-stream"
LEVEL = "B-T"


def seal(call: Call) -> Reply:
    """Seal one document."""
    return _pdf(call.application.sealing.seal(call.actor, call.body, level=call.query.get("level", LEVEL)))


def page(call: Call) -> Reply:
    """Return a page of batches."""
    found = call.application.sealing.batches(call.actor, after=call.query.get("after"), limit=call.query["limit"])
    return Reply(content={"items": [_batch(view) for view in found.batches], "next": found.next})


def open_batch(call: Call) -> Reply:
    """Open a batch."""
    view = call.application.sealing.open_batch(
        call.actor, level=call.body.get("level", LEVEL), evidence_record=call.body.get("evidence_record", False)
    )
    location = f"{call.application.settings.web_url}/api/v1/seal-batches/{view.id}"
    return Reply(status=201, content=_batch(view), headers=(("Location", location),))


def get(call: Call) -> Reply:
    """Return a batch."""
    return Reply(content=_batch(call.application.sealing.view(call.actor, call.path["batch_id"])))


def delete(call: Call) -> Reply:
    """Delete the documents of a batch."""
    call.application.sealing.delete(call.actor, call.path["batch_id"])
    return Reply(status=204)


def complete(call: Call) -> Reply:
    """Let a batch be sealed."""
    return Reply(content=_batch(call.application.sealing.complete(call.actor, call.path["batch_id"])))


def results(call: Call) -> Reply:
    """Return a page of results."""
    found = call.application.sealing.results(
        call.actor, call.path["batch_id"], after=call.query.get("after"), limit=call.query["limit"]
    )
    return Reply(content={"items": [_result(view) for view in found.results], "next": found.next})


def add(call: Call) -> Reply:
    """Take a document."""
    view, new = call.application.sealing.add(call.actor, call.path["batch_id"], call.path["name"], call.body)
    return Reply(status=201 if new else 200, content=_result(view))


def document(call: Call) -> Reply:
    """Return a sealed document."""
    return _pdf(call.application.sealing.document(call.actor, call.path["batch_id"], call.path["name"]))


def evidence_record(call: Call) -> Reply:
    """Return the evidence record of a sealed document."""
    data = call.application.sealing.evidence_record(call.actor, call.path["batch_id"], call.path["name"])
    return Reply(data=data, media_type=RECORD)


def _pdf(data: bytes) -> Reply:
    proof = base64.b64encode(hashlib.sha256(data).digest()).decode()
    headers = (("Repr-Digest", f"sha-256=:{proof}:"), ("Cache-Control", "private, no-store"))
    return Reply(data=data, media_type=PDF, headers=headers)


def _batch(view: SealBatchView) -> dict[str, Any]:
    return {
        "id": view.id,
        "state": view.state,
        "level": view.level,
        "evidence_record": view.evidence_record,
        "documents": view.documents,
        "sealed": view.sealed,
        "set_aside": view.set_aside,
        "created_at": rfc3339(view.created_at),
        "completed_at": instant(view.completed_at),
        "finished_at": instant(view.finished_at),
        "expires_at": rfc3339(view.expires_at),
    }


def _result(view: SealResultView) -> dict[str, Any]:
    return {
        "name": view.name,
        "state": view.state,
        "sha256": view.digest_in.hex(),
        "sealed_sha256": view.digest_out.hex() if view.digest_out else None,
        "level": view.level,
        "code": view.code,
        "facts": dict(view.facts),
    }
