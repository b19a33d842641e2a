"""A seal key as a file with its PIN, valid now, and invoices in a folder."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
USAGE = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def make_key(kind: str) -> Key:
    """Return a new key: ``P-256``, or ``RSA-2048`` and longer."""
    if kind.startswith("RSA-"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[4:]))
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def seal_bundle(kind: str = "P-256") -> tuple[bytes, bytes]:
    """Return a PKCS #12 file without PIN, and its root certificate (DER)."""
    root, key = make_key("P-256"), make_key(kind)
    above = _certificate(root, "SANDBOX Root", root, "SANDBOX Root", "key_cert_sign", ca=True)
    leaf = _certificate(key, "Muster GmbH (SANDBOX)", root, "SANDBOX Root", "content_commitment", ca=False)
    data = pkcs12.serialize_key_and_certificates(b"seal", key, leaf, [above], NoEncryption())
    return data, above.public_bytes(Encoding.DER)


def seal_file(folder: Path, kind: str = "P-256") -> str:
    """Write the seal into a folder and return its URI."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "seal.p12").exists():
        (folder / "seal.p12").write_bytes(seal_bundle(kind)[0])
    (folder / "root.der").write_bytes(seal_bundle(kind)[1])
    return f"file:{folder}/seal.p12"


def brief_seal(path: Path, *, begins: datetime, ends: datetime) -> str:
    """Write a seal of its own that is valid for a while and return its URI."""
    key, name = make_key("P-256"), x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Muster GmbH (SANDBOX)")])
    leaf = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, leaf, None, NoEncryption()))
    return f"file:{path}"


def certificate_of(kind: str = "P-256") -> bytes:
    """Return the seal's certificate (DER)."""
    leaf = pkcs12.load_pkcs12(seal_bundle(kind)[0], None).cert
    assert leaf is not None
    return leaf.certificate.public_bytes(Encoding.DER)


def _certificate(key: Key, name: str, issuer: Key, issued_by: str, usage: str, *, ca: bool) -> x509.Certificate:
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, issued_by)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{bit: bit == usage for bit in USAGE}), critical=True)
        .sign(issuer, hashes.SHA256())
    )
