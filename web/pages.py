"""Pages that every installation has: start, security, privacy, the meaning of a problem, health."""

from __future__ import annotations

import re

from flask import Blueprint, Response, render_template

from web.errors import PageUnknown
from web.language import language, words

_CODE = re.compile(r"[a-z_]+(\.[a-z0-9_]+){0,5}")


def blueprint() -> Blueprint:
    """Return the pages that need nothing of the engine."""
    pages = Blueprint("pages", __name__)

    @pages.get("/")
    def start() -> str:
        return render_template("start.html")

    @pages.get("/security")
    def security() -> str:
        return render_template(f"security.{language()}.html")

    @pages.get("/privacy")
    def privacy() -> str:
        return render_template(f"privacy.{language()}.html")

    @pages.get("/problems/<code>")
    def problem(code: str) -> str:
        known = words().problems
        if not _CODE.fullmatch(code) or not any(code == name or code.startswith(f"{name}.") for name in known):
            raise PageUnknown
        return render_template("problem.html", code=code, status=None, problem=words().problem(code))

    @pages.get("/healthz")
    def health() -> Response:
        return Response("ok\n", mimetype="text/plain")

    return pages
