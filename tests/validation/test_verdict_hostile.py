"""Hostile bytes: every file has a verdict that keeps to the schema, and no changed byte is called clean."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esign.validation.verdict import Outcome
from tests.validation.verdicts import said

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def base(walked):
    return walked.finished


@SETTINGS
@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_no_flipped_bit_is_clean(walked, base, place, bit):
    place %= len(base)
    changed = bytearray(base)
    changed[place] ^= 1 << bit
    verdict = said(bytes(changed), walked)
    if verdict.clean:  # the same hexadecimal digit in capitals says the same
        assert base[place : place + 1].lower() == bytes(changed[place : place + 1]).lower()


@SETTINGS
@given(cut=st.integers(0, 10**9), more=st.binary(max_size=40))
def test_no_other_end_is_clean(walked, base, cut, more):
    cut %= len(base) - 16  # within the last bytes there is only white space to take away
    verdict = said(base[:cut] + more, walked)
    assert verdict.outcome in tuple(Outcome)
    assert not verdict.clean


@SETTINGS
@given(
    first=st.integers(0, 10**9),
    second=st.integers(0, 10**9),
    size=st.integers(1, 400),
    junk=st.one_of(st.none(), st.binary(min_size=1, max_size=30)),
)
def test_bytes_moved_or_put_in_are_never_clean(walked, base, first, second, size, junk):
    first, second = first % (len(base) - 500), second % (len(base) - 500)
    piece = junk if junk is not None else base[first : first + size]
    verdict = said(base[:second] + piece + base[second:], walked)
    assert not verdict.clean


@pytest.mark.parametrize(
    "junk", [b"%PDF-1.7" + b"\0" * 100, b"\xff" * 1000, b"%PDF-2.0\nstartxref\n-1\n%%EOF", b"<<" * 9000]
)
def test_junk_is_unreadable(walked, junk):
    assert said(junk, walked).outcome is Outcome.CLEAN_ERROR
