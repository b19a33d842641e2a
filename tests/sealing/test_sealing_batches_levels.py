"""The line: what stands at one level under a name is never said to be of another one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esign.sealing.batches import Item, ItemResult, NewItem
from tests.sealing.small_line import SmallWorld

PDF = b"%PDF-1.7 one"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SmallWorld]:
    made = SmallWorld(tmp_path)
    yield made
    made.database.close()


def run(world: SmallWorld, item: NewItem, *, owner: str = "one", **how: Any) -> list[ItemResult]:
    world.journal.add([item])
    return list(world.line(**how).run(world.journal.claim(owner, 1)))


def test_what_a_killed_batch_gave_out_at_a_lower_level_is_never_said_to_be_of_a_higher_one(world: SmallWorld) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def die(step: str, item: Item | None = None) -> None:
        if step == "named":
            raise Killed

    item = world.put("a.pdf", PDF)
    killed = world.journal
    with pytest.raises(Killed):
        run(world, item, steps=die)
    before = world.sealed()
    assert list(before) == ["a.pdf"]
    world.again()  # on many machines batches of both levels are open at a time; nobody settles what was promised
    (result,) = run(world, item, level="B-T", owner="two")
    assert (result.code, result.facts) == ("sealing.output.level", {"level": "B-B"})
    killed.release("one")
    world.journal = killed
    (finished,) = world.line().run(killed.claim("three", 1))
    assert (finished.sealed, finished.again, finished.level) == (True, True, "B-B")
    assert world.sealed() == before
