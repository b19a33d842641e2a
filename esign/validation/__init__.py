"""Validation: what a file proves. Verdicts are values with findings; nothing is fetched, only anchors are trusted.

What enters: a signed PDF, what it is expected to be, trust anchors, an instant. What leaves: a report with findings.
What may be touched here: nothing. Clauses: ETSI EN 319 102-1 (validation), EN 319 142-1 (PAdES), RFC 5280, RFC 3161,
``docs/ceremony-spec.md`` sections 7 and 8.
"""

from esign.validation.certificates import TrustAnchors
from esign.validation.errors import ValidationError
from esign.validation.findings import Finding, FindingKind
from esign.validation.level import LevelFacts, contradictions, determine_level
from esign.validation.release import ReleaseExpectation, ReleaseReport, check_release

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
