"""The company's seal: key, certificate and chain as PKCS #12, opened by a random PIN in a file beside it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certs.sandbox.authority import Authority, der
from certs.sandbox.description import SealDescription
from certs.sandbox.files import write_private
from certs.sandbox.profiles import signing_profile

ORGANIZATION_IDENTIFIER = ObjectIdentifier("2.5.4.97")
"""Source: ETSI EN 319 412-3 clause 4.2.1."""
FRIENDLY_NAME = b"SANDBOX seal"
MAX_COMPANY = 64 - len(" (SANDBOX)")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedSeal:
    """The certificate (DER) of a company's seal and those above it, root last."""

    certificate: bytes
    chain: tuple[bytes, ...]


def issue_seal(
    path: Path,
    pin_path: Path,
    *,
    authority: Authority,
    description: SealDescription,
    country: str,
    company: str | None,
    backdate: timedelta,
    now: datetime,
) -> IssuedSeal:
    """Write the seal's PKCS #12 file and its PIN file, unless both are there and still good.

    The private key exists in the PKCS #12 file only; it is the company's, not the authority's.
    """
    organization = (company or description.company)[:MAX_COMPANY].rstrip() + " (SANDBOX)"
    subject = _subject(country, organization, description.organization_identifier)
    existing = _existing(path, pin_path, authority, now)
    if existing is not None and existing.subject == subject:
        return IssuedSeal(certificate=der(existing), chain=tuple(der(item) for item in authority.chain))
    key = ec.generate_private_key(ec.SECP256R1())
    instant = now.replace(microsecond=0)
    certificate = authority.issue(
        subject,
        key.public_key(),
        begins=instant - backdate,
        ends=instant + description.lifetime,
        extensions=signing_profile(description.policies),
        at=instant,
    )
    pin = secrets.token_urlsafe(24)
    container = pkcs12.serialize_key_and_certificates(
        FRIENDLY_NAME, key, certificate, list(authority.chain), BestAvailableEncryption(pin.encode("ascii"))
    )
    for file in (path, pin_path):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_private(pin_path, pin.encode("ascii"))
    write_private(path, container)
    return IssuedSeal(certificate=der(certificate), chain=tuple(der(item) for item in authority.chain))


def _existing(path: Path, pin_path: Path, authority: Authority, now: datetime) -> x509.Certificate | None:
    if not path.exists() or not pin_path.exists():
        return None
    try:
        certificate = pkcs12.load_pkcs12(path.read_bytes(), pin_path.read_bytes()).cert
    except ValueError:
        return None
    if certificate is None or certificate.certificate.not_valid_after_utc <= now:
        return None
    try:
        certificate.certificate.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError, TypeError):
        return None
    return certificate.certificate


def _subject(country: str, organization: str, identifier: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(ORGANIZATION_IDENTIFIER, identifier),
            x509.NameAttribute(NameOID.COMMON_NAME, organization),
        ]
    )
