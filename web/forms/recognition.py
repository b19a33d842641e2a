"""The customer is recognised at the identity provider, and finds the form filled in.

It begins with a form and its secret: a link on another site could otherwise fill this form in with whoever that site
logged in there (login CSRF, RFC 9700 section 4.7). The answer counts in the browser that began it, for the form and the
draft with which it began; whatever else comes changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, current_app, g, render_template, request, url_for

from esign.engine.forms.addresses import RECOGNISED
from esign.engine.forms.refusals import PrefillNotConfigured
from esign.foundation.errors import EsignError
from web.errors import PageUnknown
from web.forms import cookies
from web.forms.desk import Door
from web.forms.ports import Recognition
from web.language import language
from web.see_other import see_other

_FLOW = "esign_recognition"
_FORM = "esign_recognition_form"
"""Company and form, for the way back to the page; nothing is decided by it."""
_SECONDS = 600
_LONGEST = 100
_SAID = {"found": "prefilled", "none": "not_known", "unavailable": "not_recognised"}


def blueprints(door: Door, recognition: Recognition, web_url: str) -> Iterable[Blueprint]:
    """Return the way to the identity provider, of each company's forms, and the one way back."""
    return _leaving(door, recognition, web_url), _returning(door, recognition)


def _leaving(door: Door, recognition: Recognition, web_url: str) -> Blueprint:
    pages = door.pages("forms_recognition", __name__)

    @pages.app_template_global("form_recognisable")
    def recognisable(name: str) -> bool:
        return any(item.name == name and item.prefill for item in door.forms.offered(door.tenant))

    @pages.get("/<name>/anmelden")
    def not_by_a_link(name: str) -> Response:
        """Lead to the form: the page that leads on is loaded anew, in another language, or a link was followed."""
        return see_other(url_for("forms.form", name=door.form(name).name))

    @pages.post("/<name>/anmelden")
    def leave(name: str) -> Response:
        definition = door.form(name)
        if door.held(definition) is not None:  # nothing takes somebody's own answers away
            return see_other(url_for("forms.form", name=name))
        try:
            departure = recognition.depart(
                door.tenant, name, redirect_uri=web_url + RECOGNISED, draft=door.cookie(name)
            )
        except PrefillNotConfigured as error:
            raise PageUnknown from error
        page = render_template(
            "forms/leaving.html", form=definition, title=definition.title[language()], address=departure.address
        )
        response = Response(page, mimetype="text/html")
        # browsers hold the redirect of a form against form-action; a page that moves on by itself they let go
        response.headers["Refresh"] = f"0; url={departure.address}"
        _give(response, _FLOW, departure.token)
        _give(response, _FORM, f"{door.tenant}.{name}")
        return response

    return pages


def _returning(door: Door, recognition: Recognition) -> Blueprint:
    pages = Blueprint("forms_recognised", __name__)

    @pages.get(RECOGNISED)
    def arrive() -> Response:
        query = request.args
        try:
            opened = recognition.arrive(
                _read(_FLOW),
                state=query.get("state", ""),
                code=query.get("code", ""),
                issuer=query.get("iss"),
                holds=lambda tenant, form: cookies.read(door.place(tenant, form)),
            )
        except EsignError:  # nobody was recognised, or the provider is away: the form can be filled in by hand
            return back()
        g.forms_tenant = opened.tenant
        response = see_other(url_for("forms.form", name=opened.form, hinweis=_SAID[opened.prefill]))
        for name in (_FLOW, _FORM):
            response.delete_cookie(_name(name), path="/", httponly=True, secure=_secure(), samesite="Lax")
        door.give(response, opened.form, opened.token, expires_at=opened.expires_at)
        return response

    def back() -> Response:
        """Lead to the form from which the browser came; its visit at the provider stays open, as long as it lives."""
        tenant, _, form = _read(_FORM).partition(".")
        if tenant in door.tenants:
            g.forms_tenant = tenant
            if any(item.name == form for item in door.forms.offered(tenant)):
                return see_other(url_for("forms.form", name=form, hinweis="not_recognised"))
        return see_other(url_for("forms.offered"))

    return pages


def _read(cookie: str) -> str:
    found = request.cookies.get(_name(cookie), "")
    return found if len(found) <= _LONGEST else ""


def _give(response: Response, cookie: str, value: str) -> None:
    response.set_cookie(
        _name(cookie), value, max_age=_SECONDS, path="/", httponly=True, secure=_secure(), samesite="Lax"
    )


def _name(cookie: str) -> str:
    return f"__Host-{cookie}" if _secure() else cookie


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
