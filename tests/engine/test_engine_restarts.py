"""A server that is started again between any two messages, or around one: nothing is lost, nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors import COMPANY
from tests.engine.test_engine_refusals import KINDS, MEMBERS, send, walk_to


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_message_again_gets_the_same_answer_also_after_a_restart(world: Any, kind: str) -> None:
    contract, link = world.invite()
    signatory = world.signatory(link)
    walk_to(signatory, kind)
    send(signatory, kind)
    media_type = "application/pdf" if kind in ("document", "result") else "application/json"
    first = signatory.wire.again(kind, media_type).content
    entries = world.ledger(contract)
    world.start()
    assert signatory.wire.again(kind, media_type).content == first
    assert world.ledger(contract) == entries, "answering again changes nothing"


def test_a_server_restarted_between_any_two_messages_loses_nothing(world: Any) -> None:
    contract, link = world.invite()
    signatory = world.signatory(link)
    for step in MEMBERS:
        send(signatory, step)
        world.start()
        if step not in ("signature", "result"):
            send(signatory, "handover")
            world.start()
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"


@pytest.mark.parametrize("step", MEMBERS[:5])
def test_a_server_restarted_around_a_decline_loses_nothing(world: Any, step: str) -> None:
    contract, link = world.invite()
    signatory = world.signatory(link)
    for each in MEMBERS[: MEMBERS.index(step) + 1]:
        send(signatory, each)
    world.start()
    signatory.decline("Nein danke.")
    world.start()
    assert signatory.wire.again("decline").json() == {"state": "closed"}
    assert world.application.contracts.view(COMPANY, contract).state == "declined"
    assert world.ledger(contract).count("contract.declined") == 1
