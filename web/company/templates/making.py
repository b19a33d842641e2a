"""New templates, and new versions out of files: a PDF, or the archive of a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import Actor, Permission
from esign.documents import TemplateRefused, UploadRefused
from esign.documents.upload_errors import UploadNotPdf
from esign.engine.templates.desk import TemplateView
from esign.engine.templates.refusals import TemplateArchived, TooManyUploads, UploadUnknown
from web.company.guard import needs
from web.company.templates.form import VERSION
from web.company.templates.told import told
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.foundation.errors import EsignError

REFUSALS = (UploadRefused, TemplateRefused, UploadUnknown, TooManyUploads, TemplateArchived)


def given_file(name: str) -> bytes:
    """Return an uploaded file's bytes; none where nothing was chosen. Its name is not looked at."""
    found = request.files.get(name)
    return b"" if found is None else found.stream.read()


def add(pages: Blueprint, application: Application) -> None:
    """Add the views."""
    desk = application.templates

    def made(view: TemplateView, phrase: str, *, edit: bool) -> Response:
        flash(phrase)
        address = url_for("company_templates.edit" if edit else "company_templates.one", template_id=view.id)
        return see_other(address)

    def form(refusal: EsignError | None = None, which: str = "") -> tuple[str, int]:
        page = render_template(
            "company/templates/new.html",
            name=request.form.get("name", "")[:200],
            chosen=request.form.get("lang", "de"),
            parties=request.form.get("parties", "1"),
            problem=None if refusal is None else told(refusal),
            which=which,
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    def back(actor: Actor, template_id: str, refusal: EsignError) -> tuple[str, int]:
        detail = desk.get(actor, template_id)
        page = render_template(
            "company/templates/one.html",
            template=detail.view,
            detail=detail,
            versions=desk.versions(actor, template_id),
            shown_pages=0,
            problem=told(refusal),
        )
        return page, status_of(refusal.code)

    def version(actor: Actor, template_id: str, act: Callable[[], TemplateView]) -> tuple[str, int] | Response:
        try:
            return made(act(), "templates.version_made", edit=False)
        except REFUSALS as refusal:
            return back(actor, template_id, refusal)

    @pages.get("/new")
    @needs(Permission.TEMPLATES_WRITE)
    def new(actor: Actor) -> tuple[str, int]:
        return form()

    @pages.post("/new")
    @needs(Permission.TEMPLATES_WRITE)
    def create(actor: Actor) -> tuple[str, int] | Response:
        parties = request.form.get("parties", "1")
        description = {
            "v": VERSION,
            "name": request.form.get("name", "").strip(),
            "lang": request.form.get("lang", "de"),
            "parties": int(parties) if parties in ("1", "2", "3", "4", "5") else 1,
            "variables": [],
            "placements": [],
        }
        document = given_file("file")
        try:
            if not document:
                raise UploadNotPdf
            return made(desk.create(actor, description, document), "templates.made", edit=True)
        except REFUSALS as refusal:
            return form(refusal, "create")

    @pages.post("/import")
    @needs(Permission.TEMPLATES_WRITE)
    def import_new(actor: Actor) -> tuple[str, int] | Response:
        try:
            return made(desk.import_archive(actor, given_file("archive")), "templates.imported", edit=False)
        except REFUSALS as refusal:
            return form(refusal, "import")

    @pages.post("/<template_id>/import")
    @needs(Permission.TEMPLATES_WRITE)
    def import_version(actor: Actor, template_id: str) -> tuple[str, int] | Response:
        _known(application, actor, template_id)
        return version(actor, template_id, lambda: desk.import_archive(actor, given_file("archive"), template_id))

    @pages.post("/<template_id>/document")
    @needs(Permission.TEMPLATES_WRITE)
    def document(actor: Actor, template_id: str) -> tuple[str, int] | Response:
        kept = _known(application, actor, template_id)

        def act() -> TemplateView:
            pdf = given_file("file")
            if not pdf:
                raise UploadNotPdf
            return desk.new_version(actor, template_id, kept, pdf)

        return version(actor, template_id, act)


def _known(application: Application, actor: Actor, template_id: str) -> dict[str, object]:
    """Return a template's newest description.

    Raises:
        TemplateUnknown: There is no such template.
    """
    return dict(application.templates.get(actor, template_id).description)
