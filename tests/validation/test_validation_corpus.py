"""The corpus of signed, attacked and broken files, judged by its own score.py; skipped without ``ESIGN_CORPUS``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.validation.corpus_answers import missed

FOLDER = os.environ.get("ESIGN_CORPUS", "")
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not FOLDER, reason="ESIGN_CORPUS is not set")


@pytest.fixture(scope="module")
def scores() -> str:
    """Return what the command prints, from a process of its own: the memory told is that of its helpers alone."""
    command = [sys.executable, "-m", "tests.validation.corpus_answers", FOLDER]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_every_case_that_must_be_right_is_right(scores):
    assert missed(scores) == []


def test_all_groups_are_judged(scores):
    counted = {
        tuple(line.split()[:2]): line.split()[2] for line in scores.splitlines() if "/" in line and " | " not in line
    }
    assert {group for group, grade in counted if grade == "must"} >= {"attack", "invoice", "malformed", "valid"}
    assert all(int(count.partition("/")[2]) > 0 for count in counted.values())
