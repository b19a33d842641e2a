"""Who did what on the company's side, for those who may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from esign.access import Actor, Permission
from web.company.guard import needs

if TYPE_CHECKING:
    from esign.engine import Application

PAGE = 50
"""Entries on a page."""


def blueprint(application: Application) -> Blueprint:
    """Return the page of the audit trail."""
    pages = Blueprint("company_audit", __name__, url_prefix="/company/audit")

    @pages.get("/")
    @needs(Permission.AUDIT_READ)
    def page(actor: Actor) -> str:
        before = request.args.get("before", "")
        place = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
        trail = application.accounts.audit(actor, before=place, limit=PAGE + 1)
        older = trail[PAGE - 1].seq if len(trail) > PAGE else None
        return render_template("company/audit.html", trail=trail[:PAGE], older=older, first=place is None)

    return pages
