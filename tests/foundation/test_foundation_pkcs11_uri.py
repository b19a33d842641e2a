from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esign.foundation.pkcs11_uri import Pkcs11Uri, Pkcs11UriError


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("file:key", None),
        ("pkcs11:token=a;object=b", "module-path"),
        ("pkcs11:object=b?module-path=/m", "token"),
        ("pkcs11:token=a?module-path=/m", "object"),
        ("pkcs11:token=a;object=b?module-path=m.so", "module-path"),
        ("pkcs11:token=a;object=b?module-path=/m&pin-value=1234", "pin-value"),
        ("pkcs11:token=a;object=b?module-path=/m&pin-source=|/bin/sh", "pin-source"),
        ("pkcs11:token=a;token=b;object=c?module-path=/m", "token"),
        ("pkcs11:token=%ff;object=c?module-path=/m", "token"),
        ("pkcs11:slot-id=x;object=c?module-path=/m", "slot-id"),
        ("pkcs11:token=a;x-vendor=1;object=c?module-path=/m", "x-vendor"),
    ],
)
def test_a_uri_that_names_no_object_is_refused(text, attribute):
    with pytest.raises(Pkcs11UriError) as refused:
        Pkcs11Uri.parse(text)
    assert refused.value.code == "pkcs11_uri"
    assert refused.value.facts.get("attribute") == attribute


def test_no_pin_stands_in_a_refusal():
    with pytest.raises(Pkcs11UriError) as refused:
        Pkcs11Uri.parse("pkcs11:token=a;object=b?module-path=/m&pin-value=73921")
    assert "73921" not in str(refused.value) + repr(refused.value.facts)


@given(st.text(max_size=120))
def test_any_text_is_a_uri_or_refused(text):
    for candidate in (text, "pkcs11:" + text, f"pkcs11:{text}?module-path=/m"):
        try:
            assert Pkcs11Uri.parse(candidate).module.is_absolute()
        except Pkcs11UriError as error:
            assert error.code == "pkcs11_uri"
