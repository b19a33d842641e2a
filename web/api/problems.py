"""Every refusal of this door as a problem object (RFC 9457): also those of HTTP itself, and faults of ours."""

from __future__ import annotations

import logging

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from esign.foundation.errors import EsignError
from web.problems import INTERNAL, object_of, problem_object, refusal_of, status_of

_log = logging.getLogger("web.api")

CHALLENGE = 'Bearer realm="esign", error="invalid_token"'
"""Source: RFC 6750 section 3."""


def install(app: Flask) -> None:
    """Let every error of the interface end here."""
    app.register_error_handler(EsignError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _internal)

    @app.after_request
    def tell_rates(response: Response) -> Response:
        for name, value in g.get("rate_headers", {}).items():
            response.headers[name] = value
        if "retry_after" in g and response.status_code == 429:
            response.headers["Retry-After"] = str(g.retry_after)
        return response


def _refused(error: EsignError) -> Response:
    status = status_of(error.code)
    _log.log(logging.ERROR if status >= 500 else logging.INFO, "refused", extra={"code": error.code, "status": status})
    response = problem_object(error)
    if status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status >= 500:
        return _internal(error)
    response = problem_object(refusal_of(status)())
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers["Allow"] = value
    return response


def _internal(error: Exception) -> Response:
    _log.error("internal", exc_info=error, extra={"code": INTERNAL, "status": 500})
    return object_of(INTERNAL, 500, {})
