"""Who may do what on the company's side: tenants, roles, permissions, the actor of a use case.

What enters: who somebody is (an account with a role, an API key with scopes, the system itself). What leaves: an
:class:`Actor`, or one refusal. What may be touched here: nothing; the engine asks before every use case. An object of
another tenant is unknown, not forbidden: nobody learns that it exists. Clauses: GDPR Art. 25, 32 (least privilege).
"""

from esign.access.actor import Actor, ActorKind, system
from esign.access.errors import AccessDenied, AccessError, ConfirmationNeeded
from esign.access.roles import ALLOWED, Permission, Role

__all__ = [
    "ALLOWED",
    "AccessDenied",
    "AccessError",
    "Actor",
    "ActorKind",
    "ConfirmationNeeded",
    "Permission",
    "Role",
    "system",
]
