"""The browser's twin of plausibility and expressions runs the tables that Python runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
@pytest.mark.parametrize("name", ["plausibility", "expressions"])
def test_the_same_table_holds_in_javascript(name):
    command = ["node", "--test", str(HERE / "js" / f"{name}.test.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "# fail 0" in done.stdout
    assert "# pass 0" not in done.stdout


TSC = HERE.parents[1] / "web" / "agent" / "node_modules" / ".bin" / "tsc"


@pytest.mark.skipif(not TSC.exists(), reason="needs the agent's packages")
def test_the_browser_s_modules_fit_their_types():
    command = [str(TSC), "--noEmit", "-p", str(HERE / "js" / "jsconfig.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
