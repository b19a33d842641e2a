"""ISO 32000-2 clauses 7.2 and 7.3: objects are read as they are written, and nothing else is read as an object."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.pdf import HexString, Limits, Name, PdfLimitError, PdfSyntaxError, Ref, String
from esign.pdf.syntax import entries, parse

LIMITS = Limits()
SPACE = st.sampled_from([b" ", b"\n", b"\r\n", b"\t", b"\0", b"\x0c", b" % a remark ( << [\n", b"%\r  "])
REGULAR = "".join(chr(c) for c in range(33, 127) if chr(c) not in "()<>[]{}/%#")


def written_name(name: str) -> bytes:
    return b"/" + b"".join(c.encode() if c in REGULAR else b"#%02X" % ord(c) for c in name)


def written_string(value: bytes) -> bytes:
    return (
        b"(" + value.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)").replace(b"\r", b"\\r") + b")"
    )


NAMES = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=8).map(Name)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.decimals(-(10**6), 10**6, places=3).map(float),
    NAMES,
    st.binary(max_size=12).map(String),
    st.binary(max_size=12).map(HexString),
    st.builds(Ref, st.integers(0, 10**9), st.integers(0, 65535)),
)
OBJECTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=20,
)


def tokens(value) -> list[bytes]:
    if value is None:
        return [b"null"]
    if isinstance(value, bool):
        return [b"true" if value else b"false"]
    if isinstance(value, Ref):
        return [b"%d" % value.number, b"%d" % value.generation, b"R"]
    if isinstance(value, int):
        return [b"%d" % value]
    if isinstance(value, float):
        return [f"{value:.3f}".encode()]
    if isinstance(value, Name):
        return [written_name(value)]
    if isinstance(value, HexString):
        return [b"<" + value.hex().encode() + b">"]
    if isinstance(value, String):
        return [written_string(value)]
    if isinstance(value, list):
        return [b"[", *[t for item in value for t in tokens(item)], b"]"]
    return [b"<<", *[t for k, v in value.items() for t in (written_name(k), *tokens(v))], b">>"]


def alike(a, b) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return math.isclose(a, b, abs_tol=1e-9)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(alike, a.values(), b.values()))
    return a == b


@settings(max_examples=150, deadline=None)
@given(value=OBJECTS, data=st.data())
def test_what_is_written_is_read_whatever_stands_between_the_tokens(value, data):
    gaps = b"%"  # a comment between number, generation and R is read by few: references are written with white space
    text = b""
    for token in tokens(value):
        between = data.draw(SPACE)
        text += (b" " if gaps in between and token[:1] in b"0123456789R" else between) + token
    read, end = parse(text + b" ", 0, LIMITS)
    assert alike(read, value)
    assert end == len(text)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_end_in_an_object_or_one_typed_error(data):
    try:
        _, end = parse(data, 0, LIMITS)
    except (PdfSyntaxError, PdfLimitError):
        return
    assert end <= len(data)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"(a(b)c)", b"a(b)c"),
        (rb"(\050\51\053\n\r\t\b\f\\\q)", b"()+\n\r\t\b\x0c\\q"),
        (b"(one\\\r\ntwo\\\nthree)", b"onetwothree"),
        (b"(one\r\ntwo\rthree)", b"one\ntwo\nthree"),
        (b"(\\400)", b"\0"),
        (b"<41 4>", b"A@"),
        (b"<>", b""),
        (b"()", b""),
    ],
)
def test_7_3_4_strings(text, value):
    assert parse(text, 0, LIMITS)[0] == value


@pytest.mark.parametrize(("text", "value"), [(b"+17", 17), (b"-98", -98), (b"4.", 4.0), (b"-.002", -0.002), (b"0", 0)])
def test_7_3_3_numbers(text, value):
    read = parse(text, 0, LIMITS)[0]
    assert read == value
    assert type(read) is type(value)


def test_7_3_5_names_with_escapes_are_the_same_names():
    assert parse(b"/Lime#20Green", 0, LIMITS)[0] == "Lime Green"
    assert parse(b"<</A#42 1>>", 0, LIMITS)[0] == {"AB": 1}
    assert parse(b"/", 0, LIMITS)[0] == ""


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<</A 1/A 2>>",
        b"<</A 1/#41 2>>",
        b"<</A>>",
        b"<<1 2>>",
        b"[1 2",
        b"[1 2>>",
        b"<</A[>>]",
        b"]",
        b"(never ends",
        b"(never ends\\)",
        b"<41",
        b"<4X>",
        b"truely",
        b"--1",
        b"1-1",
        b"1e5",
        b"/A#0",
        b"/A#00",
        b"{",
        b"12345678901234567890123",
        b"R",
    ],
)
def test_what_is_no_object_is_refused(text):
    with pytest.raises(PdfSyntaxError) as refused:
        parse(text, 0, LIMITS)
    assert refused.value.code == "pdf.syntax"


@pytest.mark.parametrize("text", [b"[" * 100_000, b"<</A" * 100_000, b"[" * 97 + b"]" * 97])
def test_nesting_has_a_bound(text):
    with pytest.raises(PdfLimitError):
        parse(text, 0, LIMITS)


def test_the_number_of_values_has_a_bound():
    with pytest.raises(PdfLimitError):
        parse(b"[" + b"1 " * 101 + b"]", 0, Limits(items=100))


def test_where_a_dictionarys_values_stand():
    text = b"  <</A 1/B <0 0> % /C 4\n/D<</E(x)>>>>"
    found = {str(key): text[start:end] for key, start, end in entries(text, 0, LIMITS)}
    assert found == {"A": b"1", "B": b"<0 0>", "D": b"<</E(x)>>"}


def test_text_strings_by_their_marks():
    assert String(b"\xfe\xff\x00\xfc").text == "ü"
    assert String(b"\xff\xfe\xfc\x00").text == "ü"
    assert String(b"\xef\xbb\xbf\xc3\xbc").text == "ü"
    assert String(b"\xfc").text == "ü"
