"""A certificate leads to an anchor: path building and checking for the certificates of trust services.

RFC 5280 path validation is done by ``cryptography`` (names, validity, signatures, basic constraints, path length,
name constraints, unknown critical extensions, RSA of at least 2048 bits). What a certificate is *for* is judged where
it is used; revocation is judged where revocation data are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from esign.proof.errors import ProofError

MAX_DEPTH = 6
"""Certificates between the end entity and its anchor at the most."""


class CertificatePathError(ProofError):
    """A certificate does not lead to a trusted anchor."""

    code = "proof.certificate_path"
    source = "RFC 5280 section 6"


class CertificateMalformed(CertificatePathError):
    """Bytes are not a certificate."""

    code = "proof.certificate_path.malformed"


class CertificateUntrusted(CertificatePathError):
    """No path of valid signatures leads from the certificate to a trusted anchor at that instant."""

    code = "proof.certificate_path.untrusted"


_MOST = 256
_kept: dict[bytes, x509.Certificate] = {}
"""Certificates of authorities that were read before: the same few stand in every signature and every timestamp."""


def load_certificate(der: bytes) -> x509.Certificate:
    """Return the certificate that the DER bytes are.

    Raises:
        CertificateMalformed: Not a certificate, or an extension, name or key in it cannot be read.
    """
    known = _kept.get(der)
    if known is not None:
        return known
    certificate = _load(der)
    if _is_of_authority(certificate):
        if len(_kept) >= _MOST:
            _kept.clear()
        _kept[der] = certificate
    return certificate


def _load(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        # The library reads these on demand only; a certificate that fails later is worse than one that fails now.
        _ = certificate.extensions, certificate.subject, certificate.issuer, certificate.public_key()
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except Exception as error:  # hostile bytes: InvalidVersion, for one, is not even a ValueError
        raise CertificateMalformed from error
    if der[-len(certificate.signature) - 1] != 0:  # the library lets bits of the signature go unused
        raise CertificateMalformed("the signature is not a string of whole bytes")
    return certificate


def verify_path(
    certificate: bytes, *, intermediates: Sequence[bytes] = (), anchors: Sequence[bytes], at: datetime
) -> tuple[bytes, ...]:
    """Return the path (DER; the certificate first, the anchor last) that makes a certificate trusted at an instant.

    Args:
        certificate: The end entity, DER.
        intermediates: Certificates that may stand in between, in any order; those not needed are ignored.
        anchors: Certificates that are trusted; nothing else is.
        at: The instant at which every certificate of the path must be valid.

    Raises:
        CertificateMalformed: The certificate, an intermediate or an anchor cannot be read.
        CertificateUntrusted: There is no such path.
    """
    leaf = load_certificate(certificate)
    between = [load_certificate(der) for der in dict.fromkeys(intermediates) if der != certificate]
    roots = [load_certificate(der) for der in dict.fromkeys(anchors)]
    if not roots:
        raise CertificateUntrusted("no anchors are configured")
    builder = (
        PolicyBuilder()
        .store(Store(roots))
        .time(at)
        .max_chain_depth(MAX_DEPTH)
        .extension_policies(ca_policy=_AUTHORITY, ee_policy=_END_ENTITY)
    )
    try:
        verified = builder.build_client_verifier().verify(leaf, between)
    except (VerificationError, ValueError, UnsupportedAlgorithm) as error:
        raise CertificateUntrusted from error
    return tuple(link.public_bytes(Encoding.DER) for link in verified.chain)


def issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Tell whether one certificate was signed with the key of another, and names it."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # hostile bytes: besides InvalidSignature, the kinds of exception differ by algorithm
        return False
    return True


def issuers(leaf: x509.Certificate, pool: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """Return the certificates above one, issuer first, as far as the pool reaches; nothing is trusted by that."""
    rest = [certificate for certificate in pool if certificate != leaf]
    above: list[x509.Certificate] = []
    current = leaf
    while current.issuer != current.subject:
        found = next((certificate for certificate in rest if issued(certificate, current)), None)
        if found is None:
            break
        rest.remove(found)
        above.append(found)
        current = found
    return above


def _is_of_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate belongs to an authority for certificates or timestamps, and to no person."""
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints) and value.ca:
            return True
        if isinstance(value, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.TIME_STAMPING in value:
            return True
    return False


def _is_authority(_policy: Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("not a certification authority")


def _may_sign_certificates(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("key may not sign certificates")


_END_ENTITY = ExtensionPolicy.permit_all()
_AUTHORITY = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_authority)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign_certificates)
)
