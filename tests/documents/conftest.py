"""Sample contract data, fresh for every test."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from esign.policy import policies_root

Sample = Callable[[str], dict[str, Any]]


@pytest.fixture
def sample() -> Sample:
    """Return the data of the sample whose file name begins with a word."""

    def load(begins: str) -> dict[str, Any]:
        (path,) = (policies_root() / "samples").glob(f"{begins}*.json")
        value: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return value

    return load
