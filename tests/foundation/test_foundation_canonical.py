"""Canonical JSON is RFC 8785, whichever writer writes it; instants are read in one form only."""

from collections import OrderedDict
from datetime import UTC, datetime
from enum import IntEnum, StrEnum

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from esign.foundation.canonical import CanonicalJsonError, canonical, parse_canonical
from esign.foundation.clock import from_rfc3339, rfc3339

LEAF = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
VALUE = st.recursive(LEAF, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
OBJECT = st.dictionaries(st.text() | st.text("abAB_"), VALUE)


@given(OBJECT)
def test_every_object_is_written_as_rfc_8785_says(value):
    written = canonical(value)
    assert written == rfc8785.dumps(value)
    assert parse_canonical(written) == value


def test_every_character_is_written_as_rfc_8785_says():
    for number in [*range(0x3000), 0xE000, 0xFFFD, 0x1F600, 0x10FFFF]:
        assert canonical({"a": chr(number)}) == rfc8785.dumps({"a": chr(number)})
        assert canonical({chr(number): 1, "a": 2}) == rfc8785.dumps({chr(number): 1, "a": 2})


def test_keys_beyond_the_basic_plane_are_in_the_order_of_utf_16():
    assert canonical({"\ufffd": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufffd":1}'.encode()


class _Word(StrEnum):
    A = "a"


class _Number(IntEnum):
    ONE = 1


def test_other_types_of_the_same_values_are_written_alike():
    plain = canonical({"a": "a", "b": 1, "c": [1, "a"], "d": {"x": None}})
    other = OrderedDict(d=OrderedDict(x=None), c=(_Number.ONE, _Word.A), b=_Number.ONE, a=_Word.A)
    assert canonical(other) == plain


@pytest.mark.parametrize("value", [1.0, 2**53, -(2**53), b"x", {1: 2}, {"a": {1}}, float("nan"), "\ud800"])
def test_what_is_not_carried_is_refused(value):
    for held in ({"a": value}, {"a": [value]}, {"a": {"b": value}}):
        with pytest.raises(CanonicalJsonError):
            canonical(held)


@given(st.datetimes(datetime(1000, 1, 1)))
def test_an_instant_comes_back(instant):
    assert from_rfc3339(rfc3339(instant.replace(tzinfo=UTC))) == instant.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00.000Z",
        "2026-11-22T10:00:00.000000+00:00",
        "2026-11-22 10:00:00.000000Z",
        "2026-11-22T24:00:00.000000Z",
        "2026-02-30T10:00:00.000000Z",
        "2026-11-22T10:00:60.000000Z",
        "2026-11-22T10:00:00.000000Z\n",
        "２026-11-22T10:00:00.000000Z",
        "",
    ],
)
def test_an_instant_in_another_form_is_refused(text):
    with pytest.raises(ValueError):
        from_rfc3339(text)
