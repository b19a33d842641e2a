"""The editor's geometry, history and model, run by node; its modules fit their types."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TSC = HERE.parents[1] / "web" / "agent" / "node_modules" / ".bin" / "tsc"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_editor_reckons_rightly() -> None:
    command = ["node", "--test", str(HERE / "js" / "templates.test.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "# fail 0" in done.stdout and "# pass 0" not in done.stdout


@pytest.mark.skipif(not TSC.exists(), reason="needs the agent's packages")
def test_the_editor_s_modules_fit_their_types() -> None:
    command = [str(TSC), "--noEmit", "-p", str(HERE / "js" / "jsconfig.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
