"""Administering accounts: by whom, within which tenant, and never so that nobody is left who can."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from esign.access import AccessDenied, Actor, ActorKind, ConfirmationNeeded, Permission, Role, system
from esign.access.errors import AccountLinkUnknown, LoginNeeded, LoginRefused
from esign.access.people import PersonMalformed
from esign.engine.accounts.desk import AccountDesk
from esign.engine.accounts.setting_up import Holder
from esign.engine.refusals import (
    AccountExists,
    AccountStateRefused,
    AccountUnknown,
    LastAdministrator,
    OwnAccount,
    RolesMissing,
    TenantUnknown,
)
from tests.company.people import colleague, invited, token_of, with_password


def kinds(world: Any) -> list[str]:
    trail = world.application.accounts.audit(system("default"), limit=200)
    return [entry.kind for entry in reversed(trail)]


def raw(world: Any) -> bytes:
    """Return every byte of the database's files."""
    return b"".join(path.read_bytes() for path in world.settings.state_dir.glob("esign.sqlite*"))


def test_an_account_is_made_by_a_link_that_goes_to_its_address(world: Any) -> None:
    linked = invited(world, "clerk", "agent", email="klara@example.org")
    assert linked.sent
    assert linked.link in world.post.text()
    assert world.post.message()["To"] == "klara@example.org"
    (view,) = world.application.accounts.list(system("default"))
    assert (view.name, view.email, view.state, view.ways) == ("Änne Admin", "klara@example.org", "invited", ())
    assert [role.value for role in view.roles] == ["clerk", "agent"]
    assert kinds(world) == ["account.invited", "account.link_sent"]


def test_a_mail_that_cannot_be_sent_is_said_and_the_account_stays(world: Any) -> None:
    from esign.gateways.errors import GatewayRefused

    world.post.failure = GatewayRefused(host="mail")
    linked = invited(world, "clerk")
    assert not linked.sent
    assert len(world.application.accounts.list(system("default"))) == 1
    assert world.application.accounts.audit(system("default"))[0].facts["outcome"] == "gateway.refused"


def test_name_address_and_secrets_are_nowhere_readable(world: Any) -> None:
    admin = colleague(world, email="geheime.adresse@example.org")
    person = with_password(world, "clerk", email="noch.eine@example.org")
    found = raw(world)
    for secret in (
        "geheime.adresse",
        "noch.eine",
        "Änne",
        "Telefon",
        admin.token,
        person.token,
        "argon2id",
    ):
        assert secret.encode() not in found
    assert person.seed not in found


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": " "}, PersonMalformed),
        ({"name": "A\nB" + chr(0)}, PersonMalformed),
        ({"email": "no address"}, PersonMalformed),
        ({"email": "a@b@c"}, PersonMalformed),
        ({"language": "fr"}, PersonMalformed),
        ({"roles": ()}, RolesMissing),
        ({"roles": ("root",)}, RolesMissing),
    ],
)
def test_what_cannot_be_an_account_is_none(world: Any, changes: dict[str, Any], error: type[Exception]) -> None:
    data = {"name": "Klara Klerk", "email": "k@example.org", "roles": ("clerk",)} | changes
    with pytest.raises(error):
        world.application.accounts.create(system("default"), **data)
    assert world.application.accounts.list(system("default")) == ()


def test_an_address_has_one_account_in_a_tenant_however_it_is_written(world: Any) -> None:
    invited(world, "clerk", email="klara@example.org")
    with pytest.raises(AccountExists):
        invited(world, "legal", email=" KLARA@Example.ORG ")
    world.settings = world.settings.with_changes(tenants=("default", "other"))
    world.start()
    invited(world, "legal", tenant="other", email="klara@example.org")
    with pytest.raises(TenantUnknown):
        invited(world, "legal", tenant="third")


Call = Callable[[AccountDesk, Actor, str], Any]

CALLS: dict[str, Call] = {
    "create": lambda desk, actor, name: desk.create(actor, name="N N", email="n@example.org", roles=("clerk",)),
    "invite_again": lambda desk, actor, name: desk.invite_again(actor, name),
    "change_roles": lambda desk, actor, name: desk.change_roles(actor, name, ("legal",)),
    "lock": lambda desk, actor, name: desk.lock(actor, name),
    "unlock": lambda desk, actor, name: desk.unlock(actor, name),
    "close": lambda desk, actor, name: desk.close(actor, name),
    "view": lambda desk, actor, name: desk.view(actor, name),
    "list": lambda desk, actor, name: desk.list(actor),
}
DANGEROUS = ("create", "invite_again", "change_roles", "lock", "unlock", "close")


@pytest.mark.parametrize("call", CALLS)
def test_only_who_manages_accounts_may(world: Any, call: str) -> None:
    clerk = colleague(world, "clerk", "legal", "agent", "data_protection")
    before = kinds(world)
    with pytest.raises(AccessDenied):
        CALLS[call](world.application.accounts, clerk.actor, clerk.id)
    assert kinds(world) == before


@pytest.mark.parametrize("call", [name for name in CALLS if name not in ("create", "list")])
def test_an_account_of_another_tenant_is_unknown(world: Any, call: str) -> None:
    world.settings = world.settings.with_changes(tenants=("default", "other"))
    world.start()
    admin = colleague(world)
    stranger = colleague(world, "clerk", tenant="other", email="s@example.org")
    before = kinds(world)
    for name in (stranger.id, "nothing"):
        with pytest.raises(AccountUnknown):
            CALLS[call](world.application.accounts, admin.actor, name)
    assert kinds(world) == before
    assert stranger.actor.tenant == "other"


@pytest.mark.parametrize("call", DANGEROUS)
def test_what_changes_rights_needs_a_fresh_proof_and_no_api_key_gives_one(world: Any, call: str) -> None:
    admin = colleague(world)
    clerk = colleague(world, "clerk", email="c@example.org")
    world.clock.offset += timedelta(minutes=11)
    before = kinds(world)
    with pytest.raises(ConfirmationNeeded):
        CALLS[call](world.application.accounts, admin.actor, clerk.id)
    key = Actor(tenant="default", kind=ActorKind.API_KEY, id="k", permissions=frozenset(Permission))
    with pytest.raises(AccessDenied):
        CALLS[call](world.application.accounts, key, clerk.id)
    assert kinds(world) == before


@pytest.mark.parametrize("call", ["invite_again", "change_roles", "lock", "close"])
def test_nobody_does_it_to_the_own_account(world: Any, call: str) -> None:
    admin = colleague(world)
    colleague(world, email="b@example.org")
    with pytest.raises(OwnAccount):
        CALLS[call](world.application.accounts, admin.actor, admin.id)
    assert admin.actor.id == admin.id


@pytest.mark.parametrize("call", DANGEROUS)
@pytest.mark.parametrize("third", [False, True])
def test_who_lost_the_role_a_moment_ago_changes_nothing_any_more(world: Any, call: str, third: bool) -> None:
    """Two administrators take each other's role away at once: the second one has none when its turn comes."""
    admin, other = colleague(world), colleague(world, email="b@example.org")
    if third:
        colleague(world, email="third@example.org")
    stale = other.actor
    world.application.accounts.change_roles(admin.actor, other.id, ("clerk",))
    before = kinds(world)
    with pytest.raises(LoginNeeded):
        CALLS[call](world.application.accounts, stale, admin.id)
    again = replace(other.log_in().actor, permissions=stale.permissions)
    with pytest.raises(AccessDenied):
        CALLS[call](world.application.accounts, again, admin.id)
    assert kinds(world) == [*before, "account.logged_in"]
    assert admin.actor.may(Permission.ACCOUNTS_MANAGE)


def test_two_administrators_at_the_same_moment_leave_one(world: Any) -> None:
    people = colleague(world), colleague(world, email="b@example.org")
    actors = [person.actor for person in people]
    gate = threading.Barrier(2)

    def take_away(mine: int) -> str:
        gate.wait()
        try:
            world.application.accounts.change_roles(actors[mine], people[1 - mine].id, ("clerk",))
        except (LoginNeeded, AccessDenied, LastAdministrator) as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(take_away, (0, 1)))
    assert outcomes == ["LoginNeeded", "done"]
    left = [view for view in world.application.accounts.list(system("default")) if Role.ADMINISTRATOR in view.roles]
    assert len(left) == 1


def test_the_last_administrator_stays_whoever_asks(world: Any) -> None:
    """A second wall behind the first: even where somebody else could manage accounts without being one."""
    admin = colleague(world)
    desk = world.application.accounts
    with world.application.contracts.household.store.reading() as tx, pytest.raises(LastAdministrator):
        desk._keep_one_administrator(tx, replace(admin.actor, id="somebody"), tx.accounts.get(admin.id))


def test_a_lock_ends_every_login_and_lasts_until_it_is_taken_off(world: Any) -> None:
    admin, clerk = colleague(world), colleague(world, "clerk", email="c@example.org")
    first = clerk.token
    clerk.log_in()
    world.application.accounts.lock(admin.actor, clerk.id)
    assert world.application.sessions.find(first) is None
    assert world.application.sessions.find(clerk.token) is None
    with pytest.raises(LoginRefused):
        clerk.log_in()
    with pytest.raises(AccountStateRefused):
        world.application.accounts.lock(admin.actor, clerk.id)
    with pytest.raises(AccountStateRefused):
        world.application.accounts.invite_again(admin.actor, clerk.id)
    world.application.accounts.unlock(admin.actor, clerk.id)
    with pytest.raises(AccountStateRefused):
        world.application.accounts.unlock(admin.actor, clerk.id)
    assert clerk.log_in().actor.id == clerk.id


def test_other_roles_end_the_logins_with_the_old_ones(world: Any) -> None:
    admin, clerk = colleague(world), colleague(world, "clerk", email="c@example.org")
    world.application.accounts.change_roles(admin.actor, clerk.id, ("legal", "data_protection"))
    assert world.application.sessions.find(clerk.token) is None
    actor = clerk.log_in().actor
    assert actor.may(Permission.EVIDENCE_READ) and not actor.may(Permission.CONTRACTS_WRITE)
    entry = world.application.accounts.audit(system("default"), limit=3)[1]
    assert entry.facts == {"account": clerk.id, "before": "clerk", "roles": "data_protection+legal"}
    assert entry.who == "Änne Admin"


def test_to_be_invited_again_takes_everything_away_that_opened_the_account(world: Any) -> None:
    admin, clerk = colleague(world), colleague(world, "clerk", email="c@example.org")
    linked = world.application.accounts.invite_again(admin.actor, clerk.id)
    assert world.application.sessions.find(clerk.token) is None
    with pytest.raises(LoginRefused):
        clerk.log_in()
    newer = world.application.accounts.invite_again(admin.actor, clerk.id)
    with pytest.raises(AccountLinkUnknown):
        world.application.own_account.linked(token_of(linked.link))
    assert world.application.own_account.linked(token_of(newer.link)).email == "c@example.org"


def test_a_closed_account_is_gone_and_its_address_is_free(world: Any) -> None:
    admin, clerk = colleague(world), colleague(world, "clerk", email="c@example.org")
    world.application.accounts.close(admin.actor, clerk.id)
    assert [view.id for view in world.application.accounts.list(admin.actor)] == [admin.id]
    with pytest.raises(LoginRefused):
        clerk.log_in()
    with pytest.raises(AccountUnknown):
        world.application.accounts.unlock(admin.actor, clerk.id)
    assert colleague(world, "clerk", email="c@example.org").id != clerk.id


def test_a_link_counts_once_and_not_for_ever(world: Any) -> None:
    desk = world.application.own_account
    linked = invited(world, "administrator", send=False)
    holder = Holder(account_id=linked.account_id, link=token_of(linked.link))
    world.clock.offset += timedelta(hours=72)
    with pytest.raises(AccountLinkUnknown):
        desk.begin_passkey(holder)
    world.clock.offset -= timedelta(hours=1)
    from tests.company.authenticator import Authenticator

    challenge = desk.begin_passkey(holder)
    answer = Authenticator().make(dict(challenge.options))
    assert desk.add_passkey(holder, challenge.token, answer, "Schlüssel").account_id == linked.account_id
    with pytest.raises(AccountLinkUnknown):
        desk.linked(token_of(linked.link))
    assert kinds(world)[-2:] == ["account.set_up", "account.logged_in"]


def test_the_audit_trail_is_for_those_who_may_read_it(world: Any) -> None:
    clerk, officer = colleague(world, "clerk"), colleague(world, "data_protection", email="d@example.org")
    with pytest.raises(AccessDenied):
        world.application.accounts.audit(clerk.actor)
    trail = world.application.accounts.audit(officer.actor)
    assert [entry.kind for entry in trail[:2]] == ["account.logged_in", "account.set_up"]
    older = world.application.accounts.audit(officer.actor, before=trail[0].seq, limit=1)
    assert older == trail[1:2]
