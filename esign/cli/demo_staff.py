"""The demonstration's accounts: invented staff, each set up by a real one-time link with a passkey of one's own."""

from __future__ import annotations

from dataclasses import dataclass

from esign.cli.configuration import FIRST_TENANT
from esign.settings import Settings

STAFF = (
    ("Vera Verwaltung (SANDBOX)", "verwaltung@sandbox.example", ("administrator",)),
    ("Klaus Klerk (SANDBOX)", "sachbearbeitung@sandbox.example", ("clerk",)),
    ("Rita Recht (SANDBOX)", "recht@sandbox.example", ("legal", "data_protection")),
)
"""Name, address, roles. Invented; example domains reach nobody (RFC 2606)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLink:
    """Whose account may still be set up, and where."""

    roles: str
    address: str


def staff_links(settings: Settings) -> tuple[StaffLink, ...]:
    """Return links to the sample accounts that nobody has set up yet; accounts that are missing are made.

    Nothing is easier here than in earnest: whoever opens a link makes a passkey, or connects an app, on this machine.
    """
    from esign.access import system
    from esign.bootstrap import build

    application = build(settings)
    operator = system(FIRST_TENANT)
    known = {account.email: account for account in application.accounts.list(operator)}
    links = []
    for name, email, roles in STAFF:
        account = known.get(email)
        if account is None:
            linked = application.accounts.create(operator, name=name, email=email, roles=roles, send=False)
        elif account.state.value == "invited":
            linked = application.accounts.invite_again(operator, account.id, send=False)
        else:
            continue
        links.append(StaffLink(roles=" + ".join(roles), address=linked.link))
    return tuple(links)
