"""The customer is recognised at the identity provider, and finds the form filled in."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request, url_for

from esign.engine.forms.refusals import PrefillNotConfigured
from esign.foundation.errors import EsignError
from web.errors import PageUnknown
from web.forms import cookies
from web.forms.desk import Door
from web.forms.ports import Recognition
from web.see_other import see_other

RETURN = "/formulare/erkannt"
"""The redirect URI at the identity provider, below the web origin."""

_FLOW = "esign_recognition"
_FORM = "esign_recognition_form"
_SECONDS = 600
_LONGEST = 100
_SAID = {"found": "prefilled", "none": "not_known", "unavailable": "not_recognised"}


def blueprint(door: Door, recognition: Recognition, web_url: str) -> Blueprint:
    """Return the way to the identity provider and back."""
    pages = Blueprint("forms_recognition", __name__, url_prefix="/formulare")

    @pages.app_template_global("form_recognisable")
    def recognisable(name: str) -> bool:
        return any(item.name == name and item.prefill for item in door.forms.offered(door.tenant))

    @pages.get("/<name>/anmelden")
    def leave(name: str) -> Response:
        if door.held(door.form(name)) is not None:  # no link takes somebody's own answers away
            return _to(url_for("forms.form", name=name))
        try:
            departure = recognition.depart(door.tenant, name, redirect_uri=web_url + RETURN)
        except PrefillNotConfigured as error:
            raise PageUnknown from error
        response = see_other(departure.address)
        _give(response, _FLOW, departure.token)
        _give(response, _FORM, name)
        return response

    @pages.get("/erkannt")
    def arrive() -> Response:
        query, name = request.args, _read(_FORM)
        try:
            opened = recognition.arrive(
                _read(_FLOW), state=query.get("state", ""), code=query.get("code", ""), issuer=query.get("iss")
            )
        except EsignError:  # nobody was recognised, or the provider is away: the form can be filled in by hand
            known = any(item.name == name for item in door.forms.offered(door.tenant))
            failed = url_for("forms.form", name=name, hinweis="not_recognised") if known else url_for("forms.offered")
            return _to(failed)
        response = _to(url_for("forms.form", name=opened.form, hinweis=_SAID[opened.prefill]))
        cookies.give(response, opened.form, opened.token, expires_at=opened.expires_at)
        return response

    return pages


def _to(address: str) -> Response:
    response = see_other(address)
    for name in (_FLOW, _FORM):
        response.delete_cookie(_name(name), path="/", httponly=True, secure=_secure(), samesite="Lax")
    return response


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
