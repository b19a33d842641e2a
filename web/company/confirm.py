"""Before something dangerous: whoever is logged in proves again who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request, url_for

from esign.access import Actor
from esign.access.errors import AccessError, LoginBlocked, LoginExpired, LoginRefused
from esign.engine.accounts.provider_logins import own
from web.company import cookies
from web.company.arriving import arrived, asked
from web.company.guard import back, login_of_request, needs
from web.company.login import RETURN, sent_to_provider
from web.language import words
from web.problems import status_of

if TYPE_CHECKING:
    from esign.engine import Application


def blueprint(application: Application) -> Blueprint:
    """Return the pages of the fresh proof."""
    pages = Blueprint("company_confirm", __name__, url_prefix="/company/confirm")
    logins = application.logins

    def shown(problem: AccessError | None = None) -> tuple[str, int]:
        page = render_template(
            "company/confirm.html",
            ways=login_of_request().account.ways,
            next=back(""),
            problem=None if problem is None else words().problem(problem.code),
            wait=problem.facts.get("seconds") if isinstance(problem, LoginBlocked) else None,
        )
        return page, 200 if problem is None else status_of(problem.code)

    @pages.get("/")
    @needs()
    def page(actor: Actor) -> tuple[str, int]:
        return shown()

    @pages.post("/passkey/options")
    @needs()
    def passkey_options(actor: Actor) -> Response:
        challenge = logins.begin_confirmation(actor)
        return asked(challenge.options, challenge.token)

    @pages.post("/passkey")
    @needs()
    def by_passkey(actor: Actor) -> tuple[str, int] | Response:
        token, flow = cookies.read(cookies.SESSION), cookies.read(cookies.FLOW)
        try:
            opened = logins.confirm_by_passkey(token, flow, request.form.get("answer", ""))
        except (LoginRefused, LoginExpired) as refusal:
            return shown(refusal)
        return arrived(opened, back(url_for("company_account.page")))

    @pages.post("/password")
    @needs()
    def by_password(actor: Actor) -> tuple[str, int] | Response:
        form = request.form
        try:
            opened = logins.confirm_by_password(
                cookies.read(cookies.SESSION), form.get("password", ""), form.get("code", "")
            )
        except (LoginRefused, LoginBlocked) as refusal:
            return shown(refusal)
        return arrived(opened, back(url_for("company_account.page")))

    @pages.get("/provider")
    @needs()
    def provider(actor: Actor) -> Response:
        departure = logins.provider.depart(
            "confirm", redirect_uri=application.settings.web_url + url_for(RETURN), holder=own(actor)
        )
        return sent_to_provider(departure.address, departure.token)

    return pages
