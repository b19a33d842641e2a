"""What both doors share: their addresses for each company, and which requests are not served."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, render_template, request, url_for

from esign.contracts.errors import NotInForce
from esign.contracts.rights import Function, Read
from esign.engine.rights.receiving import Received
from esign.engine.rights.refusals import DeclarationIncomplete
from web.errors import PageUnknown
from web.forms.addresses import asked_for
from web.language import language
from web.security import refuse_other_sites

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.engine.rights.desks import TerminationDesk, WithdrawalDesk

_LONGEST_PRESS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entrance as it stands in the footer of every page."""

    address: str
    label: str


class DoorPages(Blueprint):
    """Pages at one address for the first company, and below ``/von/`` for each other one."""

    def __init__(self, name: str, import_name: str, *, first: str, tenants: tuple[str, ...]) -> None:
        super().__init__(name, import_name)
        self._first = first
        self._tenants = tenants
        self.url_value_preprocessor(self._ask_for)
        self.url_defaults(self._stay)
        self.before_request(self._refuse)

    def add_url_rule(self, rule: str, *arguments: Any, **options: Any) -> None:
        """Let a rule hold for each company."""
        super().add_url_rule(f"{self._first}{rule}", *arguments, **options)
        super().add_url_rule(f"{self._first}/von/<tenant>{rule}", *arguments, **options)

    def _ask_for(self, endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.forms_tenant = (values or {}).pop("tenant", None) or self._tenants[0]

    def _stay(self, endpoint: str, values: dict[str, Any]) -> None:
        tenant = values.pop("tenant", None) or asked_for(self._tenants)
        if tenant != self._tenants[0]:
            values["tenant"] = tenant

    def _refuse(self) -> None:
        """Refuse an address that is no company's, and what another site's page sends."""
        if g.forms_tenant not in self._tenants:
            raise PageUnknown
        refuse_other_sites()


def links(application: Application) -> Callable[[], tuple[Link, ...]]:
    """Return what gives the entrances in the language of a request; both stand there always."""

    def both() -> tuple[Link, ...]:
        doors: tuple[tuple[str, WithdrawalDesk | TerminationDesk], ...] = (
            ("rights_withdrawal.page", application.withdrawal),
            ("rights_termination.page", application.termination),
        )
        tenant = asked_for(tuple(application.settings.tenants))
        found = []
        for endpoint, desk in doors:
            try:
                label = desk.function().label("open", language())
            except NotInForce:
                continue
            found.append(Link(address=url_for(endpoint, tenant=tenant), label=label))
        return tuple(found)

    return both


def typed(function: Function) -> dict[str, str]:
    """Return the prescribed fields as they were sent; nothing else is looked at."""
    return {field.name: request.form.get(field.name, "") for field in function.fields}


def declared(desk: WithdrawalDesk | TerminationDesk, template: str) -> Received | Response:
    """Return what was received by the button, or the page once more where something is missing.

    Args:
        desk: That of the function.
        template: The page with its fields.
    """
    function = desk.function()
    values = typed(function)
    try:
        return desk.declare(g.forms_tenant, values, press=press(), lang=language())
    except DeclarationIncomplete:
        body = render_template(template, **shown(function, desk.read(values), judged=True))
        return Response(body, status=422, mimetype="text/html")


def press() -> str:
    """Return the word of the page on which the button was pressed; without one each press is one of its own."""
    return request.form.get("press", "")[:_LONGEST_PRESS] or new_press()


def new_press() -> str:
    """Return a word for a page that carries a button."""
    return secrets.token_urlsafe(16)


def shown(function: Function, found: Read | None, *, judged: bool) -> Mapping[str, Any]:
    """Return what a template needs to show a function's fields.

    Args:
        function: The function.
        found: What was typed; None: nothing yet.
        judged: Whether what is missing is said.
    """
    lang = language()
    return {
        "function": function,
        "fields": function.fields,
        "values": found.values if found is not None else {},
        "missing": found.missing if found is not None and judged else (),
        "confirm_label": function.label("confirm", lang),
        "open_label": function.label("open", lang),
        "press": new_press(),
    }
