"""What is said about one signature, one document timestamp and one attachment: values, and their JSON."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as made
from datetime import UTC, datetime
from typing import Any

from esign.validation.changes import Changes
from esign.validation.findings import Finding, FindingKind
from esign.validation.process import Indication, SubIndication, Validated
from esign.validation.qualification import Qualification, QualificationReport
from esign.validation.verdict.place import Place

SPOKEN = {
    FindingKind.ATTRIBUTES_DIFFER: FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT,
    FindingKind.CERTIFICATE_DIFFERS: FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT,
    FindingKind.LEVEL_CONTRADICTION: FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT,
}
"""Kinds that the release check knows and the closed list of ``esign verify`` does not: what they are called there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureVerdict:
    """Everything about one signature.

    Args:
        field: Fully qualified name of its field.
        indication: The main indication, the bytes that it covers included.
        sub_indication: Why it did not pass.
        level: Such as ``PAdES-BASELINE-LTA``; structure, not trust.
        legal_level: ``simple``, ``advanced`` or ``qualified``; None where nothing trustworthy says so.
        qualification: What the trusted lists make of it; None where none were given.
        signer: Name in the certificate, for people; None where the certificate is not known.
        sandbox: Whether anything that it rests on is a sandbox.
        integrity: Whether what it covers is, byte for byte, what was signed.
        held_by: Who holds the key, as the certificate's issuer says; None where no trusted issuer says so.
        identified_by: Who identified the person, as the signature says and a trusted issuer confirms.
        findings: What speaks against it.
        changes: What was done behind it.
        result: The process of validation, with its steps.
        qualified: How the qualification was determined.
        place: Where it stands in the file, and what it signed.
    """

    field: str
    indication: Indication
    sub_indication: SubIndication | None
    level: str
    legal_level: str | None
    qualification: Qualification | None
    signer: str | None
    sandbox: bool
    integrity: bool
    held_by: str | None
    identified_by: str | None
    findings: tuple[Finding, ...]
    changes: Changes
    result: Validated
    qualified: QualificationReport | None = None
    place: Place = made(default_factory=Place)

    @property
    def signed_at(self) -> datetime | None:
        """The claimed time of signing."""
        return self.result.signed_at

    @property
    def proven_at(self) -> datetime | None:
        """Since when it is proven to exist over what stands in the file; None where that is not what was signed."""
        return self.result.proven_at if self.integrity else None

    def to_json(self) -> dict[str, Any]:
        """Return it as ``esign verify --json`` prints it."""
        return {
            "field": self.field,
            "indication": self.indication.value,
            "sub_indication": self.sub_indication.value if self.sub_indication else None,
            "level": self.level,
            "legal_level": self.legal_level,
            "qualification": self.qualification.value if self.qualification else None,
            "signed_at": written(self.signed_at),
            "proven_at": written(self.proven_at),
            "signer": self.signer,
            "sandbox": self.sandbox,
            "integrity": self.integrity,
            "covers_whole_file": self.changes.covers_whole_file,
            "changes_after": [
                {"kind": change.kind.value, "permitted": change.permitted, "what": change.what}
                for change in self.changes.changes
            ],
            "held_by": self.held_by,
            "identified_by": self.identified_by,
            "findings": spoken(self.findings),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampVerdict:
    """Everything about one document timestamp.

    Args:
        field: Fully qualified name of its field.
        indication: The main indication, the bytes that it covers included.
        sub_indication: Why it did not pass.
        authority: Name in the authority's certificate, for people.
        sandbox: Whether it comes from a sandbox.
        findings: What speaks against it.
        changes: What was done behind it.
        result: The process of validation, with its steps.
        place: Where it stands in the file, and what it signed.
    """

    field: str
    indication: Indication
    sub_indication: SubIndication | None
    authority: str | None
    sandbox: bool
    findings: tuple[Finding, ...]
    changes: Changes
    result: Validated
    place: Place = made(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentVerdict:
    """One file within the file.

    Args:
        name: As shown to people.
        sha256: Over its content (32 bytes).
        af_relationship: What it is to the document, such as ``/Alternative``; None where that is not stated.
        signed: Whether an intact signature covers exactly this name, content and relationship.
    """

    name: str
    sha256: bytes
    af_relationship: str | None
    signed: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as ``esign verify --json`` prints it."""
        return {
            "name": self.name,
            "sha256": self.sha256.hex(),
            "af_relationship": self.af_relationship,
            "signed": self.signed,
        }


def spoken(findings: tuple[Finding, ...]) -> list[str]:
    """Return the kinds of findings once each, in order, in the words of the closed list."""
    return list(dict.fromkeys(SPOKEN.get(finding.kind, finding.kind).value for finding in findings))


def written(at: datetime | None) -> str | None:
    """Return an instant as RFC 3339 in UTC."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
