import pytest
from asn1crypto import core
from hypothesis import example, given
from hypothesis import strategies as st

from esign.foundation.identifiers import Oid
from esign.pades import der
from esign.pades.errors import DerError


@given(st.integers(min_value=-(2**200), max_value=2**200))
@example(-128)
@example(-(2**15))
def test_an_integer_is_written_in_its_shortest_form(value):
    assert der.integer(value) == core.Integer(value).dump()


@pytest.mark.parametrize("dotted", ["1.2.840.113549.1.9.3", "2.25.0", "2.999.3", "0.9.2342", Oid.CEREMONY_EVIDENCE])
def test_an_object_identifier_survives_both_ways_and_equals_another_implementation(dotted):
    encoded = der.oid(dotted)
    assert der.read_oid(encoded[2:]) == dotted
    if len(dotted) < 30:  # the other implementation is right for small arcs
        assert encoded == core.ObjectIdentifier(dotted).dump()


@pytest.mark.parametrize("dotted", ["", "1", "3.1", "1.40", "1.2.", "1.02.3", "1.-2", "1.2.x", "1.٣"])
def test_what_is_no_object_identifier_is_refused(dotted):
    with pytest.raises(DerError):
        der.oid(dotted)


@given(st.binary(max_size=70_000))
def test_lengths_are_minimal_and_definite(content):
    encoded = der.octets(content)
    assert encoded == core.OctetString(content).dump()
    assert der.element_length(encoded + b"behind") == len(encoded)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x80\x00\x00",
        b"\x04\x81\x01a",
        b"\x04\x82\x00\x80" + b"a" * 128,
        b"\x04\x05ab",
        b"\x1f\x81\x01a",
    ],
    ids=["empty", "half", "indefinite", "long form for a short one", "leading zero", "truncated", "high tag"],
)
def test_what_is_not_distinguished_encoding_is_refused(data):
    with pytest.raises(DerError):
        der.element_length(data)


def test_nothing_may_stand_behind_the_end():
    reader = der.Reader(der.integer(1) + b"\x00")
    assert reader.small_integer() == 1
    with pytest.raises(DerError):
        reader.done()


def test_an_inner_element_cannot_reach_beyond_what_holds_it():
    inner = der.Reader(b"\x30\x03\x04\x05abcde").inside(der.SEQUENCE)
    with pytest.raises(DerError):
        inner.content(der.OCTET_STRING)


def test_well_formed_means_exactly_filled_all_the_way_down():
    inner = der.sequence(der.integer(5), der.tlv(0xA0, der.octets(b"a")))
    assert der.well_formed(inner)
    assert not der.well_formed(inner + b"\x00")
    assert not der.well_formed(b"")
    assert not der.well_formed(der.tlv(0x30, der.integer(5), b"\x00"))
    assert not der.well_formed(der.tlv(0x30, b"\x30\x80\x00\x00"))
    nested = der.integer(1)
    for _ in range(80):
        nested = der.sequence(nested)
    assert not der.well_formed(nested)
