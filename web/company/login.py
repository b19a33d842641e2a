"""Login and logout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request, url_for

from esign.access import Actor
from esign.access.errors import AccessError, LoginBlocked, LoginExpired, LoginRefused
from web.company import cookies
from web.company.arriving import arrived, asked
from web.company.guard import back, login_of_request, needs, public
from web.language import words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application

RETURN = "company.from_provider"


def blueprint(application: Application) -> Blueprint:
    """Return the pages around the login."""
    pages = Blueprint("company", __name__, url_prefix="/company")
    logins, settings = application.logins, application.settings

    def shown(problem: AccessError | None = None) -> tuple[str, int]:
        page = render_template(
            "company/login.html",
            ways=logins.ways(),
            next=back(""),
            several=len(settings.tenants) > 1,
            tenant=request.values.get("company", "")[:32],
            email=request.form.get("email", "")[:200],
            problem=None if problem is None else words().problem(problem.code),
            wait=problem.facts.get("seconds") if isinstance(problem, LoginBlocked) else None,
        )
        return page, 200 if problem is None else status_of(problem.code)

    @pages.get("/login")
    @public
    def login() -> tuple[str, int] | Response:
        try:
            login_of_request()
        except AccessError:
            return shown()
        return see_other(back(url_for("company_home.page")))

    @pages.post("/login/passkey/options")
    @public
    def passkey_options() -> Response:
        challenge = logins.begin_passkey()
        return asked(challenge.options, challenge.token)

    @pages.post("/login/passkey")
    @public
    def by_passkey() -> tuple[str, int] | Response:
        try:
            opened = logins.finish_passkey(cookies.read(cookies.FLOW), request.form.get("answer", ""))
        except (LoginRefused, LoginExpired) as refusal:
            return shown(refusal)
        return arrived(opened, back(url_for("company_home.page")))

    @pages.post("/login/password")
    @public
    def by_password() -> tuple[str, int] | Response:
        form = request.form
        try:
            opened = logins.password(
                form.get("company", "").strip() or settings.tenants[0],
                form.get("email", ""),
                form.get("password", ""),
                form.get("code", ""),
            )
        except (LoginRefused, LoginBlocked) as refusal:
            return shown(refusal)
        return arrived(opened, back(url_for("company_home.page")))

    @pages.get("/login/provider")
    @public
    def to_provider() -> Response:
        departure = logins.provider.depart("login", redirect_uri=settings.web_url + url_for(RETURN))
        return sent_to_provider(departure.address, departure.token)

    @pages.get("/login/provider/return")
    @public
    def from_provider() -> tuple[str, int] | Response:
        query = request.args
        try:
            arrival = logins.provider.arrive(
                cookies.read(cookies.FLOW),
                state=query.get("state", ""),
                code=query.get("code", ""),
                issuer=query.get("iss"),
                session_token=cookies.read(cookies.SESSION),
            )
        except (LoginRefused, LoginExpired) as refusal:
            return shown(refusal)
        home = "company_account.page" if arrival.purpose == "add" else "company_home.page"
        return arrived(arrival.opened, url_for(home))

    @pages.post("/logout")
    @needs()
    def logout(actor: Actor) -> Response:
        application.sessions.end(cookies.read(cookies.SESSION))
        response = see_other(url_for("company.login"))
        cookies.take(response, cookies.SESSION)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    return pages


def sent_to_provider(address: str, token: str) -> Response:
    """Send a browser to the identity provider, with the token by which it is known when it comes back."""
    response = see_other(address)
    cookies.give(response, cookies.FLOW, token, seconds=600)
    return response


def led_to_provider(address: str, token: str) -> Response:
    """Show a page that leads on to the identity provider, in answer to a form of ours.

    What connects an account with somebody at the provider begins with a form and its secret: a link on another site
    could otherwise connect it with whoever that site logged in there (RFC 9700 section 4.7). Browsers hold the redirect
    of a form against ``form-action``; a page that moves on by itself they let go.
    """
    response = Response(render_template("company/leaving.html", address=address), mimetype="text/html")
    response.headers["Refresh"] = f"0; url={address}"
    cookies.give(response, cookies.FLOW, token, seconds=600)
    return response
