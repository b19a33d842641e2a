"""One line a request: what was asked, how it ended, how long it took. No address, no query, no agent, no body.

The rule of the address is logged (``/demo/contracts/<contract_id>``), never the path itself: whatever a person typed
there stays with that person.
"""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

_log = logging.getLogger("web.request")


def install(app: Flask) -> None:
    """Let an application write its request lines."""

    @app.before_request
    def begin() -> None:
        g.began = time.monotonic()

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint == "static":
            return response
        began = g.get("began")
        _log.info(
            "request",
            extra={
                "method": request.method if request.method in _METHODS else "other",
                "route": request.url_rule.rule if request.url_rule else None,
                "status": response.status_code,
                "ms": None if began is None else round(1000 * (time.monotonic() - began), 1),
            },
        )
        return response


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
