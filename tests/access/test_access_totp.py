"""RFC 6238, appendix B (SHA-1), cut to six digits; and the rule that no code counts twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from esign.access import totp

SEED = b"12345678901234567890"

VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize("at", VECTORS)
def test_codes_are_those_of_the_rfc(at: int) -> None:
    assert totp.code_at(SEED, at // 30) == VECTORS[at][-6:]


NOW = datetime(2026, 11, 22, 10, 0, 15, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


@pytest.mark.parametrize(("drift", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_lie_one_step_apart(drift: int, accepted: bool) -> None:
    found = totp.step_of(totp.code_at(SEED, STEP + drift), SEED, now=NOW, after=0)
    assert found == (STEP + drift if accepted else None)


def test_no_code_counts_twice_nor_an_older_one_after_it() -> None:
    code = totp.code_at(SEED, STEP)
    assert totp.step_of(code, SEED, now=NOW, after=STEP - 1) == STEP
    assert totp.step_of(code, SEED, now=NOW, after=STEP) is None
    assert totp.step_of(totp.code_at(SEED, STEP - 1), SEED, now=NOW, after=STEP) is None
    assert totp.step_of(totp.code_at(SEED, STEP + 1), SEED, now=NOW + timedelta(seconds=30), after=STEP) == STEP + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 34", "-12345", "1" * 400])
def test_what_is_no_code_is_wrong(typed: str) -> None:
    assert totp.step_of(typed, SEED, now=NOW, after=0) is None


def test_spaces_in_a_code_count_for_nothing() -> None:
    code = totp.code_at(SEED, STEP)
    assert totp.step_of(f" {code[:3]} {code[3:]} ", SEED, now=NOW, after=0) == STEP


def test_apps_read_seed_and_owner() -> None:
    parts = urlsplit(totp.address(SEED, issuer="esign SANDBOX", account="a+b@example.org"))
    query = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/esign%20SANDBOX%3Aa%2Bb%40example.org")
    assert query == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"],
        "issuer": ["esign SANDBOX"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
    assert totp.written(SEED) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
