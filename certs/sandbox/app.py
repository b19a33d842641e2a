"""The one WSGI application: every service under its path, strict headers on every answer."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from certs.sandbox.description import CERTS
from certs.sandbox.identity_pages import identity_pages
from certs.sandbox.mailbox_pages import mailbox_pages
from certs.sandbox.remote_signing_routes import remote_signing_routes
from certs.sandbox.services import services
from certs.sandbox.wording import wording

if TYPE_CHECKING:
    from certs.sandbox.world import Sandbox

MAX_BODY = 64 * 1024
"""Bytes of a request's body; the largest honest one is a signing request with an ID token."""


def make_app(sandbox: Sandbox) -> Flask:
    """Return the application of a sandbox."""
    app = Flask("certs.sandbox", template_folder=str(CERTS / "templates"), static_folder=str(CERTS / "static"))
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["TRUSTED_HOSTS"] = sorted({urlsplit(sandbox.base_url).hostname or "", "localhost", "127.0.0.1", "[::1]"})
    app.url_map.merge_slashes = False  # base64 in an OCSP request by GET may hold several
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(services(sandbox))
    app.register_blueprint(remote_signing_routes(sandbox))
    app.register_blueprint(identity_pages(sandbox))
    app.register_blueprint(mailbox_pages(sandbox.mailbox.store))
    app.context_processor(lambda: {"t": wording(), "other_language_url": _other_language_url()})
    app.after_request(_secure)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _failed)

    @app.get("/")
    def index() -> str:
        return render_template("index.html", sandbox=sandbox, authorities=tuple(sandbox.pki.authorities))

    return app


def _secure(response: Response) -> Response:
    form_action = " ".join(["'self'", *g.get("form_targets", ())])
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {form_action}",
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers.setdefault("X-Robots-Tag", "noindex")
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _refused(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    key = "problem_not_found" if status == HTTPStatus.NOT_FOUND else "problem_other"
    response = make_response(*problem_page(key, status))
    response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
    return response


def _failed(error: Exception) -> tuple[str, int]:
    logging.getLogger(__name__).exception("the sandbox failed", exc_info=error)
    return problem_page("problem_server", HTTPStatus.INTERNAL_SERVER_ERROR)


def problem_page(key: str, status: int) -> tuple[str, int]:
    """Return a page that says what went wrong, and its status."""
    return render_template("problem.html", message=key), int(status)


def _other_language_url() -> str:
    """Return this page's address in the other language. Only the query changes, so a form's page stays itself."""
    values = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    values.append(("lang", "en" if wording().language == "de" else "de"))
    return f"{request.path}?{urlencode(values)}"
