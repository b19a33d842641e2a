"""One installation for all tests of a file: lies cost nothing but a moment, an installation costs a second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import tests.conftest as small_world


@pytest.fixture(scope="module")
def shared_database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database that the tests of a file share."""
    yield from small_world.database_url.__wrapped__(request)


@pytest.fixture(scope="module")
def shared_world(
    tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Any, shared_database_url: str
) -> Iterator[Any]:
    """The small world of all tests, shared by the tests of a file."""
    yield from small_world.world.__wrapped__(tmp_path_factory.mktemp("malice"), sandbox_folder, shared_database_url)


@pytest.fixture(autouse=True)
def same_clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test did to the clock ends with it."""
    yield
    if "shared_world" in request.fixturenames:
        request.getfixturevalue("shared_world").clock.offset *= 0
