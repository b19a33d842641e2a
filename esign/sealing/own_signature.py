"""A person's own signature with a device that they hold: what the device's certificate allows, and what must come out.

The mechanics are those of a seal; who signs, and what the law calls it, are not. 1. Before the key is used, the
certificate must allow the level: for an advanced signature it names a person and leads to an anchor, for a qualified
one it says that it is qualified for signatures and that its key lies in a qualified device, and the trusted lists, if
there are some, say so too. 2. Afterwards our own verdict on the file must say the same, or the file is thrown away.

Source: Regulation (EU) No 910/2014 Art. 3 (9) to (12), 26, 28, 29; ETSI EN 319 412-2, 412-3 and 412-5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.foundation.identifiers import Oid
from esign.policy import LegalLevel
from esign.proof.certificate_path import load_certificate, verify_path
from esign.sealing.check import check_sealed
from esign.sealing.ports import SealKey
from esign.sealing.profile import SealProfile
from esign.sealing.sealer import Sealer, sealed_document
from esign.signing import SigningError
from esign.validation.certificates import TrustAnchors, certificate_policies
from esign.validation.findings import FindingKind
from esign.validation.process import Indication
from esign.validation.qc_statements import CertificateStatement, QcType
from esign.validation.qualification import Qualification, TrustedServices, determine_qualification
from esign.validation.verdict import FileVerdict
from esign.validation.verdict.file_verdict import HARMLESS
from esign.validation.verdict.signature_verdict import SignatureVerdict, TimestampVerdict

_ORGANIZATION_IDENTIFIER = "2.5.4.97"
_OF_A_PERSON = frozenset({"2.5.4.4", "2.5.4.42", "2.5.4.65"})
"""Surname, given name, pseudonym (ETSI EN 319 412-2 clause 4.2.4)."""
_OPEN_AT_SIMPLE = HARMLESS | {FindingKind.UNTRUSTED, FindingKind.REVOCATION_MISSING}
"""What a simple signature may leave open: who stands behind its certificate."""


class OwnSignatureRefused(SigningError):
    """A person's own signature is not made this way."""

    code = "signing.own"


class NotAPersonsCertificate(OwnSignatureRefused):
    """The certificate is one for a company's seal; a person does not sign with it."""

    code = "signing.own.seal"
    source = "eIDAS Art. 3 (9), (24); ETSI EN 319 412-3"


class NoNamedPerson(OwnSignatureRefused):
    """The certificate names no person, so the signature would not identify who signed."""

    code = "signing.own.nobody"
    source = "eIDAS Art. 26 (b)"


class CertificateNotQualified(OwnSignatureRefused):
    """The certificate is not a qualified one for signatures whose key lies in a qualified device."""

    code = "signing.own.not_qualified"
    source = "eIDAS Art. 3 (12), 28, 29; ETSI EN 319 412-5"


class NotQualifiedByLists(CertificateNotQualified):
    """The trusted lists do not say that a signature with this certificate is qualified."""

    code = "signing.own.not_qualified.lists"
    source = "ETSI TS 119 615"


class DocumentNotReadable(OwnSignatureRefused):
    """The document cannot be looked into, so nobody knows what would be signed."""

    code = "signing.own.unreadable"


class SignatureNotShown(OwnSignatureRefused):
    """Our own verdict on the signed file is not what was asked for; the file was thrown away."""

    code = "signing.own.not_shown"
    source = "ETSI EN 319 102-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSignature:
    """What a certificate allows.

    Args:
        signer: The name in it.
        level: The level that was asked for and is allowed.
        listed: Whether trusted lists were asked and agree; None where the level needs none or there are none.
        sandbox: Whether it is one of a sandbox.
    """

    signer: str
    level: LegalLevel
    listed: bool | None
    sandbox: bool


def allow(
    key: SealKey, level: LegalLevel, *, trust: TrustAnchors, services: TrustedServices | None, at: datetime
) -> OwnSignature:
    """Tell what a signature with a key is, before the key is used.

    Args:
        key: The device.
        level: What the signature shall be.
        trust: Anchors for signers.
        services: The trusted lists, where there are some.
        at: The instant of signing.

    Raises:
        OwnSignatureRefused: The certificate does not allow it: one subclass for each reason.
        CertificatePathError: It does not lead to an anchor (advanced and qualified).
    """
    certificate = load_certificate(key.certificate)
    subject = {item.oid.dotted_string: str(item.value) for item in certificate.subject}
    statements = CertificateStatement.read(key.certificate).statements
    policies = certificate_policies(key.certificate)
    person = _OF_A_PERSON & subject.keys()
    seal = _ORGANIZATION_IDENTIFIER in subject and not person
    if seal or Oid.HELD_BY_COMPANY in policies or (statements.types and QcType.SIGNATURE not in statements.types):
        raise NotAPersonsCertificate
    given, family = subject.get("2.5.4.42", ""), subject.get("2.5.4.4", "")
    signer = subject.get("2.5.4.3") or f"{given} {family}".strip() or subject.get("2.5.4.65", "")
    listed = None
    if level >= LegalLevel.ADVANCED:
        if not signer:
            raise NoNamedPerson
        if services is None or level is LegalLevel.ADVANCED:
            verify_path(key.certificate, intermediates=tuple(key.chain), anchors=trust.certificates, at=at)
    if level is LegalLevel.QUALIFIED:
        if not (statements.compliance and statements.device):
            raise CertificateNotQualified
        if services is not None:
            said = determine_qualification((key.certificate, *key.chain), services=services, used_at=at)
            if said.qualification is not Qualification.QUALIFIED_SIGNATURE:
                raise NotQualifiedByLists(qualification=said.qualification.value)
            listed = True
    sandbox = Oid.SANDBOX in policies or "SANDBOX" in str(certificate.issuer.rfc4514_string())
    return OwnSignature(signer=signer, level=level, listed=listed, sandbox=sandbox)


def require_readable(verdict: FileVerdict) -> None:
    """Refuse a document of which a helper process could not say what stands in it.

    Raises:
        DocumentNotReadable: It is no PDF, broken, encrypted, or costs more than any honest one.
    """
    if verdict.error is not None:
        raise DocumentNotReadable(verdict.error.detail, verdict=verdict.error.code)


def sign_own(document: bytes, key: SealKey, profile: SealProfile, *, at: datetime) -> bytes:
    """Return the document with the signature appended at B-B; it was checked, and the document is its beginning.

    Raises:
        DocumentError: The document cannot be signed.
        SealKeyError: The device cannot be used.
        SealNotGood: What was made does not hold.
    """
    sealed = Sealer(key, profile).seal(document, claimed_at=at)
    check_sealed(document, sealed, certificate=key.certificate, chain=key.chain)
    return sealed_document(document, sealed)


def require_shown(
    before: FileVerdict, after: FileVerdict, allowed: OwnSignature, *, certificate: bytes
) -> SignatureVerdict:
    """Return what our own verdict says about the new signature.

    Args:
        before: The verdict on the document.
        after: The verdict on the signed file.
        allowed: What the signature shall be.
        certificate: Of the key (DER).

    Raises:
        SignatureNotShown: The new signature is not valid as it must be, or one that stood there suffered.
    """
    old = {part.field: part for part in before.parts}
    new = [part for part in after.signatures if part.field not in old]
    if len(new) != 1 or after.error is not None or not old.keys() <= {part.field for part in after.parts}:
        raise SignatureNotShown("the signed file does not hold exactly one signature more")
    for part in after.parts:
        was = old.get(part.field)
        if was is None:
            continue
        worse = part.indication is not was.indication and part.indication is not Indication.TOTAL_PASSED
        if worse or _forbidden(part) > _forbidden(was):
            raise SignatureNotShown("an earlier signature would suffer", field=part.field)
    (made,) = new
    kinds = {finding.kind for finding in made.findings}
    facts = {"indication": made.indication.value, "findings": ",".join(sorted(kinds))}
    if not made.integrity or made.result.signer != certificate:
        raise SignatureNotShown("the signature does not hold", **facts)
    if allowed.level is LegalLevel.SIMPLE:
        if made.indication is Indication.TOTAL_FAILED or kinds - _OPEN_AT_SIMPLE:
            raise SignatureNotShown("the signature does not hold", **facts)
        return made
    if made.indication is not Indication.TOTAL_PASSED:
        what = "the signature is not shown to be valid; --fetch HOST and --crl FILE bring what is missing"
        raise SignatureNotShown(what, **facts)
    if allowed.listed and made.qualification is not Qualification.QUALIFIED_SIGNATURE:
        raise NotQualifiedByLists(qualification=str(made.qualification and made.qualification.value))
    return made


def _forbidden(part: SignatureVerdict | TimestampVerdict) -> int:
    return sum(not change.permitted for change in part.changes.changes)
