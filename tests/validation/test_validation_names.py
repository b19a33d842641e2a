"""Names in certificates are compared exactly as the library compares them, only sooner."""

import pytest
from asn1crypto import x509
from hypothesis import given
from hypothesis import strategies as st

from esign.validation import names

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
