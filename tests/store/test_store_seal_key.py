"""The company's seal from a PKCS #12 file: only a whole and matching one is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from esign.signing import PermissionRefused, Receipt, grant
from esign.store.errors import SealKeyError
from esign.store.seal_key import FileSealKey

KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SANDBOX Seal")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
    builder = builder.serial_number(7).not_valid_before(start).not_valid_after(start + timedelta(days=365))
    return builder.sign(KEY, hashes.SHA256())


def files(folder: Path, key: ec.EllipticCurvePrivateKey, pin: bytes = b"1234") -> tuple[Path, Path]:
    seal, pin_file = folder / "seal.p12", folder / "seal.pin"
    own = certificate() if key is KEY else None  # the library refuses to write a key beside another's certificate
    others = None if key is KEY else [certificate()]
    seal_pin = BestAvailableEncryption(b"1234")
    data = pkcs12.serialize_key_and_certificates(b"seal", key, own, others, seal_pin)
    seal.write_bytes(data)
    pin_file.write_bytes(pin + b"\n")
    return seal, pin_file


def test_the_seal_signs_what_it_has_a_permission_for_and_only_once(tmp_path: Path) -> None:
    seal = FileSealKey.load(*files(tmp_path, KEY))
    permission = grant(Receipt(sequence=0, entry=bytes(32)), certificate=seal.certificate, data=b"data")
    KEY.public_key().verify(seal.sign(b"data", permission), b"data", ec.ECDSA(hashes.SHA256()))
    with pytest.raises(PermissionRefused):
        seal.sign(b"data", permission)


@pytest.mark.parametrize("pin", [b"", b"12345"])
def test_a_wrong_pin_opens_nothing_and_is_not_told(tmp_path: Path, pin: bytes) -> None:
    with pytest.raises(SealKeyError) as refused:
        FileSealKey.load(*files(tmp_path, KEY, pin))
    assert refused.value.code == "store.seal_key"
    assert "1234" not in str(refused.value)


def test_a_key_without_its_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SealKeyError):
        FileSealKey.load(*files(tmp_path, OTHER))


def test_a_certificate_of_another_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = pkcs12.PKCS12KeyAndCertificates(OTHER, pkcs12.PKCS12Certificate(certificate(), None), [])
    monkeypatch.setattr("esign.store.seal_key.pkcs12.load_pkcs12", lambda *_: bundle)
    with pytest.raises(SealKeyError) as refused:
        FileSealKey.load(*files(tmp_path, KEY))
    assert "certifies" in refused.value.detail
