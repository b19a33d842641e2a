"""Contracts: found, looked at, and what can be done about one of them, each after a page that says what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import Actor, Permission
from esign.engine.company.records import Wanted
from esign.engine.contracts.validity import Validity
from esign.engine.household import BERLIN
from esign.engine.records import ContractState
from esign.engine.refusals import ContractUnknown
from esign.foundation.errors import EsignError
from web.company.guard import needs
from web.company.persons import person_of, place_of
from web.company.validity import validity_of
from web.language import words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.engine.company.timeline import Happening

TEMPLATES = (
    "electricity-supply",
    "household-insurance",
    "mobile-plan",
    "cost-approval",
    "goods-purchase",
    "digital-content",
    "securities-account",
    "consumer-credit",
    "payment-deferral",
    "term-life-insurance",
    "distance-course",
    "own-document",
)
PDF = "application/pdf"
_OWN_PAGES = ("ask", "correct", "delegate", "validity", "renew")
"""Steps that ask for more than a button."""
YEARS = range(2000, 2200)
"""Days outside of them are asked by nobody who looks for a contract; the calendar itself ends somewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that can be done about a contract."""

    name: str
    use_case: Callable[[Actor, str, Any], str]
    """Takes actor, contract and form; returns the contract that there is afterwards."""


def blueprint(application: Application) -> Blueprint:
    """Return the pages about contracts."""
    pages = Blueprint("company_contracts", __name__, url_prefix="/company/contracts")
    desk, contracts = application.desk, application.contracts

    @pages.get("/")
    @needs(Permission.CONTRACTS_READ)
    def page(actor: Actor) -> str:
        query = request.args
        sealed = query.get("q", "")
        wanted = desk.question(actor, sealed) if sealed else _plain(query.get("state", ""))
        found = desk.find(actor, wanted, after=query.get("after") or None)
        return render_template(
            "company/contracts.html",
            found=found,
            wanted=wanted,
            sealed=sealed,
            days=_days(wanted),
            counts=desk.counts(actor),
            states=tuple(ContractState),
            templates=TEMPLATES,
            first="after" not in query,
        )

    @pages.post("/search")
    @needs(Permission.CONTRACTS_READ)
    def search(actor: Actor) -> Response:
        wanted = _asked(request.form)
        address = url_for(".page") if wanted == Wanted() else url_for(".page", q=desk.ask(actor, wanted))
        return see_other(address)

    @pages.get("/<contract_id>")
    @needs(Permission.CONTRACTS_READ)
    def one(actor: Actor, contract_id: str) -> str:
        detail = desk.contract(actor, contract_id)
        period = application.performance.period(actor, contract_id)
        return render_template(
            "company/contract.html",
            detail=detail,
            period=period,
            formation=application.formation.view(actor, contract_id),
            duties=application.duties.of_contract(actor, contract_id),
            timeline_words=happening,
        )

    @pages.get("/<contract_id>/draft.pdf")
    @needs(Permission.DOCUMENTS_READ)
    def draft(actor: Actor, contract_id: str) -> Response:
        return _file(application.reading.draft(actor, contract_id), PDF, "draft.pdf")

    @pages.post("/<contract_id>/signed.pdf")
    @needs(Permission.DOCUMENTS_READ)
    def signed(actor: Actor, contract_id: str) -> Response:
        return _file(application.reading.signed(actor, contract_id), PDF, "signed.pdf")

    @pages.post("/<contract_id>/dossier")
    @needs(Permission.EVIDENCE_READ)
    def dossier(actor: Actor, contract_id: str) -> Response:
        made = application.dossiers.create(actor, contract_id)
        return _file(made, "application/vnd.etsi.asic-e+zip", "contract.dossier")

    def shown_person(actor: Actor, contract_id: str, party: str) -> dict[str, Any]:
        sent = request.method == "POST"
        return person_of(request.form) if sent else _person(application, actor, contract_id, party)

    def asked(name: str, actor: Actor, contract_id: str, problem: EsignError | None = None) -> tuple[str, int]:
        detail = desk.contract(actor, contract_id)
        party = request.values.get("party", "signatory-1")
        chosen = next((each for each in detail.parties if each.name == party), detail.parties[0])
        page = render_template(
            f"company/contract_{name}.html" if name in _OWN_PAGES else "company/contract_step.html",
            step=name,
            detail=detail,
            party=chosen,
            person=shown_person(actor, contract_id, chosen.name) if name == "delegate" else {},
            form=request.form,
            settings=application.settings,
            problem=None if problem is None else words().told(problem.code, problem.facts),
            place=place_of(problem),
        )
        return page, 200 if problem is None else status_of(problem.code)

    def step(known: Step) -> None:
        def form(actor: Actor, contract_id: str) -> tuple[str, int]:
            return asked(known.name, actor, contract_id)

        def do(actor: Actor, contract_id: str) -> tuple[str, int] | Response:
            try:
                then = known.use_case(actor, contract_id, request.form)
            except ContractUnknown:
                raise
            except EsignError as refusal:
                return asked(known.name, actor, contract_id, refusal)
            flash(f"desk.done_{known.name}")
            return see_other(url_for(".one", contract_id=then))

        guard = needs(Permission.CONTRACTS_WRITE)
        pages.add_url_rule(f"/<contract_id>/{known.name}", f"{known.name}_form", guard(form), methods=["GET"])
        pages.add_url_rule(f"/<contract_id>/{known.name}", known.name, guard(do), methods=["POST"])

    def remaining(use_case: Callable[[Actor, str, str], object]) -> Callable[[Actor, str, Any], str]:
        def with_party(actor: Actor, contract_id: str, form: Any) -> str:
            use_case(actor, contract_id, form.get("party", "signatory-1"))
            return contract_id

        return with_party

    def invite(actor: Actor, contract_id: str, form: Any) -> str:
        contracts.invite(actor, contract_id, form.get("party") or None)
        return contract_id

    def cancel(actor: Actor, contract_id: str, form: Any) -> str:
        contracts.cancel(actor, contract_id, form.get("reason", "").strip()[:500])
        return contract_id

    def confirm(actor: Actor, contract_id: str, form: Any) -> str:
        application.confirmations.resend(actor, contract_id, form.get("party", "signatory-1"))
        return contract_id

    def correct(actor: Actor, contract_id: str, form: Any) -> str:
        party, email = form.get("party", "signatory-1"), form.get("email", "").strip()
        return contracts.correct_address(actor, contract_id, party, email).contract_id

    def delegate(actor: Actor, contract_id: str, form: Any) -> str:
        party = form.get("party", "signatory-1")
        return contracts.delegate(actor, contract_id, party, person_of(form)).contract_id

    def validity(actor: Actor, contract_id: str, form: Any) -> str:
        application.renewal.change_validity(actor, contract_id, validity_of(form) or Validity())
        return contract_id

    def renew(actor: Actor, contract_id: str, form: Any) -> str:
        until = form.get("accept_until", "").strip()
        renewed = application.renewal.renew(
            actor,
            contract_id,
            accept_until=Validity.parse({"until": until}).until if until else None,
            validity=validity_of(form),
            invite=form.get("later") != "yes",
        )
        return renewed.contract_id

    def accept(actor: Actor, contract_id: str, form: Any) -> str:
        application.acceptances.accept(actor, contract_id)
        return contract_id

    def turn_down(actor: Actor, contract_id: str, form: Any) -> str:
        application.acceptances.decline(actor, contract_id, form.get("reason", "").strip()[:500])
        return contract_id

    def ask(actor: Actor, contract_id: str, form: Any) -> str:
        party, person = form.get("party", "signatory-1"), form.get("person", "")
        application.approvals.ask(actor, contract_id, party, person, form.get("email", ""))
        return contract_id

    step(Step(name="accept", use_case=accept))
    step(Step(name="turn_down", use_case=turn_down))
    step(Step(name="ask", use_case=ask))
    step(Step(name="demand", use_case=remaining(application.approvals.demand)))
    step(Step(name="invite", use_case=invite))
    step(Step(name="validity", use_case=validity))
    step(Step(name="renew", use_case=renew))
    step(Step(name="remind", use_case=remaining(contracts.remind)))
    step(Step(name="resend", use_case=remaining(contracts.resend)))
    step(Step(name="confirm", use_case=confirm))
    step(Step(name="cancel", use_case=cancel))
    step(Step(name="correct", use_case=correct))
    step(Step(name="delegate", use_case=delegate))
    return pages


def _file(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _person(application: Application, actor: Actor, contract_id: str, party: str) -> dict[str, Any]:
    """Return who signs now, as contract data names that person: the form begins with it."""
    data: Any = application.reading.data(actor, contract_id)
    persons = [data["signatory"], *data.get("further_signatories", ())]
    number = int(party.rpartition("-")[2]) - 1
    return dict(persons[number])


def _plain(state: str) -> Wanted:
    known = {each.value: each for each in ContractState}
    return Wanted(state=known.get(state))


def _asked(form: Any) -> Wanted:
    known = {each.value: each for each in ContractState}
    return Wanted(
        state=known.get(form.get("state", "")),
        template=form.get("template", "") if form.get("template", "") in TEMPLATES else "",
        text=form.get("text", "").strip()[:80],
        party=form.get("party", "").strip()[:160],
        created_from=_instant(form.get("created_from", "")),
        created_before=_instant(form.get("created_to", ""), days=1),
        concluded_from=_instant(form.get("concluded_from", "")),
        concluded_before=_instant(form.get("concluded_to", ""), days=1),
    )


def _instant(text: str, *, days: int = 0) -> datetime | None:
    """Return the beginning of a local day, or of the day after; None for what is no day of an installation's life."""
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d")
    except ValueError:
        return None
    return (day + timedelta(days=days)).replace(tzinfo=BERLIN) if day.year in YEARS else None


def _days(wanted: Wanted) -> dict[str, str]:
    def day(instant: datetime | None, back: int) -> str:
        return "" if instant is None else (instant.astimezone(BERLIN) - timedelta(days=back)).date().isoformat()

    return {
        "created_from": day(wanted.created_from, 0),
        "created_to": day(wanted.created_before, 1),
        "concluded_from": day(wanted.concluded_from, 0),
        "concluded_to": day(wanted.concluded_before, 1),
    }


def happening(each: Happening) -> str:
    """Return the words for something that happened, the most telling that there are."""
    known = next((name for name in each.phrases if words().known(f"timeline.{name}")), None)
    return words().phrase(f"timeline.{known}") if known else each.kind
