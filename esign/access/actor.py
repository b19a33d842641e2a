"""Who is asking: the first argument of every use case on the company's side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from esign.access.errors import AccessDenied, ConfirmationNeeded
from esign.access.roles import Permission

CONFIRMED_FOR = timedelta(minutes=10)
"""How long a proof of who somebody is stands for what is dangerous."""


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
    session: str = ""
    """Which of its sessions an account acts in; empty: none."""
    confirmed_at: datetime | None = None
    """When the person behind an account last proved who it is."""

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

    def require_confirmed(self, now: datetime) -> None:
        """Refuse whoever did not prove just now who it is; for what is dangerous.

        An API key proves nothing anew: it is refused.

        Raises:
            AccessDenied: The actor is an API key.
            ConfirmationNeeded: The person has to prove again who it is.
        """
        if self.kind is ActorKind.API_KEY:
            raise AccessDenied("an API key does not do this")
        self.require_present(now)

    def require_present(self, now: datetime) -> None:
        """Refuse an account whose person did not prove just now who it is; for what gives lasting power.

        An API key goes on: somebody who proved it gave it the scope.

        Raises:
            ConfirmationNeeded: The person has to prove again who it is.
        """
        if self.kind is ActorKind.ACCOUNT and not self.confirmed(now):
            raise ConfirmationNeeded

    def confirmed(self, now: datetime) -> bool:
        """Tell whether the person behind an account proved just now who it is."""
        return self.confirmed_at is not None and now - self.confirmed_at < CONFIRMED_FOR


def system(tenant: str) -> Actor:
    """Return the actor for what the installation does by itself for a tenant: rules, deadlines, the demonstration."""
    return Actor(tenant=tenant, kind=ActorKind.SYSTEM, id="system", permissions=frozenset(Permission))
