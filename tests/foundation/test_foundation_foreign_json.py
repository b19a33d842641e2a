"""JSON that others wrote has one reading, or none."""

import pytest

from esign.foundation.foreign_json import read_object


def test_an_object_is_read_whatever_its_spelling():
    assert read_object(b' {"b": 1.5, "a": {"b": [null, "\\u00e4"]}}\n') == {"b": 1.5, "a": {"b": [None, "ä"]}}


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"x":[{"a":1,"\\u0061":2}]}',
        b"[]",
        b'"text"',
        b"",
        b"{",
        b'{"a":"\xff"}',
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_two_readers_could_read_differently_is_refused(data):
    with pytest.raises(ValueError):
        read_object(data)
