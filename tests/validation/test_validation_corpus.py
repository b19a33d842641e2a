"""The corpus of signed, attacked and broken files, judged by its own score.py; skipped without ``ESIGN_CORPUS``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.validation.corpus_answers import missed, table

FOLDER = os.environ.get("ESIGN_CORPUS", "")

pytestmark = pytest.mark.skipif(not FOLDER, reason="ESIGN_CORPUS is not set")


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> str:
    return table(Path(FOLDER), tmp_path_factory.mktemp("corpus"))


def test_every_case_that_must_be_right_is_right(scores):
    assert missed(scores) == []


def test_all_groups_that_ask_for_a_verdict_are_judged(scores):
    counted = {tuple(line.split()[:2]): line.split()[2] for line in scores.splitlines() if " | " not in line}
    assert {group for group, grade in counted if grade == "must"} >= {"attack", "malformed", "valid"}
    assert all(int(count.partition("/")[2]) > 0 for count in counted.values())
