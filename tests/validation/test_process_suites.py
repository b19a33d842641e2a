"""Cryptographic suites: each row of the policy, by its own test cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from esign.policy import policies_root, read_policy
from esign.validation.process import CryptographicSuites, shipped_suites
from esign.validation.process.suites import NEVER, Used

FILES = sorted((policies_root() / "cryptography").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_policy_of_suites_passes_its_own_cases(path):
    policy = read_policy(path)
    suites = CryptographicSuites.of(policy)
    for case in policy["tests"]:
        day = datetime.combine(date.fromisoformat(case["day"]), time(), UTC)
        if "hash" in case:
            until = suites.hash_until(case["hash"])
        else:
            until = suites.signature_until(case["family"], int(case["bits"]))
        assert (day < until) is (case["reliable"] == "true"), case


def test_what_stands_in_no_row_proves_nothing():
    assert shipped_suites().hash_until("whirlpool") == NEVER
    assert shipped_suites().hash_until(None) == NEVER
    assert shipped_suites().signature_until("1.2.3", 4096) == NEVER


def test_weaknesses_name_algorithm_and_key():
    used = (Used(name="rsa", bits=1024), Used(name="sha1"), Used(name="sha256"))
    found = shipped_suites().weaknesses(used, datetime(2026, 1, 1, tzinfo=UTC))
    assert [weak.what for weak in found] == ["rsa with 1024 bits", "sha1"]
    assert shipped_suites().weaknesses(used, datetime(2012, 7, 31, tzinfo=UTC)) == ()
