"""A key's certificate with its chain: what must be true before the key is used, and a look at the time at each use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esign.foundation.clock import Clock
from esign.proof.certificate_path import issuers
from esign.sealing.key_errors import (
    SealKeyExpired,
    SealKeyKindWrong,
    SealKeyMismatch,
    SealKeyNotForSigning,
    SealKeyNotYetValid,
    SealKeySignatureWrong,
    SealKeyUnreadable,
)

MINIMUM_RSA_BITS = 2048
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
MOST_CERTIFICATES = 16
"""Longer chains are not those of a seal."""

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """The certificate of a seal key and what stands above it."""

    certificate: bytes
    chain: tuple[bytes, ...]
    """DER, issuer first, root last."""
    public: PublicKey
    begins: datetime
    ends: datetime

    @classmethod
    def read(cls, leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> Certified:
        """Return the certificate with those of the others that lead upwards from it.

        Raises:
            SealKeyKindWrong: The certified key is of a kind with which nothing is sealed.
            SealKeyNotForSigning: The certificate is for something else.
            SealKeyUnreadable: The certificate's extensions cannot be read.
        """
        try:
            public = leaf.public_key()
            usage = _extension(leaf, x509.KeyUsage)
            constraints = _extension(leaf, x509.BasicConstraints)
        except (ValueError, TypeError) as error:
            raise SealKeyUnreadable("the certificate cannot be read") from error
        if isinstance(public, ec.EllipticCurvePublicKey):
            good = isinstance(public.curve, CURVES)
        else:
            good = isinstance(public, rsa.RSAPublicKey) and public.key_size >= MINIMUM_RSA_BITS
        if not good or not isinstance(public, PublicKey):
            raise SealKeyKindWrong
        if constraints is not None and constraints.ca:
            raise SealKeyNotForSigning("the certificate is an authority's")
        if usage is not None and not (usage.digital_signature or usage.content_commitment):
            raise SealKeyNotForSigning
        return cls(
            certificate=_der(leaf),
            chain=tuple(_der(item) for item in issuers(leaf, others)),
            public=public,
            begins=leaf.not_valid_before_utc,
            ends=leaf.not_valid_after_utc,
        )

    def require_valid(self, clock: Clock) -> None:
        """Refuse outside of the certificate's period.

        Raises:
            SealKeyExpired: It is over.
            SealKeyNotYetValid: It has not begun.
        """
        now = clock.now()
        if now > self.ends:
            raise SealKeyExpired(until=self.ends)
        if now < self.begins:
            raise SealKeyNotYetValid(begins=self.begins)

    def require_key(self, public: object) -> None:
        """Refuse another key than the certified one.

        Raises:
            SealKeyMismatch: It is another one.
        """
        if not isinstance(public, PublicKey) or _spki(public) != _spki(self.public):
            raise SealKeyMismatch

    def require_signature(self, signature: bytes, data: bytes) -> None:
        """Refuse a signature that is not by this key over these data.

        Raises:
            SealKeySignatureWrong: It is not.
        """
        try:
            if isinstance(self.public, rsa.RSAPublicKey):
                self.public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            else:
                self.public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError) as error:
            raise SealKeySignatureWrong from error


class CertifiedKey:
    """What every seal key says of its certificate."""

    _certified: Certified | None

    @property
    def certified(self) -> Certified:
        """The certificate with its period."""
        assert self._certified is not None  # noqa: S101 - the constructor found it, or there is no such object
        return self._certified

    @property
    def certificate(self) -> bytes:
        """The seal's certificate, DER."""
        return self.certified.certificate

    @property
    def chain(self) -> Sequence[bytes]:
        """The certificates above it, DER, issuer first."""
        return self.certified.chain


def parse_certificates(data: bytes) -> list[x509.Certificate]:
    """Return the certificates of a file: one in DER, or any number in PEM.

    Raises:
        SealKeyUnreadable: There is none, there are too many, or one cannot be read.
    """
    try:
        if b"-----BEGIN" in data:
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise SealKeyUnreadable("a certificate cannot be read") from error
    if len(found) > MOST_CERTIFICATES:
        raise SealKeyUnreadable("a chain of that length is none", certificates=len(found))
    return found


def _extension(certificate: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _spki(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
