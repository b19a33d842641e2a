"""The whole PKI of one installation: made from the description, opened again from its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certs.sandbox.authority import Addresses, Authority, Extensions, distinguished_name
from certs.sandbox.description import AuthorityDescription, EndEntityDescription, PkiDescription
from certs.sandbox.errors import StateDamaged
from certs.sandbox.files import private_folder, write_private
from certs.sandbox.issuance import IssuanceLog
from certs.sandbox.keys import KeyFolder
from certs.sandbox.profiles import authority_profile, service_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEntity:
    """A signing service: its key, its certificate and the certificates above it, root last."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Every authority and every signing service of the sandbox, by name."""

    authorities: Mapping[str, Authority]
    end_entities: Mapping[str, EndEntity]

    @property
    def root(self) -> Authority:
        """The one trust anchor."""
        return self.authorities["root"]

    @classmethod
    def open(
        cls,
        folder: Path,
        description: PkiDescription,
        *,
        installation: str,
        base_url: str,
        log: IssuanceLog,
        now: datetime,
    ) -> Hierarchy:
        """Open the PKI in a folder, and make what is missing, expired or no longer fits its key or its issuer.

        Raises:
            StateDamaged: A file cannot be read, or an authority has expired (recreate the sandbox).
        """
        workshop = _Workshop(folder, description, installation, base_url, log, now.replace(microsecond=0))
        for authority in description.authorities:
            workshop.authority(authority)
        entities = {item.name: workshop.end_entity(item) for item in description.end_entities}
        return cls(authorities=MappingProxyType(workshop.authorities), end_entities=MappingProxyType(entities))


class _Workshop:
    """Opens or makes one certificate after the other, from the root downwards."""

    def __init__(
        self,
        folder: Path,
        description: PkiDescription,
        installation: str,
        base_url: str,
        log: IssuanceLog,
        now: datetime,
    ) -> None:
        self.authorities: dict[str, Authority] = {}
        self._description = description
        self._installation = installation
        self._addresses = Addresses(base_url=base_url)
        self._now = now
        self._keys = KeyFolder(folder / "keys")
        self._certificates = private_folder(folder / "certificates")
        self._log = log

    def authority(self, item: AuthorityDescription) -> None:
        key = self._keys.key(item.name)
        issuer = None if item.issuer == item.name else self.authorities[item.issuer]
        certificate = self._stored(item.name, key, issuer)
        if certificate is None:
            profile = authority_profile(item.path_length, item.policies)
            certificate = self._root(item, key, profile) if issuer is None else self._issue(item, key, issuer, profile)
            self._store(item.name, certificate)
        if certificate.not_valid_after_utc <= self._now:
            raise StateDamaged("an authority of the sandbox has expired; recreate the sandbox", authority=item.name)
        self.authorities[item.name] = Authority(
            name=item.name,
            key=key,
            certificate=certificate,
            chain=(certificate, *(issuer.chain if issuer else ())),
            crl_lifetime=item.crl_lifetime,
            addresses=self._addresses,
            log=self._log,
        )

    def end_entity(self, item: EndEntityDescription) -> EndEntity:
        key, issuer = self._keys.key(item.name), self.authorities[item.issuer]
        certificate = self._stored(item.name, key, issuer)
        if certificate is None or not certificate.not_valid_before_utc <= self._now < certificate.not_valid_after_utc:
            certificate = self._issue(item, key, issuer, service_profile(item.usage, item.policies))
            self._store(item.name, certificate)
        return EndEntity(name=item.name, key=key, certificate=certificate, chain=issuer.chain)

    def _issue(
        self,
        item: AuthorityDescription | EndEntityDescription,
        key: ec.EllipticCurvePrivateKey,
        issuer: Authority,
        extensions: Extensions,
    ) -> x509.Certificate:
        return issuer.issue(
            self._name(item.common_name),
            key.public_key(),
            begins=self._now - self._description.backdate,
            ends=self._now + item.lifetime,
            extensions=extensions,
            at=self._now,
        )

    def _root(
        self, item: AuthorityDescription, key: ec.EllipticCurvePrivateKey, extensions: Extensions
    ) -> x509.Certificate:
        name = self._name(item.common_name)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - self._description.backdate)
            .not_valid_after(self._now + item.lifetime)
        )
        identifiers: Extensions = (
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False),
        )
        for extension, critical in (*extensions, *identifiers):
            builder = builder.add_extension(extension, critical)
        return builder.sign(key, hashes.SHA256())

    def _name(self, common_name: str) -> x509.Name:
        return distinguished_name(
            country=self._description.country,
            organization=self._description.organization,
            common_name=common_name.format(installation=self._installation),
        )

    def _stored(self, name: str, key: ec.EllipticCurvePrivateKey, issuer: Authority | None) -> x509.Certificate | None:
        """Return the stored certificate if it certifies this key and was issued by this issuer."""
        path = self._certificates / f"{name}.pem"
        if not path.exists():
            return None
        try:
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
        except ValueError as error:
            raise StateDamaged("a certificate cannot be read", certificate=name) from error
        if certificate.public_key() != key.public_key():
            return None
        try:
            certificate.verify_directly_issued_by(issuer.certificate if issuer else certificate)
        except (InvalidSignature, ValueError, TypeError):
            return None
        return certificate

    def _store(self, name: str, certificate: x509.Certificate) -> None:
        write_private(self._certificates / f"{name}.pem", certificate.public_bytes(Encoding.PEM))
