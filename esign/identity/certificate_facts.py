"""What a certificate states about its holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeVar

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from esign.foundation.digests import sha256
from esign.foundation.identifiers import Oid
from esign.identity.errors import CertificateBindingDiffers, CertificateUnreadable, KeyBindingMalformed
from esign.identity.key_binding import KeyBinding
from esign.identity.public_keys import encode_public_key
from esign.proof.certificate_path import CertificatePathError, load_certificate

HELD_BY = {
    Oid.HELD_BY_SIGNATORY_PASSKEY: "signatory-passkey",
    Oid.HELD_BY_SIGNATORY: "signatory",
    Oid.HELD_BY_SIGNATORY_COMPANY_DEVICE: "signatory-company-device",
    Oid.HELD_BY_COMPANY: "company",
}
"""Certificate policy and the word that stands for it in statements (docs/ceremony-spec.md section 3)."""

_KEY_BINDING = ObjectIdentifier(Oid.KEY_BINDING)
_Kind = TypeVar("_Kind", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What a certificate states; nothing of it is checked against anchors.

    ``held_by`` is ``signatory-passkey``, ``signatory``, ``signatory-company-device``, ``company`` or None where the
    certificate does not say exactly one of them; ``key_binding`` is None where there is no such extension. Absent names
    are empty strings.
    """

    der: bytes
    spki: bytes
    given_name: str
    family_name: str
    common_name: str
    organisation: str
    country: str
    issuer: str
    serial: int
    not_before: datetime
    not_after: datetime
    policies: tuple[str, ...]
    held_by: str | None
    identified_by_provider: bool
    sandbox: bool
    key_binding: KeyBinding | None
    key_binding_critical: bool
    non_repudiation: bool
    authority: bool
    extended_usages: tuple[str, ...]

    @property
    def digest(self) -> bytes:
        """SHA-256 of the certificate: the ``certificate_id`` of the protocol."""
        return sha256(self.der)

    @property
    def name(self) -> str:
        """Given and family name, or the common name where there are none."""
        return f"{self.given_name} {self.family_name}".strip() or self.common_name

    @classmethod
    def read(cls, der: bytes) -> Self:
        """Return what a certificate states.

        Raises:
            CertificateUnreadable: Not a certificate.
            CertificateBindingDiffers: Its ``KeyBinding`` is malformed.
        """
        try:
            certificate = load_certificate(der)
        except CertificatePathError as error:
            raise CertificateUnreadable from error
        policies = _policies(certificate)
        held_by = {HELD_BY[policy] for policy in policies if policy in HELD_BY}
        binding, critical = _key_binding(certificate)
        usage = _extension(certificate, x509.KeyUsage)
        constraints = _extension(certificate, x509.BasicConstraints)
        extended = _extension(certificate, x509.ExtendedKeyUsage)
        return cls(
            der=der,
            spki=encode_public_key(certificate.public_key()),
            given_name=_attribute(certificate.subject, NameOID.GIVEN_NAME),
            family_name=_attribute(certificate.subject, NameOID.SURNAME),
            common_name=_attribute(certificate.subject, NameOID.COMMON_NAME),
            organisation=_attribute(certificate.subject, NameOID.ORGANIZATION_NAME),
            country=_attribute(certificate.subject, NameOID.COUNTRY_NAME),
            issuer=certificate.issuer.rfc4514_string(),
            serial=certificate.serial_number,
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            policies=policies,
            held_by=held_by.pop() if len(held_by) == 1 else None,
            identified_by_provider=Oid.IDENTIFIED_BY_PROVIDER in policies,
            sandbox=Oid.SANDBOX in policies,
            key_binding=binding,
            key_binding_critical=critical,
            non_repudiation=usage is not None and usage.content_commitment,
            authority=constraints is not None and constraints.ca,
            extended_usages=() if extended is None else tuple(oid.dotted_string for oid in extended),
        )


def _policies(certificate: x509.Certificate) -> tuple[str, ...]:
    policies = _extension(certificate, x509.CertificatePolicies)
    return () if policies is None else tuple(item.policy_identifier.dotted_string for item in policies)


def _key_binding(certificate: x509.Certificate) -> tuple[KeyBinding | None, bool]:
    for extension in certificate.extensions:
        if extension.oid == _KEY_BINDING:
            try:
                return KeyBinding.parse(extension.value.public_bytes()), extension.critical
            except KeyBindingMalformed as error:
                raise CertificateBindingDiffers("the key binding is malformed") from error
    return None, False


def _extension(certificate: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _attribute(subject: x509.Name, oid: ObjectIdentifier) -> str:
    """Return the text of a name's attribute; empty where it does not stand there exactly once."""
    values = subject.get_attributes_for_oid(oid)
    if len(values) != 1 or not isinstance(values[0].value, str):
        return ""
    return values[0].value
