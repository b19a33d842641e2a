"""Go on later, or on another device: a link that works once, on the screen as a QR code or by mail."""

from __future__ import annotations

import re

from flask import Blueprint, Response, render_template, request, url_for

from esign.engine.forms.refusals import DraftUnknown, MailAddressRefused, TooManyLinks
from web.company.picture import qr_code
from web.forms.desk import Door
from web.language import language, words
from web.problems import status_of
from web.see_other import see_other

_SECRET = re.compile(r"[A-Za-z0-9_-]{20,100}\Z")


def blueprint(door: Door) -> Blueprint:
    """Return the pages of going on elsewhere."""
    pages = door.pages("forms_later", __name__)

    def shown(name: str, *, refusal: MailAddressRefused | TooManyLinks | None = None) -> Response:
        definition = door.form(name)
        held = door.held(definition)
        if held is None:
            return see_other(url_for("forms.form", name=name, hinweis="expired"))
        page = render_template(
            "forms/later.html",
            form=definition,
            title=definition.title[language()],
            held=held,
            sent="gesendet" in request.args,
            email=request.form.get("email", "")[:160],
            problem=words().problem(refusal.code) if refusal else None,
        )
        return Response(page, status=status_of(refusal.code) if refusal else 200, mimetype="text/html")

    @pages.get("/<name>/spaeter")
    def page(name: str) -> Response:
        return shown(name)

    @pages.get("/<name>/spaeter/link")
    def shown_once(name: str) -> Response:
        """Lead back: the link is shown in answer to a form only, and not again in another language."""
        return see_other(url_for("forms_later.page", name=door.form(name).name))

    @pages.post("/<name>/spaeter/link")
    def link(name: str) -> Response:
        """Show the link: once, as the answer to a form, so that it stands in no address and in no history."""
        definition = door.form(name)
        held = door.held(definition)
        if held is None:
            return see_other(url_for("forms.form", name=name, hinweis="expired"))
        try:
            made = door.forms.resume_link(held.token, None)
        except TooManyLinks as refusal:
            return shown(name, refusal=refusal)
        page = render_template(
            "forms/link.html",
            form=definition,
            title=definition.title[language()],
            link=made.link,
            picture=qr_code(made.link),
            until=made.expires_at,
        )
        return Response(page, mimetype="text/html")

    @pages.post("/<name>/spaeter/mail")
    def mail(name: str) -> Response:
        definition = door.form(name)
        held = door.held(definition)
        if held is None:
            return see_other(url_for("forms.form", name=name, hinweis="expired"))
        try:
            door.forms.resume_link(held.token, request.form.get("email", "").strip())
        except (MailAddressRefused, TooManyLinks) as refusal:
            return shown(name, refusal=refusal)
        return see_other(url_for("forms_later.page", name=name, gesendet=1))

    @pages.get("/weiter")
    def arrive() -> str:
        """Ask for one press: programs that open links in mails must not use up the link."""
        return render_template("forms/continue.html", refused=False)

    @pages.post("/weiter")
    def resume() -> Response:
        secret = request.form.get("secret", "").strip().rpartition("#")[2]
        try:
            if not _SECRET.match(secret):
                raise DraftUnknown
            opened = door.forms.resume(door.tenant, secret)
        except DraftUnknown:
            page = render_template("forms/continue.html", refused=True)
            return Response(page, status=410, mimetype="text/html")
        response = see_other(url_for("forms.form", name=opened.form, hinweis="resumed"))
        door.give(response, opened.form, opened.token, expires_at=opened.expires_at)
        return response

    return pages
