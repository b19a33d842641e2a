"""The list of forms, and the form itself: shown, kept, looked through."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for

from esign.engine.forms.refusals import DraftSent, DraftUnknown, PrefillTokenRefused
from esign.forms import FormDefinition
from web.forms import showing
from web.forms.answering import answers_of_request, together
from web.forms.desk import Door, Held
from web.language import language
from web.see_other import see_other

_NOTICES = frozenset(
    {
        *("expired", "saved", "resumed", "prefilled", "unknown", "unavailable", "refused", "discarded"),
        *("not_known", "not_recognised"),
    }
)
"""What a page may be told to say at its head, by the address; no other word is followed."""
_TOKEN = 4096
"""Characters of a prefill token at the most."""
_PREFILL = {"found": "prefilled", "none": "unknown", "unavailable": "unavailable"}


def blueprint(door: Door) -> Blueprint:
    """Return the pages of filling in."""
    pages = door.pages("forms", __name__)

    @pages.get("")
    def offered() -> str:
        lang = language()
        forms = [(door.forms.definition(door.tenant, item.name), item) for item in door.forms.offered(door.tenant)]
        return render_template(
            "forms/list.html",
            forms=[(form, item.company, door.held(form) is not None) for form, item in forms],
            of=lang,
        )

    @pages.get("/<name>")
    def form(name: str) -> str | Response:
        definition = door.form(name)
        held = door.held(definition)
        if held is None and door.sent(definition) is not None:
            return see_other(url_for("forms_outcome.page", name=name))
        return shown(definition, held)

    @pages.post("/<name>")
    def fill_in(name: str) -> Response:
        definition = door.form(name)
        held, gone = keep(door, definition)
        action = request.form.get("action", "check")
        if action == "later":
            target = url_for("forms_later.page", name=name)
        elif gone:
            target = url_for("forms.form", name=name, hinweis="expired")
        elif action == "update":
            target = url_for("forms.form", name=name, hinweis="saved")
        elif door.checked(definition, held.view.answers).complete:
            target = url_for("forms_review.page", name=name)
        else:
            target = url_for("forms.form", name=name, geprueft=1, _anchor="problems")
        response = see_other(target)
        door.give(response, name, held.token, expires_at=held.view.expires_at)
        return response

    @pages.post("/<name>/vorausfuellen")
    def prefill(name: str) -> Response:
        """Exchange a prefill token, which came in a link's fragment, for a draft that is filled in."""
        door.form(name)
        token = request.form.get("secret", "")
        try:
            if not token or len(token) > _TOKEN:
                raise PrefillTokenRefused
            opened = door.forms.begin(door.tenant, name, token)
        except PrefillTokenRefused:
            return see_other(url_for("forms.form", name=name, hinweis="refused"))
        response = see_other(url_for("forms.form", name=name, hinweis=_PREFILL.get(opened.prefill, "unknown")))
        door.give(response, name, opened.token, expires_at=opened.expires_at)
        return response

    @pages.post("/<name>/verwerfen")
    def discard(name: str) -> Response:
        held = door.held(door.form(name))
        if held is not None:
            door.forms.discard(held.token)
        response = see_other(url_for("forms.form", name=name, hinweis="discarded"))
        door.take(response, name)
        return response

    def shown(definition: FormDefinition, held: Held | None) -> str:
        lang = language()
        answers = dict(held.view.answers) if held else {}
        prefilled = held.view.prefilled if held else {}
        judged = held is not None and "geprueft" in request.args
        checked = door.checked(definition, answers)
        sections = showing.sections(definition, checked, answers, prefilled, lang, judged=judged)
        problems = [field for section in sections for field in section.fields if field.visible and field.invalid]
        notice = request.args.get("hinweis", "")
        return render_template(
            "forms/form.html",
            form=definition,
            company=door.offer(definition.name).company,
            title=definition.title[lang],
            lead=definition.lead[lang],
            sections=sections,
            figures=showing.figures(definition, checked, lang),
            problems=problems if judged else [],
            held=held,
            prefilled=any(field.prefilled for section in sections for field in section.fields if field.visible),
            notice=notice if notice in _NOTICES else "",
            browser=definition.to_browser(lang),
            today=checked.day.isoformat(),
        )

    return pages


def keep(door: Door, definition: FormDefinition) -> tuple[Held, bool]:
    """Keep the answers of this request in the browser's draft, or in a new one; tell whether the old one was gone.

    What somebody has just typed is never lost because the draft's time was over meanwhile.
    """
    sent = answers_of_request(definition, door.forms.household.reference)
    base = request.form.get("base", "")
    held = door.held(definition)
    if held is not None:
        answers = together(held.view.answers, sent, base=base, current=held.base)
        try:
            return Held(token=held.token, view=door.forms.save(held.token, answers)), False
        except (DraftUnknown, DraftSent):
            pass
    gone = bool(base) and door.sent(definition) is None
    opened = door.forms.begin(door.tenant, definition.name)
    return Held(token=opened.token, view=door.forms.save(opened.token, sent)), gone
