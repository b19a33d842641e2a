"""Webhooks: which systems are told what happens, with what secret, and how each delivery went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import Actor, Permission
from esign.engine.api.errors import WebhookUnknown
from esign.engine.api.events import EVENT_KINDS
from esign.foundation.errors import EsignError
from web.company.guard import needs
from web.language import words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.engine.webhooks.desk import MadeWebhook


def blueprint(application: Application) -> Blueprint:
    """Return the pages about webhooks."""
    pages = Blueprint("company_webhooks", __name__, url_prefix="/company/webhooks")
    desk = application.webhooks

    @pages.get("/")
    @needs(Permission.WEBHOOKS_READ)
    def page(actor: Actor) -> str:
        return render_template("company/webhooks.html", webhooks=desk.list(actor))

    def new_page(refusal: EsignError | None = None) -> tuple[str, int]:
        page = render_template(
            "company/webhook_new.html",
            kinds=[kind.value for kind in EVENT_KINDS],
            form=request.form,
            chosen=request.form.getlist("kinds"),
            problem=None if refusal is None else words().problem(refusal.code),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/new")
    @needs(Permission.WEBHOOKS_WRITE, confirmed=True)
    def new(actor: Actor) -> tuple[str, int]:
        return new_page()

    @pages.post("/new")
    @needs(Permission.WEBHOOKS_WRITE, confirmed=True)
    def create(actor: Actor) -> tuple[str, int] | str:
        form = request.form
        url, notify = form.get("url", "").strip(), form.get("notify", "").strip()
        try:
            made = desk.create(actor, url=url, kinds=form.getlist("kinds"), notify=notify)
        except EsignError as refusal:
            return new_page(refusal)
        return shown(actor, made.view.id, made)[0]

    def shown(
        actor: Actor, webhook_id: str, made: MadeWebhook | None = None, refusal: EsignError | None = None
    ) -> tuple[str, int]:
        page = render_template(
            "company/webhook.html",
            webhook=desk.view(actor, webhook_id),
            log=desk.deliveries(actor, webhook_id, after=request.args.get("after") or None, limit=25),
            made=made,
            problem=None if refusal is None else words().problem(refusal.code),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/<webhook_id>")
    @needs(Permission.WEBHOOKS_READ)
    def one(actor: Actor, webhook_id: str) -> tuple[str, int]:
        return shown(actor, webhook_id)

    @pages.get("/<webhook_id>/rotate")
    @needs(Permission.WEBHOOKS_WRITE, confirmed=True)
    def rotate_form(actor: Actor, webhook_id: str) -> str:
        return render_template("company/webhook_rotate.html", webhook=application.webhooks.view(actor, webhook_id))

    @pages.post("/<webhook_id>/rotate")
    @needs(Permission.WEBHOOKS_WRITE, confirmed=True)
    def rotate(actor: Actor, webhook_id: str) -> str:
        return shown(actor, webhook_id, desk.rotate(actor, webhook_id))[0]

    def done(webhook_id: str, phrase: str) -> Response:
        flash(phrase)
        return see_other(url_for(".one", webhook_id=webhook_id))

    @pages.post("/<webhook_id>/test")
    @needs(Permission.WEBHOOKS_WRITE)
    def test(actor: Actor, webhook_id: str) -> tuple[str, int] | Response:
        try:
            desk.test(actor, webhook_id)
        except WebhookUnknown:
            raise
        except EsignError as refusal:
            return shown(actor, webhook_id, refusal=refusal)
        return done(webhook_id, "hooks.tested")

    @pages.get("/<webhook_id>/enable")
    @needs(Permission.WEBHOOKS_WRITE, confirmed=True)
    def enable_form(actor: Actor, webhook_id: str) -> str:
        return render_template("company/webhook_enable.html", webhook=desk.view(actor, webhook_id))

    @pages.post("/<webhook_id>/enable")
    @needs(Permission.WEBHOOKS_WRITE, confirmed=True)
    def enable(actor: Actor, webhook_id: str) -> Response:
        desk.change(actor, webhook_id, state="active")
        return done(webhook_id, "hooks.now_active")

    @pages.post("/<webhook_id>/disable")
    @needs(Permission.WEBHOOKS_WRITE)
    def disable(actor: Actor, webhook_id: str) -> Response:
        desk.change(actor, webhook_id, state="disabled")
        return done(webhook_id, "hooks.now_disabled")

    @pages.post("/<webhook_id>/redeliver")
    @needs(Permission.WEBHOOKS_WRITE)
    def redeliver(actor: Actor, webhook_id: str) -> tuple[str, int] | Response:
        try:
            desk.redeliver(actor, webhook_id, request.form.get("delivery", ""))
        except WebhookUnknown:
            raise
        except EsignError as refusal:
            return shown(actor, webhook_id, refusal=refusal)
        return done(webhook_id, "hooks.redelivered")

    @pages.get("/<webhook_id>/remove")
    @needs(Permission.WEBHOOKS_WRITE)
    def remove_form(actor: Actor, webhook_id: str) -> str:
        return render_template("company/webhook_remove.html", webhook=application.webhooks.view(actor, webhook_id))

    @pages.post("/<webhook_id>/remove")
    @needs(Permission.WEBHOOKS_WRITE)
    def remove(actor: Actor, webhook_id: str) -> Response:
        desk.remove(actor, webhook_id)
        flash("hooks.removed")
        return see_other(url_for(".page"))

    return pages
