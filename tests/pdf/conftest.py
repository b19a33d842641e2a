from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder with signed, attacked and broken files, which is no part of this project."""
    place = os.environ.get("ESIGN_CORPUS")
    if not place:
        pytest.skip("ESIGN_CORPUS names no folder")
    return Path(place)
