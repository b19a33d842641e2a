"""Declarations: what customers withdrew from or terminated, and until when something has to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import Actor, Permission
from esign.contracts.rights import Right
from esign.engine.rights.entering import CHANNELS
from esign.engine.rights.refusals import DeclarationIncomplete, DeclarationUnknown
from esign.foundation.errors import EsignError
from web.company.guard import needs
from web.language import language, words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application


def blueprint(application: Application) -> Blueprint:
    """Return the pages about declarations."""
    pages = Blueprint("company_declarations", __name__, url_prefix="/company/declarations")
    desk = application.declarations

    @pages.get("/")
    @needs(Permission.CASES_READ)
    def page(actor: Actor) -> str:
        done = request.args.get("state", "") == "done"
        found = desk.list(actor, done=done, after=request.args.get("after") or None)
        return render_template("company/declarations.html", found=found, done=done, lang=language())

    def entry(refusal: EsignError | None = None) -> tuple[str, int]:
        hows = next(field.choices for field in application.termination.function().fields if field.name == "how")
        body = render_template(
            "company/declaration_new.html",
            channels=CHANNELS,
            hows=hows,
            form=request.form,
            lang=language(),
            problem=None if refusal is None else words().problem(refusal.code),
            wrong=() if refusal is None else str(refusal.facts.get("fields", "")).split(),
        )
        return body, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/new")
    @needs(Permission.CASES_DECIDE)
    def enter_form(actor: Actor) -> tuple[str, int]:
        return entry()

    @pages.post("/new")
    @needs(Permission.CASES_DECIDE)
    def enter(actor: Actor) -> tuple[str, int] | Response:
        """Write down a declaration that came by letter, mail or telephone."""
        form = request.form
        right = Right.TERMINATION if form.get("right") == "termination" else Right.WITHDRAWAL
        try:
            made = application.entering.enter(actor, right, {**form.to_dict(), "lang": form.get("lang_of", "de")})
        except DeclarationIncomplete as refusal:
            return entry(refusal)
        flash("entering.entered")
        return see_other(url_for(".one", declaration_id=made))

    def shown(actor: Actor, declaration_id: str, refusal: EsignError | None = None) -> tuple[str, int]:
        detail = desk.detail(actor, declaration_id)
        desks = {"withdrawal": application.withdrawal, "termination": application.termination}
        body = render_template(
            "company/declaration.html",
            detail=detail,
            fields=desks[detail.view.right.value].function().fields,
            lang=language(),
            typed=request.form.get("words", "")[:2000],
            reference=request.form.get("reference", "")[:100],
            problem=None if refusal is None else words().problem(refusal.code),
        )
        return body, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/<declaration_id>")
    @needs(Permission.CASES_READ)
    def one(actor: Actor, declaration_id: str) -> tuple[str, int]:
        return shown(actor, declaration_id)

    @pages.get("/<declaration_id>/acknowledgement.pdf")
    @needs(Permission.CASES_READ)
    def acknowledgement(actor: Actor, declaration_id: str) -> Response:
        response = Response(desk.acknowledgement(actor, declaration_id), mimetype="application/pdf")
        response.headers["Content-Disposition"] = 'attachment; filename="acknowledgement.pdf"'
        return response

    @pages.post("/<declaration_id>/assign")
    @needs(Permission.CASES_DECIDE)
    def assign(actor: Actor, declaration_id: str) -> tuple[str, int] | Response:
        try:
            desk.assign(actor, declaration_id, request.form.get("reference", "")[:100])
        except DeclarationUnknown:
            raise
        except EsignError as refusal:
            return shown(actor, declaration_id, refusal)
        flash("declarations.assigned")
        return see_other(url_for(".one", declaration_id=declaration_id))

    @pages.post("/<declaration_id>/settle")
    @needs(Permission.CASES_DECIDE)
    def settle(actor: Actor, declaration_id: str) -> tuple[str, int] | Response:
        try:
            desk.settle(actor, declaration_id, request.form.get("words", ""))
        except DeclarationUnknown:
            raise
        except EsignError as refusal:
            return shown(actor, declaration_id, refusal)
        flash("declarations.settled")
        return see_other(url_for(".one", declaration_id=declaration_id))

    return pages
