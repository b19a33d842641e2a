"""Accounts for tests: made and set up through the front door."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from esign.access import Actor, system, totp
from esign.engine.accounts.setting_up import Holder
from tests.company.authenticator import Authenticator

PASSWORD = "korrekte Pferde Batterie 7"


@dataclass
class Colleague:
    """Somebody with an account, and what that person holds."""

    world: Any
    id: str
    email: str
    token: str = ""
    seed: bytes = b""
    device: Authenticator = field(default_factory=Authenticator)

    @property
    def app(self) -> Any:
        return self.world.application

    @property
    def actor(self) -> Actor:
        login = self.app.sessions.find(self.token)
        assert login is not None
        return login.actor

    @property
    def holder(self) -> Holder:
        return Holder(account_id=self.id, session=self.actor.session)

    def log_in(self) -> Colleague:
        challenge = self.app.logins.begin_passkey()
        self.token = self.app.logins.finish_passkey(challenge.token, self.device.use(dict(challenge.options))).token
        return self

    def code(self, steps: int = 0) -> str:
        return totp.code_at(self.seed, int(self.world.clock.now().timestamp()) // 30 + steps)


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def invited(world: Any, *roles: str, tenant: str = "default", email: str = "a.admin@example.org", **more: Any) -> Any:
    """Make an account as the operator does; return its link."""
    return world.application.accounts.create(
        system(tenant), name="Änne Admin", email=email, roles=roles or ("administrator",), **more
    )


def colleague(world: Any, *roles: str, tenant: str = "default", email: str = "a.admin@example.org") -> Colleague:
    """Make an account, set it up with a passkey, and log in."""
    linked = invited(world, *roles, tenant=tenant, email=email, send=False)
    person = Colleague(world=world, id=linked.account_id, email=email)
    desk = world.application.own_account
    holder = Holder(account_id=linked.account_id, link=token_of(linked.link))
    challenge = desk.begin_passkey(holder)
    opened = desk.add_passkey(holder, challenge.token, person.device.make(dict(challenge.options)), "Telefon")
    person.token = opened.token
    return person


def with_password(world: Any, *roles: str, tenant: str = "default", email: str = "p.person@example.org") -> Colleague:
    """Make an account and set it up with password and app."""
    linked = invited(world, *roles, tenant=tenant, email=email, send=False)
    person = Colleague(world=world, id=linked.account_id, email=email)
    desk = world.application.own_account
    holder = Holder(account_id=linked.account_id, link=token_of(linked.link))
    offer = desk.begin_password(holder)
    person.seed = seed_of(offer)
    person.token = desk.add_password(holder, offer.token, PASSWORD, person.code()).token
    return person


def seed_of(offer: Any) -> bytes:
    import base64

    return base64.b32decode(offer.written.replace(" ", ""))
