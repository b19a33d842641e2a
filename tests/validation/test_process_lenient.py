"""Certificates that a strict library refuses: read where nothing critical is lost, refused where it is."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from esign.pades import der
from esign.validation.process.certificate import read_certificate
from esign.validation.process.pool import CertificatePool
from tests.validation.process_pki import certify

ROOT = certify("Root", authority=True)
_ECDSA = der.oid("1.2.840.10045.4.3.2")


def rewritten(old: bytes, new: bytes, *, extra: bytes = b"") -> bytes:
    """Return a certificate of the root in which some bytes were others when it was signed."""
    leaf = certify("Leaf", ROOT)
    tbs = leaf.certificate.tbs_certificate_bytes
    inner = der.Reader(tbs).content(der.SEQUENCE)
    parts = []
    reader = der.Reader(inner)
    while not reader.empty:
        parts.append(reader.raw(reader.tag() or 0))
    parts = [part.replace(old, new) if old else part for part in parts]
    if extra:
        listed = der.Reader(der.Reader(parts[-1]).content(0xA3)).content(der.SEQUENCE)
        parts[-1] = der.tlv(0xA3, der.sequence(listed, extra))
    changed = der.sequence(*parts)
    algorithm = der.sequence(_ECDSA).replace(old, new) if old else der.sequence(_ECDSA)
    value = ROOT.key.sign(changed, ec.ECDSA(hashes.SHA256()))
    return der.sequence(changed, algorithm, der.tlv(der.BIT_STRING, b"\0" + value))


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return der.sequence(der.oid(oid), b"\x01\x01\xff" if critical else b"", der.octets(value))


def trusted(certificate: bytes) -> bool:
    pool = CertificatePool([ROOT.der])
    found = pool.add(certificate)
    return found is not None and bool(pool.paths(found))


def test_a_parameter_too_many_beside_ecdsa_is_read_over():
    certificate = rewritten(der.sequence(_ECDSA), der.sequence(_ECDSA, b"\x05\x00"))
    with pytest.raises(ValueError, match="ExtraData"):
        x509.load_der_x509_certificate(certificate)
    read = read_certificate(certificate)
    assert read.problem == ""
    assert read.usage == {"content_commitment"}
    assert trusted(certificate)


def test_a_user_notice_that_cannot_be_read_leaves_the_policies():
    notice = der.sequence(der.oid("1.3.6.1.5.5.7.2.2"), der.sequence(der.tlv(0x1A, "Prüfzertifikat".encode("latin-1"))))
    value = der.sequence(der.sequence(der.oid("1.2.3.4"), der.sequence(notice)))
    certificate = rewritten(b"", b"", extra=extension("2.5.29.32", value))
    with pytest.raises(ValueError, match="InvalidValue"):
        _ = x509.load_der_x509_certificate(certificate).extensions
    read = read_certificate(certificate)
    assert (read.problem, read.policies) == ("", ("1.2.3.4",))
    assert trusted(certificate)


@pytest.mark.parametrize(
    ("critical", "usable"),
    [(False, True), (True, False)],
)
def test_an_extension_that_cannot_be_read_matters_only_if_it_is_critical(critical, usable):
    certificate = rewritten(b"", b"", extra=extension("2.5.29.30", b"\x30\x03\xff", critical=critical))
    read = read_certificate(certificate)
    assert (read.problem == "") is usable
    assert read.key is not None


def test_an_extension_that_stands_twice_leaves_no_use():
    again = extension("2.5.29.15", b"\x03\x02\x06\x40")
    read = read_certificate(rewritten(b"", b"", extra=again))
    assert read.problem != ""
