"""The level of a signature, determined again from the file: from the certificate's policies and the statement."""

from __future__ import annotations

from dataclasses import dataclass

from esign.foundation.identifiers import Oid
from esign.pades.evidence import BY_EMAIL, CeremonyEvidence
from esign.validation.certificates import certificate_policies
from esign.validation.findings import Finding, FindingKind

SIMPLE, ADVANCED = 0, 1

_HELD_BY = {
    Oid.HELD_BY_SIGNATORY_PASSKEY: "signatory-passkey",
    Oid.HELD_BY_SIGNATORY: "signatory",
    Oid.HELD_BY_SIGNATORY_COMPANY_DEVICE: "signatory-company-device",
    Oid.HELD_BY_COMPANY: "company",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFacts:
    """What certificate and evidence together show.

    Args:
        level: 0 simple, 1 advanced. Qualified is never found here: only a trusted list can say so.
        held_by: Who holds the key, as the certificate's issuer says.
        identified_by: Who identified the person; ``email-address`` where nobody but the mailbox did.
        trust: ``sandbox`` or ``configured``.
        user_verified: Whether the device verified its user for this very signature.
    """

    level: int
    held_by: str
    identified_by: str
    trust: str
    user_verified: bool


def determine_level(certificate: bytes, evidence: CeremonyEvidence) -> LevelFacts:
    """Return the level that the certificate and the evidence support.

    A certificate without a clear word about its key counts as held by the company: the weakest reading.

    Args:
        certificate: The signer's certificate (DER).
        evidence: The evidence inside the signature.

    Raises:
        ValueError: Not a certificate.

    Source: Regulation (EU) No 910/2014 Art. 3 (10), (11), Art. 26; docs/ceremony-spec.md section 3.
    """
    policies = certificate_policies(certificate)
    holders = _holders(policies)
    held_by = holders[0] if len(holders) == 1 else "company"
    identified = Oid.IDENTIFIED_BY_PROVIDER in policies
    return LevelFacts(
        level=ADVANCED if held_by != "company" and identified else SIMPLE,
        held_by=held_by,
        identified_by=evidence.statement.identified_by if identified else BY_EMAIL,
        trust="sandbox" if Oid.SANDBOX in policies else "configured",
        user_verified=evidence.user_verification is not None,
    )


def contradictions(
    certificate: bytes, evidence: CeremonyEvidence, promised: int, *, user_verification: bool = False
) -> tuple[Finding, ...]:
    """Return where certificate, statement and promise do not say the same.

    Args:
        certificate: The signer's certificate (DER).
        evidence: The evidence inside the signature.
        promised: The level that the contract was promised: 0 simple, 1 advanced, 2 qualified.
        user_verification: Whether the signature policy demands a key behind a passkey that verified its user.

    Raises:
        ValueError: Not a certificate.
    """
    facts, statement = determine_level(certificate, evidence), evidence.statement
    policies = certificate_policies(certificate)
    identified = Oid.IDENTIFIED_BY_PROVIDER in policies
    checks = (
        (len(_holders(policies)) > 1, "the certificate names several holders of one key"),
        (facts.held_by != statement.held_by, "certificate and statement name different holders of the key"),
        (identified == (statement.identified_by == BY_EMAIL), "certificate and statement differ about who identified"),
        (facts.trust != statement.trust, "certificate and statement differ about the sandbox"),
        (
            facts.held_by == "signatory-passkey" and not facts.user_verified,
            "a passkey guards the key, but no user was verified",
        ),
        (
            user_verification and not (facts.held_by == "signatory-passkey" and facts.user_verified),
            "the policy demands a passkey that verified its user",
        ),
        (facts.level != statement.level, "certificate and statement do not support the same level"),
        (facts.level != promised, "the level is not the promised one"),
    )
    return tuple(Finding(kind=FindingKind.LEVEL_CONTRADICTION, what=what) for wrong, what in checks if wrong)


def seal_contradictions(certificate: bytes) -> tuple[Finding, ...]:
    """Return what speaks against a certificate as that of the company's seal.

    A trust service provider's seal certificate says nothing about who holds the key; it must not name a signatory.

    Args:
        certificate: The seal's certificate (DER).

    Raises:
        ValueError: Not a certificate.
    """
    if _holders(certificate_policies(certificate)) in ([], ["company"]):
        return ()
    what = "the seal's certificate says that somebody other than the company holds the key"
    return (Finding(kind=FindingKind.LEVEL_CONTRADICTION, what=what),)


def _holders(policies: frozenset[str]) -> list[str]:
    return [holder for oid, holder in _HELD_BY.items() if oid in policies]
