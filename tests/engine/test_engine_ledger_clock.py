"""A server's clock that ran ahead leaves no lasting fault in the ledger: no head contradicts its own timestamp."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from esign.engine import Application
from esign.engine.refusals import LedgerClock
from esign.evidence import Entry, EntryKind, verify_dossier
from esign.foundation.errors import EsignError
from esign.gateways.timestamp_authority import HttpTimestampAuthority
from tests.actors import COMPANY
from tests.conftest import AGENT, SANDBOX, WEB
from web import create_app


class Wrong:
    """The server's clock; the outside world's is the machine's."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def server(world: Any) -> tuple[Any, Wrong]:
    """The world with a clock of the server's own, also for what it asks the timestamp authority."""
    clock = Wrong()
    house = world.application.contracts.household
    caller = house.timestamps._http
    timestamps = HttpTimestampAuthority(caller, world.settings.tsa_urls, clock=clock, anchors=house.trust.certificates)
    store = type(house.store)(house.store._database, house.store._vault, clock)
    world.application = Application.of(replace(house, clock=clock, timestamps=timestamps, store=store))
    return world, clock


def entries(world: Any) -> list[Any]:
    with world.application.contracts.household.store.reading() as tx:
        return [Entry.parse(stored.data) for stored in tx.ledger.read()]


def heads(world: Any) -> int:
    with world.application.contracts.household.store.reading() as tx:
        return len(list(tx.ledger.heads()))


def draw_up(world: Any) -> None:
    world.application.contracts.draw_up(COMPANY, world.sample("mobile-plan"))


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(hours=1), timedelta(days=60)])
def test_a_clock_that_was_ahead_is_said_by_the_ledger_and_leaves_no_fault(server: Any, ahead: timedelta) -> None:
    world, clock = server
    draw_up(world)
    assert world.application.ledger.stamp_due()
    size = len(entries(world))
    clock.ahead = ahead
    draw_up(world)
    with pytest.raises(EsignError, match=r"proof\.timestamp"):
        world.application.ledger.stamp_due()
    assert heads(world) == 1, "a head that its own timestamp contradicts was kept"
    wrong = [entry.seq for entry in entries(world) if entry.seq >= size]
    clock.ahead = timedelta()
    draw_up(world)
    assert world.application.ledger.stamp_due()
    report = world.application.ledger.verify()
    assert (report.intact, report.first_fault, report.heads) == (True, None, 2)
    [said] = [entry for entry in entries(world) if entry.kind is EntryKind.CLOCK_CORRECTED]
    assert heads(world) == 2
    late = [entry.seq for entry in entries(world) if entry.at > said.at + timedelta(minutes=5)]
    assert (said.facts["first"], said.facts["last"]) == (late[0], late[-1])
    assert set(late) <= set(wrong) and report.ahead == len(late)
    assert abs(said.facts["seconds"] - ahead.total_seconds()) < 120
    draw_up(world)
    assert world.application.ledger.stamp_due(), "the next head needs no further word"
    report = world.application.ledger.verify()
    assert (report.intact, report.heads) == (True, 3)
    assert len([entry for entry in entries(world) if entry.kind is EntryKind.CLOCK_CORRECTED]) == 1


def test_a_dossier_of_a_contract_signed_meanwhile_is_valid_once_the_clock_is_right(server: Any) -> None:
    """Everything went on while the clock was wrong but the timestamped head; the dossier follows."""
    world, clock = server
    world.apps[WEB] = create_app(world.application, agent_origin=AGENT, sandbox_url=SANDBOX)
    contract, link = world.invite("mobile-plan")
    world.signatory(link, "sophie-mueller-luedenscheidt").run()
    clock.ahead = timedelta(hours=1)
    draw_up(world)
    with pytest.raises(EsignError):
        world.application.dossiers.create(COMPANY, contract)
    clock.ahead = timedelta()
    data = world.application.dossiers.create(COMPANY, contract)
    report = verify_dossier(data, anchors=world.application.contracts.household.trust.certificates)
    assert report.valid, report.first_failure
    assert world.application.ledger.verify().intact


def test_an_authority_that_went_back_behind_the_last_head_is_waited_for(server: Any) -> None:
    world, clock = server
    draw_up(world)
    world.clock.offset = clock.ahead = timedelta(minutes=30)  # the authority's clock goes with the world's
    world.application.ledger.stamp()
    draw_up(world)
    world.clock.offset = clock.ahead = timedelta()
    with pytest.raises(LedgerClock) as refused:
        world.application.ledger.stamp()
    assert refused.value.code == "engine.ledger.clock"
    assert heads(world) == 1
    world.clock.offset = clock.ahead = timedelta(minutes=31)
    world.application.ledger.stamp()
    assert world.application.ledger.verify().intact
