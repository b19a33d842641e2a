"""What every answer carries, and which requests are not served at all.

Pages are plain HTML: no script runs on them, nothing is loaded from elsewhere, no other site may frame them or have
its forms sent here. The one cookie is the session's (language and form secret). The API of the ceremony uses no
cookie at all (docs/ceremony-spec.md, section 4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect

from web.ceremony_api import PREFIX as CEREMONY_PREFIX
from web.errors import FormExpired, HostUnknown, PageUnknown

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Content Security Policy of pages (W3C CSP 3). ``script-src`` falls back to 'none': no page here needs a script."""

COMPANY_POLICY = f"{PAGE_POLICY}; script-src 'self'; connect-src 'self'"
"""Policy of the company's side: modules of our own, which ask nobody but us. Without them the pages work too."""

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Policy of answers that are never shown as a page."""

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-create",
        "publickey-credentials-get",
        "serial",
        "usb",
    )
)
"""Nothing of the device is needed on these pages; passkeys live at the agent's origin."""

_PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")

HSTS = "max-age=63072000"
"""Two years (RFC 6797); subdomains are the operator's decision."""


def allow_passkeys(response: Response) -> None:
    """Let a page use passkeys: those of accounts live at this origin."""
    policy = PERMISSIONS_POLICY
    for feature in _PASSKEYS:
        policy = policy.replace(f"{feature}=()", f"{feature}=(self)")
    response.headers["Permissions-Policy"] = policy


_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?")

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def is_loopback(url: str) -> bool:
    """Tell whether an origin is reached on this machine only."""
    return (urlsplit(url).hostname or "") in ("localhost", "127.0.0.1", "::1")


def known_host(web_url: str) -> Callable[[], None]:
    """Return the check that a request names a host that this installation serves."""
    hosts = list(_LOOPBACK) if is_loopback(web_url) else [urlsplit(web_url).hostname or ""]

    def known_host_only() -> None:
        match = _HOST.fullmatch(request.environ.get("HTTP_HOST", ""))
        if match is None or match["name"].lower() not in hosts:
            raise HostUnknown

    return known_host_only


def plain_path() -> None:
    """Refuse a path that begins with two slashes.

    The library overlooks the second one: ``//company`` would be ``/company`` here, and something else to a proxy in
    front that keeps strangers from ``/company``.
    """
    if request.environ.get("PATH_INFO", "").startswith("//"):
        raise PageUnknown


def refuse_other_sites() -> None:
    """Refuse what another site's page sends to a form that carries no secret of a session.

    ``Origin: null`` is what browsers send for our own pages too, as these send no referrer; then ``Sec-Fetch-Site``
    tells (:func:`install`).
    """
    origin = request.headers.get("Origin", "null")
    if request.method == "POST" and origin not in ("null", f"{request.scheme}://{request.host}"):
        raise FormExpired


class Scheme:
    """Lets an application know by which scheme it is reached: the configuration says so, no field of a request does."""

    def __init__(self, inner: Wsgi, *, web_url: str) -> None:
        self._inner = inner
        self._scheme = urlsplit(web_url).scheme

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        return self._inner({**environ, "wsgi.url_scheme": self._scheme}, start_response)


def install(app: Flask, *, web_url: str) -> CSRFProtect:
    """Protect an application; returns the form protection so that the API's blueprint can be exempted."""
    secure = urlsplit(web_url).scheme == "https"
    app.wsgi_app = Scheme(app.wsgi_app, web_url=web_url)  # type: ignore[method-assign]  # as Flask says it is done
    app.config.update(
        SESSION_COOKIE_NAME="__Host-esign_session" if secure else "esign_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH="/",
        # Pages send no referrer at all, so Flask-WTF cannot look at it; Sec-Fetch-Site is checked below instead.
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=4 * 3600,
    )

    app.before_request(known_host(web_url))
    app.before_request(plain_path)

    @app.before_request
    def own_forms_only() -> None:
        if request.path.startswith(CEREMONY_PREFIX) or request.method in ("GET", "HEAD", "OPTIONS"):
            return
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise FormExpired

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", PAGE_POLICY if response.mimetype == "text/html" else API_POLICY)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "DENY"
        headers["X-Permitted-Cross-Domain-Policies"] = "none"
        headers.setdefault("Cache-Control", "no-store")
        if secure:
            headers["Strict-Transport-Security"] = HSTS
        return response

    return CSRFProtect(app)
