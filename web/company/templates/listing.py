"""The list of templates, and one template with its versions, pictures, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import Actor, Permission
from esign.documents import RenderingFailed
from esign.engine.templates.refusals import TemplateUnknown
from web.company.guard import needs
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application

SHOWN_PAGES = 12
"""Pages of which one template's page shows a small picture."""
_LONGEST = 80
"""Characters of a file's name."""
_SPELLED = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}


def version_of(text: str | None) -> int | None:
    """Return the version that an address names; None: the newest.

    Raises:
        TemplateUnknown: It is no number of a version.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise TemplateUnknown
    return int(text)


def add(pages: Blueprint, application: Application) -> None:
    """Add the views."""
    desk = application.templates

    @pages.get("/")
    @needs(Permission.TEMPLATES_READ)
    def page(actor: Actor) -> str:
        archived = bool(request.args.get("archived"))
        found = desk.list(actor, archived=True)
        return render_template(
            "company/templates/list.html",
            templates=[each for each in found if (each.archived_at is not None) == archived],
            archived=archived,
            number_archived=sum(each.archived_at is not None for each in found),
        )

    @pages.get("/<template_id>/")
    @needs(Permission.TEMPLATES_READ)
    def one(actor: Actor, template_id: str) -> str:
        version = version_of(request.args.get("version"))
        detail = desk.get(actor, template_id, version)
        return render_template(
            "company/templates/one.html",
            template=detail.view,
            detail=detail,
            versions=desk.versions(actor, template_id),
            shown_pages=min(detail.view.pages, len(detail.sizes), SHOWN_PAGES),
            problem=None,
        )

    @pages.get("/<template_id>/picture")
    @needs(Permission.TEMPLATES_READ)
    def picture(actor: Actor, template_id: str) -> Response:
        version = version_of(request.args.get("version"))
        number, width = (_small(request.args.get(name), usual) for name, usual in (("page", 1), ("width", 800)))
        try:
            drawn = desk.picture(actor, template_id, number - 1, width, version=version)
        except RenderingFailed:
            raise TemplateUnknown from None
        return Response(drawn, mimetype="image/png")

    @pages.get("/<template_id>/export")
    @needs(Permission.TEMPLATES_READ)
    def export(actor: Actor, template_id: str) -> Response:
        version = version_of(request.args.get("version"))
        detail = desk.get(actor, template_id, version)
        response = Response(desk.export(actor, template_id, version), mimetype="application/zip")
        name = _file_name(detail.description["name"], detail.version)
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response

    @pages.post("/<template_id>/archive")
    @needs(Permission.TEMPLATES_WRITE)
    def archive(actor: Actor, template_id: str) -> Response:
        desk.archive(actor, template_id)
        flash("templates.archived_done")
        return see_other(url_for("company_templates.one", template_id=template_id))

    @pages.post("/<template_id>/restore")
    @needs(Permission.TEMPLATES_WRITE)
    def restore(actor: Actor, template_id: str) -> Response:
        desk.restore(actor, template_id)
        flash("templates.restored_done")
        return see_other(url_for("company_templates.one", template_id=template_id))


def _small(text: str | None, usual: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else usual


def _file_name(name: str, version: int) -> str:
    """Return a file's name out of a template's: letters, digits and hyphens of ASCII, whatever the name holds."""
    plain = name.lower().translate(_SPELLED)
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in plain)
    short = "-".join(part for part in kept.split("-") if part)[:_LONGEST].strip("-")
    return f"{short or 'template'}-{version}.zip"
