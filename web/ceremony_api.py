"""The door of the browser agent: ``POST /ceremony/v1/<type>`` (docs/ceremony-spec.md, section 4).

This file only carries bytes: it bounds the body, looks at the media type, takes the bearer token out of its header,
and hands all three to the engine. Whoever comes without a token, with an unknown one or with a malformed one walks
the same path into the engine and gets the same answer.

The agent lives at another origin: exactly that origin may read the answers (CORS), without cookies.
"""

from __future__ import annotations

import gzip

from flask import Blueprint, Response, request

from web.errors import BodyTooLarge, MediaTypeUnsupported
from web.ports import Application

PREFIX = "/ceremony/"
"""Every path of this door begins with it."""

MAX_BODY = 256 * 1024
"""Bytes; the largest message carries a passkey's attestation, an ID token and a CSR: a few kilobytes."""

PREFLIGHT_SECONDS = 7200
"""The longest that browsers keep a preflight (Chromium's limit)."""

_MEDIA_TYPE = "application/jose"
_PDF = "application/pdf"


def blueprint(application: Application, *, agent_origin: str) -> Blueprint:
    """Return the API of the ceremony for an agent at the given origin."""
    api = Blueprint("ceremony", __name__, url_prefix=f"{PREFIX}v1")

    @api.before_request
    def bound_body() -> None:
        request.max_content_length = MAX_BODY + 1  # one more, so that a chunked body is seen to be too large

    @api.route("/<message_type>", methods=["OPTIONS"], provide_automatic_options=False)
    def preflight(message_type: str) -> Response:
        response = Response(status=204)
        if request.headers.get("Origin") == agent_origin:
            response.headers["Access-Control-Allow-Methods"] = "POST"
            response.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return response

    @api.route("/<message_type>", methods=["HEAD"], provide_automatic_options=False)
    def nothing(message_type: str) -> Response:
        """Say nothing: the agent asks so that its browser sends the preflight while the person reads."""
        return Response(status=204)

    @api.post("/<message_type>", provide_automatic_options=False)
    def message(message_type: str) -> Response:
        if (request.content_length or 0) > MAX_BODY:
            raise BodyTooLarge(limit=MAX_BODY)
        if request.headers.get("Content-Type", "").strip().lower() != _MEDIA_TYPE:
            raise MediaTypeUnsupported(expected=_MEDIA_TYPE)
        body = request.get_data(cache=False)
        if len(body) > MAX_BODY:
            raise BodyTooLarge(limit=MAX_BODY)
        answer = application.ceremony.answer(message_type, _bearer(), body)
        if answer.media_type == _PDF and request.accept_encodings.quality("gzip") > 0:
            return _compressed(answer.body, answer.status)
        return Response(answer.body, status=answer.status, content_type=answer.media_type)

    return api


def _compressed(document: bytes, status: int) -> Response:
    """Return a document compressed on its way: a third less, most of it the room for the signature.

    Only documents are compressed: they hold nothing that a stranger could choose beside a secret (RFC 9110, 17.14).
    """
    response = Response(gzip.compress(document, 1, mtime=0), status=status, content_type=_PDF)
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response


def open_to_agent(response: Response, *, agent_origin: str) -> Response:
    """Let the agent's origin, and no other, read an answer of the ceremony; every status, refusals included."""
    response.headers["Cache-Control"] = "no-store"
    response.headers.add("Vary", "Origin")
    if request.headers.get("Origin") == agent_origin:
        response.headers["Access-Control-Allow-Origin"] = agent_origin
    return response


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
