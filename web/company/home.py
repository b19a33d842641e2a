"""The first page after the login: what there is to do here for whoever is logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from esign.access import Actor
from web.company.guard import needs

if TYPE_CHECKING:
    from esign.engine import Application


def blueprint(application: Application) -> Blueprint:
    """Return the first page."""
    pages = Blueprint("company_home", __name__, url_prefix="/company")

    @pages.get("/")
    @needs()
    def page(actor: Actor) -> str:
        return render_template("company/home.html")

    return pages
