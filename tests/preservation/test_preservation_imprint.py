"""A renewal asks for a stronger hash before the present one weakens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from esign.preservation import BaselineLevel
from esign.preservation.errors import NoHashReliable, SignatureWeak
from esign.preservation.imprint import HORIZON, imprint_hash
from esign.validation.process import shipped_suites

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def suites(**ends):
    shipped = shipped_suites()
    hashes = {name: replace(row, until=ends.get(name, row.until)) for name, row in shipped.hashes.items()}
    return replace(shipped, hashes=hashes)


@pytest.mark.parametrize(
    ("ends", "name"),
    [
        ({}, "sha256"),
        ({"sha256": NOW + HORIZON + timedelta(days=1)}, "sha256"),
        ({"sha256": NOW + HORIZON}, "sha384"),
        ({"sha256": NOW - timedelta(days=1), "sha384": NOW}, "sha512"),
        ({name: NOW + timedelta(days=d) for name, d in (("sha256", 1), ("sha384", 9), ("sha512", 8))}, "sha384"),
    ],
)
def test_the_first_hash_that_lasts_is_taken(ends, name):
    assert imprint_hash(suites(**ends), NOW) == name


def test_without_a_reliable_hash_there_is_no_timestamp(basic, services):
    gone = suites(sha256=NOW, sha384=NOW, sha512=NOW)
    with pytest.raises(NoHashReliable) as caught:
        imprint_hash(gone, NOW)
    assert caught.value.code == "preservation.hash"


def test_the_verdicts_before_and_after_go_by_the_same_suites(basic, services):
    gone = suites(sha256=NOW - timedelta(days=1))
    with pytest.raises(SignatureWeak) as caught:
        services.augmenter(suites=gone).augment(basic.signed, BaselineLevel.LTA)
    assert caught.value.code == "preservation.not_valid.weak"
    assert services.stamped == []
