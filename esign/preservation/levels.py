"""The baseline levels as steps of a ladder, and the step on which a signature stands."""

from __future__ import annotations

from enum import IntEnum

from esign.validation.verdict import SignatureVerdict

_PREFIXES = ("PAdES-BASELINE-", "PKCS7-")
_EXTENDED = frozenset({"PAdES-BES", "PAdES-EPES", "PAdES-LTV"})


class BaselineLevel(IntEnum):
    """What stands in a file beside a signature. Source: ETSI EN 319 142-1 clause 6."""

    B = 0
    """The signature."""
    T = 1
    """A timestamp that proves when it existed at the latest."""
    LT = 2
    """Certificates and revocation data for it and its timestamps."""
    LTA = 3
    """A document timestamp over all that."""

    @property
    def label(self) -> str:
        """The level's name as commands have it, such as ``B-LTA``."""
        return f"B-{self.name}"

    @classmethod
    def named(cls, label: str) -> BaselineLevel:
        """Return the level with such a name."""
        return cls[label.removeprefix("B-")]


def standing_at(signature: SignatureVerdict) -> BaselineLevel | None:
    """Return the step on which a signature stands; None for one of a kind that has none.

    PKCS #7 and the extended profiles of PAdES climb the same ladder; theirs is told from the same facts.

    Source: ETSI EN 319 142-1 clause 6; EN 319 142-2 clauses 4 and 5.
    """
    for prefix in _PREFIXES:
        if signature.level.startswith(prefix):
            return BaselineLevel[signature.level.removeprefix(prefix)]
    if signature.level not in _EXTENDED:
        return None
    facts = signature.result.level
    if not facts.signature_timestamps and not facts.document_timestamps:
        return BaselineLevel.B
    if not facts.revocation_complete:
        return BaselineLevel.T
    return BaselineLevel.LTA if facts.document_timestamps and facts.material_covered else BaselineLevel.LT
