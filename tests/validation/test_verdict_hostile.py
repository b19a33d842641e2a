"""Hostile bytes: every file has a verdict that keeps to the schema; none is clean whose signed bytes were changed.

What stands behind the signature (store, document timestamp) is nobody's word but its own: who spoils it takes the
level away, and may leave a clean file of a lower one.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esign.validation.verdict import Outcome
from esign.validation.verdict.objects import read_date
from tests.pdf.writer import append, stream
from tests.validation.changes.signed_files import OBJECTS, TRAILER, sign
from tests.validation.changes.signed_files import base as signed_base
from tests.validation.verdicts import kinds, said

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def base(walked):
    return walked.finished


def judged(changed: bytes, walked) -> None:
    """Whatever the verdict is, it is not clean if a byte was changed that the signatory's signature covers."""
    verdict = said(changed, walked)
    if verdict.clean:
        _, hole, behind, length = walked.prepared.byte_range
        assert changed[:hole] == walked.signed[:hole]
        assert changed[behind : behind + length] == walked.signed[behind:]
        assert verdict.signatures[0].integrity


@SETTINGS
@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_no_flipped_bit_of_what_was_signed_is_clean(walked, base, place, bit):
    changed = bytearray(base)
    changed[place % len(base)] ^= 1 << bit
    judged(bytes(changed), walked)


@SETTINGS
@given(cut=st.integers(0, 10**9), more=st.binary(max_size=40))
def test_no_other_end_of_what_was_signed_is_clean(walked, base, cut, more):
    judged(base[: cut % len(base)] + more, walked)


@SETTINGS
@given(
    first=st.integers(0, 10**9),
    second=st.integers(0, 10**9),
    size=st.integers(1, 400),
    junk=st.one_of(st.none(), st.binary(min_size=1, max_size=30)),
)
def test_bytes_moved_or_put_into_what_was_signed_are_never_clean(walked, base, first, second, size, junk):
    first, second = first % len(base), second % len(base)
    piece = junk if junk is not None else base[first : first + size]
    judged(base[:second] + piece + base[second:], walked)


@pytest.mark.parametrize(
    "junk", [b"%PDF-1.7" + b"\0" * 100, b"\xff" * 1000, b"%PDF-2.0\nstartxref\n-1\n%%EOF", b"<<" * 9000]
)
def test_junk_is_unreadable(walked, junk):
    assert said(junk, walked).outcome is Outcome.CLEAN_ERROR


def bomb(size: int) -> bytes:
    packed = zlib.compress(b"\0" * size, 9)
    return b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)


def with_store(pdf: bytes, values: dict[int, bytes]) -> bytes:
    listed = b" ".join(b"%d 0 R" % number for number in values)
    catalog = OBJECTS[1][:-2] + b"/DSS<</Certs[%s]/CRLs[%s]/OCSPs[%s]>>>>" % (listed, listed, listed)
    return append(pdf, {**values, 1: catalog}, trailer=TRAILER)


def test_a_store_that_unpacks_without_end_leaves_the_verdict_standing(walked):
    pdf = with_store(sign(signed_base()), {200 + number: bomb(60_000_000) for number in range(5)})
    verdict = said(pdf, walked)
    assert (verdict.outcome, verdict.clean, len(verdict.signatures)) == (Outcome.OK, False, 1)
    assert "limit_exceeded" in kinds(verdict)


def test_a_store_full_of_junk_is_passed_over(walked):
    pdf = with_store(sign(signed_base()), {200 + number: stream(b"0\x82\1\0" + bytes(256)) for number in range(200)})
    assert said(pdf, walked).outcome is Outcome.OK


def test_attachments_that_unpack_without_end_leave_the_verdict_standing(walked):
    pdf = sign(signed_base({51: bomb(70_000_000)}))
    verdict = said(pdf, walked)
    assert (verdict.outcome, verdict.attachments) == (Outcome.OK, ())
    assert "limit_exceeded" in kinds(verdict)


def test_attachments_that_lead_in_a_circle_are_listed_once(walked):
    names = b"/EmbeddedFiles<</Kids[98 0 R 98 0 R]/Names[(a.xml)50 0 R]>>"
    catalog = OBJECTS[1].replace(b"/EmbeddedFiles<</Names[(a.xml)50 0 R]>>", names)
    pdf = sign(signed_base({1: catalog, 98: b"<</Kids[98 0 R]/Names[(a.xml)50 0 R]>>"}))
    assert [attachment.name for attachment in said(pdf, walked).attachments] == ["a.xml"]


def test_nesting_without_end_is_a_limit(walked):
    verdict = said(b"%PDF-1.7\n1 0 obj\n" + b"[" * 1_000_000 + b"\nstartxref\n9\n%%EOF\n", walked)
    assert (verdict.outcome, verdict.error.code) == (Outcome.CLEAN_ERROR, "validation.limit_exceeded")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D:20261122120000Z", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("D:20261122120000+01'30'", datetime(2026, 11, 22, 10, 30, tzinfo=UTC)),
        ("D:20261122120000-01'00", datetime(2026, 11, 22, 13, tzinfo=UTC)),
        ("20261122", datetime(2026, 11, 22, tzinfo=UTC)),
        ("D:2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("D:20261322120000Z", None),
        ("D:00010101000000+23'59'", None),
        ("D:20261122120000+99'99'", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_iso_32000_2_7_9_4_a_claimed_time_is_a_date_or_nothing(text, expected):
    assert read_date(text) == expected
