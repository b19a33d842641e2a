"""The differences behind a signature, judged by what it permits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from esign.validation.changes.change import Change, ChangeKind, Noted
from esign.validation.changes.found import FoundSignature
from esign.validation.changes.permission import ANNOTATIONS, FORMS, NOTHING
from esign.validation.findings import Finding, FindingKind

_ALWAYS = {
    ChangeKind.SECURITY_STORE,
    ChangeKind.DOCUMENT_TIMESTAMP,
    ChangeKind.METADATA,
    ChangeKind.EXTENSION,
    ChangeKind.UNUSED,
    ChangeKind.STRUCTURE,
}
"""ISO 32000-2 clause 12.8.2.2.2: a security store and document timestamps are permitted whatever P says."""
_FORMS = {ChangeKind.SIGNATURE, ChangeKind.SIGNATURE_FIELD, ChangeKind.FORM_FILLING}


def judge(
    notes: Iterable[Noted], signature: FoundSignature, certified: int | None
) -> tuple[tuple[Change, ...], tuple[Finding, ...]]:
    """Return the changes behind a signature, and what speaks against the document.

    1. What nothing permits is a finding in any case.
    2. The store, timestamps and what goes with them are always permitted.
    3. Later signatures and filling in of forms need P = 2 or 3; without certification this is what is permitted.
    4. Remarks need P = 3; they are told all the same, and those over what was signed are told as such.
    5. A field that the signature locked may not be filled in.

    Args:
        notes: The differences of all later revisions, in order.
        signature: The signature.
        certified: The strictest P of the certifications that the signed revision holds; None where it holds none.

    Source: ISO 32000-2 clauses 12.8.2.2, 12.8.2.4; ETSI EN 319 142-1 clause 5.5.
    """
    changes: dict[Change, None] = {}
    findings: dict[Finding, None] = {}
    for note in notes:
        found = tuple(_findings(note, signature, certified))
        permitted = all(finding.kind is FindingKind.PERMITTED_CHANGE_ANNOTATION for finding in found)
        changes[Change(kind=note.kind, permitted=permitted, what=note.what, page=note.page)] = None
        findings.update(dict.fromkeys(found))
    return tuple(changes), tuple(findings)


def _findings(note: Noted, signature: FoundSignature, certified: int | None) -> Iterator[Finding]:
    permission = signature.permission
    levels = [level for level in (certified, permission.certifies, permission.afterwards) if level is not None]
    level = min(levels) if levels else FORMS
    violation = FindingKind.DOCMDP_VIOLATION if levels else FindingKind.MODIFIED_AFTER_SIGNING
    if note.finding is not None:
        yield Finding(kind=note.finding, what=note.what)
    if note.kind in _FORMS:
        if level <= NOTHING:
            yield Finding(kind=violation, what=f"{note.what}, which the certification forbids")
        if note.field is not None and note.kind is not ChangeKind.SIGNATURE_FIELD and permission.locks(note.field):
            yield Finding(kind=FindingKind.FIELDMDP_VIOLATION, what=f"{note.what}, though the signature locked it")
    elif note.kind is ChangeKind.ANNOTATION:
        if level < ANNOTATIONS:
            yield Finding(kind=violation, what=f"{note.what}, which the signature does not permit")
        else:
            yield Finding(kind=FindingKind.PERMITTED_CHANGE_ANNOTATION, what=note.what)
        if note.overlays:
            yield Finding(kind=FindingKind.ANNOTATION_OVERLAYS_CONTENT, what=note.what)
    elif note.kind not in _ALWAYS and note.finding is None:
        yield Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=note.what)
