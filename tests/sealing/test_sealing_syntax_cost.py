"""A dictionary takes time as it is long, whatever stands in it: nothing in it is tried again at each of its bytes."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from esign.sealing.incremental.syntax import split
from esign.sealing.incremental.unusual import Unusual

N = 300_000


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<</A" + b" " * N + b">>", id="blanks where a value is missing"),
        pytest.param(b"<<" + b" " * N + b"x>>", id="blanks where a key is missing"),
        pytest.param(b"<</A 1" + b"\0" * N + b"x>>", id="zeros behind a value"),
        pytest.param(b"<</A (" + b"\\(" * (N // 2) + b"()\x01)>>", id="escaped parentheses and a control character"),
        pytest.param(b"<<" + b"/A(" * (N // 3) + b">>", id="strings that do not end"),
        pytest.param(b"<</A[" + b"/B[ 1 " * (N // 6) + b">>", id="arrays that do not end"),
        pytest.param(b"<<" + b"/A 1" * (N // 4) + b"%>>", id="a key again and again"),
    ],
)
def test_a_hostile_dictionary_takes_time_as_it_is_long(body: bytes) -> None:
    began = time.process_time()
    with suppress(Unusual):
        split(body)
    assert time.process_time() - began < 5.0  # a tenth of a second; it was a minute where a pattern began anew


def test_blanks_at_the_beginning_and_between_entries_are_nothing() -> None:
    expected = {b"A": b"1", b"B": b"(x)"}
    assert split(b"<<\n\0 /A 1 \r\n/B(x) >>") == split(b"<</A 1/B(x)>>") == expected
    assert split(b"<< \n>>") == split(b"<<>>") == {}


@pytest.mark.parametrize("body", [b"", b"<<", b"<< ", b">>", b"<>", b"<</A 1>", b"x<</A 1>>"])
def test_what_does_not_begin_or_end_as_a_dictionary_is_none(body: bytes) -> None:
    with pytest.raises(Unusual):
        split(body)


@pytest.mark.parametrize("body", [b"<</A(\x01)>>", b"<</A(a(\x01)b\x02)>>", b"<</A(\\(\x01)/B[(%)(\x02)]>>"])
def test_control_characters_are_permitted_within_strings(body: bytes) -> None:
    assert b"A" in split(body)


@pytest.mark.parametrize("body", [b"<</A[/B\x01]>>", b"<</A[%(\n/B\x01 %)\n]>>", b"<</A(x)/B[(y)/C\x7f]>>"])
def test_control_characters_outside_of_strings_are_unusual(body: bytes) -> None:
    with pytest.raises(Unusual):
        split(body)
