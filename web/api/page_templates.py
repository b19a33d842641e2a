"""Page templates: made of uploaded files, given new versions, tried out, taken out of use."""

from __future__ import annotations

from typing import Any

from esign.engine.templates.desk import TemplateView
from esign.foundation.clock import rfc3339
from web.api import shapes
from web.api.calls import Call, Reply
from web.api.documents import PDF


def all_templates(call: Call) -> Reply:
    """Return the company's templates."""
    found = call.application.templates.list(call.actor, archived=call.query["archived"] == "yes")
    return Reply(content={"items": [_template(view) for view in found]})


def get(call: Call) -> Reply:
    """Return a template in its newest version, or in a named one."""
    found = call.application.templates.get(call.actor, call.path["template_id"], call.query.get("version"))
    more = {
        "version": found.version,
        "description": dict(found.description),
        "sizes": [list(size) for size in found.sizes],
        "warnings": [warning.kind for warning in found.warnings],
    }
    return Reply(content={**_template(found.view), **more})


def create(call: Call) -> Reply:
    """Make a template of an uploaded file."""
    view = call.application.templates.create(call.actor, call.body["description"], call.body["file"])
    return Reply(status=201, content=_template(view))


def add_version(call: Call) -> Reply:
    """Add a version."""
    view = call.application.templates.new_version(
        call.actor,
        call.path["template_id"],
        call.body["description"],
        call.body.get("file"),
        newest=call.body.get("newest"),
    )
    return Reply(status=201, content=_template(view))


def preview(call: Call) -> Reply:
    """Return the pages filled in with examples."""
    body = call.body
    pdf = call.application.templates.preview(
        call.actor,
        call.path["template_id"],
        body.get("values"),
        version=body.get("version"),
        description=body.get("description"),
    )
    return Reply(data=pdf, media_type=PDF)


def archive(call: Call) -> Reply:
    """Take a template out of use."""
    return Reply(content=_template(call.application.templates.archive(call.actor, call.path["template_id"])))


def restore(call: Call) -> Reply:
    """Take an archived template into use again."""
    return Reply(content=_template(call.application.templates.restore(call.actor, call.path["template_id"])))


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
