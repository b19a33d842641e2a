"""A contract's period for withdrawal as it follows from the facts, and what is stated about its performance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import Actor, Permission
from esign.contracts.deadlines import LAENDER
from esign.contracts.rights import Happened
from esign.contracts.rights.performance import DELIVERIES
from esign.engine.refusals import ContractUnknown
from esign.foundation.errors import EsignError
from web.company.guard import needs
from web.language import language, words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application


def blueprint(application: Application) -> Blueprint:
    """Return the pages about performance."""
    pages = Blueprint("company_performance", __name__, url_prefix="/company/contracts/<contract_id>/performance")
    desk = application.performance

    def shown(actor: Actor, contract_id: str, refusal: EsignError | None = None) -> tuple[str, int]:
        body = render_template(
            "company/performance.html",
            view=application.contracts.view(actor, contract_id),
            period=desk.period(actor, contract_id),
            events=tuple(Happened),
            deliveries=DELIVERIES,
            laender=LAENDER,
            form=request.form,
            lang=language(),
            problem=None if refusal is None else words().problem(refusal.code),
            place="" if refusal is None else str(refusal.facts.get("place", "")),
        )
        return body, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/")
    @needs(Permission.CONTRACTS_READ)
    def page(actor: Actor, contract_id: str) -> tuple[str, int]:
        return shown(actor, contract_id)

    @pages.post("/record")
    @needs(Permission.CONTRACTS_WRITE)
    def record(actor: Actor, contract_id: str) -> tuple[str, int] | Response:
        try:
            desk.record(actor, contract_id, _said())
        except ContractUnknown:
            raise
        except EsignError as refusal:
            return shown(actor, contract_id, refusal)
        flash("performance.recorded")
        return see_other(url_for(".page", contract_id=contract_id))

    @pages.post("/correct")
    @needs(Permission.CONTRACTS_WRITE)
    def take_back(actor: Actor, contract_id: str) -> Response:
        desk.correct(actor, contract_id, request.form.get("statement", "")[:64])
        flash("performance.taken_back")
        return see_other(url_for(".page", contract_id=contract_id))

    @pages.post("/task")
    @needs(Permission.CASES_DECIDE)
    def task(actor: Actor, contract_id: str) -> tuple[str, int] | Response:
        """Note a task for the contract."""
        try:
            made = application.tasks.add(
                actor, contract_id, request.form.get("title", "")[:400], request.form.get("due_on", "")
            )
        except ContractUnknown:
            raise
        except EsignError as refusal:
            return shown(actor, contract_id, refusal)
        flash("tasks.added")
        return see_other(url_for("company_tasks.one", task_id=made.id))

    return pages


def _said() -> dict[str, Any]:
    form = request.form
    said: dict[str, Any] = {
        "event": form.get("event", ""),
        "at": form.get("at", "").strip(),
        "complete": form.get("complete", "") == "yes",
        "names_function": form.get("names_function", "") == "yes",
        "delivery": form.get("delivery", "single"),
        "consumer": form.get("consumer", ""),
        "trader": form.get("trader", ""),
        "note": form.get("note", "")[:2000],
    }
    count = form.get("deliveries", "").strip()
    if count:
        said["deliveries"] = int(count) if count.isascii() and count.isdigit() and len(count) < 6 else -1
    return said
