"""Trying a template out: its pages filled in with examples, as pictures or as a PDF to take along. Nothing is kept."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request

from esign.access import Actor, Permission
from esign.documents import DocumentsError, RenderingFailed, TemplateRefused, render_page
from web.company.guard import needs
from web.company.templates import form as rows
from web.company.templates.editing import sent_description
from web.company.templates.listing import version_of
from web.company.templates.told import told
from web.problems import status_of
from web.security import COMPANY_POLICY

if TYPE_CHECKING:
    from esign.engine import Application

MOST_PICTURES = 6
"""Pages of a preview that are pictured; the PDF has them all."""
WIDTH = 1000
POLICY = COMPANY_POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""The pictures stand in the page itself: a preview is kept nowhere from where they could be fetched."""


def add(pages: Blueprint, application: Application) -> None:
    """Add the views."""
    desk = application.templates

    @pages.get("/<template_id>/preview")
    @needs(Permission.TEMPLATES_READ)
    def preview(actor: Actor, template_id: str) -> Response:
        version = version_of(request.args.get("version"))
        detail = desk.get(actor, template_id, version)
        return shown(actor, template_id, detail.version, None)

    @pages.post("/<template_id>/preview")
    @needs(Permission.TEMPLATES_READ)
    def preview_draft(actor: Actor, template_id: str) -> Response:
        detail = desk.get(actor, template_id)
        try:
            description = sent_description()
        except TemplateRefused as refusal:
            return refused(template_id, told(refusal), status_of(refusal.code))
        if description is None:
            description, wrong = rows.description_of(rows.of_form(request.form), detail.sizes)
            if wrong:
                return refused(template_id, None, 422)
        return shown(actor, template_id, detail.version, description)

    def shown(actor: Actor, template_id: str, version: int, description: Mapping[str, Any] | None) -> Response:
        try:
            pdf = desk.preview(actor, template_id, version=version, description=description)
        except DocumentsError as refusal:
            if status_of(refusal.code) >= 500:
                raise
            return refused(template_id, told(refusal), status_of(refusal.code))
        if request.values.get("do") == "pdf":
            response = Response(pdf, mimetype="application/pdf")
            response.headers.set("Content-Disposition", "attachment", filename="preview.pdf")
            return response
        detail = desk.get(actor, template_id, version)
        used = {each["page"] for each in (description or detail.description)["placements"]} or {1}
        chosen = [number for number in sorted(used) if number <= len(detail.sizes)][:MOST_PICTURES]
        widths = [detail.sizes[number - 1][0] for number in chosen]
        with ThreadPoolExecutor(max_workers=2) as hands:
            drawn = list(hands.map(lambda pair: _picture(pdf, *pair), zip(chosen, widths, strict=True)))
        page = render_template(
            "company/templates/preview.html",
            template_id=template_id,
            pictures=list(zip(chosen, drawn, strict=True)),
            pages=len(detail.sizes),
            problem=None,
            kept=description is None,
            version=version,
        )
        return _page(page, 200)

    def refused(template_id: str, problem: Mapping[str, Any] | None, status: int) -> Response:
        page = render_template(
            "company/templates/preview.html",
            template_id=template_id,
            pictures=(),
            pages=0,
            problem=problem,
            kept=False,
            version=0,
        )
        return _page(page, status)


def _page(text: str, status: int) -> Response:
    response = Response(text, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _picture(pdf: bytes, number: int, width: float) -> str:
    """Return a page as an address that holds its picture; empty where it cannot be drawn."""
    try:
        picture = render_page(pdf, number - 1, min(6.0, max(0.1, WIDTH / width)))
    except RenderingFailed:
        return ""
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii")
