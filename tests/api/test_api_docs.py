"""docs/api.md is true: its examples are run as they stand, against ``esign serve`` with a key that ``esign`` made."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esign.client import ApiClient
from tests.api.served import Served
from tests.samples import sample

pytestmark = pytest.mark.network
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")


@pytest.fixture(scope="module")
def key(installation: Served) -> str:
    """A key made as the page says."""
    (command,) = re.findall(r"^KEY=\$\(esign (api-key create .*?)\)$", PAGE, re.MULTILINE | re.DOTALL)
    return installation.esign(*shlex.split(command.replace("\\\n", " "))).strip()


def examples(language: str) -> str:
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


def run(installation: Served, key: str, folder: Path, *command: str) -> str:
    (folder / "policies" / "samples").mkdir(parents=True)
    for path in (ROOT / "policies" / "samples").glob("*.json"):  # their days are moved to today, as the page asks
        (folder / "policies" / "samples" / path.name).write_text(json.dumps(sample(path.stem)), "utf-8")
    more = {
        "ESIGN": installation.url,
        "ESIGN_CONFIG": str(installation.layout.config),
        "KEY": key,
        "NO_PROXY": "localhost,127.0.0.1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(command, cwd=folder, env={**os.environ, **more}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def contracts(installation: Served, key: str) -> dict[str, dict[str, Any]]:
    with ApiClient(installation.url, key) as client:
        return {each["id"]: each for each in client.contracts()}


def test_the_walk_with_curl(installation: Served, key: str, tmp_path: Path) -> None:
    before = contracts(installation, key)
    said = run(installation, "", tmp_path, "sh", "-eu", "-c", examples("sh"))
    assert '"code":"engine.contract.state"' in said.replace('": ', '":')
    assert (tmp_path / "draft.pdf").read_bytes().startswith(b"%PDF-")
    made = [each for name, each in contracts(installation, key).items() if name not in before]
    assert sorted(each["state"] for each in made) == ["cancelled", "cancelled", "cancelled", "invited"]
    with ApiClient(installation.url, key) as client:
        assert client.webhooks() == []
        assert [each["origin"] for each in client.return_addresses()] == ["https://shop.example"]


def test_the_walk_with_the_client(installation: Served, key: str, tmp_path: Path) -> None:
    before = contracts(installation, key)
    run(installation, key, tmp_path, sys.executable, "-c", examples("python"))
    (made,) = [each for name, each in contracts(installation, key).items() if name not in before]
    assert made["state"] == "cancelled"


def test_the_page_names_every_scope_that_the_description_needs() -> None:
    from web.api.specification import operations

    needed = {scope.value for operation in operations() for scope in operation.scopes}
    assert needed <= set(re.findall(r"`([a-z]+:[a-z]+)`", PAGE))
