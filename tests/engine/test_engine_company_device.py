"""In person on a device of the company: link, agent, request and login say the same, or nothing happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from certs.signatory.errors import ServerRefused
from esign.access import AccessDenied, Actor, ActorKind, Permission
from esign.engine.contracts.in_person import InPersonRefused, Offered
from esign.engine.refusals import CompanyDeviceRefused, ContractCancelled
from esign.pades import read_signatures, read_signed_attributes, read_signed_data
from tests.actors import COMPANY

CLERK = Actor(tenant="default", kind=ActorKind.ACCOUNT, id="clerk", permissions=frozenset({Permission.CONTRACTS_WRITE}))


@pytest.fixture
def contract(world: Any) -> str:
    return str(world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply")))


def handed(world: Any, contract: str) -> str:
    made = world.application.in_person.hand_over(CLERK, contract, "signatory-1", company_device=True)
    return str(made.link)


def entries(world: Any, contract: str, kind: str) -> list[dict[str, Any]]:
    with world.application.contracts.household.store.reading() as tx:
        return [dict(entry.facts) for entry in tx.ledger.of_contract(contract) if str(entry.kind) == kind]


def refused(step: Any) -> str:
    with pytest.raises(ServerRefused) as caught:
        step()
    return caught.value.code


def test_the_signature_says_whose_device_it_was_and_under_which_policy(world: Any, contract: str) -> None:
    link = handed(world, contract)
    assert "/#in-person." in link
    customer = world.signatory(link)
    customer.run()
    (embedded, *_) = read_signatures(world.application.contracts.signed_document(COMPANY, contract))
    attributes = read_signed_attributes(read_signed_data(embedded.cms).attributes)
    said = attributes.evidence.statement
    assert (said.level, said.held_by) == (1, "signatory-company-device")
    assert attributes.evidence.user_verification is None and attributes.policy_oid.endswith(".3.4")
    (offered,) = entries(world, contract, "handover.offered")
    assert (offered["channel"], offered["by"]) == ("company_device", "account:clerk")
    assert 0 < offered["expires_at"] - world.clock.now().timestamp() <= 300
    (bound,) = entries(world, contract, "device.bound")
    assert bound["handed_over_by"] == "company-device"
    (granted,) = entries(world, contract, "enrolment.granted")
    assert granted["held_by"] == "signatory-company-device"


@pytest.mark.parametrize("owner", ["company's link, own device", "own link, company's device", "mailed link"])
def test_a_link_and_an_agent_that_differ_about_the_device_bind_nothing(world: Any, contract: str, owner: str) -> None:
    desk = world.application.in_person
    if owner == "company's link, own device":
        link = handed(world, contract).replace("in-person.", "")
        right = link.replace("#", "#in-person.")
    elif owner == "own link, company's device":
        right = desk.hand_over(CLERK, contract, "signatory-1").link
        link = right.replace("#", "#in-person.")
    else:
        contract, right = world.invite()
        link = right.replace("#", "#in-person.")
    assert refused(world.signatory(link).hello) == "ceremony.handover.device_owner"
    assert not entries(world, contract, "device.bound"), "a device was bound"
    assert entries(world, contract, "message.refused")[0]["code"] == "ceremony.handover.device_owner"
    world.signatory(right).hello()  # the token was not spent
    assert len(entries(world, contract, "device.bound")) == 1


def test_a_bound_device_cannot_change_sides(world: Any, contract: str) -> None:
    customer = world.signatory(handed(world, contract))
    customer.hello()
    customer.wire.tamper["hello"] = lambda payload: {k: v for k, v in payload.items() if k != "device"}
    assert refused(customer.hello) == "ceremony.handover.device_owner"
    assert len(entries(world, contract, "device.bound")) == 1


def test_a_request_that_hides_the_device_gets_no_certificate(world: Any, contract: str) -> None:
    customer = world.signatory(handed(world, contract))
    customer.hello()
    customer.company_device = False
    assert refused(customer.enrol) == "identity.enrolment.device_owner"
    assert not entries(world, contract, "enrolment.requested")


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ("scratch-advanced", "engine.enrolment.user_verification_required"),
        ("scratch-advanced-recorded", "identity.enrolment.device_owner"),
    ],
)
def test_a_request_that_claims_such_a_device_gets_no_certificate_either(world: Any, policy: str, code: str) -> None:
    world.settings = world.settings.with_changes(signature_policy_advanced=policy)
    world.start()
    contract, link = world.invite()
    customer = world.signatory(link)
    customer.hello()
    customer.company_device, customer.authenticator = True, None
    assert refused(customer.enrol) == code
    assert not entries(world, contract, "enrolment.requested")


def test_a_passkey_of_the_company_s_device_is_refused(world: Any, contract: str) -> None:
    from certs.signatory.passkey import SandboxAuthenticator

    customer = world.signatory(handed(world, contract))
    customer.hello()
    customer.authenticator, customer.company_device = SandboxAuthenticator(origin=customer.origin), False
    assert refused(customer.enrol) == "identity.enrolment.device_owner"
    assert not entries(world, contract, "enrolment.granted")


@pytest.mark.parametrize("ago", [20, 600])
def test_whoever_was_logged_in_before_the_hand_over_is_not_the_one_who_signs(
    world: Any, contract: str, ago: int
) -> None:
    provider, earlier = world.sandbox.identity_provider, world.clock.now() - timedelta(seconds=ago)

    def still_logged_in(nonce: str) -> str:
        person = provider.persons.find("jana-beispiel")
        return str(provider.identify(person, nonce, provider.client_id, earlier))

    customer = world.signatory(handed(world, contract), idp=still_logged_in)
    customer.hello()
    assert refused(customer.enrol) == "identity.enrolment.not_fresh"
    assert not entries(world, contract, "enrolment.requested")
    fresh = world.signatory(handed(world, contract))
    fresh.run()
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"


def test_the_link_works_once_and_for_five_minutes_and_a_newer_one_ends_it(world: Any, contract: str) -> None:
    late = handed(world, contract)
    world.clock.offset += timedelta(minutes=5, seconds=1)
    assert refused(world.signatory(late).hello) == "ceremony.handover.expired"
    first, second = handed(world, contract), handed(world, contract)
    assert refused(world.signatory(first).hello) == "ceremony.handover.expired"
    world.signatory(second).hello()
    assert refused(world.signatory(second).hello) == "ceremony.handover.used"
    third = handed(world, contract)
    world.application.in_person.hand_over(CLERK, contract, "signatory-1")  # the own device after all
    assert refused(world.signatory(third).hello) == "ceremony.handover.expired"


def test_two_customers_one_after_another_share_nothing(world: Any, contract: str) -> None:
    other = world.application.contracts.draw_up(COMPANY, world.sample("household-insurance"))
    first = world.signatory(handed(world, contract))
    first.hello()
    first.enrol()
    second = world.signatory(handed(world, other), person="mehmet-yilmaz-gross")
    second.wire.device_key = first.wire.device_key  # a device that kept its key opens nothing of the one before
    second.hello()
    second.certificate = first.certificate
    assert refused(second.open) == "engine.open.certificate_unknown"
    first.wire.invitation = second.wire.invitation
    assert refused(first.open) == "engine.open.certificate_unknown"
    second.enrol()
    for step in (second.open, second.document, second.declare, second.sign, second.result):
        step()
    assert world.application.contracts.view(COMPANY, other).state == "concluded"
    assert world.application.contracts.view(COMPANY, contract).state == "invited"


def test_the_customer_may_go_on_to_the_own_device_which_is_then_the_own(world: Any, contract: str) -> None:
    tablet = world.signatory(handed(world, contract))
    tablet.hello()
    link = str(tablet.handover()["link"])
    assert refused(world.signatory(link.replace("#", "#in-person.")).hello) == "ceremony.handover.device_owner"
    world.signatory(link).run()
    (embedded, *_) = read_signatures(world.application.contracts.signed_document(COMPANY, contract))
    evidence = read_signed_attributes(read_signed_data(embedded.cms).attributes).evidence
    assert evidence.statement.held_by == "signatory-passkey"


def test_the_policy_sets_the_highest_level_and_whether_at_all(world: Any, contract: str) -> None:
    for name in ("", "scratch-simple", "scratch-advanced-recorded"):
        world.settings = world.settings.with_changes(signature_policy_company_device=name)
        world.start()
        desk = world.application.in_person
        assert desk.offered(CLERK, contract) == Offered(own_device=True, company_device=False)
        with pytest.raises(CompanyDeviceRefused) as caught:
            desk.hand_over(CLERK, contract, "signatory-1", company_device=True)
        assert caught.value.code == "engine.in_person.company_device"
    assert world.ledger(contract)[0] == "contract.drawn_up" and "invitation.made" not in world.ledger(contract)


def test_who_began_before_the_company_forbade_it_gets_no_further(world: Any, contract: str) -> None:
    customer = world.signatory(handed(world, contract))
    customer.hello()
    customer.enrol()
    world.settings = world.settings.with_changes(signature_policy_company_device="")
    world.start()
    assert refused(customer.open) == "engine.in_person.company_device"
    assert not entries(world, contract, "attempt.opened")


def test_it_is_for_one_signatory_above_the_simple_level_while_the_contract_lives(world: Any, contract: str) -> None:
    desk = world.application.in_person
    second = {**world.sample("electricity-supply")["signatory"], "given_name": "Mira", "email": "mira@post.example"}
    shared = world.application.contracts.draw_up(
        COMPANY, world.sample("electricity-supply", further_signatories=[second], reference="LW-2")
    )
    assert desk.offered(CLERK, shared) == Offered(own_device=True, company_device=False)
    with pytest.raises(CompanyDeviceRefused):
        desk.hand_over(CLERK, shared, "signatory-1", company_device=True)
    simple = world.application.contracts.draw_up(COMPANY, world.sample("mobile-plan"))
    with pytest.raises(InPersonRefused):
        desk.hand_over(CLERK, simple, "signatory-1", company_device=True)
    with pytest.raises(AccessDenied):
        reader = replace(CLERK, permissions=frozenset({Permission.CONTRACTS_READ}))
        desk.hand_over(reader, contract, "signatory-1", company_device=True)
    world.application.contracts.cancel(COMPANY, contract)
    with pytest.raises(ContractCancelled):
        desk.hand_over(CLERK, contract, "signatory-1", company_device=True)
    assert "handover.offered" not in world.ledger(contract)
