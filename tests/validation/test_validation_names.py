"""Names in certificates are compared exactly as the library compares them, only sooner."""

import pytest
from asn1crypto import x509
from hypothesis import given
from hypothesis import strategies as st

from esign.validation.second_opinion import names

PART = x509.NameTypeAndValue()


def either(function, text):
    try:
        return function(PART, text)
    except ValueError:
        return ValueError


def test_the_library_prepares_names_this_way():
    assert x509.NameTypeAndValue._ldap_string_prep is names.prepare_name


def test_every_character_is_prepared_as_by_the_library():
    for number in range(0x3000):
        text = f"a{chr(number)}B"
        assert either(names.prepare_name, text) == either(names._library, text)


@given(st.one_of(st.text(), st.text("aZ 9.-–äÖüß\u00ad\u00a0×÷İıſΣ")))
def test_every_text_is_prepared_as_by_the_library(text):
    assert either(names.prepare_name, text) == either(names._library, text)


@pytest.mark.parametrize(
    ("one", "other"), [("Jana  BEISPIEL", "jana beispiel"), ("Groß", "GROSS"), ("Müller", "MÜLLER"), (" x ", "X")]
)
def test_names_that_differ_in_case_and_spaces_alone_are_the_same(one, other):
    assert names.prepare_name(PART, one) == names.prepare_name(PART, other)


KINDS = st.sampled_from(["common_name", "organization_name", "country_name", "serial_number", "given_name"])
PARTS = st.lists(
    st.tuples(KINDS, st.sampled_from(["a", "A", " a", "b", "ß", "SS", "Ä ä", "ä  Ä"])), min_size=1, max_size=3
)


def built(parts):
    """Return a name as it is read: parts with several types each, and types that occur twice."""
    name = x509.Name(
        name="",
        value=x509.RDNSequence(
            [
                x509.RelativeDistinguishedName(
                    [
                        x509.NameTypeAndValue(
                            {
                                "type": kind,
                                "value": x509.DirectoryString(name="utf8_string", value=x509.UTF8String(text)),
                            }
                        )
                        for kind, text in part
                    ]
                )
                for part in parts
            ]
        ),
    )
    return x509.Name.load(name.dump())


@given(st.lists(PARTS, max_size=3), st.lists(PARTS, max_size=3))
def test_names_are_compared_as_by_the_library(one, other):
    first, second = built(one), built(other)
    for _ in range(2):  # the second time with what was kept
        assert (first == second) is (first.chosen == second.chosen)
        assert (first != second) is not (first.chosen == second.chosen)
        assert first == built(one)
    assert first != "a"


def test_a_name_that_is_changed_is_prepared_anew():
    name, other = built([[("common_name", "a")]]), built([[("common_name", "b")]])
    assert name != other
    name.chosen[0] = other.chosen[0]
    assert name == other


@given(st.lists(PARTS, min_size=1, max_size=3))
def test_names_are_looked_up_by_what_the_library_makes_of_them(parts):
    name = built(parts)
    assert name.hashable == name.hashable == built(parts).chosen.hashable


def test_a_name_that_is_changed_is_looked_up_anew():
    name, other = built([[("common_name", "a")]]), built([[("common_name", "b")]])
    assert name.hashable != other.hashable
    name.chosen[0] = other.chosen[0]
    assert name.hashable == other.hashable
