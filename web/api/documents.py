"""Documents and evidence, as the exact bytes."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress

from esign.engine.refusals import ContractStateRefused
from web.api.calls import Call, Reply

PDF = "application/pdf"
DOSSIER = "application/vnd.etsi.asic-e+zip"


def all_of_contract(call: Call) -> Reply:
    """Return which documents exist."""
    reading, contract_id = call.application.reading, call.path["contract_id"]
    found = {"draft": reading.draft(call.actor, contract_id)}
    with suppress(ContractStateRefused):  # not concluded
        found["signed"] = reading.signed(call.actor, contract_id)
    items = [
        {"document": name, "media_type": PDF, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in found.items()
    ]
    return Reply(content={"items": items})


def get(call: Call) -> Reply:
    """Return a document; 304 where the one that the client has is the same."""
    reading, contract_id = call.application.reading, call.path["contract_id"]
    take = reading.draft if call.path["document"] == "draft" else reading.signed
    data = take(call.actor, contract_id)
    digest = hashlib.sha256(data).digest()
    tag = f'"{digest.hex()}"'
    known = [each.strip().removeprefix("W/") for each in call.headers.get("If-None-Match", "").split(",")]
    if tag in known or "*" in known:
        return Reply(status=304, headers=(("ETag", tag),))
    proof = base64.b64encode(digest).decode()
    headers = (("ETag", tag), ("Repr-Digest", f"sha-256=:{proof}:"), ("Cache-Control", "private, no-cache"))
    return Reply(data=data, media_type=PDF, headers=headers)


def dossier(call: Call) -> Reply:
    """Return the dossier."""
    data = call.application.dossiers.create(call.actor, call.path["contract_id"])
    return Reply(data=data, media_type=DOSSIER)
