"""What came of an augmentation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from esign.preservation.levels import BaselineLevel
from esign.validation.verdict import FileVerdict
from esign.validation.verdict.signature_verdict import written


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLevels:
    """The level of one signature before and afterwards, as ``esign verify`` names it."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmented:
    """A file with its signatures on the level that was wanted.

    Args:
        data: The file; what was handed in is its beginning.
        level: What was wanted.
        added: Kinds of the revisions behind the original, in order: ``document_timestamp``, ``security_store``.
        imprint_hash: The hash of the new timestamps; None without one.
        signatures: In the order of the file.
        renew_before: When the newest document timestamp stops proving something by itself: its authority's
            certificate ends or an algorithm weakens; None without a document timestamp.
        verdict: On the file as it is now.
    """

    data: bytes
    level: BaselineLevel
    added: tuple[str, ...]
    imprint_hash: str | None
    signatures: tuple[SignatureLevels, ...]
    renew_before: datetime | None
    verdict: FileVerdict

    @property
    def changed(self) -> bool:
        """Whether anything was added."""
        return bool(self.added)

    def to_json(self) -> dict[str, Any]:
        """Return it as ``esign augment --json`` prints it, without the names of files."""
        return {
            "level": self.level.label,
            "changed": self.changed,
            "added": list(self.added),
            "imprint_hash": self.imprint_hash,
            "signatures": [
                {"field": one.field, "level_before": one.before, "level_after": one.after} for one in self.signatures
            ],
            "renew_before": written(self.renew_before),
            "sandbox": self.verdict.sandbox,
        }
