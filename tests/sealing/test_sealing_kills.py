"""A small sample of the campaign ``./run kills``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sealing import kill_campaign


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> kill_campaign.Field:
    return kill_campaign.Field(tmp_path_factory.mktemp("ground"), documents=4)


@pytest.mark.parametrize("step", kill_campaign.STEPS)
def test_a_process_killed_at_a_step_loses_nothing_and_doubles_nothing(
    ground: kill_campaign.Field, tmp_path: Path, step: str
) -> None:
    out = tmp_path / "out"
    assert kill_campaign.killed_at(ground, out, step, 1)
    assert kill_campaign.judged(ground, out) == []


def test_a_process_killed_twice_at_some_moment_loses_nothing_and_doubles_nothing(
    ground: kill_campaign.Field, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for seconds in (0.06, 0.04):
        kill_campaign.killed_after(ground, out, seconds)
    assert kill_campaign.judged(ground, out) == []
