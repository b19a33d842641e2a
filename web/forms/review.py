"""All answers once more, to check and to correct, before anything is sent in (BGB § 312i (1) No. 1, WCAG 2.2 3.3.4)."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for

from esign.engine.forms.refusals import DraftUnknown
from web.forms import showing
from web.forms.desk import Door, fingerprint
from web.language import language
from web.see_other import see_other


def blueprint(door: Door) -> Blueprint:
    """Return the page on which everything is checked, and the button that sends it in."""
    pages = door.pages("forms_review", __name__)

    @pages.get("/<name>/pruefen")
    def page(name: str) -> str | Response:
        definition = door.form(name)
        held = door.held(definition)
        if held is None:
            return elsewhere(name)
        lang = language()
        checked = door.checked(definition, held.view.answers)
        if not checked.complete:
            return see_other(url_for("forms.form", name=name, geprueft=1, _anchor="problems"))
        sections = showing.sections(definition, checked, held.view.answers, held.view.prefilled, lang, judged=True)
        return render_template(
            "forms/check.html",
            form=definition,
            company=door.offer(name).company,
            title=definition.title[lang],
            groups=showing.rows(sections, checked, lang),
            figures=[item for item in showing.figures(definition, checked, lang) if item.text],
            seen=fingerprint(held.view.answers),
            changed=request.args.get("hinweis") == "changed",
        )

    @pages.post("/<name>/absenden")
    def send(name: str) -> Response:
        definition = door.form(name)
        held = door.held(definition)
        if held is None:  # sent twice: what became of it, once
            return elsewhere(name)
        if request.form.get("seen", "") != fingerprint(held.view.answers):
            return see_other(url_for("forms_review.page", name=name, hinweis="changed"))
        asked = door.checked(definition, held.view.answers).visible
        try:  # what is no longer asked is not sent
            door.forms.submit(held.token, {name: text for name, text in held.view.answers.items() if name in asked})
        except DraftUnknown:
            return elsewhere(name)
        return see_other(url_for("forms_outcome.page", name=name))

    def elsewhere(name: str) -> Response:
        """There is no draft to look at: show what became of it, or the form."""
        if door.sent(door.form(name)) is not None:
            return see_other(url_for("forms_outcome.page", name=name))
        return see_other(url_for("forms.form", name=name, hinweis="expired"))

    return pages
