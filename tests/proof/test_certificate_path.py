from datetime import timedelta

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.proof.certificate_path import (
    CertificateMalformed,
    CertificatePathError,
    CertificateUntrusted,
    load_certificate,
    verify_path,
)
from tests.identity.helpers.pki import NOW, Authority, name, p256

ROOT = Authority("Root")
MIDDLE = Authority("Middle", parent=ROOT)


def leaf(authority, extensions=(), **times):
    return authority.issue(name("Leaf"), p256().public_key(), extensions, **times)


def test_path_names_every_certificate_from_leaf_to_anchor():
    certificate = leaf(MIDDLE)
    path = verify_path(certificate, intermediates=[ROOT.der, MIDDLE.der], anchors=[ROOT.der], at=NOW)
    assert path == (certificate, MIDDLE.der, ROOT.der)


def test_an_intermediate_may_itself_be_the_anchor():
    certificate = leaf(MIDDLE)
    assert verify_path(certificate, anchors=[MIDDLE.der], at=NOW) == (certificate, MIDDLE.der)


def test_certificates_that_are_not_needed_do_no_harm():
    certificate = leaf(ROOT)
    others = [Authority("Other").der, MIDDLE.der, certificate, certificate]
    assert verify_path(certificate, intermediates=others, anchors=[ROOT.der], at=NOW) == (certificate, ROOT.der)


@pytest.mark.parametrize("anchors", [[], [Authority("Root").der]])
def test_same_name_is_not_the_same_anchor(anchors):
    with pytest.raises(CertificateUntrusted):
        verify_path(leaf(ROOT), anchors=anchors, at=NOW)


@pytest.mark.parametrize("at", [NOW - timedelta(minutes=2), NOW + timedelta(minutes=60)])
def test_leaf_must_be_valid_at_the_instant(at):
    with pytest.raises(CertificateUntrusted):
        verify_path(leaf(ROOT), anchors=[ROOT.der], at=at)


@pytest.mark.parametrize(
    "middle",
    [
        Authority("M", parent=ROOT, ca=False),
        Authority("M", parent=ROOT, key_cert_sign=False),
        Authority("M", parent=ROOT, not_after=NOW - timedelta(seconds=1)),
        Authority("M", parent=Authority("Root")),
        Authority("M", parent=Authority("P", parent=ROOT, path_length=0)),
    ],
    ids=["not a CA", "may not sign certificates", "expired", "another root", "path length"],
)
def test_intermediate_must_be_an_authority(middle):
    between = [middle.der] + ([middle.parent.der] if middle.parent is not ROOT else [])
    with pytest.raises(CertificateUntrusted):
        verify_path(leaf(middle), intermediates=between, anchors=[ROOT.der], at=NOW)


def test_unknown_critical_extension_is_refused():
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    with pytest.raises(CertificateUntrusted):
        verify_path(leaf(ROOT, [(unknown, True)]), anchors=[ROOT.der], at=NOW)
    certificate = leaf(ROOT, [(unknown, False)])
    assert verify_path(certificate, anchors=[ROOT.der], at=NOW) == (certificate, ROOT.der)


def test_signature_with_unused_bits_is_malformed():
    """Otherwise one certificate would have several encodings, and with them several digests."""
    while True:
        certificate = leaf(ROOT)
        signature = x509.load_der_x509_certificate(certificate).signature
        if signature[-1] & 1 == 0:
            break
    loose = bytearray(certificate)
    loose[-len(signature) - 1] = 1
    with pytest.raises(CertificateMalformed):
        load_certificate(bytes(loose))


def test_anchor_that_cannot_be_read_is_not_passed_over_silently():
    with pytest.raises(CertificateMalformed):
        verify_path(leaf(ROOT), anchors=[ROOT.der, b"not a certificate"], at=NOW)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(MIDDLE.der) - 1), st.integers(0, 255))
def test_no_other_exception_escapes_from_a_damaged_certificate(position, value):
    damaged = bytearray(MIDDLE.der)
    damaged[position] = value
    try:
        load_certificate(bytes(damaged))
        verify_path(bytes(damaged), anchors=[ROOT.der], at=NOW)
    except CertificatePathError:
        return
    assert bytes(damaged) == MIDDLE.der


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_other_exception_escapes_from_arbitrary_bytes(data):
    with pytest.raises(CertificateMalformed):
        load_certificate(data)
