"""The accounts of the company, for those who administer them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import ALLOWED, Actor, Permission, Role
from esign.access.people import PersonMalformed
from esign.engine.refusals import AccountExists, RolesMissing
from web.company.guard import needs
from web.language import words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.engine.accounts.links import Linked
    from esign.foundation.errors import EsignError


def blueprint(application: Application) -> Blueprint:
    """Return the pages about accounts."""
    pages = Blueprint("company_accounts", __name__, url_prefix="/company/accounts")
    desk = application.accounts

    def vocabulary() -> dict[str, Any]:
        return {"roles": tuple(Role), "allowed": {role: sorted(ALLOWED[role]) for role in Role}}

    def shown(problem: EsignError | None = None) -> tuple[str, int]:
        form = request.form
        page = render_template(
            "company/account_new.html",
            name=form.get("name", "")[:200],
            email=form.get("email", "")[:200],
            language=form.get("language", "de"),
            chosen=form.getlist("roles"),
            problem=None if problem is None else words().problem(problem.code),
            field=_field(problem),
            **vocabulary(),
        )
        return page, 200 if problem is None else status_of(problem.code)

    def to(account_id: str, phrase: str) -> Response:
        flash(phrase)
        address = url_for("company_accounts.one", account_id=account_id)
        return see_other(address)

    @pages.get("/")
    @needs(Permission.ACCOUNTS_MANAGE)
    def page(actor: Actor) -> str:
        return render_template("company/accounts.html", accounts=desk.list(actor))

    @pages.get("/new")
    @needs(Permission.ACCOUNTS_MANAGE, confirmed=True)
    def new(actor: Actor) -> tuple[str, int]:
        return shown()

    @pages.post("/new")
    @needs(Permission.ACCOUNTS_MANAGE, confirmed=True)
    def create(actor: Actor) -> tuple[str, int] | Response:
        form = request.form
        try:
            linked = desk.create(
                actor,
                name=form.get("name", ""),
                email=form.get("email", ""),
                roles=form.getlist("roles"),
                language=form.get("language", "de"),
            )
        except (PersonMalformed, RolesMissing, AccountExists) as refusal:
            return shown(refusal)
        return to(linked.account_id, _sent(linked))

    @pages.get("/<account_id>")
    @needs(Permission.ACCOUNTS_MANAGE)
    def one(actor: Actor, account_id: str) -> str:
        account = desk.view(actor, account_id)
        return render_template("company/account_one.html", account=account, own=actor.id == account.id, **vocabulary())

    @pages.get("/<account_id>/change")
    @needs(Permission.ACCOUNTS_MANAGE, confirmed=True)
    def change(actor: Actor, account_id: str) -> str:
        account = desk.view(actor, account_id)
        return render_template("company/account_change.html", account=account, **vocabulary())

    @pages.post("/<account_id>/roles")
    @needs(Permission.ACCOUNTS_MANAGE, confirmed=True)
    def roles(actor: Actor, account_id: str) -> Response:
        desk.change_roles(actor, account_id, request.form.getlist("roles"))
        return to(account_id, "accounts.roles_changed")

    @pages.post("/<account_id>/invite")
    @needs(Permission.ACCOUNTS_MANAGE, confirmed=True)
    def invite(actor: Actor, account_id: str) -> Response:
        return to(account_id, _sent(desk.invite_again(actor, account_id)))

    def step(name: str, use_case: Callable[[Actor, str], None], phrase: str) -> None:
        def view(actor: Actor, account_id: str) -> Response:
            use_case(actor, account_id)
            if name == "close":
                flash(phrase)
                return see_other(url_for("company_accounts.page"))
            return to(account_id, phrase)

        guarded = needs(Permission.ACCOUNTS_MANAGE, confirmed=True)(view)
        pages.add_url_rule(f"/<account_id>/{name}", name, guarded, methods=["POST"])

    step("lock", desk.lock, "accounts.locked")
    step("unlock", desk.unlock, "accounts.unlocked")
    step("close", desk.close, "accounts.closed")
    return pages


def _sent(linked: Linked) -> str:
    return "accounts.link_sent" if linked.sent else "accounts.link_not_sent"


def _field(problem: EsignError | None) -> str:
    """Return the field next to which a refusal is said."""
    if problem is None:
        return ""
    if isinstance(problem, RolesMissing):
        return "roles"
    return "email" if isinstance(problem, AccountExists) else str(problem.facts.get("field", ""))
