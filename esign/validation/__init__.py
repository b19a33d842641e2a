"""Validation: what a file proves. Verdicts are values with findings; nothing is fetched, only anchors are trusted.

What enters: a signed PDF, what it is expected to be, trust anchors, an instant. What leaves: a report with findings.
What may be touched here: nothing. Clauses: ETSI EN 319 102-1 (validation), EN 319 142-1 (PAdES), RFC 5280, RFC 3161,
``docs/ceremony-spec.md`` sections 7 and 8.

The release check brings a second opinion along, a large library; whoever only asks for verdicts does not load it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from esign.validation.certificates import TrustAnchors
from esign.validation.errors import ValidationError
from esign.validation.findings import Finding, FindingKind

if TYPE_CHECKING:
    from esign.validation.level import LevelFacts, contradictions, determine_level
    from esign.validation.release import ReleaseExpectation, ReleaseReport, check_release

_LATER = {
    "LevelFacts": "esign.validation.level",
    "contradictions": "esign.validation.level",
    "determine_level": "esign.validation.level",
    "ReleaseExpectation": "esign.validation.release",
    "ReleaseReport": "esign.validation.release",
    "check_release": "esign.validation.release",
}

__all__ = [
    "Finding",
    "FindingKind",
    "LevelFacts",
    "ReleaseExpectation",
    "ReleaseReport",
    "TrustAnchors",
    "ValidationError",
    "check_release",
    "contradictions",
    "determine_level",
]


def __getattr__(name: str) -> object:
    """Load what a name stands for when it is asked for."""
    if name not in _LATER:
        raise AttributeError(name)
    return getattr(import_module(_LATER[name]), name)
