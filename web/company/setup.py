"""An account is set up by its one-time link: the first way to log in.

Opening the link uses nothing up (mail programs open links too): its token goes into a cookie at once and out of the
address. It is used up by the first way to log in that is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request, url_for

from esign.access.errors import AccountLinkUnknown, CodeWrong, LoginExpired, PasskeyRejected, PasswordTooWeak
from esign.engine.accounts.setting_up import Holder
from web.company import cookies
from web.company.arriving import arrived, asked
from web.company.guard import public
from web.company.login import RETURN, led_to_provider
from web.company.password_page import password_page
from web.language import words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.foundation.errors import EsignError


def blueprint(application: Application) -> Blueprint:
    """Return the pages with which an account is set up."""
    pages = Blueprint("company_setup", __name__, url_prefix="/company")
    own = application.own_account

    def holder() -> Holder:
        link = cookies.read(cookies.LINK)
        if not link:
            raise AccountLinkUnknown
        return Holder(account_id=own.linked(link).id, link=link)

    def shown(problem: EsignError | None = None) -> tuple[str, int]:
        account = own.linked(cookies.read(cookies.LINK))
        page = render_template(
            "company/setup.html",
            account=account,
            ways=application.logins.ways(),
            problem=None if problem is None else words().problem(problem.code),
        )
        return page, 200 if problem is None else status_of(problem.code)

    def choosing(problem: EsignError | None = None) -> Response:
        offer, account = own.begin_password(holder()), own.linked(cookies.read(cookies.LINK))
        action, back = url_for("company_setup.password"), url_for("company_setup.page")
        return password_page(offer, account, action=action, back=back, problem=problem)

    @pages.get("/invitation/<token>")
    @public
    def link(token: str) -> Response:
        own.linked(token)
        response = see_other(url_for("company_setup.page"))
        cookies.give(response, cookies.LINK, token, seconds=3600)
        return response

    @pages.get("/setup")
    @public
    def page() -> tuple[str, int]:
        return shown()

    @pages.post("/setup/passkey/options")
    @public
    def passkey_options() -> Response:
        challenge = own.begin_passkey(holder())
        return asked(challenge.options, challenge.token)

    @pages.post("/setup/passkey")
    @public
    def passkey() -> tuple[str, int] | Response:
        form = request.form
        try:
            opened = own.add_passkey(
                holder(), cookies.read(cookies.FLOW), form.get("answer", ""), form.get("label", "")
            )
        except (PasskeyRejected, LoginExpired) as refusal:
            return shown(refusal)
        return arrived(opened, url_for("company_account.page"))

    @pages.get("/setup/password")
    @public
    def password_form() -> tuple[str, int] | Response:
        return choosing()

    @pages.post("/setup/password")
    @public
    def password() -> tuple[str, int] | Response:
        form = request.form
        try:
            opened = own.add_password(
                holder(), cookies.read(cookies.FLOW), form.get("password", ""), form.get("code", "")
            )
        except (PasswordTooWeak, CodeWrong, LoginExpired) as refusal:
            return choosing(refusal)
        return arrived(opened, url_for("company_account.page"))

    @pages.post("/setup/provider")
    @public
    def provider() -> Response:
        departure = application.logins.provider.depart(
            "add", redirect_uri=application.settings.web_url + url_for(RETURN), holder=holder()
        )
        return led_to_provider(departure.address, departure.token)

    return pages
