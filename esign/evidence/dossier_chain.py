"""The certificates that are carried beside a signer's: the chain above it, and nothing else.

Trust comes from anchors alone; but what stands in a dossier should be needed for something, and unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from esign.evidence.errors import DossierError
from esign.proof.certificate_path import CertificatePathError, load_certificate
from esign.proof.cms_signature import MINIMUM_RSA_BITS

_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


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
        above = next((certificate for certificate in left if _issued(certificate, chain[-1])), None)
        if above is None or (above.issuer == above.subject and not _issued(above, above)):
            raise ChainError(place=len(chain) - 1)
        left.remove(above)
        chain.append(above)
    der_of = {load_certificate(der): der for der in others}
    return tuple(der_of[certificate] for certificate in chain[1:])


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


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # hostile bytes: besides InvalidSignature, the kinds of exception differ by algorithm
        return False
    return True
