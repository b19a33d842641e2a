"""Random walks of orders and of contracts that wait for an approval: no path concludes without what the law wants.

Steps of customer, company, representative and time in any order, some of them sabotaged. Whatever is concluded is
examined by an oracle that reads the events as plain JSON and knows nothing of the library.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certs.signatory import ServerRefused, SignatoryRefused
from esign.engine.formation import accepting, approvals, declaring
from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError
from tests.actors import COMPANY
from tests.conftest import World, installation
from tests.engine.test_engine_formation_paths import Walk

ORDER, LATER, YOUNG = "order", "summary later", "minor"
HAPPY = ("deliver", "hello", "enrol", "open", "document", "declare", "sign")
STEPS = (*HAPPY, "ask", "accept", "turn down", "approve", "refuse", "demand", "clocks", "days", "weeks", "back")
SABOTAGE = ("button", "arrival")
BORN = date(2010, 5, 1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Any) -> Iterator[World]:
    with installation(tmp_path_factory.mktemp("orders"), sandbox_folder) as made:
        yield made


class Waiting(Walk):
    """One contract that has to be accepted or approved, and what is done about it."""

    def __init__(self, world: World, kind: str) -> None:
        self.world, self.kind, self.signatory = world, kind, None
        world.clock.offset = timedelta()
        template = "mobile-plan" if kind == LATER else "electricity-supply"
        data = world.sample(template)
        self.person = "sophie-mueller-luedenscheidt" if kind == LATER else "jana-beispiel"
        if kind == ORDER:
            data = {**data, "level": "simple", "offer": {**data["offer"], "by": "customer"}}
        elif kind == LATER:
            data = {**data, "level": "simple", "offer": {**data["offer"], "summary_later": "Am Telefon bestellt"}}
        else:
            data["signatory"] = {n: value for n, value in data["signatory"].items() if n != "birth_date"}
        self.contract = world.application.contracts.draw_up(COMPANY, data)
        self.link = world.application.contracts.invite(COMPANY, self.contract).link

    def step(self, name: str) -> None:
        """Do one thing; a refusal is part of the story."""
        application = self.world.application
        try:
            if name in ("enrol", "sign") and self.signatory is not None:
                getattr(self.signatory, name)()
            elif name in ("hello", "open", "document", "declare"):
                self.signatory = self.signatory or self.world.signatory(self.link, self.person)
                getattr(self.signatory, name)()
            elif name == "ask":
                application.approvals.ask(COMPANY, self.contract, "signatory-1", "Erika B", "erika@post.example")
            elif name == "accept":
                application.acceptances.accept(COMPANY, self.contract)
            elif name == "turn down":
                application.acceptances.decline(COMPANY, self.contract)
            elif name in ("approve", "refuse"):
                application.approvals.answer(self.page(), approved=name == "approve")
            elif name == "demand":
                application.approvals.demand(COMPANY, self.contract, "signatory-1")
            elif name == "clocks":
                application.clocks.run_due()
            else:
                super().step(name)
        except (ServerRefused, SignatoryRefused, EsignError, LookupError, AttributeError, AssertionError):
            pass  # refused: nothing more happened

    def page(self) -> str:
        """Return the token of the newest page that somebody was sent."""
        house = self.world.application.contracts.household
        with house.store.reading() as tx:
            asked = approvals.questions(tx, self.contract)[-1]
            return approvals.address_of(house, tx, self.contract, asked.seq).rpartition("/")[2]


def examine(walk: Waiting) -> None:
    """Hold a concluded contract against the law in a few lines of its own."""
    house = walk.world.application.contracts.household
    with house.store.reading() as tx:
        record = tx.contracts.get(walk.contract)
        assert record is not None and record.concluded_at is not None
        contents = house.contract_contents(tx, record)
        words = accepting.words_of(tx, walk.contract)
    document = contents.revisions[0].sha256.hex()
    events = walk.events()

    def all_of(kind: str) -> list[dict[str, Any]]:
        return [each for each in events if each["kind"] == kind]

    (declared,) = all_of("offer_made" if walk.kind == ORDER else "accepted")[-1:]
    told = declared["declaration"]
    assert told["declarant"] == "signatory-1" and told["document_sha256"] == document
    pressed = [each for each in all_of("order_button_pressed") if each["of"] == declared["id"]]
    assert pressed and pressed[0]["at"] <= told["declared_at"]
    at = record.concluded_at.isoformat()[:19]
    if walk.kind == ORDER:
        (accepted,) = all_of("company_accepted")
        assert accepted["declaration"]["text_sha256"] == sha256(words.encode()).hex()
        assert accepted["declaration"]["document_sha256"] == document
        (reached,) = all_of("acceptance_received")
        assert told["declared_at"] <= accepted["declaration"]["declared_at"] <= reached["at"]
        assert reached["at"][:19] == at and not all_of("offer_rejected")
    elif walk.kind == LATER:
        (summary,), (approved,) = all_of("summary_received"), all_of("summary_approved")
        assert told["declared_at"] < summary["at"] <= approved["declaration"]["declared_at"]
        assert approved["reaches"][:19] == at
    else:
        agreed = [each["at"] for each in all_of("consent_given")] + [e["reaches"] for e in all_of("contract_approved")]
        assert agreed and max(told["declared_at"], min(agreed))[:19] == at
        assert not [each for each in all_of("approval_denied") if each["reaches"] < min(agreed)]


steps = st.lists(st.sampled_from(STEPS), min_size=1, max_size=6)
stories = st.one_of(
    steps,
    steps.map(lambda more: [*HAPPY, *more]),
    steps.map(lambda more: ["ask", *HAPPY, "deliver", *more]),
    steps.map(lambda more: [*HAPPY, "deliver", *more, "accept", "deliver", "approve"]),
)


@settings(
    max_examples=18,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(kind=st.sampled_from((ORDER, LATER, YOUNG)), story=stories, lost=st.sampled_from((*SABOTAGE, "", "", "", "")))
def test_no_path_concludes_an_order_or_what_waits_without_acceptance_or_approval(
    shared: World, kind: str, story: list[str], lost: str
) -> None:
    identified = declaring.identified
    with pytest.MonkeyPatch.context() as change:
        change.setattr(
            declaring, "identified", lambda house, tx, record, party, _: identified(house, tx, record, party, BORN)
        )
        if lost == "button":
            change.setattr(declaring, "ordered", lambda *_, **__: None)
        if lost == "arrival":
            change.setattr(accepting, "arrived", lambda *_, **__: None)
        walk = Waiting(shared, kind)
        for name in story:
            walk.step(name)
    entries = shared.ledger(walk.contract)
    concluded = walk.state() == "concluded"
    assert concluded == ("formation.concluded" in entries) == ("contract.concluded" in entries)
    if lost == "button" or (lost == "arrival" and kind == ORDER):
        assert not concluded
    if concluded:
        examine(walk)


@pytest.mark.parametrize(
    ("kind", "story"),
    [
        (ORDER, (*HAPPY, "accept", "deliver")),
        (LATER, (*HAPPY, "deliver", "approve")),
        (YOUNG, ("ask", *HAPPY, "deliver", "approve")),
    ],
)
def test_the_straight_paths_do_conclude(
    shared: World, kind: str, story: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    identified = declaring.identified
    monkeypatch.setattr(
        declaring, "identified", lambda house, tx, record, party, _: identified(house, tx, record, party, BORN)
    )
    walk = Waiting(shared, kind)
    for name in story:
        walk.step(name)
    assert walk.state() == "concluded"
    examine(walk)
