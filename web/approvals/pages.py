"""The page itself: what it is about, the document, the exact words, one button for yes and one for no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, url_for

from web.security import refuse_other_sites
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application


def blueprint(application: Application) -> Blueprint:
    """Return the page of approvals."""
    desk = application.approvals
    pages = Blueprint("approvals", __name__, url_prefix="/zustimmung")
    pages.before_request(refuse_other_sites)

    @pages.get("/<token>")
    def page(token: str) -> str:
        return render_template("approvals/page.html", page=desk.page(token), token=token)

    @pages.get("/<token>/dokument.pdf")
    def document(token: str) -> Response:
        name, data = desk.document(token)
        response = Response(data, mimetype="application/pdf")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @pages.post("/<token>/ja")
    def agree(token: str) -> Response:
        desk.answer(token, approved=True)
        return see_other(url_for("approvals.page", token=token))

    @pages.post("/<token>/nein")
    def refuse(token: str) -> Response:
        desk.answer(token, approved=False)
        return see_other(url_for("approvals.page", token=token))

    @pages.get("/<token>/ja")
    @pages.get("/<token>/nein")
    def lead_back(token: str) -> Response:
        """Lead back: a declaration is made by a form only."""
        return see_other(url_for("approvals.page", token=token))

    return pages
