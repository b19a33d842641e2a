"""Files that are made to cost, in small: each has an answer from a helper process, soon, and none is clean."""

import pytest

from tests.attacks.bombs import BOMBS, ask, new_isolation

SMALL = 20_000


@pytest.fixture(scope="module")
def isolation():
    with new_isolation() as made:
        yield made


@pytest.mark.parametrize("name", BOMBS)
def test_every_file_has_an_answer(name, isolation):
    answer, seconds, _ = ask(name, SMALL, isolation)
    assert "broke" not in answer
    assert seconds < 9
