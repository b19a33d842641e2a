"""A small world of trust services and files of revisions, without PDF and network; its parts are in ``process_pki``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign.pades import der
from esign.validation.certificates import TrustAnchors
from esign.validation.findings import FindingKind
from esign.validation.process import (
    Constraints,
    Indication,
    Material,
    SignatureKind,
    SignatureObject,
    SubIndication,
    Validated,
    shipped_suites,
    validate,
)
from tests.validation.process_pki import HASH_OIDS, T0, YEAR, Party, Revoked, certify, crl, raw_sign

HOUR = timedelta(hours=1)
PASSED = (Indication.TOTAL_PASSED, None)
CONTENT = b"%PDF the signed bytes of a document"


def attribute(oid: str, *values: bytes) -> bytes:
    return der.sequence(der.oid(oid), der.tlv(0x31, *values))


def reference(certificate: bytes, version: int = 2) -> bytes:
    """Return a signing-certificate attribute."""
    hashed = hashlib.sha256(certificate) if version == 2 else hashlib.sha1(certificate)
    oid = "1.2.840.113549.1.9.16.2.47" if version == 2 else "1.2.840.113549.1.9.16.2.12"
    return attribute(oid, der.sequence(der.sequence(der.sequence(der.octets(hashed.digest())))))


def signed_attributes(
    content: bytes,
    certificate: bytes,
    *,
    hash_name: str = "sha256",
    kind: str = "1.2.840.113549.1.7.1",
    version: int = 2,
    more: Sequence[bytes] = (),
) -> bytes:
    digest = hashlib.new(hash_name, content).digest()
    parts = [
        attribute("1.2.840.113549.1.9.3", der.oid(kind)),
        attribute("1.2.840.113549.1.9.4", der.octets(digest)),
        *([reference(certificate, version)] if version else []),
        *more,
    ]
    return der.set_of(parts)


def cms(
    party: Party,
    content: bytes = CONTENT,
    *,
    hash_name: str = "sha256",
    pss: bool = False,
    certificates: Sequence[bytes] | None = None,
    unsigned: Callable[[bytes], Sequence[bytes]] | None = None,
    attributes: bytes | None = None,
    no_attributes: bool = False,
    embedded: bytes | None = None,
    kind: str = "1.2.840.113549.1.7.1",
    version: int = 2,
    more: Sequence[bytes] = (),
    crls: Sequence[bytes] = (),
    signers: int = 1,
    key_identifier: bool = False,
    digest_algorithm: str = "",
    sent: Callable[[bytes], bytes] = bytes,
) -> bytes:
    """Return a CMS signature; ``unsigned`` makes the unsigned attributes from the signature value."""
    covered = attributes or signed_attributes(
        content, party.der, hash_name=hash_name, kind=kind, version=version, more=more
    )
    algorithm, value = raw_sign(party, content if no_attributes else covered, hash_name, pss=pss)
    stated = der.sequence(der.oid(digest_algorithm or HASH_OIDS[hash_name]))
    certificate = party.certificate
    sid = der.sequence(certificate.issuer.public_bytes(), der.integer(certificate.serial_number))
    if key_identifier:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        sid = der.tlv(0x80, found)
    loose = unsigned(value) if unsigned is not None else ()
    signer = der.sequence(
        der.integer(3 if key_identifier else 1),
        sid,
        stated,
        b"" if no_attributes else sent(b"\xa0" + covered[1:]),
        algorithm,
        der.octets(value),
        der.tlv(0xA1, *loose) if loose else b"",
    )
    content_info = der.sequence(der.oid(kind), der.tlv(0xA0, der.octets(embedded)) if embedded is not None else b"")
    listed = certificates if certificates is not None else (party.der, *party.chain)
    body = der.sequence(
        der.integer(1),
        der.tlv(0x31, stated),
        content_info,
        der.tlv(0xA0, *listed) if listed else b"",
        der.tlv(0xA1, *crls) if crls else b"",
        der.tlv(0x31, *([signer] * signers)),
    )
    return der.sequence(der.oid("1.2.840.113549.1.7.2"), der.tlv(0xA0, body))


def token(
    tsa: Party,
    over: bytes,
    at: datetime = T0,
    *,
    hash_name: str = "sha256",
    imprint_of: bytes | None = None,
    certificates: Sequence[bytes] | None = None,
) -> bytes:
    """Return an RFC 3161 token over bytes."""
    imprint = hashlib.new(hash_name, imprint_of if imprint_of is not None else over).digest()
    info = der.sequence(
        der.integer(1),
        der.oid("2.25.1"),
        der.sequence(der.sequence(der.oid(HASH_OIDS[hash_name])), der.octets(imprint)),
        der.integer(x509.random_serial_number()),
        der.tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode()),
    )
    return cms(tsa, info, embedded=info, kind="1.2.840.113549.1.9.16.1.4", certificates=certificates)


def signature_timestamp(tsa: Party, at: datetime = T0, **options: Any) -> Callable[[bytes], Sequence[bytes]]:
    return lambda value: (attribute("1.2.840.113549.1.9.16.2.14", token(tsa, value, at, **options)),)


@dataclass(kw_only=True)
class World:
    """Root, authority for signatories, timestamp authority, a signatory."""

    kind: str = "p256"
    begins: datetime = T0 - YEAR
    signer_ends: datetime = T0 + 2 * YEAR
    authority_ends: datetime = T0 + 10 * YEAR
    tsa_ends: datetime = T0 + 10 * YEAR
    root: Party = field(init=False)
    authority: Party = field(init=False)
    tsa: Party = field(init=False)
    signer: Party = field(init=False)

    def __post_init__(self) -> None:
        kind, begins = self.kind, self.begins
        self.root = certify("Root", authority=True, kind=kind, begins=begins, ends=T0 + 40 * YEAR, number=1)
        self.authority = certify(
            "Authority",
            self.root,
            authority=True,
            path_length=0,
            kind=kind,
            begins=begins,
            ends=self.authority_ends,
            number=2,
        )
        self.tsa = self.new_tsa("TSA", self.tsa_ends, begins)
        self.signer = certify(
            "Erika Mustermann", self.authority, kind=kind, begins=begins, ends=self.signer_ends, number=3
        )

    def new_tsa(self, text: str, ends: datetime, begins: datetime = T0 - YEAR) -> Party:
        return certify(
            text,
            self.root,
            kind=self.kind,
            usage=("digital_signature",),
            purposes=[ExtendedKeyUsageOID.TIME_STAMPING],
            begins=begins,
            ends=ends,
            number=4,
        )

    def crls(self, *revoked: Revoked, this: datetime = T0 + timedelta(hours=1)) -> tuple[bytes, bytes]:
        """Return both lists: the signatories' authority's and the root's."""
        own = [r for r in revoked if r[0].issuer is self.authority]
        above = [r for r in revoked if r[0].issuer is self.root]
        return crl(self.authority, *own, this=this), crl(self.root, *above, this=this)


@dataclass
class File:
    """A file of revisions: each signature and each store of validation data stands behind what is below it."""

    objects: list[SignatureObject] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)
    responses: list[bytes] = field(default_factory=list)
    positions: dict[bytes, int] = field(default_factory=dict)
    size: int = 1000

    def sign(self, signature: bytes, content: bytes = CONTENT, *, subfilter: str = "ETSI.CAdES.detached") -> File:
        self.size += 1000
        self.objects.append(
            SignatureObject(
                cms=signature, content_digest=digester(content), covered_until=self.size, subfilter=subfilter
            )
        )
        return self

    def store(
        self, *, certificates: Sequence[bytes] = (), crls: Sequence[bytes] = (), responses: Sequence[bytes] = ()
    ) -> File:
        self.size += 1000
        self.certificates += certificates
        self.crls += crls
        self.responses += responses
        for value in (*certificates, *crls, *responses):
            self.positions.setdefault(value, self.size)
        return self

    def stamp(self, tsa: Party, at: datetime, **options: Any) -> File:
        self.size += 1000
        covered = b"everything below %d" % self.size
        self.objects.append(
            SignatureObject(
                cms=token(tsa, covered, at, **options),
                content_digest=digester(covered),
                kind=SignatureKind.DOCUMENT_TIMESTAMP,
                covered_until=self.size,
                subfilter="ETSI.RFC3161",
            )
        )
        return self

    def material(self) -> Material:
        return Material(
            certificates=tuple(self.certificates),
            crls=tuple(self.crls),
            ocsp_responses=tuple(self.responses),
            positions=dict(self.positions),
        )


def digester(content: bytes) -> Callable[[str], bytes]:
    return lambda used: hashlib.new(used, content).digest()


def judge(
    file: File,
    world: World,
    at: datetime,
    *,
    crls: Sequence[bytes] = (),
    anchors: Sequence[Party] | None = None,
    options: Mapping[str, Any] | None = None,
) -> tuple[Validated, ...]:
    """Run the process on a file; ``crls`` come from outside."""
    material = file.material()
    return validate(
        file.objects,
        material=Material(
            certificates=material.certificates,
            crls=(*material.crls, *crls),
            ocsp_responses=material.ocsp_responses,
            positions=material.positions,
        ),
        trust=TrustAnchors(certificates=tuple(p.der for p in (anchors or (world.root,)))),
        suites=shipped_suites(),
        at=at,
        constraints=Constraints(**(options or {})),
    )


def b_b(world: World, **options: Any) -> File:
    """Return a file with a B-B signature."""
    return File().sign(cms(world.signer, **options))


def b_t(world: World, at: datetime = T0, tsa: Party | None = None, **options: Any) -> File:
    """Return a file with a signature and its timestamp."""
    return File().sign(cms(world.signer, unsigned=signature_timestamp(tsa or world.tsa, at), **options))


def b_lt(world: World, *revoked: Revoked, this: datetime = T0 + HOUR, at: datetime = T0) -> File:
    """Return the same with validation data."""
    return b_t(world, at).store(certificates=(world.root.der,), crls=world.crls(*revoked, this=this))


def b_lta(world: World, *revoked: Revoked, this: datetime = T0 + HOUR) -> File:
    """Return the same under a document timestamp."""
    return b_lt(world, *revoked, this=this).stamp(world.tsa, T0 + 2 * HOUR)


def said(result: Validated) -> tuple[Indication, SubIndication | None]:
    return result.indication, result.sub_indication


def kinds(result: Validated) -> list[FindingKind]:
    return [finding.kind for finding in result.findings]
