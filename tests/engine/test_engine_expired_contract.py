"""A contract that nobody signed in time: the company may take it up again for a while, or is told what else to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from certs.signatory import ServerRefused
from esign.engine.refusals import ContractExpired, PartyUnknown
from tests.actors import COMPANY
from tests.samples import COUPLE, sample


def couple(**changes: Any) -> dict[str, Any]:
    return sample(COUPLE, **changes)


def state(world: Any, contract: str) -> str:
    return str(world.application.contracts.view(COMPANY, contract).state)


def expire(world: Any) -> None:
    world.clock.offset += timedelta(days=world.settings.invitation_days, minutes=1)
    assert world.application.upkeep.end_expired_contracts() == 1


def test_sent_anew_an_expired_contract_goes_on_and_is_concluded(world: Any) -> None:
    contract, link = world.invite()
    expire(world)
    assert state(world, contract) == "expired"
    invited = world.application.contracts.resend(COMPANY, contract)
    assert state(world, contract) == "invited"
    assert world.application.delivery.deliver_due() == 1
    assert world.link() == invited.link
    with pytest.raises(ServerRefused) as refused:
        world.signatory(link).hello()
    assert (refused.value.status, refused.value.code) == (404, "ceremony.invitation.unknown")
    world.signatory(invited.link).run()
    assert state(world, contract) == "concluded"
    kinds = world.ledger(contract)
    assert kinds.index("contract.expired") < kinds.index("invitation.revoked") < kinds.index("contract.concluded")
    assert world.application.upkeep.end_expired_contracts() == 0


def test_everybody_who_was_invited_is_invited_anew(world: Any) -> None:
    contract = world.application.contracts.draw_up(COMPANY, couple(signing_order="free"))
    world.application.contracts.invite(COMPANY, contract)
    world.application.delivery.deliver_due()
    expire(world)
    world.application.delivery.deliver_due()
    invited = world.application.contracts.resend(COMPANY, contract, "signatory-2")
    assert (invited.party, [each.party for each in invited.further]) == ("signatory-2", ["signatory-1"])
    assert world.application.delivery.deliver_due() == 2
    world.signatory(invited.link, "david-sommerfeld").run()
    world.signatory(invited.further[0].link, "mira-sommerfeld").run()
    assert state(world, contract) == "concluded"


def test_after_thirty_days_it_is_drawn_up_anew(world: Any) -> None:
    contract, _ = world.invite()
    expire(world)
    world.clock.offset += timedelta(days=30)
    before = world.ledger(contract)
    with pytest.raises(ContractExpired) as refused:
        world.application.contracts.resend(COMPANY, contract)
    assert dict(refused.value.facts) == {"reason": "too_long_ago", "days": 30}
    assert (state(world, contract), world.ledger(contract)) == ("expired", before)


def test_once_somebody_has_signed_it_stays_at_its_end(world: Any) -> None:
    contract = world.application.contracts.draw_up(COMPANY, couple())
    invited = world.application.contracts.invite(COMPANY, contract)
    world.signatory(invited.link, "mira-sommerfeld").run()
    expire(world)
    before = world.ledger(contract)
    for party in ("signatory-1", "signatory-2"):
        with pytest.raises(ContractExpired) as refused:
            world.application.contracts.resend(COMPANY, contract, party)
        assert dict(refused.value.facts) == {"reason": "signed"}
    with pytest.raises(PartyUnknown):
        world.application.contracts.resend(COMPANY, contract, "signatory-9")
    assert (state(world, contract), world.ledger(contract)) == ("expired", before)
