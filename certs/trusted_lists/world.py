"""The sandbox's world of trusted lists, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier
from lxml import etree

from certs.sandbox.authority import distinguished_name
from certs.trusted_lists.description import ListDescription, WorldDescription, describe
from certs.trusted_lists.markup import Pointer, add_services, scheme
from certs.trusted_lists.signing import ListSigner, sign_list

HOST = "https://lists.sandbox.test"
_LOTL = "SANDBOX-lotl.xml"
LOTL = f"{HOST}/{_LOTL}"
_QC = "0.4.0.1862.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An authority that a list speaks of, with its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls, name: str, *, at: datetime) -> Self:
        """Return a new authority, self-signed; its name begins with SANDBOX."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = distinguished_name(country="DE", organization="SANDBOX", common_name=f"SANDBOX {name}")
        builder = _builder(subject, subject, key.public_key(), at - timedelta(days=7300), at + timedelta(days=3650))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return cls(key=key, certificate=builder.sign(key, hashes.SHA256()))

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(Encoding.DER)

    def issue(
        self,
        *,
        at: datetime,
        statements: Sequence[tuple[str, bytes]] = ((f"{_QC}.1", b""), (f"{_QC}.4", b"")),
        policies: Sequence[str] = (),
        organisation_identifier: bool = False,
    ) -> bytes:
        """Return a certificate (DER) that begins at an instant, for nobody real.

        Args:
            at: When it begins.
            statements: QcStatements: identifier and encoded information (empty: none).
            policies: Certificate policies.
            organisation_identifier: Whether the subject carries one, as legal persons' do.
        """
        parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.COMMON_NAME, "SANDBOX X")]
        if organisation_identifier:
            parts.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, "VATDE-000000000"))
        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        builder = _builder(x509.Name(parts), self.certificate.subject, key, at, at + timedelta(days=1825))
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=True,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
        if policies:
            stated = [x509.PolicyInformation(ObjectIdentifier(oid), None) for oid in policies]
            builder = builder.add_extension(x509.CertificatePolicies(stated), critical=False)
        if statements:
            value = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.5.5.7.1.3"), encode_statements(statements))
            builder = builder.add_extension(value, critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass(slots=True, kw_only=True)
class ListWorld:
    """Lists by address, the authorities behind the services by name, who signs what.

    ``signers`` are by territory; ``eras`` are those of the list of the lists, oldest first: the first is the one that
    the journal names.
    """

    at: datetime
    description: WorldDescription
    host: str = HOST
    issuers: dict[str, Issuer] = field(default_factory=dict)
    signers: dict[str, ListSigner] = field(default_factory=dict)
    eras: list[ListSigner] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def create(cls, at: datetime, description: WorldDescription | None = None, *, host: str = HOST) -> Self:
        """Return a world whose lists were issued a day before an instant.

        Args:
            at: The instant.
            description: What stands in the lists.
            host: Where they are served: scheme, host and port.
        """
        world = cls(at=at, description=description or describe(), host=host)
        told = world.description
        world.eras = [ListSigner.create(f"LOTL {n}", territory="EU", at=at) for n in range(len(told.pivots) + 1)]
        for item in told.lists:
            world.signers[item.territory] = ListSigner.create(f"list {item.territory}", territory="DE", at=at)
            for service in item.services:
                if not service.same_key_as:
                    world.issuers[service.name] = Issuer.create(service.name, at=at)
        for item in told.lists:
            world.files[world.location(item.territory)] = world.national(item)
        for number, sequence in enumerate(told.pivots):
            signer, following = world.eras[number], world.eras[number + 1]
            world.files[world.pivot(sequence)] = sign_list(world.lotl(sequence, signer, following), signer, at=at)
        world.files[world.lotl_location] = sign_list(world.lotl(told.sequence, world.eras[-1]), world.eras[-1], at=at)
        return world

    @property
    def lotl_location(self) -> str:
        """The address of the list of the lists."""
        return f"{self.host}/{_LOTL}"

    def location(self, territory: str) -> str:
        """Return the address of a national list."""
        return f"{self.host}/SANDBOX-{territory}.xml"

    def pivot(self, sequence: int) -> str:
        """Return the address of a pivot."""
        return f"{self.host}/SANDBOX-lotl-pivot-{sequence}.xml"

    def national(self, item: ListDescription) -> bytes:
        """Return a national list, with the fault that it is described with."""
        issued_at = self.at - timedelta(days=1)
        if item.fault == "stale":
            issued_at = self.at - timedelta(days=self.description.lifetime_days + 1)
        root = scheme(
            version=item.version,
            sequence=item.sequence,
            kind="EUgeneric",
            territory=item.says_territory,
            issued_at=issued_at,
            next_update=issued_at + timedelta(days=self.description.lifetime_days),
            information=[f"{self.host}/about"],
        )
        add_services(root, item.services, lambda name: self.issuers[name].der)
        if item.fault == "no-signature":
            return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))
        signer = self.signers[item.territory]
        if item.fault == "wrong-signer":
            signer = ListSigner.create("stranger", territory="DE", at=self.at)
        return sign_list(root, signer, at=issued_at, version=item.version)

    def lotl(self, sequence: int, *signers: ListSigner) -> Any:
        """Return an issue of the list of the lists, unsigned, naming who signs it and who may sign after it."""
        told = self.description
        earlier = [self.pivot(number) for number in reversed(told.pivots) if number <= sequence]
        named = tuple(signer.der for signer in signers)
        pointers = [
            Pointer(location=self.lotl_location, kind="EUlistofthelists", territory="EU", signers=named),
        ]
        pointers += [
            Pointer(
                location=self.location(item.territory),
                kind="EUgeneric",
                territory=item.territory,
                signers=(self.signers[item.territory].der,),
            )
            for item in told.lists
        ]
        issued_at = self.at - timedelta(days=1 + told.sequence - sequence)
        return scheme(
            version=6,
            sequence=sequence,
            kind="EUlistofthelists",
            territory="EU",
            issued_at=issued_at,
            next_update=issued_at + timedelta(days=told.lifetime_days),
            information=[*earlier, told.journal],
            pointers=pointers,
        )


def encode_statements(statements: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the value of the QcStatements extension, DER. Source: RFC 3739 section 3.2.6."""
    inner = b"".join(_sequence(core.ObjectIdentifier(oid).dump() + info) for oid, info in statements)
    return _sequence(inner)


def _sequence(contents: bytes) -> bytes:
    length = len(contents)
    if length < 128:
        return bytes([0x30, length]) + contents
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([0x30, 0x80 | len(size)]) + size + contents


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
