"""Random walks through the engine: no path concludes a contract without what the law wants.

Steps of customer, company and time in any order, some of them sabotaged: the note of the order button is lost, the
offer's arrival is not noted, the clock jumps back. Whatever is concluded afterwards is examined by an oracle that
reads the events as plain JSON and knows nothing of the library.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certs.signatory import ServerRefused, SignatoryRefused
from esign.engine.formation import declaring, keeping, offering
from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError
from tests.actors import COMPANY
from tests.conftest import World, installation

STEPS = (
    "deliver",
    "hello",
    "open",
    "document",
    "declare",
    "again",
    "resend",
    "cancel",
    "days",
    "weeks",
    "expire",
    "back",
)
HAPPY = ("deliver", "hello", "open", "document", "declare")
SABOTAGE = ("button", "arrival")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Any) -> Iterator[World]:
    with installation(tmp_path_factory.mktemp("paths"), sandbox_folder) as made:
        yield made


class Walk:
    """One contract and what is done about it."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.clock.offset = timedelta()
        self.contract = world.application.contracts.draw_up(COMPANY, world.sample("mobile-plan"))
        self.link = world.application.contracts.invite(COMPANY, self.contract).link
        self.signatory: Any = None

    def step(self, name: str) -> None:
        """Do one thing; a refusal is part of the story."""
        application = self.world.application
        try:
            if name == "deliver":
                application.delivery.deliver_due()
            elif name in ("hello", "open", "document", "declare"):
                self.signatory = self.signatory or self.world.signatory(self.link, "sophie-mueller-luedenscheidt")
                getattr(self.signatory, name)()
            elif name == "again" and self.signatory is not None:
                self.signatory.wire.again("intent")
            elif name == "resend":
                self.link, self.signatory = application.contracts.resend(COMPANY, self.contract).link, None
            elif name == "cancel":
                application.contracts.cancel(COMPANY, self.contract)
            elif name in ("days", "weeks", "back"):
                self.world.clock.offset += {"days": 4, "weeks": 21, "back": -1}[name] * timedelta(days=1)
            elif name == "expire":
                application.upkeep.end_expired_contracts()
        except (ServerRefused, SignatoryRefused, EsignError, LookupError, AttributeError, AssertionError):
            pass  # refused: nothing more happened

    def events(self) -> list[dict[str, Any]]:
        with self.world.application.contracts.household.store.reading() as tx:
            formation = keeping.load(tx, self.contract)
        assert formation is not None
        return list(json.loads(formation.canonical())["events"])

    def state(self) -> str:
        return str(self.world.application.contracts.view(COMPANY, self.contract).state)


def examine(walk: Walk) -> None:
    """Hold a concluded contract against the law in a few lines of its own."""
    house = walk.world.application.contracts.household
    with house.store.reading() as tx:
        record = tx.contracts.get(walk.contract)
        assert record is not None
        contents = house.contract_contents(tx, record)
    (party,) = contents.parties
    document = contents.revisions[0].sha256.hex()
    events = walk.events()
    (accepted,) = [each for each in events if each["kind"] == "accepted"]
    told = accepted["declaration"]
    assert told["declarant"] == party.name
    assert (told["document_sha256"], told["text_sha256"]) == (document, sha256(party.declaration.encode()).hex())
    assert told["level"] == "simple"
    pressed = [each for each in events if each["kind"] == "order_button_pressed" and each["of"] == accepted["id"]]
    assert [each["label"] for each in pressed] == ["zahlungspflichtig bestellen"]
    assert pressed[0]["at"] <= told["declared_at"]
    (offer,) = [each for each in events if each["kind"] == "offer_made" and each["offer"] == accepted["offer"]]
    heard = [each["at"] for each in events if each["kind"] == "offer_received" and each["of"] == offer["id"]]
    assert heard and min(heard) <= told["declared_at"]
    arrived = [each["at"] for each in events if each["kind"] == "acceptance_received" and each["of"] == accepted["id"]]
    assert arrived and told["declared_at"] <= min(arrived) < "2027-01-01T00:00:00", (
        "the offer's last day is 31 December"
    )
    assert any(each["kind"] == "summary_received" and each["at"] <= told["declared_at"] for each in events)
    assert not any(each["kind"] == "offer_rejected" for each in events)


steps = st.lists(st.sampled_from(STEPS), min_size=1, max_size=9)
stories = st.one_of(
    steps,
    st.tuples(steps, st.permutations(HAPPY)).map(lambda pair: [*pair[1], *pair[0]]),
    steps.map(lambda more: [*HAPPY, *more]),
    steps.map(lambda more: [*more[:2], *HAPPY]),
)


@settings(
    max_examples=16,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=stories, lost=st.sampled_from((*SABOTAGE, "", "", "")))
def test_no_path_concludes_without_matching_declarations_form_time_and_button(
    shared: World, story: list[str], lost: str
) -> None:
    with pytest.MonkeyPatch.context() as sabotage:
        if lost == "button":
            sabotage.setattr(declaring, "ordered", lambda *_, **__: None)
        if lost == "arrival":
            sabotage.setattr(offering, "arrived", lambda *_, **__: None)
        walk = Walk(shared)
        for name in story:
            walk.step(name)
    entries = shared.ledger(walk.contract)
    concluded = walk.state() == "concluded"
    assert concluded == ("formation.concluded" in entries) == ("contract.concluded" in entries)
    assert concluded == (shared.application.formation.view(COMPANY, walk.contract).state == "concluded")  # type: ignore[union-attr]  # it is there
    if lost:
        assert not concluded
    if concluded:
        examine(walk)


def test_the_straight_path_does_conclude(shared: World) -> None:
    walk = Walk(shared)
    for name in HAPPY:
        walk.step(name)
    assert walk.state() == "concluded"
    examine(walk)
