from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _small_world() -> ModuleType:
    name = "esign_tests_small_world"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("small_world.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def small() -> ModuleType:
    """The small world: trust services, draft, the walk from draft to finished document."""
    return _small_world()


@pytest.fixture(scope="session")
def walked(small):
    return small.walk()
