"""Many contracts from a file: upload, look at the check, confirm, see what becomes of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import Actor, Permission
from esign.engine.company.bulk_columns import BulkColumnsRefused, Target
from esign.engine.company.bulk_file import write_table
from esign.engine.company.bulk_plan import COMMON
from esign.foundation.errors import EsignError
from web.company.guard import needs
from web.company.validity import plain_of
from web.language import language, words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application

CSV = "text/csv; charset=utf-8"


def blueprint(application: Application) -> Blueprint:
    """Return the pages for many contracts at once."""
    pages = Blueprint("company_bulk", __name__, url_prefix="/company/bulk")
    desk, creation = application.bulk, application.creation

    def overview(actor: Actor, refusal: EsignError | None = None) -> tuple[str, int]:
        page = render_template(
            "company/bulk.html",
            runs=desk.list(actor),
            forms=creation.forms(actor),
            form=request.form,
            settings=application.settings,
            lang=language(),
            problem=None if refusal is None else words().problem(refusal.code),
            reason="" if refusal is None else str(refusal.facts.get("reason", "")),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/")
    @needs(Permission.CONTRACTS_WRITE)
    def page(actor: Actor) -> tuple[str, int]:
        return overview(actor)

    @pages.get("/columns.csv")
    @needs(Permission.CONTRACTS_WRITE)
    def columns(actor: Actor) -> Response:
        """Return a file with nothing but the columns of a form."""
        name = request.args.get("form", "")
        offered = creation.forms(actor)
        chosen = next((form for form in offered if form.name == name), None)
        names = [field.name for field in chosen.fields] if chosen is not None else []
        return _csv(write_table([[COMMON[0].name, *names]]), "columns.csv")

    @pages.post("/")
    @needs(Permission.CONTRACTS_WRITE)
    def upload(actor: Actor) -> tuple[str, int] | Response:
        file, form = request.files.get("file"), request.form
        kind, plan = (
            ("like", form.get("like", "").strip()) if form.get("like", "").strip() else ("form", form.get("form", ""))
        )
        try:
            view = desk.upload(
                actor,
                (file.filename if file else "") or "",
                file.read() if file else b"",
                kind=kind,
                plan=plan,
                validity=plain_of(form),
            )
        except EsignError as refusal:
            return overview(actor, refusal)
        return see_other(url_for(".choose_form" if view.state == "uploaded" else ".one", run_id=view.id))

    def chooser(actor: Actor, run_id: str, refusal: EsignError | None = None) -> tuple[str, int]:
        found = desk.columns(actor, run_id)
        chosen = {column.name: column.target for column in found.columns}
        if refusal is not None:
            chosen = _chosen(len(found.columns), [column.name for column in found.columns])
        groups: dict[str, list[Target]] = {}
        for target in found.targets:
            groups.setdefault(target.group[language()], []).append(target)
        page = render_template(
            "company/bulk_columns.html",
            found=found,
            view=found.run,
            groups=groups,
            chosen=chosen,
            lang=language(),
            problem=None if refusal is None else words().problem(refusal.code),
            reason="" if refusal is None else str(refusal.facts.get("reason", "")),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/<run_id>/columns")
    @needs(Permission.CONTRACTS_WRITE)
    def choose_form(actor: Actor, run_id: str) -> tuple[str, int]:
        return chooser(actor, run_id)

    @pages.post("/<run_id>/columns")
    @needs(Permission.CONTRACTS_WRITE)
    def choose(actor: Actor, run_id: str) -> tuple[str, int] | Response:
        names = [column.name for column in desk.columns(actor, run_id).columns]
        try:
            desk.choose(actor, run_id, _chosen(len(names), names))
        except BulkColumnsRefused as refusal:
            return chooser(actor, run_id, refusal)
        return see_other(url_for(".one", run_id=run_id))

    @pages.get("/<run_id>")
    @needs(Permission.CONTRACTS_WRITE)
    def one(actor: Actor, run_id: str) -> str | Response:
        if desk.one(actor, run_id).state == "uploaded":
            return see_other(url_for(".choose_form", run_id=run_id))
        view, rows = desk.view(actor, run_id)
        return render_template("company/bulk_one.html", view=view, rows=rows, lang=language(), why=why)

    @pages.post("/<run_id>/start")
    @needs(Permission.CONTRACTS_WRITE)
    def start(actor: Actor, run_id: str) -> Response:
        desk.start(actor, run_id)
        return to(run_id, "bulk.started")

    @pages.post("/<run_id>/cancel")
    @needs(Permission.CONTRACTS_WRITE)
    def cancel(actor: Actor, run_id: str) -> Response:
        desk.cancel(actor, run_id)
        return to(run_id, "bulk.cancelled")

    @pages.get("/<run_id>/result.csv")
    @needs(Permission.CONTRACTS_WRITE)
    def result(actor: Actor, run_id: str) -> Response:
        return _csv(desk.result(actor, run_id, language()), "result.csv")

    def to(run_id: str, phrase: str) -> Response:
        flash(phrase)
        return see_other(url_for(".one", run_id=run_id))

    return pages


def _chosen(count: int, names: list[str]) -> dict[str, str]:
    """Return what was chosen for each column; the fields carry the columns' numbers, not their names."""
    return {name: request.form.get(f"column-{number}", "") for number, name in zip(range(count), names, strict=True)}


def why(text: str) -> str:
    """Return what is wrong with a row in plain words; a code becomes the words of its problem."""
    coded = " " not in text and "." in text.strip(".")
    return words().problem(text).title if coded else text


def _csv(content: bytes, name: str) -> Response:
    response = Response(content, content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
