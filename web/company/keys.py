"""API keys: made with scopes and an end, shown once, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import Actor, Permission
from esign.foundation.errors import EsignError
from web.company.guard import needs
from web.language import words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.engine.api.keys import MadeKey

DAYS = (30, 90, 365, 730)
"""Lives of keys that are offered."""


def blueprint(application: Application) -> Blueprint:
    """Return the pages about API keys."""
    pages = Blueprint("company_keys", __name__, url_prefix="/company/keys")
    desk = application.api_keys

    def overview(actor: Actor, made: MadeKey | None = None) -> str:
        now = desk.household.clock.now()
        return render_template("company/keys.html", keys=desk.list(actor), now=now, made=made)

    @pages.get("/")
    @needs(Permission.ACCOUNTS_MANAGE)
    def page(actor: Actor) -> str:
        return overview(actor)

    @pages.get("/new")
    @needs(Permission.ACCOUNTS_MANAGE, confirmed=True)
    def new(actor: Actor) -> tuple[str, int]:
        return new_page()

    def new_page(refusal: EsignError | None = None) -> tuple[str, int]:
        page = render_template(
            "company/key_new.html",
            scopes=tuple(Permission),
            days=DAYS,
            form=request.form,
            chosen=request.form.getlist("scopes"),
            problem=None if refusal is None else words().problem(refusal.code),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    @pages.post("/new")
    @needs(Permission.ACCOUNTS_MANAGE, confirmed=True)
    def create(actor: Actor) -> tuple[str, int] | str:
        form = request.form
        known = {scope.value: scope for scope in Permission}
        days = form.get("days", "")
        life = int(days) if days in {str(each) for each in DAYS} else DAYS[1]
        try:
            made = desk.create(
                actor,
                name=form.get("name", "").strip(),
                scopes=[known[name] for name in form.getlist("scopes") if name in known],
                expires_at=desk.household.clock.now() + timedelta(days=life),
            )
        except EsignError as refusal:
            return new_page(refusal)
        return overview(actor, made)

    @pages.get("/<key_id>/revoke")
    @needs(Permission.ACCOUNTS_MANAGE)
    def revoke_form(actor: Actor, key_id: str) -> str:
        return render_template("company/key_revoke.html", key=desk.view(actor, key_id))

    @pages.post("/<key_id>/revoke")
    @needs(Permission.ACCOUNTS_MANAGE)
    def revoke(actor: Actor, key_id: str) -> Response:
        desk.revoke(actor, key_id)
        flash("keys.revoked_now")
        return see_other(url_for(".page"))

    return pages
