"""Cryptographic suites: each row of the policy, by its own test cases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from esign.policy import policies_root, read_policy
from esign.validation.process import shipped_suites
from esign.validation.process.suites import NEVER, Used, wrong_cases

FILES = sorted((policies_root() / "cryptography").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_policy_of_suites_passes_its_own_cases(path):
    policy = read_policy(path)
    assert policy["tests"]
    assert list(wrong_cases(policy)) == []


def test_a_case_that_its_rows_do_not_bear_out_is_told():
    policy = read_policy(FILES[0])
    wrong = {"hash": "sha1", "day": "2026-01-01", "reliable": "true"}
    assert list(wrong_cases({**policy, "tests": [*policy["tests"], wrong]})) == [
        (len(policy["tests"]) + 1, "reliable until 2012-08-01")
    ]


def test_what_stands_in_no_row_proves_nothing():
    assert shipped_suites().hash_until("whirlpool") == NEVER
    assert shipped_suites().hash_until(None) == NEVER
    assert shipped_suites().signature_until("1.2.3", 4096) == NEVER


def test_weaknesses_name_algorithm_and_key():
    used = (Used(name="rsa", bits=1024), Used(name="sha1"), Used(name="sha256"))
    found = shipped_suites().weaknesses(used, datetime(2026, 1, 1, tzinfo=UTC))
    assert [weak.what for weak in found] == ["rsa with 1024 bits", "sha1"]
    assert shipped_suites().weaknesses(used, datetime(2012, 7, 31, tzinfo=UTC)) == ()
