"""Who signed, on what level, and whether all of it is a sandbox: from certificates, evidence and timestamps.

What a certificate says about the holder of its key counts only where its chain leads to a trust anchor and the
signature is intact, and a level is named only for a signature that is valid. That something is a sandbox counts from
whoever says so.

Source: Regulation (EU) No 910/2014 Art. 3 (10) to (12), (25) to (27), Art. 26, 36; docs/ceremony-spec.md section 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from esign.foundation.identifiers import Oid
from esign.pades.errors import EvidenceEncodingError
from esign.pades.evidence import CeremonyEvidence
from esign.policy.levels import LegalLevel
from esign.validation.certificates import certificate_policies
from esign.validation.findings import Finding, FindingKind
from esign.validation.level import contradictions, determine_level, seal_contradictions
from esign.validation.process import Indication, Validated
from esign.validation.process.ber import SEQUENCE, SET, Cursor
from esign.validation.process.certificate import read_certificate
from esign.validation.process.cms import SignedMessage
from esign.validation.process.errors import CmsUnreadable
from esign.validation.qc_statements import QcType
from esign.validation.qualification import Qualification, QualificationReport
from esign.validation.qualification_rules import Answer

_SANDBOX = re.compile(r"\bSANDBOX\b")
_COMPANY = "company"
_LONGEST_NAME = 256
_CODECS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be", 0x1C: "utf-32-be"}
_ORGANIZATION_IDENTIFIER = "2.5.4.97"
_COMMON, _PSEUDONYM, _SURNAME, _GIVEN, _ORGANIZATION = "2.5.4.3", "2.5.4.65", "2.5.4.4", "2.5.4.42", "2.5.4.10"
_LEVELS = {
    Qualification.QUALIFIED_SIGNATURE: LegalLevel.QUALIFIED,
    Qualification.QUALIFIED_SEAL: LegalLevel.QUALIFIED,
    Qualification.ADVANCED_SIGNATURE_QC: LegalLevel.ADVANCED,
    Qualification.ADVANCED_SEAL_QC: LegalLevel.ADVANCED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known about the person and the key behind a signature.

    Args:
        legal_level: ``simple``, ``advanced``, ``qualified``, of a signature or a seal; None where it is not valid or
            nobody says so.
        held_by: Who holds the key.
        identified_by: Who identified the person.
        signer: Name, for people.
        sandbox: Whether anything of it is a sandbox.
        findings: Where certificate and statement contradict each other, or the statement cannot be read.
    """

    legal_level: str | None = None
    held_by: str | None = None
    identified_by: str | None = None
    signer: str | None = None
    sandbox: bool = False
    findings: tuple[Finding, ...] = ()


def standing_of(
    result: Validated, message: SignedMessage | None, qualified: QualificationReport | None, *, intact: bool
) -> Standing:
    """Return what is known about the person and the key behind a signature.

    Args:
        result: What the process of validation says.
        message: Its CMS, where it can be read.
        qualified: What the trusted lists say, where there are some.
        intact: Whether what it covers is what was signed.
    """
    findings: list[Finding] = []
    evidence = _evidence(message, findings)
    level = held_by = identified_by = None
    policies: frozenset[str] = frozenset()
    if result.signer is not None:
        with suppress(ValueError):
            policies = certificate_policies(result.signer)
    if result.trusted and intact and result.signer is not None and policies:
        if evidence is not None:
            facts = determine_level(result.signer, evidence)
            level = LegalLevel(facts.level).name.lower()
            held_by, identified_by = facts.held_by, facts.identified_by
            findings += contradictions(result.signer, evidence, evidence.statement.level)
        elif Oid.HELD_BY_COMPANY in policies:
            level, held_by = _seal_level(result.signer).name.lower(), _COMPANY
            findings += seal_contradictions(result.signer)
    if qualified is not None and result.trusted and intact:
        listed = _level(qualified)
        level = listed.name.lower() if listed is not None else level
    said = evidence is not None and evidence.statement.trust == "sandbox"
    return Standing(
        legal_level=level if result.indication is Indication.TOTAL_PASSED else None,
        held_by=held_by,
        identified_by=identified_by,
        signer=None if result.signer is None else name_of(result.signer),
        sandbox=said or Oid.SANDBOX in policies or is_sandbox(result),
        findings=tuple(findings),
    )


def _seal_level(certificate: bytes) -> LegalLevel:
    """Return the level of a company's seal on its own behalf, without a ceremony.

    It is an advanced electronic seal where the certificate, by a trusted issuer's word, is one of a legal person
    (``organizationIdentifier``) whose key that person holds; otherwise a simple one, the weakest reading.

    Source: Regulation (EU) No 910/2014 Art. 36; ETSI EN 319 412-3 clause 4.2.1.
    """
    with suppress(CmsUnreadable):
        if _ORGANIZATION_IDENTIFIER in _attributes(read_certificate(certificate).subject):
            return LegalLevel.ADVANCED
    return LegalLevel.SIMPLE


def _level(qualified: QualificationReport) -> LegalLevel | None:
    """Return the level that the trusted lists say; None where they say none.

    A certificate that was a qualified one when it was issued, and whose service was withdrawn before it was used, makes
    an advanced signature: who holds it was identified as the Regulation asks.
    """
    if qualified.qualification in _LEVELS:
        return _LEVELS[qualified.qualification]
    issued = qualified.at_issuance
    once = issued is not None and issued.qualified is Answer.YES and issued.kind is not QcType.WEB
    return LegalLevel.ADVANCED if once and qualified.qualification is Qualification.NOT_QUALIFIED else None


def is_sandbox(result: Validated) -> bool:
    """Whether a signature or timestamp, or one of its timestamps, says of itself that it comes from a sandbox."""
    if any(stamp.policy == Oid.SANDBOX_TIMESTAMP for stamp in result.timestamps):
        return True
    chains: Iterable[bytes] = (
        *((result.signer,) if result.signer is not None else ()),
        *result.chain,
        *(der for stamp in result.timestamps for der in stamp.chain),
    )
    return any(_SANDBOX.search(name_of(der) or "") for der in dict.fromkeys(chains))


def name_of(der: bytes) -> str | None:
    """Return the name in a certificate for people: common name, pseudonym, given name and surname, or organisation."""
    try:
        return readable_name(read_certificate(der).subject)
    except CmsUnreadable:
        return None


def readable_name(name: bytes) -> str | None:
    """Return the same of a raw name.

    Args:
        name: DER.

    Raises:
        CmsUnreadable: It is no name.
    """
    found = _attributes(name)
    person = " ".join(part for part in (found.get(_GIVEN), found.get(_SURNAME)) if part)
    return found.get(_COMMON) or found.get(_PSEUDONYM) or person or found.get(_ORGANIZATION)


def _attributes(name: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    cursor = Cursor(name).inside(SEQUENCE)
    while cursor.tag != -1:
        parts = cursor.inside(SET)
        while parts.tag != -1:
            attribute = parts.inside(SEQUENCE)
            kind = attribute.oid()
            value = attribute.next()
            codec = _CODECS.get(value.tag)
            if codec is None:
                continue
            text = attribute.data[value.content : value.stop].decode(codec, "replace")
            shown = "".join(letter if letter.isprintable() else " " for letter in text).strip()[:_LONGEST_NAME]
            if shown:
                found.setdefault(kind, shown)
    return found


def _evidence(message: SignedMessage | None, findings: list[Finding]) -> CeremonyEvidence | None:
    values = message.attributes.get(Oid.CEREMONY_EVIDENCE, ()) if message is not None else ()
    if not values:
        return None
    try:
        if len(values) != 1:
            raise EvidenceEncodingError("the evidence does not stand exactly once")
        return CeremonyEvidence.from_der(values[0])
    except EvidenceEncodingError as error:
        what = f"the evidence of the ceremony cannot be read: {error.detail}"
        findings.append(Finding(kind=FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT, what=what))
        return None
