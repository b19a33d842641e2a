"""The page on which everything about a new contract is looked at before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Response, flash, render_template, request, url_for

from esign.access import Actor
from esign.contracts import OrderSummary
from esign.engine.contracts.validity import ValidityOver, ValidityRefused
from web.company.validity import NAMES, validity_of
from web.language import words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine.company.creation import CreationDesk
    from esign.foundation.errors import EsignError

_OWN = ("csrf_token", "do", "later", *NAMES)
"""What the page asks for itself; everything else it carries on."""


def reviewed(
    desk: CreationDesk, actor: Actor, data: Mapping[str, Any], refusal: EsignError | None = None
) -> tuple[str, int]:
    """Show what the contract will say; the page carries everything, nothing is kept yet."""
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN]
    if not request.form.get("reference", "").strip():
        carried = [each for each in carried if each[0] != "reference"] + [("reference", str(data["reference"]))]
    page = render_template(
        "company/create_check.html",
        preview=desk.preview(actor, data),
        carried=carried,
        form=request.form,
        lines=summary_lines,
        settings=desk.household.settings,
        problem=None if refusal is None else words().told(refusal.code, refusal.facts),
    )
    return page, 200 if refusal is None else status_of(refusal.code)


def sent(desk: CreationDesk, actor: Actor, data: Mapping[str, Any]) -> tuple[str, int] | Response:
    """Draw the contract up and invite to it; where its validity is refused, show the page again."""
    try:
        validity = validity_of(request.form)
        contract_id = desk.create(actor, data, invite=request.form.get("later") != "yes", validity=validity)
    except (ValidityRefused, ValidityOver) as refusal:
        return reviewed(desk, actor, data, refusal)
    flash("create.done")
    return see_other(url_for("company_contracts.one", contract_id=contract_id))


def summary_lines(summary: OrderSummary) -> list[tuple[str, str]]:
    """Return label and value of each line of an order summary."""
    return [(line.label, line.value) for line in summary.lines]
