"""The page for everybody: no login, nothing kept, nothing fetched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template

from esign.engine.verification import LARGEST, VerificationDesk
from web.language import language, words
from web.problems import status_of
from web.verification.answer import POLICY, Shown, examined
from web.verification.refusals import NoFileSent, TooManyFiles, VerificationRefused
from web.verification.room import FILES

if TYPE_CHECKING:
    from esign.engine import Application

ADDRESS = "/pruefen"


def blueprint(application: Application) -> Blueprint:
    """Return the page."""
    pages = Blueprint("verification", __name__)
    desk = application.verification

    def page(found: Sequence[Shown] = (), refusal: VerificationRefused | None = None) -> Response:
        body = render_template("verification/page.html", found=found, **around(desk, refusal))
        return shown(body, refusal)

    @pages.get(ADDRESS)
    def choose() -> Response:
        return page()

    @pages.post(ADDRESS)
    def examine() -> Response:
        try:
            return page(examined(desk, lang=language()))
        except (NoFileSent, TooManyFiles) as refusal:
            return page(refusal=refusal)

    return pages


def around(desk: VerificationDesk, refusal: VerificationRefused | None) -> dict[str, object]:
    """Return what both pages say around the form."""
    return {
        "problem": None if refusal is None else words().problem(refusal.code),
        "most": FILES,
        "largest": LARGEST,
        "trusted": desk.trusted(),
        "lists_asked": desk.lists_asked,
    }


def shown(body: str, refusal: VerificationRefused | None) -> Response:
    """Return a page under the policy of these pages."""
    status = 200 if refusal is None else status_of(refusal.code)
    response = Response(body, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response
