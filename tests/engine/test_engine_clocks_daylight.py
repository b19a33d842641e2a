"""Clocks over both changes of the hour in Berlin, and clocks that jump: each act once, nothing lost.

In 2028 summer time begins on 26 March and ends on 29 October, both Sundays; neither Monday is a holiday anywhere.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from esign.cli.samples import dated
from esign.engine.clocks.records import Act, ActState
from tests.actors import COMPANY
from tests.engine.test_engine_clocks import BERLIN, CLERK, act_of, at, settled, until
from tests.engine.test_engine_forms import entries
from tests.engine.test_engine_rights import concluded, declare

SPRING, AUTUMN = date(2028, 3, 26), date(2028, 10, 29)
SECOND = timedelta(seconds=1)
SEASONS = pytest.mark.parametrize(
    ("change", "over", "zone"),
    [
        (SPRING, datetime(2028, 3, 27, 22, tzinfo=UTC), "MESZ"),
        (AUTUMN, datetime(2028, 10, 30, 23, tzinfo=UTC), "MEZ"),
    ],
    ids=["summer time begins", "summer time ends"],
)


def on(world: Any, day: date, hour: time = time(12)) -> None:
    at(world, datetime.combine(day, hour, BERLIN))


def ordered(world: Any, day: date, template: str = "electricity-supply", **changes: Any) -> str:
    """Let a contract be concluded at noon of a day."""
    on(world, day)
    return concluded(world, **{**dated(world.sample(template), day), **changes})


@SEASONS
def test_the_last_day_is_whole_in_both_seasons(world: Any, change: date, over: datetime, zone: str) -> None:
    """BGB §§ 188 (1), 193: fourteen days end on the Sunday of the change, so with the Monday behind it."""
    contract = ordered(world, change - timedelta(days=14))
    assert until(world, contract) == over
    settled(world)
    at(world, over - timedelta(seconds=59))
    settled(world)
    declared = declare(world)
    assert f"{declared.received_at.astimezone(BERLIN):%d.%m. %H:%M}" == f"{change + timedelta(days=1):%d.%m.} 23:59"
    world.application.delivery.deliver_due()
    assert entries(world, "clock.withdrawal_ended") == [] and zone in world.post.text()
    view = world.application.declarations.detail(CLERK, declared.id).view
    assert (view.verdict, view.due_on) == ("in_time", change + timedelta(days=15))
    at(world, over)
    settled(world)
    late = declare(world, {"name": "Jana Beispiel", "contract": "LW-2026-004711 (noch einmal)", "email": "j@x.example"})
    world.application.delivery.deliver_due()
    assert world.application.declarations.detail(CLERK, late.id).view.verdict == "late"
    settled(world)
    assert len(entries(world, "clock.withdrawal_ended")) == 1


@SEASONS
def test_the_refunds_last_day_ends_at_midnight_in_berlin(world: Any, change: date, over: datetime, zone: str) -> None:
    """BGB § 357 (1), § 188: not moved by § 193, so that the Sunday of the change itself is the last day."""
    ordered(world, change - timedelta(days=20))
    on(world, change - timedelta(days=14))
    declare(world)
    world.application.delivery.deliver_due()
    settled(world)
    (task,) = world.application.tasks.list(CLERK).tasks
    assert task.due_on == change
    midnight = datetime.combine(change + timedelta(days=1), time(), BERLIN)
    assert act_of(world, Act.TASK_OVERDUE, task.id).due_at == midnight == over - timedelta(days=1)
    at(world, midnight - SECOND * 30)
    settled(world)
    assert not entries(world, "clock.task_overdue")
    at(world, midnight)
    settled(world)
    settled(world)
    assert len(entries(world, "clock.task_overdue")) == 1


@pytest.mark.parametrize(("change", "hour"), [(SPRING, 6), (AUTUMN, 7)])
def test_the_reminder_goes_out_at_eight_in_berlin_on_the_morning_of_the_change(
    world: Any, change: date, hour: int
) -> None:
    """EGBGB Art. 246b § 2 (2)."""
    contract = ordered(world, change - timedelta(days=1), "securities-account")
    settled(world)
    due = act_of(world, Act.REMIND_OF_RIGHT, contract).due_at
    assert due == datetime.combine(change, time(hour), UTC)
    at(world, due - SECOND * 30)
    settled(world)
    assert not entries(world, "clock.reminded_of_right")
    at(world, due)
    settled(world)
    assert [entry.facts["in_window"] for entry in entries(world, "clock.reminded_of_right")] == [True]


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_in_the_night_of_the_change_a_worker_does_each_act_once_and_in_order(world: Any, change: date) -> None:
    """The hour from two to three is missing or comes twice; the worker goes by UTC and looks every ten minutes."""
    day = change - timedelta(days=1)  # a Saturday: its offers last until Monday
    on(world, day - timedelta(days=12))
    offers = []
    for number in range(3):
        data = dated(world.sample("electricity-supply"), day - timedelta(days=12))
        until_day = (day - timedelta(days=1)).isoformat()  # Friday: ends at Friday's midnight
        contract = world.application.contracts.draw_up(
            COMPANY, {**data, "reference": f"DST-{number}", "offer": {**data["offer"], "accept_until": until_day}}
        )
        world.application.contracts.invite(COMPANY, contract)
        offers.append(contract)
    settled(world)
    house = world.application.contracts.household
    with house.store.transaction() as tx:  # due in the doubled (or missing) hour: an act that had to be postponed
        for number, contract in enumerate(offers):
            row = tx.clocks.of(Act.OFFER_LAPSES, contract)
            assert row.due_at == datetime.combine(day, time(), BERLIN)
            moved = datetime.combine(change, time(), BERLIN).astimezone(UTC) + timedelta(minutes=125 + 25 * number)
            tx.clocks.update(replace(row, not_before=moved))
    at(world, datetime.combine(change, time(), BERLIN))
    done_at = []
    for _ in range(30):
        world.application.clocks.run_due()
        done_at.append(len(entries(world, "clock.offer_lapsed")))
        world.clock.offset += timedelta(minutes=10)
    assert done_at == [0] * 13 + [1] * 2 + [2] * 3 + [3] * 12, "after 125, 150 and 175 minutes of that night"
    lapsed = entries(world, "clock.offer_lapsed")
    assert [entry.contract for entry in lapsed] == offers
    assert [entry.at for entry in lapsed] == sorted(entry.at for entry in lapsed)
    assert {world.application.contracts.view(COMPANY, contract).state for contract in offers} == {"expired"}
    assert len(entries(world, "contract.expired")) == 3


def test_a_clock_that_is_put_back_by_hand_for_winter_time_does_nothing_twice(world: Any) -> None:
    """Somebody sets the machine's UTC back by an hour, and forward again: what left the house left it once."""
    contract = ordered(world, AUTUMN - timedelta(days=1), "securities-account")
    settled(world)
    at(world, act_of(world, Act.REMIND_OF_RIGHT, contract).due_at + timedelta(minutes=5))
    settled(world)
    for jump in (-1, 1, -1, 1):
        world.clock.offset += timedelta(hours=jump)
        settled(world)
        world.application.delivery.deliver_due()
    assert len(entries(world, "clock.reminded_of_right")) == 1
    subjects = [world.post.subject(number) for number in range(len(world.post.mails))]
    assert sum("Erinnerung an Ihr Widerrufsrecht" in subject for subject in subjects) == 1


@pytest.mark.parametrize("seed", range(6))
def test_however_a_clock_jumps_each_act_is_done_once_and_nothing_is_lost(world: Any, seed: int) -> None:
    """Jumps of minutes to weeks, both ways; at the end the clock is right and everything was done in its time."""
    chance = random.Random(seed)
    concluded_one = ordered(world, AUTUMN - timedelta(days=14))
    reminded = ordered(world, AUTUMN - timedelta(days=14), "securities-account", reference="BD-REMINDED")
    right = world.clock.offset
    lapsing_data = dated(world.sample("electricity-supply"), AUTUMN - timedelta(days=14))
    lapsing = world.application.contracts.draw_up(COMPANY, {**lapsing_data, "reference": "LW-LAPSING"})
    world.application.contracts.invite(COMPANY, lapsing)
    settled(world)
    ends = {contract: until(world, contract) for contract in (concluded_one, reminded)}
    lapse = act_of(world, Act.OFFER_LAPSES, lapsing).due_at
    passed = timedelta()
    for _ in range(12):
        passed += timedelta(hours=chance.randrange(1, 60))
        wrong = timedelta(minutes=chance.choice([0, -3, 3, -60, 60, -1_440, 1_440, -20_160, 20_160]))
        world.clock.offset = right + passed + wrong
        settled(world)
    over = max(*ends.values(), lapse)
    for instant in (*sorted((*ends.values(), lapse)), over + timedelta(days=1)):
        at(world, max(instant + SECOND, datetime.now(UTC) + right + passed))
        settled(world)
    now = world.clock.now()
    for contract, end in ends.items():
        row = act_of(world, Act.WITHDRAWAL_ENDS, contract)
        assert (row.state, row.due_at) == (ActState.DONE, end) and end <= row.done_at <= now
        told = [entry for entry in entries(world, "clock.withdrawal_ended") if entry.contract == contract]
        assert [entry for entry in told if entry.at >= end], "noted in its time, whatever was noted too early"
    assert len(entries(world, "clock.reminded_of_right")) == 1
    assert len(entries(world, "clock.offer_lapsed")) == len(entries(world, "contract.expired")) == 1
    assert world.application.contracts.view(COMPANY, lapsing).state == "expired"
    settled(world)
    assert world.application.clocks.run_due() == 0
