"""Verifying files at the desk: for those who may see evidence, with sealed reports where they ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

from esign.access import Actor, Permission
from web.company.guard import needs
from web.language import language
from web.verification.answer import Shown, examined
from web.verification.refusals import NoFileSent, TooManyFiles, VerificationRefused
from web.verification.stranger import around, shown

if TYPE_CHECKING:
    from esign.engine import Application


def blueprint(application: Application) -> Blueprint:
    """Return the page."""
    pages = Blueprint("company_verification", __name__, url_prefix="/company/verification")
    desk = application.verification

    def answer(found: Sequence[Shown] = (), refusal: VerificationRefused | None = None) -> Response:
        body = render_template(
            "company/verification.html",
            found=found,
            **around(desk, refusal),
        )
        return shown(body, refusal)

    @pages.get("/")
    @needs(Permission.EVIDENCE_READ)
    def page(actor: Actor) -> Response:
        return answer()

    @pages.post("/")
    @needs(Permission.EVIDENCE_READ)
    def examine(actor: Actor) -> Response:
        try:
            return answer(examined(desk, lang=language(), sealed=request.form.get("sealed") == "yes"))
        except (NoFileSent, TooManyFiles) as refusal:
            return answer(refusal=refusal)

    return pages
