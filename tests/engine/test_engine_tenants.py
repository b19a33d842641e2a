"""Every use case of the company's side is somebody's, and ends at the border of the tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from esign.access import AccessDenied, Actor, ActorKind, Permission, system
from esign.engine import Application
from esign.engine.refusals import ContractUnknown
from tests.actors import COMPANY

OTHER = system("other")

CALLS: dict[str, tuple[Permission, Callable[[Application, Actor, str], Any]]] = {
    "invite": (Permission.CONTRACTS_WRITE, lambda app, actor, name: app.contracts.invite(actor, name)),
    "resend": (Permission.CONTRACTS_WRITE, lambda app, actor, name: app.contracts.resend(actor, name)),
    "cancel": (Permission.CONTRACTS_WRITE, lambda app, actor, name: app.contracts.cancel(actor, name)),
    "correct_address": (
        Permission.CONTRACTS_WRITE,
        lambda app, actor, name: app.contracts.correct_address(actor, name, "signatory-1", "new@example.org"),
    ),
    "delegate": (
        Permission.CONTRACTS_WRITE,
        lambda app, actor, name: app.contracts.delegate(actor, name, "signatory-1", {"given_name": "Erik"}),
    ),
    "view": (Permission.CONTRACTS_READ, lambda app, actor, name: app.contracts.view(actor, name)),
    "signed_document": (Permission.DOCUMENTS_READ, lambda app, actor, name: app.contracts.signed_document(actor, name)),
    "mails": (Permission.EVIDENCE_READ, lambda app, actor, name: app.contracts.mails(actor, name)),
    "dossier": (Permission.EVIDENCE_READ, lambda app, actor, name: app.dossiers.create(actor, name)),
}


def everything_but(permission: Permission) -> Actor:
    allowed = frozenset(Permission) - {permission}
    return Actor(tenant="default", kind=ActorKind.ACCOUNT, id="clerk", permissions=allowed)


def entries(world: Any) -> int:
    with world.application.contracts.household.store.reading() as tx:
        return int(tx.ledger.tail().size)


@pytest.mark.parametrize("call", CALLS)
def test_a_contract_of_another_tenant_is_as_unknown_as_none(world: Any, call: str) -> None:
    contract, _ = world.invite()
    before = entries(world)
    for actor, name in ((OTHER, contract), (OTHER, "nothing"), (COMPANY, "nothing")):
        with pytest.raises(ContractUnknown) as refused:
            CALLS[call][1](world.application, actor, name)
        assert (refused.value.code, refused.value.detail, dict(refused.value.facts)) == (
            "engine.contract.unknown",
            "there is no such contract",
            {},
        )
    assert entries(world) == before
    assert world.application.contracts.view(COMPANY, contract).state == "invited"


@pytest.mark.parametrize("call", CALLS)
def test_who_lacks_the_permission_is_refused_before_anything_is_looked_at(world: Any, call: str) -> None:
    contract, _ = world.invite()
    before = entries(world)
    permission, use_case = CALLS[call]
    for name in (contract, "nothing"):
        with pytest.raises(AccessDenied) as refused:
            use_case(world.application, everything_but(permission), name)
        assert refused.value.code == "access.denied"
        assert refused.value.facts["permission"] == permission.value
    assert entries(world) == before


def test_a_tenant_draws_up_and_lists_its_own_contracts_only(world: Any) -> None:
    desk = world.application.contracts
    ours = desk.draw_up(COMPANY, world.sample("electricity-supply"))
    theirs = desk.draw_up(OTHER, world.sample("household-insurance"))
    assert [view.id for view in desk.list(COMPANY)] == [ours]
    assert [view.id for view in desk.list(OTHER)] == [theirs]
    for permission in (Permission.CONTRACTS_WRITE, Permission.CONTRACTS_READ):
        with pytest.raises(AccessDenied):
            if permission is Permission.CONTRACTS_WRITE:
                desk.draw_up(everything_but(permission), world.sample("electricity-supply"))
            else:
                desk.list(everything_but(permission))
    assert len(desk.list(COMPANY)) == 1


def test_the_ledger_says_who_did_it_and_the_audit_trail_is_the_tenants_own(world: Any) -> None:
    desk = world.application.contracts
    clerk = Actor(tenant="default", kind=ActorKind.ACCOUNT, id="clerk-1", permissions=frozenset(Permission))
    contract = desk.draw_up(clerk, world.sample("electricity-supply"))
    desk.invite(clerk, contract)
    desk.cancel(COMPANY, contract, "Tarif eingestellt")
    desk.draw_up(OTHER, world.sample("electricity-supply"))
    with desk.household.store.reading() as tx:
        trail = tx.audit.newest("default", before=None, limit=10)
        clerks = tx.audit.newest("default", before=None, limit=10, actor=clerk.name)
        others = tx.audit.newest("other", before=None, limit=10)
        older = tx.audit.newest("default", before=trail[0].seq, limit=1)
    assert [(entry.kind.value, entry.facts["by"], entry.contract) for entry in trail] == [
        ("formation.revoked", "system:system", contract),
        ("contract.cancelled", "system:system", contract),
        ("formation.offered", "account:clerk-1", contract),
        ("invitation.made", "account:clerk-1", contract),
        ("contract.drawn_up", "account:clerk-1", contract),
    ]
    assert [entry.kind.value for entry in clerks] == ["formation.offered", "invitation.made", "contract.drawn_up"]
    assert [entry.facts["tenant"] for entry in others] == ["other"]
    assert older == trail[1:2]
