"""A small world of keys and certificates for tests: everything is made in memory, nothing is trusted elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
"""One RSA key for all tests that need one: making them is slow."""


def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def spki(key) -> bytes:
    public = key.public_key() if hasattr(key, "public_key") else key
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def der(certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def name(common_name: str, *more: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(oid, value) for oid, value in more] + [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


@dataclass
class Authority:
    """A certification authority: a root, or one below another."""

    title: str
    parent: Authority | None = None
    path_length: int | None = None
    ca: bool = True
    key: object = field(default_factory=p256)
    not_before: datetime = NOW - timedelta(days=365)
    not_after: datetime = NOW + timedelta(days=3650)
    key_cert_sign: bool = True

    def __post_init__(self) -> None:
        signer = self.parent or self
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name(self.title))
            .issuer_name(name(signer.title))
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.not_before)
            .not_valid_after(self.not_after)
            .add_extension(x509.BasicConstraints(ca=self.ca, path_length=self.path_length), critical=True)
            .add_extension(
                x509.KeyUsage(False, False, False, False, False, self.key_cert_sign, True, False, False), True
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), False)
            .sign(signer.key, hashes.SHA256())
        )
        self.der = der(self.certificate)

    def issue(
        self,
        subject: x509.Name,
        public_key,
        extensions=(),
        *,
        not_before: datetime = NOW - timedelta(minutes=1),
        not_after: datetime = NOW + timedelta(minutes=59),
        serial: int | None = None,
    ) -> bytes:
        """Return the DER of a certificate with the (extension, critical) pairs given."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name(self.title))
            .public_key(public_key)
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_after)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), False)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return der(builder.sign(self.key, hashes.SHA256()))


def timestamp_certificate(authority: Authority, key, *, eku=None, critical=True, **times) -> bytes:
    usage = x509.ExtendedKeyUsage(eku or [ExtendedKeyUsageOID.TIME_STAMPING])
    window = {"not_before": NOW - timedelta(days=1), "not_after": NOW + timedelta(days=365)} | times
    return authority.issue(
        name("Sandbox TSA"),
        key.public_key(),
        [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.KeyUsage(True, False, False, False, False, False, False, False, False), True),
            (usage, critical),
        ],
        **window,
    )
