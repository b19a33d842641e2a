"""For which certificates a qualifier stands: lists of criteria, and whether a certificate meets them.

Three answers: True, False, and None where a criterion is not understood or malformed and could decide either way.

Source: ETSI TS 119 612 clause 5.5.9.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Assertion(StrEnum):
    """How the criteria of a list are taken together. Source: ETSI TS 119 612 clause 5.5.9.2.2."""

    ALL = "all"
    AT_LEAST_ONE = "atLeastOne"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateTraits:
    """What criteria ask of a certificate.

    ``key_usages`` are the bits that are set, by the names of RFC 5280 (``nonRepudiation`` among them); None where the
    certificate does not say. Object identifiers are dotted.
    """

    key_usages: frozenset[str] | None
    policies: frozenset[str]
    extended_key_usages: frozenset[str]
    subject_attributes: frozenset[str]


class Criterion(Protocol):
    """One condition on a certificate."""

    def met(self, traits: CertificateTraits) -> bool | None:
        """Tell whether a certificate meets it; None: that cannot be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUsageCriterion:
    """Bits of the key usage that must be as stated. Source: clause 5.5.9.2.2.1."""

    bits: tuple[tuple[str, bool], ...]

    def met(self, traits: CertificateTraits) -> bool | None:
        """Tell whether every stated bit is as stated; a certificate without key usage meets none."""
        usages = traits.key_usages
        return usages is not None and all((name in usages) == value for name, value in self.bits)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySetCriterion:
    """Certificate policies that must all be stated. Source: clause 5.5.9.2.2.2."""

    policies: frozenset[str]

    def met(self, traits: CertificateTraits) -> bool | None:
        """Tell whether the certificate states all of them."""
        return self.policies <= traits.policies


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedKeyUsageCriterion:
    """Extended key usages that must all be stated. Source: clause 5.5.9.2.2.3."""

    usages: frozenset[str]

    def met(self, traits: CertificateTraits) -> bool | None:
        """Tell whether the certificate states all of them."""
        return self.usages <= traits.extended_key_usages


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectAttributesCriterion:
    """Attributes that must all stand in the subject's name. Source: clause 5.5.9.2.2.3."""

    attributes: frozenset[str]

    def met(self, traits: CertificateTraits) -> bool | None:
        """Tell whether the subject has all of them."""
        return self.attributes <= traits.subject_attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCriterion:
    """A criterion that this software does not understand."""

    name: str

    def met(self, _traits: CertificateTraits) -> bool | None:
        """Tell that it cannot be told."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaList:
    """Criteria taken together; lists may stand in lists."""

    assertion: Assertion
    criteria: tuple[Criterion, ...]

    def met(self, traits: CertificateTraits) -> bool | None:
        """Tell whether a certificate meets them; an empty list can be met by nothing and nobody: None."""
        if not self.criteria:
            return None
        answers = [criterion.met(traits) for criterion in self.criteria]
        if self.assertion is Assertion.ALL:
            return _all(answers)
        at_least_one = _negated(_all([_negated(answer) for answer in answers]))
        return at_least_one if self.assertion is Assertion.AT_LEAST_ONE else _negated(at_least_one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """Qualifiers (URIs) and the criteria of the certificates that they are for.

    ``critical``: whether the list says that who does not understand one of them must not go on.
    """

    qualifiers: tuple[str, ...]
    criteria: CriteriaList
    critical: bool = True


def _all(answers: Iterable[bool | None]) -> bool | None:
    known = list(answers)
    if False in known:
        return False
    return None if None in known else True


def _negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
