"""A small sample of the campaign ``./run kills``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sealing import kill_campaign
from tests.sealing.helpers.kill_field import Field
from tests.sealing.helpers.served_world import ServedWorld, served_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedWorld]:
    with served_world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture(scope="module")
def grounds(world: ServedWorld, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Field]:
    folder = tmp_path_factory.mktemp("grounds")
    made = {level: Field(folder / level, world, documents=4, level=level) for level in kill_campaign.STEPS}
    made["B-LTA"].run(folder / "warm")  # what is read and put together once is there in every process that is forked
    return made


def _level_of(step: str) -> str:
    """One of the levels that have a step, so that together all levels have their turn."""
    levels = [level for level, steps in kill_campaign.STEPS.items() if step in steps]
    return levels[kill_campaign.STEPS["B-LTA"].index(step) % len(levels)]


@pytest.mark.network
@pytest.mark.parametrize("step", kill_campaign.STEPS["B-LTA"])
def test_killed_at_a_step_each_document_is_there_once_and_never_below_the_level_that_was_ordered(
    grounds: dict[str, Field], tmp_path: Path, step: str
) -> None:
    out, ground = tmp_path / "out", grounds[_level_of(step)]
    assert kill_campaign.killed_at(ground, out, step, 1)
    assert kill_campaign.judged(ground, out, doubt=next(iter(ground.good))) == []


def test_a_process_killed_twice_at_some_moment_loses_nothing_and_doubles_nothing(
    grounds: dict[str, Field], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for seconds in (0.06, 0.04):
        kill_campaign.killed_after(grounds["B-B"], out, seconds)
    assert kill_campaign.judged(grounds["B-B"], out) == []


@pytest.mark.network
@pytest.mark.parametrize("reserve", [False, True])
def test_an_authority_killed_in_mid_batch_loses_nothing(
    grounds: dict[str, Field], world: ServedWorld, tmp_path: Path, reserve: bool
) -> None:
    ground, out = Field(tmp_path / "ground", world, documents=9, level="B-LTA", reserve=reserve), tmp_path / "out"
    when = kill_campaign.At("stored", 3, lambda: kill_campaign.kill(world.first.pid))
    assert kill_campaign.authority_killed(ground, out, when) == []
    sealed = len(list(out.rglob("*.pdf")))
    assert sealed == 9 if reserve else sealed < 9
    assert os.waitpid(world.first.pid, os.WNOHANG) == (0, 0)  # it is back
    assert kill_campaign.judged(ground, out) == []
