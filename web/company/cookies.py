"""The cookies of the company's side: bearer secrets, never readable by a script, never sent by another site's form.

``SameSite=Lax``: a link in a mail and the way back from the identity provider are navigations from elsewhere.
"""

from __future__ import annotations

from flask import Response, current_app, request

SESSION = "esign_company"
"""The login."""
FLOW = "esign_login"
"""A challenge that was handed out to this browser."""
LINK = "esign_link"
"""The one-time link of an account that is being set up here."""

_LONGEST = 100


def name_of(cookie: str) -> str:
    """Return the cookie's name; by https it is bound to this host (RFC 6265bis section 4.1.3.2)."""
    return f"__Host-{cookie}" if current_app.config["SESSION_COOKIE_SECURE"] else cookie


def read(cookie: str) -> str:
    """Return a cookie of this request; empty: there is none."""
    found = request.cookies.get(name_of(cookie), "")
    return found if len(found) <= _LONGEST else ""


def give(response: Response, cookie: str, value: str, *, seconds: int | None = None) -> None:
    """Let a browser keep a cookie; without seconds until it is closed."""
    response.set_cookie(
        name_of(cookie),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )


def take(response: Response, cookie: str) -> None:
    """Let a browser forget a cookie."""
    response.delete_cookie(
        name_of(cookie),
        path="/",
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )
