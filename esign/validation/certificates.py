"""Trust anchors, and what a certificate's policies say about key and identity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.validation.errors import TrustAnchorError

CERTIFICATE_FILES = ("*.pem", "*.cer", "*.crt", "*.der")
"""How the files are named for which a folder of certificates stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAnchors:
    """The certificates that are trusted, and nothing else.

    Args:
        certificates: DER certificates.

    Raises:
        TrustAnchorError: None at all, or one that is not a certificate.
    """

    certificates: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not self.certificates:
            raise TrustAnchorError("without a trust anchor nothing can be verified")
        for certificate in self.certificates:
            try:
                x509.load_der_x509_certificate(certificate)
            except Exception as error:
                raise TrustAnchorError() from error

    @classmethod
    def from_pem(cls, texts: Iterable[bytes]) -> TrustAnchors:
        """Return the trust anchors of PEM files.

        Raises:
            TrustAnchorError: No certificate in a file, or a damaged one.
        """
        try:
            loaded = [certificate for text in texts for certificate in x509.load_pem_x509_certificates(text)]
        except ValueError as error:
            raise TrustAnchorError() from error
        return cls(certificates=tuple(c.public_bytes(Encoding.DER) for c in loaded))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTrustAnchors(TrustAnchors):
    """Nobody is trusted: every chain stays open. For verdicts on strangers' files only, never for a release."""

    certificates: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        return


def read_certificates(data: bytes) -> list[bytes]:
    """Return the certificates (DER) that a file holds: any number in PEM, or one in DER.

    Raises:
        ValueError: It holds something else.
    """
    if b"-----BEGIN" in data[:4096]:
        loaded = x509.load_pem_x509_certificates(data)
    else:
        loaded = [x509.load_der_x509_certificate(data)]
    return [certificate.public_bytes(Encoding.DER) for certificate in loaded]


def certificate_policies(certificate: bytes) -> frozenset[str]:
    """Return the object identifiers of a certificate's policies; empty where it names none.

    Raises:
        ValueError: Not a certificate, or one with a damaged extension.
    """
    loaded = x509.load_der_x509_certificate(certificate)
    try:
        policies = loaded.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(policy.policy_identifier.dotted_string for policy in policies)
