"""A seal key in a PKCS #12 file: only a whole, matching and valid one is taken, and it is loaded once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from esign.foundation.clock import FixedClock
from esign.gateways.seal_keys import FileSealKey, PermittedSealKey, open_seal_key
from esign.sealing import SealKeyError
from esign.signing import PermissionRefused, Receipt, grant

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=365)
NOW = FixedClock(at=START + timedelta(days=9))
KEY, OTHER, AUTHORITY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PIN = b"1234-4321"


def certificate(key, *, ca=False, usage="content_commitment", issued_by=None) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SANDBOX Authority" if ca else "SANDBOX Seal")])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SANDBOX Authority")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(START).not_valid_after(END)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    if usage:
        bits = dict.fromkeys(
            (
                "digital_signature",
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "key_cert_sign",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        builder = builder.add_extension(x509.KeyUsage(**bits | {usage: True}), critical=True)
    return builder.sign(issued_by or AUTHORITY, hashes.SHA256())


ROOT = certificate(AUTHORITY, ca=True, usage="key_cert_sign")


def uri(folder: Path, key, leaf, others=(), pin: bytes = PIN) -> str:
    data = pkcs12.serialize_key_and_certificates(b"seal", key, leaf, list(others), BestAvailableEncryption(PIN))
    (folder / "seal key.p12").write_bytes(data)
    (folder / "seal.pin").write_bytes(pin + b"\n")
    return f"file:{folder}/seal%20key.p12?pin-file={folder}/seal.pin"


def refusal(name: str, clock=NOW, **more) -> SealKeyError:
    with pytest.raises(SealKeyError) as refused:
        open_seal_key(name, clock=clock, **more)
    return refused.value


@pytest.mark.parametrize("key", [KEY, ec.generate_private_key(ec.SECP384R1()), RSA], ids=["P-256", "P-384", "RSA"])
def test_a_key_in_a_file_signs_with_sha_256_from_many_threads_and_shows_its_chain(tmp_path, key):
    strangers = certificate(OTHER, ca=True, usage="key_cert_sign", issued_by=OTHER)
    leaf = certificate(key)
    opened = open_seal_key(uri(tmp_path, key, leaf, [strangers, ROOT]), clock=NOW)
    for path in tmp_path.iterdir():
        path.unlink()  # everything is in memory by now
    loaded = x509.load_der_x509_certificate(opened.certificate)
    assert loaded == leaf
    assert [x509.load_der_x509_certificate(item) for item in opened.chain] == [ROOT]
    with ThreadPoolExecutor(8) as threads:
        signed = list(threads.map(lambda n: (b"%d" % n, opened.sign(b"%d" % n)), range(64)))
    for data, signature in signed:
        if key is RSA:
            leaf.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            leaf.public_key().verify(signature, data, ec.ECDSA(hashes.SHA256()))


def test_relative_paths_count_from_the_given_folder(tmp_path):
    uri(tmp_path, KEY, certificate(KEY))
    opened = open_seal_key("file:seal%20key.p12?pin-file=seal.pin", clock=NOW, base=tmp_path)
    assert opened.sign(b"data")


@pytest.mark.parametrize("pin", [b"", b"12345"])
def test_a_wrong_pin_opens_nothing_and_is_not_told(tmp_path, pin):
    refused = refusal(uri(tmp_path, KEY, certificate(KEY), pin=pin))
    assert refused.code == "sealing.key.pin"
    assert PIN.decode() not in str(refused) + str(refused.facts)
    assert not pin or pin.decode() not in str(refused) + str(refused.facts)


def test_a_file_that_is_none_or_not_there_is_unreadable(tmp_path):
    name = uri(tmp_path, KEY, certificate(KEY))
    (tmp_path / "seal key.p12").write_bytes(b"%PDF-1.7")
    assert refusal(name).code == "sealing.key.unreadable"
    (tmp_path / "seal key.p12").write_bytes(bytes(1_000_001))
    assert refusal(name).code == "sealing.key.unreadable"
    (tmp_path / "seal key.p12").unlink()
    gone = refusal(name)
    assert (gone.code, gone.facts) == ("sealing.key.unreadable", {"file": "seal key.p12"})


def test_a_key_without_its_certificate_or_a_certificate_without_key_is_missing(tmp_path):
    assert refusal(uri(tmp_path, OTHER, None, [certificate(KEY)])).code == "sealing.key.missing"
    assert refusal(uri(tmp_path, None, None, [certificate(KEY)])).code == "sealing.key.missing"


def test_a_certificate_of_another_key_is_a_mismatch(tmp_path, monkeypatch):
    name = uri(tmp_path, KEY, certificate(KEY))
    bundle = pkcs12.PKCS12KeyAndCertificates(OTHER, pkcs12.PKCS12Certificate(certificate(KEY), None), [])
    # The library refuses to write a key beside another's certificate.
    monkeypatch.setattr("esign.gateways.seal_keys.file_key.pkcs12.load_pkcs12", lambda *_: bundle)
    assert refusal(name).code == "sealing.key.mismatch"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (ed25519.Ed25519PrivateKey.generate(), "sealing.key.kind"),
        (ec.generate_private_key(ec.SECP256K1()), "sealing.key.kind"),
        (rsa.generate_private_key(public_exponent=65537, key_size=1024), "sealing.key.kind"),
    ],
    ids=["Ed25519", "secp256k1", "RSA-1024"],
)
def test_a_key_of_another_kind_is_refused(tmp_path, key, code):
    assert refusal(uri(tmp_path, key, certificate(key))).code == code


def test_a_certificate_that_is_not_for_signing_is_refused(tmp_path):
    assert refusal(uri(tmp_path, KEY, certificate(KEY, usage="key_agreement"))).code == "sealing.key.usage"
    assert refusal(uri(tmp_path, AUTHORITY, ROOT)).code == "sealing.key.usage"
    for usage in ("digital_signature", None):
        assert open_seal_key(uri(tmp_path, KEY, certificate(KEY, usage=usage)), clock=NOW).sign(b"data")


def test_a_certificate_that_is_not_valid_is_refused_at_opening_and_one_that_ends_meanwhile_at_the_next_use(tmp_path):
    name = uri(tmp_path, KEY, certificate(KEY))
    assert refusal(name, FixedClock(at=START - timedelta(seconds=1))).code == "sealing.key.not_yet_valid"
    assert refusal(name, FixedClock(at=END + timedelta(seconds=1))).code == "sealing.key.expired"
    clock = FixedClock(at=END)
    opened = open_seal_key(name, clock=clock)
    assert opened.sign(b"data")
    clock.at += timedelta(seconds=1)
    with pytest.raises(SealKeyError) as refused:
        opened.sign(b"data")
    assert refused.value.code == "sealing.key.expired"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "seal.p12",
        "file:",
        "file:?pin-file=/p",
        "file://host/seal.p12",
        "file:seal.p12?pin=1234-4321",
        "file:seal.p12?pin-file=",
        "file:seal.p12?pin-file=a&pin-file=b",
        "file:seal.p12?",
        "file:seal.p12#one",
        "file:%ff.p12",
        "file:a%00b",
        "https://example.org/seal.p12",
    ],
)
def test_what_names_no_key_is_refused_without_repeating_a_pin(name):
    refused = refusal(name)
    assert refused.code == "sealing.key.uri"
    assert "1234-4321" not in str(refused) + str(refused.facts)


def test_behind_a_device_the_key_signs_what_it_has_a_permission_for_and_only_once(tmp_path):
    uri(tmp_path, KEY, certificate(KEY))
    device = PermittedSealKey(FileSealKey.load(tmp_path / "seal key.p12", tmp_path / "seal.pin", clock=NOW))
    permission = grant(Receipt(sequence=0, entry=bytes(32)), certificate=device.certificate, data=b"data")
    KEY.public_key().verify(device.sign(b"data", permission), b"data", ec.ECDSA(hashes.SHA256()))
    with pytest.raises(PermissionRefused):
        device.sign(b"data", permission)
