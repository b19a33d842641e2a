"""The page itself: what is asked for, what was given, and a button for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request, url_for

from esign.contracts.consents import ConsentIncomplete
from web.language import language
from web.security import refuse_other_sites
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application


def blueprint(application: Application) -> Blueprint:
    """Return the page of consents."""
    desk = application.consents
    pages = Blueprint("consents", __name__, url_prefix="/einwilligungen")
    pages.before_request(refuse_other_sites)

    def shown(token: str, *, kind: str = "", missing: tuple[str, ...] = (), ticked: tuple[str, ...] = ()) -> Response:
        body = render_template(
            "consents/page.html",
            page=desk.page(token, lang=language()),
            token=token,
            kind=kind,
            missing=missing,
            ticked=ticked,
            said=request.args.get("gesagt", "") if not kind else "",
        )
        return Response(body, status=422 if missing else 200, mimetype="text/html")

    @pages.get("/<token>")
    def page(token: str) -> Response:
        return shown(token)

    @pages.get("/<token>/<kind>")
    def lead_back(token: str, kind: str) -> Response:
        """Lead back: what is missing is said in answer to a form only."""
        return see_other(url_for("consents.page", token=token))

    @pages.post("/<token>/<kind>")
    def give(token: str, kind: str) -> Response:
        ticked = tuple(request.form.getlist("statement"))[:10]
        try:
            desk.give(token, kind, ticked, lang=language())
        except ConsentIncomplete as refusal:
            return shown(token, kind=kind, missing=tuple(str(refusal.facts["missing"]).split()), ticked=ticked)
        return see_other(url_for("consents.page", token=token, gesagt="ja", _anchor=kind))

    @pages.post("/<token>/<kind>/widerrufen")
    def revoke(token: str, kind: str) -> Response:
        desk.revoke(token, request.form.get("consent", "")[:64])
        return see_other(url_for("consents.page", token=token, gesagt="widerrufen", _anchor=kind))

    return pages
