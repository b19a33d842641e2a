"""Somebody signs in person: a link for the person's own device, shown once as a QR code, or for one of the company.

Who hands a device of the company over is logged out on it first: the answer to the form ends the login, takes its
cookies, and shows a page with nothing but the way to the agent, which lives at another origin. Going back leads to the
login; the link works once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request, session

from esign.access import Actor, Permission
from esign.engine.refusals import ContractUnknown
from esign.foundation.errors import EsignError
from web.company import cookies
from web.company.guard import needs
from web.company.picture import qr_code
from web.language import words
from web.problems import status_of

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.engine.contracts.in_person import HandedOver


def blueprint(application: Application) -> Blueprint:
    """Return the pages for signing in person."""
    pages = Blueprint("company_in_person", __name__, url_prefix="/company/contracts/<contract_id>/in-person")
    desk = application.in_person

    def shown(
        actor: Actor, contract_id: str, made: HandedOver | None = None, refusal: EsignError | None = None
    ) -> tuple[str, int]:
        offered = desk.offered(actor, contract_id)
        parties = application.reading.parties(actor, contract_id)
        wanted = request.values.get("party", "signatory-1")
        page = render_template(
            "company/in_person.html",
            contract_id=contract_id,
            party=next((each for each in parties if each.name == wanted), parties[0]),
            offered=offered,
            made=made,
            picture=None if made is None else qr_code(made.link),
            problem=None if refusal is None else words().problem(refusal.code),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    def asked(actor: Actor, contract_id: str, refusal: EsignError | None = None) -> tuple[str, int]:
        parties = application.reading.parties(actor, contract_id)
        wanted = request.values.get("party", "signatory-1")
        page = render_template(
            "company/in_person_device.html",
            contract_id=contract_id,
            party=next((each for each in parties if each.name == wanted), parties[0]),
            offered=desk.offered(actor, contract_id).company_device,
            problem=None if refusal is None else words().problem(refusal.code),
        )
        return page, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/")
    @needs(Permission.CONTRACTS_WRITE)
    def page(actor: Actor, contract_id: str) -> tuple[str, int]:
        return shown(actor, contract_id)

    @pages.post("/")
    @needs(Permission.CONTRACTS_WRITE)
    def hand_over(actor: Actor, contract_id: str) -> tuple[str, int]:
        try:
            made = desk.hand_over(actor, contract_id, request.form.get("party", "signatory-1"))
        except ContractUnknown:
            raise
        except EsignError as refusal:
            return shown(actor, contract_id, refusal=refusal)
        return shown(actor, contract_id, made=made)

    @pages.get("/this-device")
    @needs(Permission.CONTRACTS_WRITE)
    def before(actor: Actor, contract_id: str) -> tuple[str, int]:
        return asked(actor, contract_id)

    @pages.post("/this-device")
    @needs(Permission.CONTRACTS_WRITE)
    def this_device(actor: Actor, contract_id: str) -> tuple[str, int] | Response:
        try:
            made = desk.hand_over(actor, contract_id, request.form.get("party", "signatory-1"), company_device=True)
        except ContractUnknown:
            raise
        except EsignError as refusal:
            return asked(actor, contract_id, refusal)
        application.sessions.end(cookies.read(cookies.SESSION))
        link = made.link.replace("/#", f"/?lang={made.lang}#")  # the agent speaks the contract's language first
        page = render_template("company/in_person_handed.html", link=link)
        session.clear()  # its language was needed until here
        response = Response(page, mimetype="text/html")
        for cookie in (cookies.SESSION, cookies.FLOW, cookies.LINK):
            cookies.take(response, cookie)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return pages
