"""The certificates that are carried beside a signer's: the chain above it, and nothing else.

Trust comes from anchors alone; but what stands in a dossier should be needed for something, and unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esign.evidence.errors import DossierError
from esign.proof.certificate_path import CertificatePathError, issued, load_certificate
from esign.proof.cms_signature import MINIMUM_RSA_BITS

MOST_CARRIED = 16
"""Certificates beside a signer's; the longest honest chain has six."""

_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


class ChainError(DossierError):
    """A certificate is carried that is not in the chain above the signer's."""

    code = "evidence.dossier.chain"
    source = "RFC 5280 section 6.1"


def chain_above(signer: bytes, others: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the others (DER) in the order of the chain: each certifies the one before, the first the signer's.

    Raises:
        ChainError: One of them does not; ``facts["place"]`` counts those that do.
        CertificateMalformed: One cannot be read.
    """
    left = [load_certificate(der) for der in others if der != signer]
    chain = [load_certificate(signer)]
    while left:
        above = next((certificate for certificate in left if issued(certificate, chain[-1])), None)
        if above is None or (above.issuer == above.subject and not issued(above, above)):
            raise ChainError(place=len(chain) - 1)
        left.remove(above)
        chain.append(above)
    der_of = {load_certificate(der): der for der in others}
    return tuple(der_of[certificate] for certificate in chain[1:])


def check_order(chain: Sequence[bytes]) -> None:
    """Check that each certificate (DER) certifies the one before it.

    Raises:
        ChainError: One does not; ``facts["place"]`` counts those that do.
        CertificateMalformed: One cannot be read.

    Source: RFC 7515 section 4.1.6; RFC 7517 section 4.7.
    """
    loaded = [load_certificate(der) for der in chain]
    for place, (lower, upper) in enumerate(pairwise(loaded)):
        if not _vouches(upper, lower):
            raise ChainError("a certificate does not certify the one before it", place=place)


def check_carried(signer: bytes, others: Sequence[bytes], *, anchors: Sequence[bytes]) -> None:
    """Check that nothing stands beside a signer's certificate that could be another one just as well.

    1. Every other certificate certifies the signer's or one of those that do; cross-certificates may be among them.
    2. Its own signature holds under its issuer's key, where its issuer is carried, trusted or itself.
    3. A copy of an anchor (subject, key, serial number) is the anchor.

    What is left is a certificate whose issuer nobody here knows: whose signature holds is not to be seen then.

    Args:
        signer: DER.
        others: DER, in any order.
        anchors: Certificates that are trusted, DER.

    Raises:
        ChainError: One of these rules is broken.
        CertificateMalformed: A certificate cannot be read.
    """
    if len(others) > MOST_CARRIED:
        raise ChainError("more certificates than any chain has", certificates=len(others))
    own = load_certificate(signer)
    left = [load_certificate(der) for der in dict.fromkeys(others) if der != signer]
    trusted = [load_certificate(der) for der in anchors]
    if any(certificate.version is not x509.Version.v3 for certificate in left):
        raise ChainError("not a version 3 certificate")
    known = [own, *left, *trusted]
    above = [own]
    for lower in above:  # grows while it is walked
        found = [certificate for certificate in left if _vouches(certificate, lower)]
        left = [certificate for certificate in left if certificate not in found]
        above += found
    if left:
        raise ChainError("a certificate is carried that certifies nothing here", place=len(above) - 1)
    for certificate in above[1:]:
        issuers = [issuer for issuer in known if issuer.subject == certificate.issuer]
        if issuers and not any(_vouches(issuer, certificate) for issuer in issuers):
            raise ChainError("the signature of a carried certificate does not hold")
        if any(_identity(anchor) == _identity(certificate) and anchor != certificate for anchor in trusted):
            raise ChainError("an anchor is carried in another form")


def check_key(certificate: bytes) -> None:
    """Check that the key of a signer's certificate (DER) is one that every verifier of dossiers knows.

    Raises:
        ChainError: Neither ECDSA on P-256, P-384 or P-521 nor RSA of at least 2048 bits.
        CertificateMalformed: It cannot be read.

    Source: docs/dossier-spec.md section 3.1.
    """
    key = load_certificate(certificate).public_key()
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        return
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MINIMUM_RSA_BITS:
        raise ChainError("the signer's key is of a kind that not every verifier knows")


def readable(certificates: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return those certificates (DER) of others that can be read: what is not needed does no harm."""
    found = []
    for certificate in certificates:
        try:
            load_certificate(certificate)
        except CertificatePathError:
            continue
        found.append(certificate)
    return tuple(found)


def _vouches(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Tell whether a certificate was signed by another's key, in a way that every verifier of dossiers knows.

    Trust never comes from here, so SHA-1 will do for what a root says about itself.
    """
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return False
    key = issuer.public_key()
    usable = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)
    usable |= isinstance(key, rsa.RSAPublicKey) and key.key_size >= MINIMUM_RSA_BITS
    old = certificate.issuer == certificate.subject and isinstance(algorithm, hashes.SHA1)
    return usable and (old or isinstance(algorithm, _HASHES)) and issued(issuer, certificate)


def _identity(certificate: x509.Certificate) -> tuple[x509.Name, bytes, int]:
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return certificate.subject, key, certificate.serial_number
