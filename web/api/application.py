"""The WSGI application of the interface, and how it stands beside the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request
from flask.sessions import NullSession, SessionInterface

from esign.engine import Application
from web import request_log
from web.api import docs_page, problems, specification
from web.api.door import Door
from web.api.handlers import HANDLERS
from web.security import API_POLICY, PAGE_POLICY, PERMISSIONS_POLICY, known_host, plain_path

PREFIX = "/api/v1"
"""Every path of this door begins with it."""

_CACHED = "public, max-age=300"

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _NoSession(SessionInterface):
    """There is no session: no cookie is read, none is set."""

    def open_session(self, app: Flask, request: Any) -> NullSession:
        """Return a session that holds nothing."""
        return NullSession()

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        """Keep nothing."""


class Beside:
    """Hands what belongs to the interface to it, and everything else to the pages."""

    def __init__(self, pages: Wsgi, interface: Wsgi) -> None:
        self._pages = pages
        self._interface = interface

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        if path == PREFIX or path.startswith(PREFIX + "/"):
            inner = {
                **environ,
                "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + PREFIX,
                "PATH_INFO": path[len(PREFIX) :] or "/",
            }
            return self._interface(inner, start_response)
        return self._pages(environ, start_response)


def create_api(application: Application) -> Flask:
    """Return the interface over an engine.

    Args:
        application: The engine's use cases.
    """
    settings = application.settings
    app = Flask("web", static_folder=None, template_folder="templates")
    app.session_interface = _NoSession()
    app.config.update(WEB_URL=settings.web_url, TRAP_HTTP_EXCEPTIONS=False)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    request_log.install(app)
    app.before_request(known_host(settings.web_url))
    app.before_request(plain_path)
    problems.install(app)

    door = Door(application)
    for operation in specification.operations():
        app.add_url_rule(
            operation.rule,
            endpoint=operation.id,
            view_func=door.view(operation, HANDLERS[operation.id]),
            methods=[operation.method],
            provide_automatic_options=False,
        )

    @app.get("/openapi.json", provide_automatic_options=False)
    def description() -> Response:
        response = Response(specification.served(), mimetype="application/json")
        response.headers["Cache-Control"] = _CACHED
        return response

    @app.get("/", provide_automatic_options=False)
    def page() -> Response:
        return Response(docs_page.page(), mimetype="text/html")

    secure = settings.web_url.startswith("https:")

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = PAGE_POLICY if response.mimetype == "text/html" else API_POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Permissions-Policy"] = PERMISSIONS_POLICY
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "DENY"
        headers.setdefault("Cache-Control", "no-store")
        if secure:
            headers["Strict-Transport-Security"] = "max-age=63072000"
        if request.method == "HEAD":
            response.direct_passthrough = False
        return response

    return app
