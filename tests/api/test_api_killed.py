"""All processes of ``esign serve`` end in the middle of orders, by SIGKILL: nothing is lost, nothing is done twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from certs.sandbox import Sandbox
from tests.api.killing import campaign

pytestmark = pytest.mark.network


def test_killed_in_the_middle_nothing_is_lost_and_nothing_done_twice(sandbox_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(sandbox_folder, tmp_path / "state" / "sandbox")
    outcome = campaign(tmp_path, Sandbox.create, 2, seed=4, processes=1)
    assert outcome.faults == ()
    assert outcome.kills == 2 and outcome.orders >= 8
    assert outcome.broken > 0, "no request was under way when the processes were killed"
