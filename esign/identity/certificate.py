"""Whether an issued certificate is the one that was asked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from esign.identity.certificate_facts import CertificateFacts
from esign.identity.errors import (
    CertificateBindingDiffers,
    CertificateKeyDiffers,
    CertificateLifeTooLong,
    CertificateNameDiffers,
    CertificateNotValidNow,
    CertificatePoliciesDiffer,
    CertificateSandboxDiffers,
    CertificateUntrustedHere,
    CertificateUsageDiffers,
)
from esign.identity.person import IdentifiedPerson
from esign.identity.request import CertificateRequest
from esign.proof.certificate_path import CertificatePathError, verify_path

__all__ = ["MAX_LIFE", "CertificateFacts", "check_issued_certificate"]

MAX_LIFE = timedelta(minutes=61)
"""Longest life of a signatory's certificate: one hour, and a minute for clocks (docs/ceremony-spec.md section 4)."""

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""Extended key usage id-kp-documentSigning (RFC 9336)."""

SANDBOX_WORD = "SANDBOX"
"""Stands in the common name of every sandbox certificate."""


def check_issued_certificate(
    certificate: bytes,
    chain: Sequence[bytes],
    *,
    request: CertificateRequest,
    person: IdentifiedPerson,
    anchors: Sequence[bytes],
    now: datetime,
    max_life: timedelta = MAX_LIFE,
    sandbox: bool | None = None,
) -> CertificateFacts:
    """Return what an issued certificate states, after checking that it is the one that was asked for.

    1. It certifies the requested key. 2. It binds the requested keys. 3. It names whom the provider identified. 4. It
    is valid now, and not for long. 5. It is for signatures of a person. 6. Its policies state who holds the key and
    that a provider identified the person. 7. Sandbox is called sandbox. 8. It leads to an anchor.

    Args:
        certificate: What the authority issued, DER.
        chain: The certificates above it, DER.
        request: The request that was sent.
        person: Whom the ID token in the request identified.
        anchors: Trusted certificates, DER.
        now: The present instant.
        max_life: Longest life that is accepted.
        sandbox: Whether this installation trusts a sandbox; None: not judged.

    Raises:
        CertificateError: One subclass for each of these.
    """
    facts = CertificateFacts.read(certificate)
    if facts.spki != request.spki:
        raise CertificateKeyDiffers
    if facts.key_binding != request.key_binding or facts.key_binding_critical:
        raise CertificateBindingDiffers
    if _nfc(facts.given_name) != _nfc(person.given_name) or _nfc(facts.family_name) != _nfc(person.family_name):
        raise CertificateNameDiffers
    if not facts.not_before <= now <= facts.not_after:
        raise CertificateNotValidNow
    if facts.not_after - facts.not_before > max_life:
        raise CertificateLifeTooLong(seconds=int((facts.not_after - facts.not_before).total_seconds()))
    usages = {DOCUMENT_SIGNING.dotted_string, ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string}
    if not facts.non_repudiation or facts.authority or not usages.issubset(facts.extended_usages):
        raise CertificateUsageDiffers
    if facts.held_by != request.key_binding.held_by or not facts.identified_by_provider:
        raise CertificatePoliciesDiffer
    if (sandbox is not None and facts.sandbox != sandbox) or facts.sandbox != (SANDBOX_WORD in facts.common_name):
        raise CertificateSandboxDiffers
    try:
        verify_path(certificate, intermediates=chain, anchors=anchors, at=now)
    except CertificatePathError as error:
        raise CertificateUntrustedHere from error
    return facts


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)
