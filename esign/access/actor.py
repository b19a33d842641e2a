"""Who is asking: the first argument of every use case on the company's side."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from esign.access.errors import AccessDenied
from esign.access.roles import Permission


class ActorKind(StrEnum):
    """What kind of somebody acts."""

    ACCOUNT = "account"
    API_KEY = "api_key"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who acts for one tenant, after it is proven who it is."""

    tenant: str
    """The company whose objects may be touched."""
    kind: ActorKind
    id: str
    """Random name of the account or API key; stands in the audit trail. Names no person."""
    permissions: frozenset[Permission]

    @property
    def name(self) -> str:
        """Kind and name in one word, as the audit trail says it."""
        return f"{self.kind.value}:{self.id}"

    def may(self, permission: Permission) -> bool:
        """Tell whether the actor has a permission; for showing what can be done, never instead of :meth:`require`."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse whoever lacks a permission.

        Raises:
            AccessDenied: The actor may not do this.
        """
        if permission not in self.permissions:
            raise AccessDenied(permission=permission.value)


def system(tenant: str) -> Actor:
    """Return the actor for what the installation does by itself for a tenant: rules, deadlines, the demonstration."""
    return Actor(tenant=tenant, kind=ActorKind.SYSTEM, id="system", permissions=frozenset(Permission))
