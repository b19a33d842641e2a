"""The differences behind a signature, judged by what it permits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from esign.validation.changes.change import Change, ChangeKind, Noted
from esign.validation.changes.found import FoundSignature
from esign.validation.changes.permission import ANNOTATIONS, FORMS, NOTHING, Permission, strictest
from esign.validation.findings import Finding, FindingKind

_ALWAYS = {
    ChangeKind.SECURITY_STORE,
    ChangeKind.DOCUMENT_TIMESTAMP,
    ChangeKind.METADATA,
    ChangeKind.EXTENSION,
    ChangeKind.UNUSED,
    ChangeKind.STRUCTURE,
    ChangeKind.IDENTIFIER,
    ChangeKind.EMPTY_UPDATE,
    ChangeKind.PADDING,
}
"""ISO 32000-2 clause 12.8.2.2.2: a security store and document timestamps are permitted whatever P says."""
_FORMS = {ChangeKind.SIGNATURE, ChangeKind.SIGNATURE_FIELD, ChangeKind.FORM_FILLING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a rule makes of one revision's differences.

    Args:
        changes: What was done, each once.
        findings: What speaks against the document, each once.
    """

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What differences behind a signature are judged by; signatures that permit the same share one rule.

    Args:
        permission: What the signature permits.
        level: The strictest P that applies; None where nothing certifies the document.
        filled: The fields that were filled in when it was signed, where nothing certifies the document.
    """

    permission: Permission
    level: int | None
    filled: frozenset[str] = frozenset()

    @classmethod
    def of(cls, signature: FoundSignature, certified: int | None, filled: frozenset[str] = frozenset()) -> Self:
        """Return the rule of a signature.

        Args:
            signature: The signature.
            certified: The strictest P of the certifications that the signed revision holds; None where it holds none.
            filled: The fields that were filled in when it was signed.
        """
        permission = signature.permission
        level = strictest(certified, strictest(permission.certifies, permission.afterwards))
        return cls(permission=permission, level=level, filled=filled if level is None else frozenset())

    def judge(self, notes: Iterable[Noted]) -> Judgement:
        """Return what the rule makes of differences.

        1. What nothing permits is a finding in any case.
        2. The store, timestamps and what goes with them are always permitted.
        3. Later signatures and filling in of forms need P = 2 or 3; without certification this is what is permitted.
        4. Remarks need P = 3; they are told all the same, and those over what was signed are told as such.
        5. A field that the signature locked may not be filled in, and without a certification that permits it none that
           was filled in when it was signed: whoever signed saw what it said.

        Args:
            notes: What one revision did.

        Source: ISO 32000-2 clauses 12.8.2.2, 12.8.2.4; ETSI EN 319 142-1 clause 5.5.
        """
        changes: dict[Change, None] = {}
        findings: dict[Finding, None] = {}
        for note in notes:
            found = tuple(self._findings(note))
            permitted = all(finding.kind is FindingKind.PERMITTED_CHANGE_ANNOTATION for finding in found)
            changes[Change(kind=note.kind, permitted=permitted, what=note.what, page=note.page)] = None
            findings.update(dict.fromkeys(found))
        return Judgement(changes=tuple(changes), findings=tuple(findings))

    def _findings(self, note: Noted) -> Iterator[Finding]:
        level = FORMS if self.level is None else self.level
        violation = FindingKind.MODIFIED_AFTER_SIGNING if self.level is None else FindingKind.DOCMDP_VIOLATION
        if note.finding is not None:
            yield Finding(kind=note.finding, what=note.what)
        if note.kind in _FORMS:
            if level <= NOTHING:
                yield Finding(kind=violation, what=f"{note.what}, which the certification forbids")
            named = note.field if note.kind is not ChangeKind.SIGNATURE_FIELD else None
            if named is not None and self.permission.locks(named):
                yield Finding(kind=FindingKind.FIELDMDP_VIOLATION, what=f"{note.what}, though the signature locked it")
            if note.kind is ChangeKind.FORM_FILLING and note.field in self.filled:
                yield Finding(kind=violation, what=f"{note.what}, though it was filled in when it was signed")
        elif note.kind is ChangeKind.ANNOTATION:
            if level < ANNOTATIONS:
                yield Finding(kind=violation, what=f"{note.what}, which the signature does not permit")
            else:
                yield Finding(kind=FindingKind.PERMITTED_CHANGE_ANNOTATION, what=note.what)
            if note.overlays:
                yield Finding(kind=FindingKind.ANNOTATION_OVERLAYS_CONTENT, what=note.what)
        elif note.kind not in _ALWAYS and note.finding is None:
            yield Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=note.what)
