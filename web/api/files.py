"""Uploaded files."""

from __future__ import annotations

from typing import Any

from esign.engine.templates.uploads import UploadView
from esign.foundation.clock import rfc3339
from web.api.calls import Call, Reply

UNNAMED = "document.pdf"


def upload(call: Call) -> Reply:
    """Take a PDF."""
    name = call.headers.get("File-Name", UNNAMED)
    return Reply(status=201, content=_file(call.application.uploads.accept(call.actor, name, call.body)))


def get(call: Call) -> Reply:
    """Return what is known of a file."""
    return Reply(content=_file(call.application.uploads.view(call.actor, call.path["file_id"])))


def delete(call: Call) -> Reply:
    """Discard a file."""
    call.application.uploads.discard(call.actor, call.path["file_id"])
    return Reply(status=204)


def _file(view: UploadView) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "pages": view.pages,
        "sizes": [list(size) for size in view.sizes],
        "warnings": [warning.kind for warning in view.warnings],
        "sha256": view.digest.hex(),
        "created_at": rfc3339(view.created_at),
        "expires_at": rfc3339(view.expires_at),
    }
