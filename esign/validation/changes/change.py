"""What happened behind a signature: values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from esign.validation.findings import Finding, FindingKind


class ChangeKind(StrEnum):
    """The kinds of changes; each word is stable."""

    SECURITY_STORE = "security_store"
    """Certificates, revocation lists and answers were added for later checks."""
    DOCUMENT_TIMESTAMP = "document_timestamp"
    """A document timestamp was added."""
    SIGNATURE = "signature"
    """Somebody signed: a new field with its signature, or a field that stood empty."""
    SIGNATURE_FIELD = "signature_field"
    """An empty signature field was added."""
    FORM_FILLING = "form_filling"
    """A form field was filled in."""
    ANNOTATION = "annotation"
    """An annotation was added, changed or removed."""
    METADATA = "metadata"
    """The date of the last change and the program that made it were brought up to date."""
    STRUCTURE = "structure"
    """The tag tree learned of a new signature field."""
    EXTENSION = "extension"
    """The file names a newer version or an extension of the format."""
    UNUSED = "unused"
    """Something was written that no reader shows."""
    IDENTIFIER = "identifier"
    """The identifier of the file was brought up to date, exchanged or removed."""
    EMPTY_UPDATE = "empty_update"
    """An update was appended that does nothing of all this."""
    PADDING = "padding"
    """White space was appended, more than the end of a line."""
    MODIFICATION = "modification"
    """Anything else: nothing permits it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that was done behind a signature.

    Args:
        kind: What kind of thing.
        permitted: Whether the signature permits it.
        what: One plain English sentence. No personal data.
        page: The page that shows it, 1 is the first; None where no page does.
    """

    kind: ChangeKind
    permitted: bool
    what: str
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What stands behind one signature.

    Args:
        covers_whole_file: Whether the signature covers the whole file, its own hole excepted.
        changes: What was done behind it, in the order of the file.
        findings: What speaks against the document.
    """

    covers_whole_file: bool
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def permitted(self) -> tuple[Change, ...]:
        """The changes that the signature permits."""
        return tuple(change for change in self.changes if change.permitted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One difference between two revisions, before anybody's permission is asked.

    Args:
        kind: What kind of thing.
        what: One plain English sentence. No personal data.
        page: The page that shows it, 1 is the first.
        field: Fully qualified name of the form field that it is about.
        overlays: Whether it lies over what was signed.
        finding: What it is in any case, whatever a signature permits; None where that depends.
    """

    kind: ChangeKind
    what: str
    page: int | None = None
    field: str | None = None
    overlays: bool = False
    finding: FindingKind | None = None
