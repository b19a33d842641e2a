"""What a certificate says about itself: QcStatements, and what trusted lists' criteria ask of it.

Parsed strictly: an unknown statement is passed over, a known one that is malformed, or stands twice, makes the whole
extension unusable. A certificate that contradicts its format states nothing.

Source: ETSI EN 319 412-5 clauses 4.2 and 4.3, RFC 3739 section 3.2.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from asn1crypto import core, x509

from esign.validation.errors import ValidationError
from esign.validation.trusted_lists.criteria import CertificateTraits
from esign.validation.trusted_lists.digital_identity import KeyAndName, Name, folded

QC_STATEMENTS = "1.3.6.1.5.5.7.1.3"
QC_COMPLIANCE = "0.4.0.1862.1.1"
QC_SSCD = "0.4.0.1862.1.4"
QC_TYPE = "0.4.0.1862.1.6"
QC_LEGISLATION = "0.4.0.1862.1.7"
MAX_STATEMENTS = 64


class CertificateStatementsError(ValidationError):
    """A certificate's own statements cannot be read."""

    code = "validation.certificate_statements"
    source = "ETSI EN 319 412-5"


class QcType(StrEnum):
    """What a qualified certificate is for. Source: ETSI EN 319 412-5 clause 4.2.3."""

    SIGNATURE = "esign"
    SEAL = "eseal"
    WEB = "web"


_TYPES = {
    "0.4.0.1862.1.6.1": QcType.SIGNATURE,
    "0.4.0.1862.1.6.2": QcType.SEAL,
    "0.4.0.1862.1.6.3": QcType.WEB,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QcStatements:
    """The statements that matter here.

    Args:
        compliance: It says that it is a qualified certificate.
        device: It says that the key is in a qualified device.
        types: What it says it is for, in its order; empty where it does not say.
        unknown_types: Object identifiers of types that no standard names.
        legislation: Countries under whose law it says it is qualified; None: the Union's (no such statement).
    """

    compliance: bool = False
    device: bool = False
    types: tuple[QcType, ...] = ()
    unknown_types: tuple[str, ...] = ()
    legislation: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatement:
    """A certificate as the determination of its qualification needs it."""

    issuer: Name
    identity: KeyAndName
    not_before: datetime
    not_after: datetime
    statements: QcStatements
    traits: CertificateTraits

    @classmethod
    def read(cls, der: bytes) -> Self:
        """Return what a certificate states.

        Raises:
            CertificateStatementsError: It cannot be read, or a statement in it is malformed.
        """
        try:
            return cls._read(der)
        except CertificateStatementsError:
            raise
        except Exception as error:  # hostile bytes: asn1crypto raises many kinds
            raise CertificateStatementsError("the certificate cannot be read") from error

    @classmethod
    def _read(cls, der: bytes) -> Self:
        certificate = x509.Certificate.load(der, strict=True)["tbs_certificate"]
        extensions: dict[str, Any] = {}
        for item in certificate["extensions"] or ():
            oid = item["extn_id"].dotted
            if oid in extensions:
                raise CertificateStatementsError("an extension stands twice", extension=oid)
            extensions[oid] = item["extn_value"]
        statements = extensions.get(QC_STATEMENTS)
        validity = certificate["validity"]
        return cls(
            issuer=folded(certificate["issuer"]),
            identity=KeyAndName.of(der),
            not_before=validity["not_before"].native.astimezone(UTC),
            not_after=validity["not_after"].native.astimezone(UTC),
            statements=QcStatements() if statements is None else read_statements(statements.contents),
            traits=_traits(certificate["subject"], extensions),
        )


class _Statement(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [("id", core.ObjectIdentifier), ("info", core.Any, {"optional": True})]


class _Statements(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = _Statement


class _Identifiers(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = core.ObjectIdentifier


class _Countries(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = core.PrintableString


def read_statements(der: bytes) -> QcStatements:
    """Return the statements of the extension's value, DER.

    Raises:
        CertificateStatementsError: A statement that is understood is malformed or stands twice.
    """
    try:
        found: dict[str, bytes | None] = {}
        for item in _Statements.load(der, strict=True):
            oid = item["id"].dotted
            if oid in found and oid in (QC_COMPLIANCE, QC_SSCD, QC_TYPE, QC_LEGISLATION):
                raise CertificateStatementsError("a statement stands twice", statement=oid)
            info = item["info"]
            found[oid] = None if isinstance(info, core.Void) else info.dump()
            if len(found) > MAX_STATEMENTS:
                raise CertificateStatementsError("there are too many statements")
        for oid in (QC_COMPLIANCE, QC_SSCD):
            if found.get(oid) is not None:
                raise CertificateStatementsError("a statement carries what it must not", statement=oid)
        types = _identifiers(found, QC_TYPE)
        return QcStatements(
            compliance=QC_COMPLIANCE in found,
            device=QC_SSCD in found,
            types=tuple(_TYPES[oid] for oid in types if oid in _TYPES),
            unknown_types=tuple(oid for oid in types if oid not in _TYPES),
            legislation=_countries(found),
        )
    except CertificateStatementsError:
        raise
    except Exception as error:  # hostile bytes: asn1crypto raises many kinds
        raise CertificateStatementsError("the statements cannot be read") from error


def _identifiers(found: dict[str, bytes | None], statement: str) -> tuple[str, ...]:
    if statement not in found:
        return ()
    der = found[statement]
    values = () if der is None else tuple(item.dotted for item in _Identifiers.load(der, strict=True))
    if not values or len(set(values)) != len(values):
        raise CertificateStatementsError("a statement is empty or repeats itself", statement=statement)
    return values


def _countries(found: dict[str, bytes | None]) -> tuple[str, ...] | None:
    if QC_LEGISLATION not in found:
        return None
    der = found[QC_LEGISLATION]
    values = () if der is None else tuple(item.native for item in _Countries.load(der, strict=True))
    if not values or any(len(item) != 2 or not item.isascii() or not item.isupper() for item in values):
        raise CertificateStatementsError("the countries are malformed", statement=QC_LEGISLATION)
    return values


_BITS = {
    "digital_signature": "digitalSignature",
    "non_repudiation": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "crlSign",
    "encipher_only": "encipherOnly",
    "decipher_only": "decipherOnly",
}


def _traits(subject: x509.Name, extensions: dict[str, Any]) -> CertificateTraits:
    usage = extensions.get("2.5.29.15")
    policies = extensions.get("2.5.29.32")
    extended = extensions.get("2.5.29.37")
    bits = () if usage is None else x509.KeyUsage.load(usage.contents, strict=True).native
    stated = () if policies is None else x509.CertificatePolicies.load(policies.contents, strict=True)
    purposes = () if extended is None else x509.ExtKeyUsageSyntax.load(extended.contents, strict=True)
    return CertificateTraits(
        key_usages=None if usage is None else frozenset(_BITS[bit] for bit in bits),
        policies=frozenset(item["policy_identifier"].dotted for item in stated),
        extended_key_usages=frozenset(item.dotted for item in purposes),
        subject_attributes=frozenset(item["type"].dotted for part in subject.chosen for item in part),
    )
