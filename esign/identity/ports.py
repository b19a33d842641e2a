"""What identity needs from outside: who knows people, who certifies them, who says what is revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from esign.identity.id_token import ProviderKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCertificate:
    """A certificate (DER) and the certificates above it, issuer first, as far as the authority gave them."""

    certificate: bytes
    chain: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationData:
    """What was said about the revocation of a chain: CRLs and OCSP responses, DER, checked and fresh."""

    crls: tuple[bytes, ...]
    ocsp_responses: tuple[bytes, ...]


class CertificationAuthority(Protocol):
    """Certifies a signatory's key in the name that an ID token states."""

    def issue(self, *, request: bytes, id_token: str) -> IssuedCertificate:
        """Return the certificate for a request (PKCS #10, DER).

        Raises:
            EsignError: The authority did not issue one. Whether it did so unheard is not known after a timeout.
        """


class IdentityProvider(Protocol):
    """Identifies persons and signs for it."""

    def keys(self, *, fresh: bool = False) -> ProviderKeys:
        """Return the provider's published keys.

        Args:
            fresh: Ask the provider again, because a token names a key that is not among those known.

        Raises:
            EsignError: The keys could not be had.
        """


class RevocationSource(Protocol):
    """Says what is revoked."""

    def collect(self, chain: Sequence[bytes]) -> RevocationData:
        """Return checked revocation data for every certificate of a chain (DER, the end entity first).

        Raises:
            EsignError: A certificate is revoked, or about one of them nothing reliable could be had.
        """
