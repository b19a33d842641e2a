"""A certification authority: its key, its certificate, and the one way in which it issues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from certs.sandbox.issuance import IssuanceLog

Extensions = Sequence[tuple[x509.ExtensionType, bool]]
"""Extensions and whether each is critical."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the sandbox publishes what its certificates point to."""

    base_url: str

    def revocation_list(self, authority: str) -> str:
        """Return the URL of an authority's revocation list."""
        return f"{self.base_url}/crl/{authority}.crl"

    def responder(self, authority: str) -> str:
        """Return the URL of an authority's OCSP responder."""
        return f"{self.base_url}/ocsp/{authority}"

    def certificate(self, authority: str) -> str:
        """Return the URL of an authority's own certificate."""
        return f"{self.base_url}/ca/{authority}.cer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certification authority of the sandbox. ``chain`` is its own certificate and those above it, root last."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    crl_lifetime: timedelta
    addresses: Addresses
    log: IssuanceLog

    def issue(
        self,
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        *,
        begins: datetime,
        ends: datetime,
        extensions: Extensions,
        at: datetime,
        request: bytes = b"",
    ) -> x509.Certificate:
        """Issue a certificate with the given extensions and those that say who issued it and where its status stands.

        It never outlives the authority's own. Its serial number is in the issuance log when this returns.
        Source: RFC 5280 sections 4.2.1.1, 4.2.1.2, 4.2.1.13, 4.2.2.1.
        """
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(max(begins, self.certificate.not_valid_before_utc))
            .not_valid_after(min(ends, self.certificate.not_valid_after_utc))
        )
        for extension, critical in (*extensions, *self._references(public_key)):
            builder = builder.add_extension(extension, critical)
        certificate = builder.sign(self.key, hashes.SHA256())
        self.log.record(self.name, certificate, at=at, request=request)
        return certificate

    def _references(self, public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> Extensions:
        url = x509.UniformResourceIdentifier
        access = AuthorityInformationAccessOID
        return (
            (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False),
            (
                x509.CRLDistributionPoints(
                    [
                        x509.DistributionPoint(
                            full_name=[url(self.addresses.revocation_list(self.name))],
                            relative_name=None,
                            reasons=None,
                            crl_issuer=None,
                        )
                    ]
                ),
                False,
            ),
            (
                x509.AuthorityInformationAccess(
                    [
                        x509.AccessDescription(access.OCSP, url(self.addresses.responder(self.name))),
                        x509.AccessDescription(access.CA_ISSUERS, url(self.addresses.certificate(self.name))),
                    ]
                ),
                False,
            ),
        )


def der(certificate: x509.Certificate) -> bytes:
    """Return a certificate's DER bytes."""
    return certificate.public_bytes(Encoding.DER)


def distinguished_name(*, country: str, organization: str, common_name: str) -> x509.Name:
    """Return the name C, O, CN."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
