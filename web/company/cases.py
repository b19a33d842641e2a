"""Cases: what customers sent in by form, what the rules decided and why, and what an employee decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import Actor, Permission
from esign.engine.forms.records import CaseState
from esign.engine.forms.refusals import CaseUnknown
from esign.forms import Field, FormDefinition, FormUnknown, form_definition
from esign.foundation.errors import EsignError
from web.company.guard import needs
from web.forms.figures import as_read
from web.language import language, words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application


def blueprint(application: Application) -> Blueprint:
    """Return the pages about cases."""
    pages = Blueprint("company_cases", __name__, url_prefix="/company/cases")
    desk = application.cases
    house = application.contracts.household

    def definition(name: str) -> FormDefinition | None:
        try:
            return form_definition(name, house.today())
        except FormUnknown:
            return None

    def title(name: str) -> str:
        found = definition(name)
        return found.title[language()] if found is not None else name

    @pages.get("/")
    @needs(Permission.CASES_READ)
    def page(actor: Actor) -> str:
        known = {state.value for state in CaseState}
        state = request.args.get("state", "")
        state = state if state in known else ""
        found = desk.list(actor, state=state or None, after=request.args.get("after") or None, limit=25)
        return render_template("company/cases.html", found=found, state=state, states=tuple(CaseState), title=title)

    def shown(actor: Actor, case_id: str, refusal: EsignError | None = None) -> tuple[str, int]:
        detail = desk.detail(actor, case_id)
        form = definition(detail.view.form)
        page = render_template(
            "company/case.html",
            detail=detail,
            title=title(detail.view.form),
            labels={field.name: field.label[language()] for field in form.fields} if form is not None else {},
            answers=_answers(form, detail.values),
            lang=language(),
            reason=request.form.get("reason", "")[:2000],
            problem=None if refusal is None else words().problem(refusal.code),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/<case_id>")
    @needs(Permission.CASES_READ)
    def one(actor: Actor, case_id: str) -> tuple[str, int]:
        return shown(actor, case_id)

    @pages.post("/<case_id>/decide")
    @needs(Permission.CASES_DECIDE)
    def decide(actor: Actor, case_id: str) -> tuple[str, int] | Response:
        desk.view(actor, case_id)
        decision, reason = request.form.get("decision", ""), request.form.get("reason", "")
        try:
            if decision == "close":
                desk.close(actor, case_id, reason)
            else:
                desk.decide(actor, case_id, accept=decision == "accept", reason=reason)
        except CaseUnknown:
            raise
        except EsignError as refusal:
            return shown(actor, case_id, refusal)
        flash("cases.decided")
        return see_other(url_for(".one", case_id=case_id))

    return pages


def _answers(form: FormDefinition | None, values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return questions and answers as people read them; without the form, as they are kept."""
    fields = {field.name: field for field in form.fields} if form is not None else {}
    return tuple((name, _answer(fields.get(name), value)) for name, value in values.items())


def _answer(field: Field | None, value: str) -> str:
    if field is None:
        return value
    if field.kind.control == "checkbox":
        return words().phrase("forms.yes" if value == "yes" else "forms.not_said")
    return next((each.label[language()] for each in field.options if each.value == value), None) or as_read(
        value, field.kind_name, language()
    )
