"""What is found about an invoice: kinds, identifiers of rules, places; nothing of what the invoice says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from esign.sealing.invoices.profiles import Profile, Syntax


class FindingKind(StrEnum):
    """What a finding is about; the policy decides by kind."""

    NO_INVOICE = "no_invoice"
    SEVERAL_INVOICES = "several_invoices"
    UNREADABLE = "unreadable"
    PROFILE_UNKNOWN = "profile_unknown"
    SCHEMA = "schema"
    RULE_FATAL = "rule_fatal"
    RULE_WARNING = "rule_warning"
    MISMATCH = "mismatch"
    DECLARATION = "declaration"
    RULES_NOT_AVAILABLE = "rules_not_available"
    NATIONAL_RULES_NOT_AVAILABLE = "national_rules_not_available"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFinding:
    """One thing that is not as it should be."""

    kind: FindingKind
    rule_id: str
    """Identifier of the rule, ``BR-CO-10``; or a stable word of ours, ``mismatch.profile``."""
    location: str = ""
    """Path of elements, without values; of several places the first."""
    count: int = 1
    """In how many places."""

    @property
    def severity(self) -> str:
        """``warning`` for what a rule only advises, else ``fatal``; what becomes of it says the policy."""
        return "warning" if self.kind in (FindingKind.RULE_WARNING, FindingKind.DECLARATION) else "fatal"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Rules that an invoice was checked against."""

    name: str
    """``facturx-en16931.xsd``, ``xrechnung-ubl`` …"""
    version: str
    sha256: str
    """Of the file that begins the set, in hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReport:
    """What was found about the invoice of a document, and against which rules."""

    syntax: Syntax | None
    """None where there is no invoice."""
    profile: Profile | None
    findings: tuple[RuleFinding, ...] = ()
    rules: tuple[RuleSet, ...] = ()
    """What was run, XML schema first."""
    sampled: bool = True
    """False where the policy left this invoice out of the sample whose rules are run, or asks for none."""

    @property
    def checked(self) -> bool:
        """Whether at least the XML schema was run; what could not be run was not checked."""
        return self.sampled and bool(self.rules)

    @property
    def notes(self) -> tuple[str, ...]:
        """The findings' identifiers, each once, as the result of a sealed document carries them."""
        return tuple(dict.fromkeys(finding.rule_id for finding in self.findings))

    @property
    def not_available(self) -> tuple[str, ...]:
        """Which rules could not be run, and why."""
        kinds = (FindingKind.RULES_NOT_AVAILABLE, FindingKind.NATIONAL_RULES_NOT_AVAILABLE)
        return tuple(finding.rule_id for finding in self.findings if finding.kind in kinds)
