"""Uploaded files, and the page templates that are made of them."""

from __future__ import annotations

from typing import Any

from esign.engine.templates import TemplateView
from esign.engine.uploads import UploadView
from esign.foundation.clock import rfc3339
from web.api import shapes
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


def templates(call: Call) -> Reply:
    """Return the company's templates."""
    return Reply(content={"items": [_template(view) for view in call.application.templates.list(call.actor)]})


def template(call: Call) -> Reply:
    """Return a template in its newest version."""
    found = call.application.templates.get(call.actor, call.path["template_id"])
    more = {
        "description": dict(found.description),
        "sizes": [list(size) for size in found.sizes],
        "warnings": [warning.kind for warning in found.warnings],
    }
    return Reply(content={**_template(found.view), **more})


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


def _template(view: TemplateView) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "lang": view.lang,
        "version": view.version,
        "pages": view.pages,
        "parties": view.parties,
        "created_at": rfc3339(view.created_at),
        "changed_at": rfc3339(view.changed_at),
        "archived_at": shapes.instant(view.archived_at),
    }
