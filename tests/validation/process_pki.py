"""Keys, certificates, revocation lists and OCSP answers in which every time, algorithm and fault can be chosen."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from esign.pades import der

T0 = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
"""When things are signed here."""
DAY, YEAR = timedelta(days=1), timedelta(days=365)

HASH_OIDS = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_HASHES = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_RSA = {"md5": "4", "sha1": "5", "sha256": "11", "sha384": "12", "sha512": "13"}
_ECDSA = {"sha1": "1", "sha256": "3.2", "sha384": "3.3", "sha512": "3.4"}
CURVES = {
    "p256": ec.SECP256R1,
    "p384": ec.SECP384R1,
    "p521": ec.SECP521R1,
    "brainpool256": ec.BrainpoolP256R1,
    "brainpool384": ec.BrainpoolP384R1,
    "brainpool512": ec.BrainpoolP512R1,
}

USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


@functools.cache
def key_of(kind: str, number: int = 0) -> Any:
    """Return a key; the same for the same kind and number, so that RSA keys are made once."""
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind]())
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:] or 2048))
    others: dict[str, Callable[[], Any]] = {
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "ed448": ed448.Ed448PrivateKey.generate,
        "ml-dsa-65": mldsa.MLDSA65PrivateKey.generate,
    }
    return others[kind]()


@dataclass(kw_only=True)
class Party:
    """A key with its certificate and those above it."""

    key: Any
    certificate: x509.Certificate
    issuer: Party | None = None

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def chain(self) -> tuple[bytes, ...]:
        return (self.issuer.der, *self.issuer.chain) if self.issuer is not None else ()


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certify(
    text: str,
    issuer: Party | None = None,
    *,
    kind: str = "p256",
    key: Any = None,
    authority: bool = False,
    path_length: int | None = None,
    usage: Sequence[str] | None = None,
    purposes: Sequence[x509.ObjectIdentifier] = (),
    purposes_critical: bool = True,
    begins: datetime = T0 - YEAR,
    ends: datetime = T0 + 20 * YEAR,
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
    hash_name: str = "sha256",
    number: int = 0,
    issuer_name: x509.Name | None = None,
    serial: int | None = None,
) -> Party:
    """Return a party with a certificate; without issuer, self-signed."""
    key = key or (key_of(kind, number) if kind.startswith("rsa") else key_of.__wrapped__(kind))
    above = issuer.certificate.subject if issuer is not None else name(text)
    usage = usage if usage is not None else (("key_cert_sign", "crl_sign") if authority else ("content_commitment",))
    flags = (*USAGES, "encipher_only", "decipher_only")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(text))
        .issuer_name(issuer_name or above)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=path_length), critical=True)
    )
    if usage:
        builder = builder.add_extension(x509.KeyUsage(**{flag: flag in usage for flag in flags}), critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=purposes_critical)
    if issuer is not None:
        identifier = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical=critical)
    signing = issuer.key if issuer is not None else key
    edwards = isinstance(signing, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey | mldsa.MLDSA65PrivateKey)
    return Party(
        key=key,
        certificate=builder.sign(signing, None if edwards else _HASHES[hash_name]()),
        issuer=issuer,
    )


Revoked = tuple[Party, datetime, x509.ReasonFlags | None]


def crl(
    issuer: Party,
    *revoked: Revoked,
    this: datetime = T0 + timedelta(hours=1),
    following: datetime | None = None,
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(this)
        .next_update(following or this + 7 * DAY)
        .add_extension(x509.CRLNumber(int(this.timestamp())), critical=False)
    )
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical=critical)
    for party, at, reason in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(party.certificate.serial_number).revocation_date(at)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def ocsp_answer(
    party: Party,
    issuer: Party,
    *,
    responder: Party | None = None,
    this: datetime = T0 + timedelta(hours=1),
    following: datetime | None = T0 + 7 * DAY,
    revoked_at: datetime | None = None,
    reason: x509.ReasonFlags | None = None,
    about_issuer: Party | None = None,
) -> bytes:
    responder = responder or issuer
    revoked = revoked_at is not None
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=party.certificate,
            issuer=(about_issuer or issuer).certificate,
            algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=this,
            next_update=following,
            revocation_time=revoked_at,
            revocation_reason=reason,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    )
    if responder is not issuer:
        builder = builder.certificates([responder.certificate])
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)


def raw_sign(party: Party, data: bytes, hash_name: str, *, pss: bool = False) -> tuple[bytes, bytes]:
    """Return AlgorithmIdentifier and signature value."""
    key = party.key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        algorithm = der.sequence(der.oid(f"1.2.840.10045.4.{_ECDSA[hash_name]}"))
        return algorithm, key.sign(data, ec.ECDSA(_HASHES[hash_name]()))
    if isinstance(key, rsa.RSAPrivateKey) and pss:
        inner = der.sequence(der.oid(HASH_OIDS[hash_name]), b"\x05\x00")
        mask = der.sequence(der.oid("1.2.840.113549.1.1.8"), inner)
        size = _HASHES[hash_name]().digest_size
        parameters = der.sequence(der.tlv(0xA0, inner), der.tlv(0xA1, mask), der.tlv(0xA2, der.integer(size)))
        used = _HASHES[hash_name]()
        signature = key.sign(data, padding.PSS(mgf=padding.MGF1(_HASHES[hash_name]()), salt_length=size), used)
        return der.sequence(der.oid("1.2.840.113549.1.1.10"), parameters), signature
    if isinstance(key, rsa.RSAPrivateKey):
        algorithm = der.sequence(der.oid(f"1.2.840.113549.1.1.{_RSA[hash_name]}"), b"\x05\x00")
        return algorithm, key.sign(data, padding.PKCS1v15(), _HASHES[hash_name]())
    oids = {"Ed25519": "1.3.101.112", "Ed448": "1.3.101.113", "MLDSA65": "2.16.840.1.101.3.4.3.18"}
    kind = next(oid for word, oid in oids.items() if word in type(key).__name__)
    return der.sequence(der.oid(kind)), key.sign(data)
