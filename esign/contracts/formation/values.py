"""Who declares what, and how: the values that a formation is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from esign.contracts.form_requirement import Form
from esign.policy import LegalLevel


class Side(StrEnum):
    """One of the two sides of a contract."""

    CUSTOMER = "customer"
    TRADER = "trader"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.TRADER if self is Side.CUSTOMER else Side.CUSTOMER


class Among(StrEnum):
    """Whether the parties can answer each other at once.

    Source: BGB § 147.
    """

    PRESENT = "present"
    ABSENT = "absent"


class DeclarationKind(StrEnum):
    """What a declaration of intent (Willenserklärung) says; each kind has a form of its own."""

    OFFER = "offer"
    ACCEPTANCE = "acceptance"
    CHANGED_ACCEPTANCE = "changed_acceptance"
    REJECTION = "rejection"
    REVOCATION = "revocation"
    APPROVAL = "approval"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A rule of the law that decided something."""

    rule: str
    """Our stable word, such as ``formation.late``."""
    source: str
    """The clause, such as ``BGB § 150 (1)``."""
    consequence: str = ""
    consequence_de: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarant:
    """One of those who all have to declare."""

    name: str
    """``company`` or ``signatory-1`` and so on; never a person's name."""
    side: Side
    birth_date: date | None = None
    """Where it is known; decides whether the person can be bound (BGB §§ 2, 104–108)."""
    text_sha256: str = ""
    """Digest of the exact words that this person has to declare; empty: not fixed beforehand."""

    def years(self, day: date) -> int | None:
        """Return how many years of life the person has completed on a local day; None where it is not known.

        Source: BGB §§ 187 (2) sentence 2, 188 (2).
        """
        born = self.birth_date
        return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One person's declaration of intent, exactly as it was made."""

    kind: DeclarationKind
    declarant: str
    """Name of the :class:`Declarant` who declares or in whose name it is declared."""
    text_sha256: str
    """Digest of the exact words shown, lower-case hexadecimal."""
    document_sha256: str
    """Digest of the document that it is about: the draft that everybody signs, without signatures."""
    level: LegalLevel | None
    """Level of the electronic signature; None: not signed."""
    form: Form
    """The form in which it was made (BGB §§ 126–128)."""
    declared_at: datetime
    evidence: str
    """Reference to the proof, such as the ledger entry; no personal data."""
    representative: str = ""
    """Who declares in the declarant's name (BGB § 164 (1)); empty: the declarant."""
    button_label: str = ""
    """Label of the control by which it was declared."""
    sent_at: datetime | None = None
    """When it left the declarant; None: not known, or never."""
    received_at: datetime | None = None
    """When it reached everybody it is meant for, where that is known at once; else a receipt follows as an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationForm:
    """The form that one kind of declaration needs in this contract, frozen from the table of forms.

    Source: BGB §§ 125–126b; policies/form-requirements.
    """

    kind: DeclarationKind
    type: str
    form: Form
    level: LegalLevel | None
    source: str
    consequence: str
    consequence_de: str
    mark: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """Which state of a policy applied, so that it can be told later."""

    name: str
    version: str
    sha256: str
    """Digest of the canonical JSON of what the policy says."""
