"""A contract out of a template: its variables and parties asked for, everything checked, then sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request

from esign.access import Actor, Permission
from esign.engine.templates.desk import TemplateDetail
from esign.engine.templates.refusals import TemplateArchived
from esign.foundation.errors import EsignError
from web.company.guard import needs
from web.company.own_document import KINDS, data_of, website_of
from web.company.persons import person_of, place_of
from web.company.review import reviewed, sent
from web.company.templates.listing import version_of
from web.language import words
from web.problems import status_of

if TYPE_CHECKING:
    from esign.engine import Application

PREFIX = "v."
"""Names of the variables' inputs begin with it: the short names are the company's own."""
_AMOUNT = re.compile(r"(?P<euro>[0-9]{1,3}(?:[., \u00a0][0-9]{3})*|[0-9]{1,12})(?:[.,](?P<cents>[0-9]{1,2}))?")


def values_of(description: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a form gives for a template's variables; what is empty is left out.

    What cannot be read is handed on as it was typed: the engine refuses it and names the variable.
    """
    values: dict[str, Any] = {}
    for variable in description["variables"]:
        text = str(form.get(PREFIX + variable["name"], "")).strip()
        if variable.get("from") or not text:
            continue
        values[variable["name"]] = _value(variable["type"], text)
    return values


def _value(kind: str, text: str) -> Any:
    if kind == "money":
        found = _AMOUNT.fullmatch(text.removesuffix("€").strip())
        if found is None:
            return text
        euro = re.sub(r"[^0-9]", "", found["euro"])
        return int(euro) * 100 + int((found["cents"] or "0").ljust(2, "0"))
    return text.replace(",", ".") if kind == "number" else text


def add(pages: Blueprint, application: Application) -> None:
    """Add the views."""
    creation, desk = application.creation, application.templates

    def shown(actor: Actor, detail: TemplateDetail, refusal: EsignError | None = None) -> tuple[str, int]:
        form: Any = request.form
        page = render_template(
            "company/templates/contract.html",
            template=detail.view,
            detail=detail,
            form=form,
            variables=[each for each in detail.description["variables"] if not each.get("from")],
            persons=[person_of(form, f"p{number + 1}.") if form else {} for number in range(detail.view.parties)],
            kinds=KINDS,
            website=website_of(creation, actor),
            problem=None if refusal is None else words().problem(refusal.code),
            place="" if refusal is None or refusal.facts.get("variable") else place_of(refusal),
            wrong="" if refusal is None else str(refusal.facts.get("variable", "")),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    def detail_of(actor: Actor, template_id: str, version: int | None) -> TemplateDetail:
        detail = desk.get(actor, template_id, version)
        if detail.view.archived_at is not None:
            raise TemplateArchived
        return detail

    @pages.get("/<template_id>/contract")
    @needs(Permission.CONTRACTS_WRITE)
    def contract(actor: Actor, template_id: str) -> tuple[str, int]:
        return shown(actor, detail_of(actor, template_id, version_of(request.args.get("version"))))

    @pages.post("/<template_id>/contract")
    @needs(Permission.CONTRACTS_WRITE)
    def contract_sent(actor: Actor, template_id: str) -> tuple[str, int] | str | Response:
        form = request.form
        detail = detail_of(actor, template_id, version_of(form.get("version")))
        if form.get("do", "check") == "edit":
            return shown(actor, detail)
        document = {
            "page_template": template_id,
            "version": detail.version,
            "values": values_of(detail.description, form),
        }
        try:
            data = data_of(
                {**form.to_dict(), "count": str(detail.description["parties"]), "lang": detail.description["lang"]},
                document=document,
                company=creation.company(actor),
                day=application.contracts.household.today(),
                reference=form.get("reference", "").strip() or creation.reference(),
            )
            return sent(creation, actor, data) if form.get("do") == "send" else reviewed(creation, actor, data)
        except EsignError as refusal:
            if status_of(refusal.code) >= 500:
                raise
            return shown(actor, detail, refusal)
