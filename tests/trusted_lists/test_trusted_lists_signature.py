"""ETSI TS 119 612 clause 5.7 and annex B.6: the signature of a list."""

from __future__ import annotations

import copy
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from certs.trusted_lists import ListSigner, sign_list
from esign.validation.trusted_lists import (
    ListMalformed,
    ListSignatureInvalid,
    ListSignerUnknown,
    ListTooLarge,
    TrustedListError,
    read_list,
    verify_list,
)
from esign.validation.trusted_lists.xml import parse

DS = "{http://www.w3.org/2000/09/xmldsig#}"
TSL = "{http://uri.etsi.org/02231/v2#}"


@pytest.fixture(scope="module")
def german(list_world):
    return list_world.files[list_world.location("DE")], (list_world.signers["DE"].der,)


def refused(data, signers, error):
    with pytest.raises(TrustedListError) as caught:
        read_list(verify_list(data, signers=signers))
    assert caught.value.code == error.code


def test_b6_a_list_that_its_signer_signed_is_read(german):
    data, signers = german
    found = read_list(verify_list(data, signers=signers))
    assert (found.version, found.territory, found.sequence, len(found.services)) == (6, "DE", 40, 7)
    assert found.signer == signers[0]


def test_a_list_of_version_5_states_its_certificate_in_the_old_form(list_world):
    verified = verify_list(list_world.files[list_world.location("AT")], signers=(list_world.signers["AT"].der,))
    assert verified.certificate_property == 1
    assert read_list(verified).version == 5


def test_a_list_of_version_6_with_the_old_form_is_refused(list_world):
    signer = list_world.signers["AT"]
    root = parse(list_world.files[list_world.location("AT")])
    root.remove(root.find(f"{DS}Signature"))
    root.find(f".//{TSL}TSLVersionIdentifier").text = "6"
    refused(sign_list(root, signer, at=list_world.at, version=5), (signer.der,), ListMalformed)


@pytest.mark.parametrize("version", ["4", "7", "0", "-5", "5.0", ""])
def test_5_3_1_another_version_is_refused(list_world, version):
    signer = list_world.signers["DE"]
    root = unsigned(list_world)
    root.find(f".//{TSL}TSLVersionIdentifier").text = version
    refused(sign_list(root, signer, at=list_world.at), (signer.der,), ListMalformed)


def unsigned(list_world, territory="DE"):
    root = parse(list_world.files[list_world.location(territory)])
    root.remove(root.find(f"{DS}Signature"))
    return root


def test_a_certificate_that_nobody_named_is_refused(german, list_world):
    data, _ = german
    refused(data, (list_world.signers["AT"].der,), ListSignerUnknown)
    refused(data, (), ListSignerUnknown)


def test_any_change_of_the_content_is_refused(german):
    data, signers = german
    changed = data.replace(b"Svcstatus/withdrawn", b"Svcstatus/granted", 1)
    assert changed != data
    refused(changed, signers, ListSignatureInvalid)


def test_any_change_of_the_signed_properties_is_refused(german):
    data, signers = german
    changed = re.sub(rb"SigningTime>2026", b"SigningTime>2025", data)
    assert changed != data
    refused(changed, signers, ListSignatureInvalid)


def wrapped(data):
    """The attack: the signed list moves into a corner of another one; the reference still finds it by its Id."""
    signed = parse(data)
    outer = copy.deepcopy(signed)
    signature = outer.find(f"{DS}Signature")
    outer.remove(signature)
    outer.attrib.pop("Id")
    for status in outer.iter(f"{TSL}ServiceStatus"):
        status.text = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
    inner = copy.deepcopy(signed)
    inner.remove(inner.find(f"{DS}Signature"))
    holder = etree.SubElement(signature, f"{DS}Object")
    holder.append(inner)
    outer.append(signature)
    reference = signature.find(f"{DS}SignedInfo/{DS}Reference")
    reference.set("URI", "#sandbox-list")
    return etree.tostring(outer)


def test_signature_wrapping_is_refused(german):
    data, signers = german
    refused(wrapped(data), signers, ListSignatureInvalid)


def test_an_id_in_another_namespace_does_not_hide_the_changed_list(german):
    """The library looks at ids by local name, this check by whole name: they must not be played against each other."""
    data, signers = german
    root = parse(wrapped(data))
    inner = root.find(f"{DS}Signature")[-1][0]
    inner.attrib.pop("Id")
    inner.set("{urn:x}Id", "sandbox-list")
    root.set("Id", "sandbox-list")
    refused(etree.tostring(root), signers, ListSignatureInvalid)


def test_a_second_signature_is_refused(german):
    data, signers = german
    root = parse(data)
    root.append(copy.deepcopy(root.find(f"{DS}Signature")))
    refused(etree.tostring(root), signers, ListSignatureInvalid)


def test_a_signature_deeper_in_the_list_is_refused(german):
    data, signers = german
    root = parse(data)
    root.find(f"{TSL}SchemeInformation").append(root.find(f"{DS}Signature"))
    refused(etree.tostring(root), signers, ListSignatureInvalid)


def test_elements_after_the_signature_are_refused(german):
    data, signers = german
    root = parse(data)
    etree.SubElement(root, f"{TSL}TrustServiceProviderList")
    refused(etree.tostring(root), signers, ListSignatureInvalid)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
        ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        ("http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ("http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("xmldsig-more#ecdsa-sha256", "xmldsig-more#hmac-sha256"),
        ("xmldsig-more#ecdsa-sha256", "xmldsig-more#ecdsa-sha1"),
        ('URI=""', 'URI="file:///etc/passwd"'),
        ('URI=""', 'URI="#sandbox-properties"'),
    ],
)
def test_b6_other_algorithms_transforms_and_references_are_refused(german, before, after):
    data, signers = german
    changed = data.decode().replace(before, after)
    assert changed != data.decode()
    refused(changed.encode(), signers, ListSignatureInvalid)


def test_a_comment_inside_a_text_changes_nothing(german):
    """Canonicalisation drops comments; a reader that stopped at one would read half an address."""
    data, signers = german
    changed = data.replace(b"Svcstatus/granted", b"Svcstatus/<!-- x -->granted")
    plain = read_list(verify_list(data, signers=signers))
    assert read_list(verify_list(changed, signers=signers)) == plain


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]>',
    ],
)
def test_document_types_are_refused(german, head):
    data, signers = german
    refused(data.replace(b"?>", b"?>" + head, 1), signers, ListMalformed)


def test_an_entity_bomb_is_refused_before_it_is_parsed():
    bomb = (
        b'<!DOCTYPE l [<!ENTITY a "aa">'
        + b"".join(b'<!ENTITY a%d "&a;&a;">' % n for n in range(30))
        + b"]><l>&a29;</l>"
    )
    refused(bomb, (), ListMalformed)


def test_too_large_and_too_many_elements_are_refused():
    refused(b"<" * 2_000_001, (), ListTooLarge)
    refused(b" " * (32 * 1024 * 1024 + 1), (), ListTooLarge)


def test_other_encodings_and_depths_are_refused():
    refused('<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"), (), ListMalformed)
    refused(b"<a>" * 5000 + b"</a>" * 5000, (), ListMalformed)


def test_an_expired_key_of_the_right_signer_is_refused(list_world):
    from datetime import timedelta

    old = ListSigner.create("old", territory="DE", at=list_world.at - timedelta(days=9000))
    data = sign_list(unsigned(list_world), old, at=list_world.at)
    refused(data, (old.der,), ListSignatureInvalid)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_mutation_crashes_or_changes_what_is_read(german, draw):
    data, signers = german
    plain = read_list(verify_list(data, signers=signers))
    at = draw.draw(st.integers(0, len(data) - 1))
    length = draw.draw(st.integers(0, 40))
    other = draw.draw(
        st.binary(max_size=12) | st.sampled_from([b"<a/>", b"]]>", b"<!-- -->", b"&#13;", b" ", b"<?p?>"])
    )
    try:
        found = read_list(verify_list(data[:at] + other + data[at + length :], signers=signers))
    except TrustedListError:
        return
    assert found == plain


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(alphabet="<>/&;\"'=abcT:# \n", max_size=200).map(str.encode))
def test_no_bytes_crash_the_reader(data):
    with pytest.raises(TrustedListError):
        verify_list(data, signers=())
