"""The cookie of a draft: a bearer secret of this device, never readable by a script, one for each form.

``SameSite=Lax``: whoever comes back by a link in a mail finds the draft; another site's form does not carry it. By
https the cookie is bound to this host (``__Host-``, RFC 6265bis section 4.1.3.2, which asks for the path ``/``); on a
demonstration's plain http it is limited to the form's own path.
"""

from __future__ import annotations

from datetime import datetime

from flask import Response, current_app, request

_NAME = "esign_draft_"
_LONGEST = 100


def read(form: str) -> str:
    """Return the draft's secret that this browser holds for a form; empty: none."""
    found = request.cookies.get(_name(form), "")
    return found if len(found) <= _LONGEST else ""


def give(response: Response, form: str, token: str, *, expires_at: datetime) -> None:
    """Let a browser keep the secret of a draft as long as the draft lives."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(
        _name(form), token, expires=expires_at, path=_path(form), httponly=True, secure=secure, samesite="Lax"
    )


def take(response: Response, form: str) -> None:
    """Let a browser forget the secret of a draft."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.delete_cookie(_name(form), path=_path(form), httponly=True, secure=secure, samesite="Lax")


def _name(form: str) -> str:
    name = f"{_NAME}{form}"
    return f"__Host-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name


def _path(form: str) -> str:
    return "/" if current_app.config["SESSION_COOKIE_SECURE"] else f"/formulare/{form}"
