"""The editor: a form of numbers that works by itself, and what its script sends instead: the whole description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, jsonify, render_template, request, url_for

from esign.access import Actor, Permission
from esign.documents import TemplateRefused
from esign.documents.page_errors import TemplateMalformed
from esign.engine.templates.desk import TemplateDetail
from esign.engine.templates.refusals import TemplateArchived, TemplateChanged
from web.company.guard import needs
from web.company.templates import form as rows
from web.company.templates.listing import version_of
from web.company.templates.told import told
from web.language import language, words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.foundation.errors import EsignError

MOST = 1_200_000
"""Characters of a description that a script sends; the engine has a smaller limit of its own."""
SOURCES = tuple(
    f"signatory-{number}.{member}"
    for number in range(1, 6)
    for member in ("name", "given_name", "family_name", "birth_date", "street", "postal_code", "town", "email", "phone",
                   "role")
) + tuple(
    f"company.{member}"
    for member in ("name", "street", "postal_code", "town", "email", "phone", "website", "represented_by")
) + ("contract.reference", "contract.date", "contract.title")  # fmt: skip
"""Places of the contract's data that a variable may take its value from."""


def sent_description() -> Mapping[str, Any] | None:
    """Return the description that the editor's script sent; None: it did not run.

    Raises:
        TemplateMalformed: It is no JSON of an object.
    """
    text = request.form.get("description", "")
    if not text:
        return None
    try:
        if len(text) > MOST:
            raise ValueError
        found = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise TemplateMalformed(rule="json") from None
    if not isinstance(found, dict):
        raise TemplateMalformed(rule="json")
    return found


def add(pages: Blueprint, application: Application) -> None:
    """Add the views."""
    desk = application.templates

    def shown(
        detail: TemplateDetail,
        draft: rows.Draft,
        *,
        wrong: Mapping[str, str] | None = None,
        problem: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> tuple[str, int]:
        page = render_template(
            "company/templates/edit.html",
            template=detail.view,
            detail=detail,
            draft=draft,
            wrong=wrong or {},
            problem=problem,
            kinds=rows.KINDS,
            types=rows.TYPES,
            sources=SOURCES,
            description=rows.description_of(draft, detail.sizes)[0],
            phrases={key[7:]: text for key, text in words().phrases.items() if key.startswith("editor.")},
        )
        return page, status

    @pages.get("/<template_id>/edit")
    @needs(Permission.TEMPLATES_WRITE)
    def edit(actor: Actor, template_id: str) -> tuple[str, int]:
        detail = desk.get(actor, template_id, version_of(request.args.get("version")))
        return shown(detail, rows.of_description(detail.description, detail.sizes, detail.view.version, language()))

    @pages.post("/<template_id>/edit")
    @needs(Permission.TEMPLATES_WRITE)
    def save(actor: Actor, template_id: str) -> tuple[str, int] | Response:
        detail = desk.get(actor, template_id)
        try:
            sent = sent_description()
        except TemplateMalformed as refusal:
            return _answer(refusal) if _scripted() else shown(detail, rows.of_form(request.form), problem=told(refusal))
        if sent is not None:
            return store(actor, detail, sent)
        draft = rows.of_form(request.form)
        changed = _step(request.form.get("do", "save"), draft, detail)
        if changed:
            return shown(detail, draft)
        description, wrong = rows.description_of(draft, detail.sizes)
        if wrong:
            return shown(detail, draft, wrong=wrong, status=422)
        return store(actor, detail, description, draft)

    def store(
        actor: Actor, detail: TemplateDetail, description: Mapping[str, Any], draft: rows.Draft | None = None
    ) -> tuple[str, int] | Response:
        began = request.form.get("over") or request.form.get("newest", "")
        newest = int(began) if began.isascii() and began.isdigit() and len(began) < 8 else 0
        try:
            view = desk.new_version(actor, detail.view.id, description, newest=newest)
        except (TemplateRefused, TemplateChanged, TemplateArchived) as refusal:
            if draft is None:
                return _answer(refusal)
            return shown(detail, draft, problem=told(refusal), status=status_of(refusal.code))
        flash("templates.version_made")
        address = url_for("company_templates.one", template_id=view.id)
        if draft is None:
            return jsonify({"version": view.version, "address": address})
        return see_other(address)


def _answer(refusal: EsignError) -> Response:
    response = jsonify({"refused": told(refusal)})
    response.status_code = status_of(refusal.code)
    return response


def _scripted() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def _step(do: str, draft: rows.Draft, detail: TemplateDetail) -> bool:
    """Do one of the small steps of the form without a script: a row more or less; return whether it was one."""
    what, _, number = do.partition("-")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else -1
    if what == "add" and number in rows.KINDS:
        draft.fields.append(rows.new_field(number, request.form.get("add_page", "1"), detail.sizes, language()))
    elif what == "variable":
        draft.variables.append(rows.new_variable())
    elif what == "remove" and 0 <= place < len(draft.fields):
        draft.fields.pop(place)
    elif what == "drop" and 0 <= place < len(draft.variables):
        draft.variables.pop(place)
    else:
        return what in ("remove", "drop", "show")
    return True


def _no_constant(name: str) -> Any:
    raise ValueError(name)
