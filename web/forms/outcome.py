"""What became of the form: accepted, something more is needed, refused, or an employee decides."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template, url_for

from esign.forms import FormDefinition, Outcome, decide
from web.forms import showing
from web.forms.desk import Door
from web.forms.figures import figure
from web.language import language
from web.see_other import see_other


def blueprint(door: Door) -> Blueprint:
    """Return the page of the outcome."""
    pages = door.pages("forms_outcome", __name__)

    @pages.get("/<name>/ergebnis")
    def page(name: str) -> str | Response:
        definition = door.form(name)
        lang = language()
        sent = door.sent(definition)
        if sent is None:
            reasons = asked(definition)
            if reasons is None:
                return see_other(url_for("forms_review.page", name=name))
            return shown(definition, "ask", reasons, lang)
        labels = {field.name: (showing.place(field), field.label[lang]) for field in definition.fields}
        reasons = [(item.text[lang], [labels[name] for name in item.fields]) for item in sent.reasons]
        return shown(definition, sent.outcome, reasons, lang, answer_by=sent.answer_by)

    def asked(definition: FormDefinition) -> list[tuple[str, list[tuple[str, str]]]] | None:
        """Return what the rules ask of a draft that is complete; None: nothing."""
        held = door.held(definition)
        if held is None:
            return None
        checked = door.checked(definition, held.view.answers)
        decision = decide(definition, checked)
        if decision.outcome is not Outcome.ASK or not checked.complete:
            return None
        lang = language()
        labels = {field.name: (showing.place(field), field.label[lang]) for field in definition.fields}
        return [
            (reason.text[lang], [labels[name] for name in reason.fields if name in checked.visible])
            for reason in decision.reasons
            if reason.outcome is Outcome.ASK
        ]

    def shown(
        definition: FormDefinition,
        outcome: str,
        reasons: list[tuple[str, list[tuple[str, str]]]],
        lang: str,
        answer_by: date | None = None,
    ) -> str:
        return render_template(
            "forms/outcome.html",
            form=definition,
            company=door.offer(definition.name).company,
            title=definition.title[lang],
            outcome=outcome,
            reasons=reasons,
            answer_by=figure(answer_by.isoformat(), "date", lang) if answer_by else None,
        )

    @pages.post("/<name>/neu")
    def once_more(name: str) -> Response:
        """Begin another form of the same kind; what was sent in stays as it is."""
        door.form(name)
        response = see_other(url_for("forms.form", name=name))
        door.take(response, name)
        return response

    return pages
