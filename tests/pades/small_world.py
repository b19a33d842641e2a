"""A small honest world for signatures: a root, an issuing CA, a timestamp authority, a signatory, a draft by typst."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from esign.foundation.digests import sha256
from esign.foundation.identifiers import Oid
from esign.pades import (
    CeremonyEvidence,
    PreparedDocument,
    Statement,
    add_document_security_store,
    der,
    embed,
    prepare,
    prepare_document_timestamp,
    signed_attributes,
    signed_data,
)

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
POLICY_OID = f"{Oid.SIGNATURE_POLICY}.1"
POLICY_DIGEST = sha256(b"signature policy")
BOX = (72.0, 90.0, 272.0, 150.0)
ADVANCED = Statement(level=1, held_by="signatory-passkey", identified_by="https://id.sandbox.example", trust="sandbox")
EVIDENCE = CeremonyEvidence(
    transcript=sha256(b"tau"),
    capsule=sha256(b"capsule"),
    proof=sha256(b"proof"),
    statement=ADVANCED,
    user_verification=sha256(b"assertion"),
)
SIGNATORY_POLICIES = (Oid.HELD_BY_SIGNATORY_PASSKEY, Oid.IDENTIFIED_BY_PROVIDER, Oid.SANDBOX)

_TYPST = """
#set document(title: "Kaufvertrag", author: "Muster GmbH", date: datetime(year: 2026, month: 11, day: 22))
#set text(lang: "de", font: "Libertinus Serif")
#set page(paper: "a4", margin: 2cm, numbering: "1/1")
#pdf.attach("contract.json", bytes("{\\"a\\":1}"), relationship: "source", mime-type: "application/json",
  description: "Vertragsdaten")
= Kaufvertrag über Möbel
#for i in range(9) [
== Klausel #str(i)
#lorem(160)
]
"""


@functools.cache
def draft() -> bytes:
    """Return three pages of PDF/A-3a and PDF/UA-1."""
    return typst.compile(_TYPST.encode(), format="pdf", pdf_standards=["a-3a", "ua-1"])


@functools.cache
def picture(mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((600, 180)).convert(mode).save(out, "PNG")
    return out.getvalue()


@dataclass(kw_only=True)
class Holder:
    """A key with its certificate and the chain above it."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate
    chain: tuple[bytes, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


def _name(text: str, organisation: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.COMMON_NAME, text)]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, organisation))
    return x509.Name(parts)


@dataclass(kw_only=True)
class World:
    """Trust services at one instant."""

    now: datetime = NOW
    root: Holder = field(init=False)
    authority: Holder = field(init=False)
    tsa: Holder = field(init=False)

    def __post_init__(self) -> None:
        self.root = self._certify("SANDBOX Root", None, ca=True)
        self.authority = self._certify("SANDBOX Issuing CA", self.root, ca=True)
        self.tsa = self._certify("SANDBOX TSA", self.root, purposes=[ExtendedKeyUsageOID.TIME_STAMPING])

    def company(self, *, organisation: str = "NTRDE-SANDBOX.HRB1") -> Holder:
        """Return the company's seal key; its certificate names a legal person, or (without a number) nobody."""
        return self._certify(
            "Muster GmbH SANDBOX",
            self.authority,
            purposes=[x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")],
            policies=(Oid.HELD_BY_COMPANY, Oid.SANDBOX),
            minutes=60,
            organisation=organisation,
        )

    def signatory(
        self,
        policies: tuple[str, ...] = SIGNATORY_POLICIES,
        *,
        key_type: str = "ec",
        minutes: int = 60,
        issuer: Holder | None = None,
        non_repudiation: bool = True,
    ) -> Holder:
        return self._certify(
            "Erika Mustermann SANDBOX",
            issuer or self.authority,
            purposes=[x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"), ExtendedKeyUsageOID.EMAIL_PROTECTION],
            policies=policies,
            key_type=key_type,
            minutes=minutes,
            non_repudiation=non_repudiation,
        )

    def _certify(
        self,
        name: str,
        issuer: Holder | None,
        *,
        ca: bool = False,
        purposes: list[x509.ObjectIdentifier] | None = None,
        policies: tuple[str, ...] = (),
        key_type: str = "ec",
        minutes: int = 60 * 24 * 3650,
        non_repudiation: bool = True,
        organisation: str = "",
    ) -> Holder:
        key = ec.generate_private_key(ec.SECP256R1()) if key_type == "ec" else rsa.generate_private_key(65537, 2048)
        stamping = purposes is not None and ExtendedKeyUsageOID.TIME_STAMPING in purposes
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name, organisation))
            .issuer_name(issuer.certificate.subject if issuer else _name(name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(minutes=5))
            .not_valid_after(self.now + timedelta(minutes=minutes))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=stamping or (not ca and not non_repudiation),
                    content_commitment=not ca and not stamping and non_repudiation,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=ca,
                    crl_sign=ca,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=stamping)
        if policies:
            infos = [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in policies]
            builder = builder.add_extension(x509.CertificatePolicies(infos), critical=False)
        if issuer:
            above = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False
            )
        certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
        return Holder(key=key, certificate=certificate, chain=(issuer.der, *issuer.chain) if issuer else ())

    def crl(self, issuer: Holder, revoked: tuple[Holder, ...] = ()) -> bytes:
        above = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(self.now - timedelta(minutes=1))
            .next_update(self.now + timedelta(days=7))
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False)
        )
        for holder in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(holder.certificate.serial_number)
                .revocation_date(self.now - timedelta(minutes=2))
                .build()
            )
        return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def stamp(self, digest: bytes, *, at: datetime | None = None, tsa: Holder | None = None) -> bytes:
        """Return an RFC 3161 token over a SHA-256 digest."""
        tsa = tsa or self.tsa
        sha = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
        gen_time = (at or self.now).strftime("%Y%m%d%H%M%SZ").encode()
        info = der.sequence(
            der.integer(1),
            der.oid("2.25.1"),
            der.sequence(sha, der.octets(digest)),
            der.integer(x509.random_serial_number()),
            der.tlv(0x18, gen_time),
        )
        kind = der.oid("1.2.840.113549.1.9.16.1.4")
        reference = der.sequence(der.sequence(der.sequence(der.octets(sha256(tsa.der)))))
        attributes = der.set_of(
            (
                der.sequence(der.oid("1.2.840.113549.1.9.3"), der.tlv(0x31, kind)),
                der.sequence(der.oid("1.2.840.113549.1.9.4"), der.tlv(0x31, der.octets(sha256(info)))),
                der.sequence(der.oid("1.2.840.113549.1.9.16.2.47"), der.tlv(0x31, reference)),
            )
        )
        sid = der.sequence(tsa.certificate.issuer.public_bytes(), der.integer(tsa.certificate.serial_number))
        ecdsa = der.sequence(der.oid("1.2.840.10045.4.3.2"))
        signer = der.sequence(
            der.integer(1), sid, sha, b"\xa0" + attributes[1:], ecdsa, der.octets(tsa.sign(attributes))
        )
        data = der.sequence(
            der.integer(3),
            der.tlv(0x31, sha),
            der.sequence(kind, der.tlv(0xA0, der.octets(info))),
            der.set_of((tsa.der, *tsa.chain), tag=0xA0),
            der.tlv(0x31, signer),
        )
        return der.sequence(der.oid("1.2.840.113549.1.7.2"), der.tlv(0xA0, data))


@dataclass(kw_only=True)
class Walk:
    """Everything that one walk from draft to finished document made."""

    world: World
    signer: Holder
    prepared: PreparedDocument
    attributes: bytes
    evidence: CeremonyEvidence
    cms: bytes
    signed: bytes
    stored: bytes
    finished: bytes


def walk(
    world: World | None = None,
    *,
    signer: Holder | None = None,
    base: bytes | None = None,
    evidence: CeremonyEvidence = EVIDENCE,
    field_name: str = "Signatory",
    box: tuple[float, float, float, float] = BOX,
    signature_timestamp: bool = True,
    stamped_by: Holder | None = None,
    with_crls: bool = True,
    revoked: bool = False,
) -> Walk:
    """Walk from the draft to the B-LTA document."""
    world = world or World()
    signer = signer or world.signatory()
    prepared = prepare(
        base or draft(),
        field=field_name,
        page=2,
        box=box,
        appearance=picture(),
        name="Erika Mustermann",
        reason="Zustimmung zum Vertrag",
        claimed_at=world.now,
    )
    attributes = signed_attributes(
        document_digest=prepared.digest,
        certificate=signer.der,
        policy_oid=POLICY_OID,
        policy_digest=POLICY_DIGEST,
        evidence=evidence,
    )
    signature = signer.sign(attributes)
    token = world.stamp(sha256(signature), tsa=stamped_by) if signature_timestamp else None
    cms = signed_data(
        attributes=attributes,
        signature=signature,
        certificate=signer.der,
        chain=signer.chain,
        signature_timestamp=token,
    )
    signed = embed(prepared, cms)
    crls = [world.crl(world.root), world.crl(world.authority, (signer,) if revoked else ())] if with_crls else []
    stored = add_document_security_store(
        signed,
        certificates=(signer.der, *signer.chain, world.tsa.der, world.root.der),
        crls=crls,
        ocsp_responses=(),
    )
    stamped = prepare_document_timestamp(stored)
    finished = embed(stamped, world.stamp(stamped.digest, tsa=stamped_by))
    return Walk(
        world=world,
        signer=signer,
        prepared=prepared,
        attributes=attributes,
        evidence=evidence,
        cms=cms,
        signed=signed,
        stored=stored,
        finished=finished,
    )


def write_pem(path: Path, *certificates: bytes) -> Path:
    loaded = (x509.load_der_x509_certificate(c) for c in certificates)
    path.write_bytes(b"".join(c.public_bytes(serialization.Encoding.PEM) for c in loaded))
    return path
