"""A certificate read once into what path validation asks of it.

Source: RFC 5280 section 4; RFC 3739; ETSI EN 319 412-1 clause 5.2 (short-term); RFC 9608 (no revocation available).
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.utils import CryptographyDeprecationWarning

from esign.validation.process.algorithms import Scheme, read_scheme
from esign.validation.process.ber import SEQUENCE, Cursor
from esign.validation.process.lenient import readable_extensions
from esign.validation.process.names import Name, comparable

warnings.filterwarnings("ignore", message="Parsed a serial number", category=CryptographyDeprecationWarning)
# A foreign certificate's number is no news for whoever reads our standard error.

ANY_POLICY = "2.5.29.32.0"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
_NO_REVOCATION = frozenset({"0.4.0.194121.2.1", "2.5.29.56"})
"""validity-assured-short-term and noRevAvail: revocation data will never exist."""
_POLICY_MAPPINGS = "2.5.29.33"
_UNDERSTOOD = frozenset(
    {
        "2.5.29.14",
        "2.5.29.15",
        "2.5.29.17",
        "2.5.29.18",
        "2.5.29.19",
        "2.5.29.30",
        "2.5.29.31",
        "2.5.29.32",
        "2.5.29.33",
        "2.5.29.35",
        "2.5.29.36",
        "2.5.29.37",
        "2.5.29.54",
        "1.3.6.1.5.5.7.1.1",
        "1.3.6.1.5.5.7.1.3",
        "1.3.6.1.5.5.7.48.1.5",
        *_NO_REVOCATION,
    }
)
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Certificate:
    """What stands in a certificate; two are the same if their fingerprints are.

    Args:
        der: As it stands in the file.
        fingerprint: SHA-256 over it.
        serial: Serial number.
        issuer: Raw issuer name.
        subject: Raw subject name.
        issuer_name: Comparable.
        subject_name: Comparable.
        public_key_info: Raw SubjectPublicKeyInfo.
        key: Public key, or None for one that cannot be loaded.
        not_before: First instant of validity.
        not_after: Last instant of validity.
        tbs: What its issuer signed.
        scheme: How.
        signature: The issuer's signature value.
        version: 1 to 3.
        problem: Why it can stand in no path, or empty.
        authority: Basic constraints say that it is one.
        path_length: Of the basic constraints.
        usage: Key usage; None without the extension.
        purposes: Extended key usage; None without the extension.
        purposes_critical: Whether that extension is critical.
        key_identifier: Of its own key.
        authority_key_identifier: Of its issuer's key.
        policies: Certificate policies; None without the extension.
        mappings: Pairs of issuer's and subject's policies.
        require_explicit_policy: Of the policy constraints.
        inhibit_mapping: Of the policy constraints.
        inhibit_any_policy: Skipped certificates.
        constraints: Name constraints of ``cryptography``.
        alternative_names: Subject alternative names of ``cryptography``.
        unknown_critical: Critical extensions that are not understood.
        no_check: An OCSP responder of which no revocation is asked.
        no_revocation: Short-term, or without revocation by its own word.
        distribution_points: Where its revocation lists are, and who issues them.
    """

    der: bytes
    fingerprint: bytes
    serial: int
    issuer: bytes
    subject: bytes
    issuer_name: Name
    subject_name: Name
    public_key_info: bytes
    key: Any
    not_before: datetime
    not_after: datetime
    tbs: bytes
    scheme: Scheme
    signature: bytes
    version: int
    problem: str = ""
    authority: bool = False
    path_length: int | None = None
    usage: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    purposes_critical: bool = False
    key_identifier: bytes | None = None
    authority_key_identifier: bytes | None = None
    policies: tuple[str, ...] | None = None
    mappings: tuple[tuple[str, str], ...] = ()
    require_explicit_policy: int | None = None
    inhibit_mapping: int | None = None
    inhibit_any_policy: int | None = None
    constraints: x509.NameConstraints | None = None
    alternative_names: tuple[x509.GeneralName, ...] = ()
    unknown_critical: tuple[str, ...] = ()
    no_check: bool = False
    no_revocation: bool = False
    distribution_points: tuple[x509.DistributionPoint, ...] = ()

    @property
    def self_issued(self) -> bool:
        """Whether issuer and subject are the same name."""
        return self.issuer_name == self.subject_name

    @property
    def key_bits(self) -> bytes:
        """The public key without its algorithm: what OCSP takes hashes of."""
        cursor = Cursor(self.public_key_info).inside(SEQUENCE)
        cursor.raw(SEQUENCE)
        return cursor.bits()

    @property
    def key_hash(self) -> bytes:
        """SHA-1 over the public key, by which OCSP responders name themselves (RFC 6960 section 4.2.2.3)."""
        return hashlib.sha1(self.key_bits, usedforsecurity=False).digest()

    @property
    def label(self) -> str:
        """How reports name it without naming the person: the beginning of its fingerprint."""
        return self.fingerprint.hex()[:16]

    def valid_at(self, at: datetime) -> bool:
        """Whether an instant lies in its validity."""
        return self.not_before <= at <= self.not_after


def read_certificate(der: bytes) -> Certificate:
    """Return what stands in a certificate.

    Raises:
        CmsUnreadable: Not a certificate. One whose extensions or key cannot be read is returned with its ``problem``.
    """
    outer = Cursor(der).inside(SEQUENCE)
    tbs = outer.raw(SEQUENCE)
    algorithm = outer.raw(SEQUENCE)
    signature = outer.bits()
    inner = Cursor(tbs).inside(SEQUENCE)
    version = inner.optional(0xA0)
    serial = inner.integer()
    inner_algorithm = inner.raw(SEQUENCE)
    issuer = inner.raw(SEQUENCE)
    validity = inner.inside(SEQUENCE)
    not_before, not_after = validity.instant(), validity.instant()
    subject = inner.raw(SEQUENCE)
    public_key_info = inner.raw(SEQUENCE)
    found: dict[str, Any] = {}
    problem = "" if algorithm == inner_algorithm else "the two signature algorithms differ"
    try:
        loaded = x509.load_der_x509_certificate(der)
        found, key = _extensions(loaded.extensions), _public_key(loaded)
    except Exception:  # hostile bytes: what the library raises for them is not one kind
        key = _bare_key(public_key_info)
        try:
            found = _extensions(readable_extensions(tbs))
        except Exception as error:  # as above
            problem = f"it cannot be read: {type(error).__name__}"
    return Certificate(
        der=der,
        fingerprint=hashlib.sha256(der).digest(),
        serial=serial,
        issuer=issuer,
        subject=subject,
        issuer_name=comparable(issuer),
        subject_name=comparable(subject),
        public_key_info=public_key_info,
        key=key,
        not_before=not_before,
        not_after=not_after,
        tbs=tbs,
        scheme=read_scheme(algorithm),
        signature=signature,
        version=(version.integer() if version is not None else 0) + 1,
        problem=problem,
        **found,
    )


def _public_key(certificate: x509.Certificate) -> Any:
    """Return the public key, or None for one of a kind, curve or length that cannot be loaded: it verifies nothing."""
    try:
        return certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _bare_key(public_key_info: bytes) -> Any:
    """Return the public key of a certificate that cannot be read: whether a signature is intact can still be told."""
    try:
        return load_der_public_key(public_key_info)
    except Exception:  # hostile bytes, as above
        return None


def _extensions(extensions: Iterable[x509.Extension[Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    unknown: list[str] = []
    for extension in extensions:
        value, kind = extension.value, extension.oid.dotted_string
        if extension.critical and kind not in _UNDERSTOOD:
            unknown.append(kind)
        if isinstance(value, x509.BasicConstraints):
            found |= {"authority": value.ca, "path_length": value.path_length}
        elif isinstance(value, x509.KeyUsage):
            found["usage"] = frozenset(name for name in _USAGES if getattr(value, name))
        elif isinstance(value, x509.ExtendedKeyUsage):
            found["purposes"] = frozenset(purpose.dotted_string for purpose in value)
            found["purposes_critical"] = extension.critical
        elif isinstance(value, x509.SubjectKeyIdentifier):
            found["key_identifier"] = value.digest
        elif isinstance(value, x509.AuthorityKeyIdentifier):
            found["authority_key_identifier"] = value.key_identifier
        elif isinstance(value, x509.CertificatePolicies):
            found["policies"] = tuple(policy.policy_identifier.dotted_string for policy in value)
        elif isinstance(value, x509.PolicyConstraints):
            found["require_explicit_policy"] = value.require_explicit_policy
            found["inhibit_mapping"] = value.inhibit_policy_mapping
        elif isinstance(value, x509.InhibitAnyPolicy):
            found["inhibit_any_policy"] = value.skip_certs
        elif isinstance(value, x509.NameConstraints):
            found["constraints"] = value
        elif isinstance(value, x509.SubjectAlternativeName):
            found["alternative_names"] = tuple(value)
        elif isinstance(value, x509.CRLDistributionPoints):
            found["distribution_points"] = tuple(value)
        elif isinstance(value, x509.OCSPNoCheck):
            found["no_check"] = True
        elif kind in _NO_REVOCATION:
            found["no_revocation"] = True
        elif kind == _POLICY_MAPPINGS and isinstance(value, x509.UnrecognizedExtension):
            found["mappings"] = _mappings(value.value)
    found["unknown_critical"] = tuple(unknown)
    return found


def _mappings(data: bytes) -> tuple[tuple[str, str], ...]:
    pairs = []
    cursor = Cursor(data).inside(SEQUENCE)
    while cursor.tag != -1:
        pair = cursor.inside(SEQUENCE)
        pairs.append((pair.oid(), pair.oid()))
    return tuple(pairs)
