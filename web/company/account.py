"""The own account: ways to log in, logins, language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, render_template, request, session, url_for

from esign.access import Actor
from esign.access.errors import CodeWrong, LoginExpired, PasskeyRejected, PasswordTooWeak
from esign.engine.accounts.own_account import holder_of
from esign.engine.accounts.setting_up import Holder
from web.company import cookies
from web.company.arriving import asked
from web.company.guard import login_of_request, needs
from web.company.login import RETURN, led_to_provider
from web.company.password_page import password_page
from web.language import words
from web.problems import status_of
from web.see_other import see_other
from web.wording import LANGUAGES

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.foundation.errors import EsignError


def blueprint(application: Application) -> Blueprint:
    """Return the pages of the own account."""
    pages = Blueprint("company_account", __name__, url_prefix="/company/account")
    own, sessions = application.own_account, application.sessions

    def holder(actor: Actor) -> Holder:
        return holder_of(actor, own.household.clock.now())

    def home(phrase: str) -> Response:
        flash(phrase)
        return see_other(url_for("company_account.page"))

    @pages.get("/")
    @needs()
    def page(actor: Actor) -> str:
        return render_template(
            "company/account.html",
            account=login_of_request().account,
            passkeys=own.passkeys(actor),
            sessions=sessions.list(actor),
            offered=application.logins.ways(),
        )

    @pages.post("/language")
    @needs()
    def language(actor: Actor) -> Response:
        wanted = request.form.get("language", "")
        own.change_language(actor, wanted)
        if wanted in LANGUAGES:
            session["lang"] = wanted
        return home("account.language_changed")

    @pages.post("/sessions/<session_id>/end")
    @needs()
    def end_session(actor: Actor, session_id: str) -> Response:
        sessions.end_one(actor, session_id)
        return home("account.session_ended")

    @pages.post("/sessions/end")
    @needs()
    def end_sessions(actor: Actor) -> Response:
        sessions.end_others(actor)
        return home("account.sessions_ended")

    def passkey_page(problem: EsignError | None = None) -> tuple[str, int]:
        said = None if problem is None else words().problem(problem.code)
        page = render_template("company/passkey.html", problem=said)
        return page, 200 if problem is None else status_of(problem.code)

    @pages.get("/passkey")
    @needs(confirmed=True)
    def passkey_form(actor: Actor) -> tuple[str, int]:
        return passkey_page()

    @pages.post("/passkey/options")
    @needs(confirmed=True)
    def passkey_options(actor: Actor) -> Response:
        challenge = own.begin_passkey(holder(actor))
        return asked(challenge.options, challenge.token)

    @pages.post("/passkey")
    @needs(confirmed=True)
    def passkey(actor: Actor) -> tuple[str, int] | Response:
        flow, form = cookies.read(cookies.FLOW), request.form
        try:
            own.add_passkey(holder(actor), flow, form.get("answer", ""), form.get("label", ""))
        except (PasskeyRejected, LoginExpired) as refusal:
            return passkey_page(refusal)
        return home("account.way_added")

    def choosing(actor: Actor, problem: EsignError | None = None) -> Response:
        offer, account = own.begin_password(holder(actor)), login_of_request().account
        action, back = url_for("company_account.password"), url_for("company_account.page")
        return password_page(offer, account, action=action, back=back, problem=problem)

    @pages.get("/password")
    @needs(confirmed=True)
    def password_form(actor: Actor) -> Response:
        return choosing(actor)

    @pages.post("/password")
    @needs(confirmed=True)
    def password(actor: Actor) -> Response:
        flow, form = cookies.read(cookies.FLOW), request.form
        try:
            own.add_password(holder(actor), flow, form.get("password", ""), form.get("code", ""))
        except (PasswordTooWeak, CodeWrong, LoginExpired) as refusal:
            return choosing(actor, refusal)
        return home("account.way_added")

    @pages.get("/provider")
    @needs(confirmed=True)
    def provider_form(actor: Actor) -> str:
        return render_template("company/provider.html")

    @pages.post("/provider")
    @needs(confirmed=True)
    def provider(actor: Actor) -> Response:
        departure = application.logins.provider.depart(
            "add", redirect_uri=application.settings.web_url + url_for(RETURN), holder=holder(actor)
        )
        return led_to_provider(departure.address, departure.token)

    @pages.get("/remove")
    @needs(confirmed=True)
    def remove_form(actor: Actor) -> str:
        known = {item.id: item for item in own.passkeys(actor)}
        return render_template(
            "company/remove.html", way=request.args.get("way", ""), passkey=known.get(request.args.get("passkey", ""))
        )

    @pages.post("/remove")
    @needs(confirmed=True)
    def remove(actor: Actor) -> Response:
        own.remove_way(actor, request.form.get("way", ""), request.form.get("passkey", ""))
        return home("account.way_removed")

    return pages
