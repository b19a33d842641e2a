from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from esign.engine.verification import VerificationDesk
from esign.settings import Settings
from tests.verification.files import Files, desk, files
from web import create_app


@dataclass(kw_only=True)
class Engine:
    """As much of an engine as the page for everybody asks."""

    settings: Settings
    verification: VerificationDesk
    ceremony: Any = None
    contracts: Any = None
    dossiers: Any = None
    agent_manifest: bytes = b"{}"


@pytest.fixture(scope="session")
def made() -> Files:
    return files()


@pytest.fixture(scope="module")
def the_desk() -> Iterator[VerificationDesk]:
    """One desk for a module: its helpers start once."""
    one = desk()
    yield one
    if one._isolation is not None:
        one._isolation.close()


@pytest.fixture
def app(tmp_path: Path, the_desk: VerificationDesk) -> Flask:
    engine = Engine(settings=Settings(state_dir=tmp_path, trust="configured"), verification=the_desk)
    return create_app(engine, agent_origin="http://localhost:8081", sandbox_url=None)
