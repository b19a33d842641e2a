"""In person: the clerk shows a link for the customer's own device, and that is all the clerk can do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from certs.signatory.errors import ServerRefused, SignatoryRefused
from esign.access import AccessDenied, Actor, ActorKind, Permission, system
from esign.engine.contracts.in_person import InPersonRefused, Offered
from esign.engine.refusals import ContractCancelled, ContractStateRefused, ContractUnknown, PartyUnknown
from esign.evidence import verify_dossier
from tests.actors import COMPANY

CLERK = Actor(tenant="default", kind=ActorKind.ACCOUNT, id="clerk", permissions=frozenset({Permission.CONTRACTS_WRITE}))


@pytest.fixture
def contract(world: Any) -> str:
    return str(world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply")))


def entries(world: Any, contract: str, kind: str) -> list[dict[str, Any]]:
    with world.application.contracts.household.store.reading() as tx:
        return [dict(entry.facts) for entry in tx.ledger.of_contract(contract) if str(entry.kind) == kind]


def test_who_is_present_signs_without_a_mail_and_the_ledger_says_so(world: Any, contract: str) -> None:
    made = world.application.in_person.hand_over(CLERK, contract, "signatory-1")
    assert world.application.delivery.deliver_due() == 0, "a mail went out"
    world.signatory(made.link).run()
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"
    (offered,) = entries(world, contract, "handover.offered")
    assert (offered["channel"], offered["by"], offered["party"]) == ("in_person", "account:clerk", "signatory-1")
    (bound,) = entries(world, contract, "device.bound")
    assert bound["handed_over_by"] == "company"
    (invited,) = entries(world, contract, "invitation.made")
    assert invited["channel"] == "in_person"


def test_a_dossier_of_a_contract_signed_in_person_verifies(world: Any, contract: str) -> None:
    world.signatory(world.application.in_person.hand_over(CLERK, contract, "signatory-1").link).run()
    data = world.application.dossiers.create(COMPANY, contract)
    report = verify_dossier(data, anchors=world.application.contracts.household.trust.certificates)
    assert report.valid


def test_a_clerk_with_the_link_does_not_sign_for_the_customer(world: Any, contract: str) -> None:
    """The clerk opens the link on a device of the own, and identifies as who the clerk is."""
    made = world.application.in_person.hand_over(CLERK, contract, "signatory-1")
    clerk = world.signatory(made.link, person="mehmet-yilmaz-gross")
    with pytest.raises((ServerRefused, SignatoryRefused)):
        clerk.run()
    assert world.application.contracts.view(COMPANY, contract).state == "invited"
    assert not entries(world, contract, "enrolment.granted")
    assert entries(world, contract, "handover.offered")[0]["by"] == "account:clerk"


def test_the_link_binds_one_device_within_ten_minutes(world: Any, contract: str) -> None:
    desk = world.application.in_person
    late = desk.hand_over(CLERK, contract, "signatory-1")
    world.clock.offset += timedelta(minutes=10, seconds=1)
    with pytest.raises(ServerRefused):
        world.signatory(late.link).run()
    first, second = desk.hand_over(CLERK, contract, "signatory-1"), desk.hand_over(CLERK, contract, "signatory-1")
    with pytest.raises(ServerRefused):
        world.signatory(first.link).run()
    owner = world.signatory(second.link)
    owner.run()
    with pytest.raises(ServerRefused):
        world.signatory(second.link).run()
    assert len(entries(world, contract, "device.bound")) == 1


def test_at_the_simple_level_nothing_is_handed_over(world: Any) -> None:
    simple = world.application.contracts.draw_up(COMPANY, world.sample("mobile-plan"))
    assert world.application.in_person.offered(CLERK, simple) == Offered(own_device=False, company_device=False)
    with pytest.raises(InPersonRefused) as caught:
        world.application.in_person.hand_over(CLERK, simple, "signatory-1")
    assert caught.value.code == "engine.in_person.level"
    assert "invitation.made" not in world.ledger(simple)


def test_the_mailed_link_goes_on_beside_it(world: Any) -> None:
    contract, link = world.invite()
    world.application.in_person.hand_over(CLERK, contract, "signatory-1")
    world.signatory(link).run()
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"
    with pytest.raises(ContractStateRefused):
        world.application.in_person.hand_over(CLERK, contract, "signatory-1")


def test_nobody_is_handed_what_is_not_theirs_or_not_yet(world: Any, contract: str) -> None:
    desk = world.application.in_person
    with pytest.raises(AccessDenied):
        desk.hand_over(replace(CLERK, permissions=frozenset({Permission.CONTRACTS_READ})), contract, "signatory-1")
    with pytest.raises(ContractUnknown):
        desk.hand_over(system("other"), contract, "signatory-1")
    with pytest.raises(PartyUnknown):
        desk.hand_over(CLERK, contract, "signatory-9")
    world.application.contracts.cancel(COMPANY, contract)
    with pytest.raises(ContractCancelled):
        desk.hand_over(CLERK, contract, "signatory-1")
