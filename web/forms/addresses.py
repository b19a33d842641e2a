"""Each company's pages at its own address: declared once, served for all (:mod:`esign.engine.forms.addresses`)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request

from esign.engine.forms.addresses import FIRST, OTHERS
from web.errors import PageUnknown

_TENANT = "tenant"


class FormPages(Blueprint):
    """Pages that every company has; which company's a request asks for is known before its view is called."""

    def __init__(self, name: str, import_name: str, tenants: tuple[str, ...]) -> None:
        super().__init__(name, import_name)
        self._tenants = tenants
        self.url_value_preprocessor(self._ask_for)
        self.before_request(self._refuse_unknown)
        self.url_defaults(self._stay)

    def add_url_rule(self, rule: str, *arguments: Any, **options: Any) -> None:
        """Let a rule hold below each company's address."""
        super().add_url_rule(f"{FIRST}{rule}", *arguments, **options)
        super().add_url_rule(f"{OTHERS}/<{_TENANT}>{rule}", *arguments, **options)

    def _ask_for(self, endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.forms_tenant = (values or {}).pop(_TENANT, None) or self._tenants[0]
        g.forms_short = request.path == FIRST or request.path.startswith(f"{FIRST}/")

    def _refuse_unknown(self) -> None:
        """Refuse an address that is no company's; after what is asked of every request, such as its host."""
        if g.forms_tenant not in self._tenants or g.forms_short != (g.forms_tenant == self._tenants[0]):
            raise PageUnknown

    def _stay(self, endpoint: str, values: dict[str, Any]) -> None:
        """Let every address that a page names be the same company's."""
        tenant = values.pop(_TENANT, None) or asked_for(self._tenants)
        if tenant != self._tenants[0]:
            values[_TENANT] = tenant


def asked_for(tenants: tuple[str, ...]) -> str:
    """Return the company whose pages this request asks for; the first one's where the page is nobody's own."""
    found: str = g.get("forms_tenant", tenants[0])
    return found
