"""The invitation's life where several sign: what one party's decline, a resend or a correction means for the others."""

from __future__ import annotations

import re
from typing import Any

import pytest

from certs.signatory import ServerRefused
from esign.engine.refusals import AlreadySigned, ContractStateRefused
from tests.actors import COMPANY
from tests.samples import COUPLE, sample

MIRA, DAVID = "mira-sommerfeld", "david-sommerfeld"
LINK = re.compile(r"http://localhost:8081/#[A-Za-z0-9_-]{43}")


def couple(world: Any, **changes: Any) -> str:
    data = sample(COUPLE, **{"company_signature": "none", **changes})
    contract = str(world.application.contracts.draw_up(COMPANY, data))
    world.application.contracts.invite(COMPANY, contract)
    return contract


def delivered(world: Any) -> list[tuple[str, str, str]]:
    """Deliver what is due; return addressee, subject and link (or nothing) of each new mail."""
    before = len(world.post.mails)
    world.application.delivery.deliver_due()
    found = []
    for number in range(before, len(world.post.mails)):
        message, link = world.post.message(number), LINK.search(world.post.text(number))
        found.append((str(message["To"]).split(".")[0], str(message["Subject"]), link.group() if link else ""))
    return found


def link_to(world: Any, name: str) -> str:
    return next(link for to, _, link in reversed(delivered(world)) if link and to.startswith(name))


def refused(call: Any) -> tuple[int, str]:
    with pytest.raises(ServerRefused) as refusal:
        call()
    return refusal.value.status, refusal.value.code


def partly_signed(world: Any) -> tuple[str, str]:
    """Return a contract that the first has signed, and the second one's link."""
    contract = couple(world)
    world.signatory(link_to(world, "mira"), MIRA).run()
    return contract, link_to(world, "david")


def test_what_the_second_declines_is_declined_for_both(world: Any) -> None:
    contract, link = partly_signed(world)
    second = world.signatory(link, DAVID)
    second.hello()
    second.decline("Ich möchte nicht.")
    assert world.application.contracts.view(COMPANY, contract).state == "declined"
    subjects = [(to, subject.partition(":")[0].removeprefix("[SANDBOX] ")) for to, subject, _ in delivered(world)]
    assert [subject for _, subject in subjects] == ["Abgelehnt", "Sie haben abgelehnt", "Einladung zurückgenommen"]
    assert [to for to, _ in subjects[1:]] == ["david", "mira"]
    assert "contract.concluded" not in world.ledger(contract)


def test_a_contract_that_is_partly_signed_can_be_cancelled_and_both_are_told(world: Any) -> None:
    contract, link = partly_signed(world)
    second = world.signatory(link, DAVID)
    second.hello()
    second.enrol()
    delivered(world)
    world.application.contracts.cancel(COMPANY, contract, "Tarif eingestellt.")
    assert refused(second.open) == (410, "engine.contract.cancelled")
    assert [to for to, subject, _ in delivered(world) if "zurückgenommen" in subject] == ["mira", "david"]


def test_the_second_invitation_is_sent_anew_and_the_first_signature_stands(world: Any) -> None:
    contract, link = partly_signed(world)
    lost = world.signatory(link, DAVID)
    lost.hello()
    invited = world.application.contracts.resend(COMPANY, contract, "signatory-2")
    assert refused(lost.hello) == (404, "ceremony.invitation.unknown")
    with pytest.raises(AlreadySigned):
        world.application.contracts.resend(COMPANY, contract, "signatory-1")
    world.signatory(invited.link, DAVID).run()
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"


def test_once_somebody_has_signed_no_address_is_corrected(world: Any) -> None:
    contract, link = partly_signed(world)
    before = world.ledger(contract)
    with pytest.raises((AlreadySigned, ContractStateRefused)) as refusal:
        world.application.contracts.correct_address(COMPANY, contract, "signatory-2", "david.neu@example.org")
    assert refusal.value.code == "engine.invitation.signed"
    assert world.ledger(contract) == before
    world.signatory(link, DAVID).run()


def test_one_corrected_address_makes_both_links_unknown_and_invites_both_anew(world: Any) -> None:
    contract = couple(world, signing_order="free")
    mails = {to: link for to, _, link in delivered(world)}
    first = world.signatory(mails["mira"], MIRA)
    first.hello()
    first.enrol()
    first.open()
    delivered(world)
    corrected = world.application.contracts.correct_address(COMPANY, contract, "signatory-2", "david.neu@example.org")
    for dead in (first, world.signatory(mails["david"], DAVID)):
        assert refused(dead.hello) == (404, "ceremony.invitation.unknown")
    for to, _, link in delivered(world):
        world.signatory(link, {"mira": MIRA, "david": DAVID}[to]).run()
    assert world.application.contracts.view(COMPANY, corrected.contract_id).state == "concluded"
    assert world.application.contracts.view(COMPANY, contract).state == "cancelled"


def test_a_party_hands_over_for_itself_only(world: Any) -> None:
    contract = couple(world, signing_order="free")
    mails = {to: link for to, _, link in delivered(world)}
    mira = world.signatory(mails["mira"], MIRA)
    mira.hello()
    phone = world.signatory(mira.handover()["link"], DAVID)
    assert phone.hello()["signatory"]["given_name"] == "Mira"
    assert refused(phone.enrol) == (403, "identity.person.name_differs")
    assert world.application.contracts.view(COMPANY, contract).state == "invited"
