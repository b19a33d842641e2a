"""A new contract: from a form, on the company's own document, or from contract data; checked, then sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request, url_for

from esign.access import Actor, Permission
from esign.contracts.shape import read
from esign.foundation.errors import EsignError
from web.company.guard import needs
from web.company.own_document import KINDS, MOST, data_of, website_of
from web.company.persons import person_of, place_of
from web.company.review import reviewed, sent
from web.forms.showing import sections
from web.language import language, words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application

PREFIX = "f."
"""Names of a form's fields in the page begin with it."""


def blueprint(application: Application) -> Blueprint:
    """Return the pages on which contracts are made."""
    pages = Blueprint("company_create", __name__, url_prefix="/company/create")
    desk, uploads = application.creation, application.uploads

    @pages.get("/")
    @needs(Permission.CONTRACTS_WRITE)
    def page(actor: Actor) -> str:
        return offered(actor)

    def offered(actor: Actor) -> str:
        return render_template("company/create.html", forms=desk.forms(actor), lang=language())

    @pages.get("/form")
    @needs(Permission.CONTRACTS_WRITE)
    def form(actor: Actor) -> str | Response:
        name = request.args.get("form", "")
        if not name:
            return offered(actor)
        return shown(actor, name, {}, judged=False)[0]

    @pages.post("/form")
    @needs(Permission.CONTRACTS_WRITE)
    def form_sent(actor: Actor) -> tuple[str, int] | str | Response:
        name, do = request.args.get("form", ""), request.form.get("do", "check")
        answers = {key.removeprefix(PREFIX): value for key, value in request.form.items() if key.startswith(PREFIX)}
        checked, decision = desk.check(actor, name, answers)
        if do == "edit" or not checked.complete:
            return shown(actor, name, answers, judged=do != "edit")
        try:
            data = desk.data(actor, name, answers, request.form.get("reference", "").strip())
            return sent(desk, actor, data) if do == "send" else reviewed(desk, actor, data)
        except EsignError as refusal:
            reasons = decision.reasons if decision is not None else ()
            said = tuple(reason.text[language()] for reason in reasons)
            return shown(actor, name, answers, judged=True, refusal=refusal, reasons=said)

    def shown(
        actor: Actor,
        name: str,
        answers: Mapping[str, str],
        *,
        judged: bool,
        refusal: EsignError | None = None,
        reasons: tuple[str, ...] = (),
    ) -> tuple[str, int]:
        definition = desk.form(actor, name)
        checked, _ = desk.check(actor, name, answers)
        parts = sections(definition, checked, answers, {}, language(), judged=judged)
        wrong = [field for part in parts for field in part.fields if field.visible and field.invalid] if judged else []
        page = render_template(
            "company/create_form.html",
            definition=definition,
            parts=parts,
            wrong=wrong,
            general=[found.text[language()] for found in checked.findings if found.field is None] if judged else [],
            problem=None if refusal is None else words().told(refusal.code, refusal.facts),
            reasons=reasons,
            lang=language(),
        )
        return page, 422 if wrong or refusal is not None else 200

    @pages.get("/data")
    @needs(Permission.CONTRACTS_WRITE)
    def data_form(actor: Actor) -> tuple[str, int]:
        like = request.args.get("like", "")
        if not like:
            return data_page("")
        found = {**application.reading.data(actor, like), "date": application.contracts.household.today().isoformat()}
        return data_page(json.dumps(found, ensure_ascii=False, indent=2))

    def data_page(text: str, refusal: EsignError | None = None) -> tuple[str, int]:
        page = render_template(
            "company/create_data.html",
            text=text,
            problem=None if refusal is None else words().told(refusal.code, refusal.facts),
            place=place_of(refusal),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    @pages.post("/data")
    @needs(Permission.CONTRACTS_WRITE)
    def data_sent(actor: Actor) -> tuple[str, int] | str | Response:
        text, do = request.form.get("data", ""), request.form.get("do", "check")
        if do == "edit":
            return data_page(text)
        try:
            data = _json(text)
            return sent(desk, actor, data) if do == "send" else reviewed(desk, actor, data)
        except EsignError as refusal:
            return data_page(text, refusal)

    @pages.get("/upload")
    @needs(Permission.CONTRACTS_WRITE)
    def upload_form(actor: Actor) -> tuple[str, int]:
        return upload_page()

    def upload_page(refusal: EsignError | None = None) -> tuple[str, int]:
        said = None if refusal is None else words().told(refusal.code, refusal.facts)
        page = render_template("company/create_upload.html", problem=said)
        return page, 200 if refusal is None else status_of(refusal.code)

    @pages.post("/upload")
    @needs(Permission.CONTRACTS_WRITE)
    def upload(actor: Actor) -> tuple[str, int] | Response:
        file = request.files.get("file")
        try:
            view = uploads.accept(actor, (file.filename if file else "") or "", file.read() if file else b"")
        except EsignError as refusal:
            return upload_page(refusal)
        return see_other(url_for(".document", upload_id=view.id))

    def document_page(actor: Actor, upload_id: str, refusal: EsignError | None = None) -> tuple[str, int]:
        form: Any = request.form
        count = min(max(_number(form.get("count", "1")), 1), MOST)
        page = render_template(
            "company/create_document.html",
            upload=uploads.view(actor, upload_id),
            form=form,
            persons=[person_of(form, f"p{number}.") if form else {} for number in range(1, count + 1)],
            kinds=KINDS,
            website=website_of(desk, actor),
            problem=None if refusal is None else words().told(refusal.code, refusal.facts),
            place=place_of(refusal),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/document/<upload_id>")
    @needs(Permission.CONTRACTS_WRITE)
    def document(actor: Actor, upload_id: str) -> tuple[str, int]:
        return document_page(actor, upload_id)

    @pages.get("/document/<upload_id>/page.png")
    @needs(Permission.CONTRACTS_WRITE)
    def picture(actor: Actor, upload_id: str) -> Response:
        number = _number(request.args.get("page", "1")) - 1
        return Response(uploads.picture(actor, upload_id, max(number, 0), 320), mimetype="image/png")

    @pages.post("/document/<upload_id>")
    @needs(Permission.CONTRACTS_WRITE)
    def document_sent(actor: Actor, upload_id: str) -> tuple[str, int] | str | Response:
        uploads.view(actor, upload_id)
        do = request.form.get("do", "check")
        if do in ("edit", "count"):
            return document_page(actor, upload_id)
        try:
            data = data_of(
                request.form,
                document={"upload": upload_id},
                company=desk.company(actor),
                day=application.contracts.household.today(),
                reference=request.form.get("reference", "").strip() or desk.reference(),
            )
            return sent(desk, actor, data) if do == "send" else reviewed(desk, actor, data)
        except EsignError as refusal:
            return document_page(actor, upload_id, refusal)

    return pages


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _json(text: str) -> dict[str, Any]:
    value, _ = read(text.encode("utf-8", "replace"))
    return value
