"""The cookie of a draft: a bearer secret of this device, never readable by a script, one for each form.

``SameSite=Lax``: whoever comes back by a link in a mail finds the draft; another site's form does not carry it. By
https the cookie is bound to this host (``__Host-``, RFC 6265bis section 4.1.3.2, which asks for the path ``/``). A form
is named with its company before it, where that is not the first one: ``other.mobile-plan``.
"""

from __future__ import annotations

from datetime import datetime

from flask import Response, current_app, request

_NAME = "esign_draft_"
_LONGEST = 100


def read(form: str) -> str:
    """Return the draft's secret that this browser holds there; empty: none."""
    found = request.cookies.get(_name(form), "")
    return found if len(found) <= _LONGEST else ""


def give(response: Response, form: str, token: str, *, expires_at: datetime) -> None:
    """Let a browser keep the secret of a draft as long as the draft lives."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(_name(form), token, expires=expires_at, path="/", httponly=True, secure=secure, samesite="Lax")


def take(response: Response, form: str) -> None:
    """Let a browser forget the secret of a draft."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.delete_cookie(_name(form), path="/", httponly=True, secure=secure, samesite="Lax")


def _name(form: str) -> str:
    name = f"{_NAME}{form}"
    return f"__Host-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name
