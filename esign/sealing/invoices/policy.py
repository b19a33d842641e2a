"""The policy for e-invoices: which rules are run, and what becomes of a document in which something is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from esign.policy import PolicyMalformed, PolicyNotFound, policies_root, read_policy
from esign.sealing.invoices import errors
from esign.sealing.invoices.findings import FindingKind, RuleFinding
from esign.sealing.invoices.profiles import Profile

STANDARD = "standard"
"""The policy that applies where the operator names none."""


class Decision(StrEnum):
    """What becomes of a document in which something is found."""

    SET_ASIDE = "set_aside"
    """It is not sealed."""
    NOTE = "note"
    """It is sealed, and the finding's identifier stands in the result."""
    IGNORE = "ignore"
    """It is sealed."""


class Run(StrEnum):
    """For how many invoices schema and rules are run."""

    ALL = "all"
    SAMPLE = "sample"
    NONE = "none"


ERRORS: Mapping[FindingKind, type[errors.InvoiceRejected]] = MappingProxyType(
    {
        FindingKind.UNREADABLE: errors.InvoiceUnreadable,
        FindingKind.SEVERAL_INVOICES: errors.InvoiceAmbiguous,
        FindingKind.NO_INVOICE: errors.InvoiceMissing,
        FindingKind.PROFILE_UNKNOWN: errors.InvoiceProfileUnknown,
        FindingKind.SCHEMA: errors.InvoiceAgainstSchema,
        FindingKind.RULE_FATAL: errors.InvoiceAgainstRules,
        FindingKind.RULE_WARNING: errors.InvoiceAgainstRules,
        FindingKind.MISMATCH: errors.InvoiceMismatch,
        FindingKind.DECLARATION: errors.InvoiceMismatch,
        FindingKind.RULES_NOT_AVAILABLE: errors.InvoiceRulesNotAvailable,
        FindingKind.NATIONAL_RULES_NOT_AVAILABLE: errors.InvoiceRulesNotAvailable,
    }
)
"""With which error a document is set aside, by the kind of what is found; of several findings the first kind here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePolicy:
    """What an operator decided about e-invoices."""

    name: str
    run: Run
    every: int
    """With ``run: sample``: one of how many."""
    decisions: Mapping[FindingKind, Decision]
    profiles: Mapping[Profile, Mapping[FindingKind, Decision]]
    """Where a profile differs from ``decisions``."""
    rules: Mapping[str, Decision]
    """Where a single rule differs from everything else, by its identifier."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Return the policy that a policy file means, already checked against its schema."""
        return cls(
            name=str(data["id"]),
            run=Run(data["rules"]),
            every=int(data.get("every", "1")),
            decisions=_decisions(data["decisions"]),
            profiles=MappingProxyType(
                {Profile(name): _decisions(table) for name, table in data.get("profiles", {}).items()}
            ),
            rules=MappingProxyType({item["rule"]: Decision(item["decision"]) for item in data.get("exceptions", ())}),
        )

    def decide(self, finding: RuleFinding, profile: Profile | None) -> Decision:
        """Return what becomes of a document because of one finding."""
        if finding.rule_id in self.rules:
            return self.rules[finding.rule_id]
        own = self.profiles.get(profile) if profile is not None else None
        return own[finding.kind] if own and finding.kind in own else self.decisions[finding.kind]

    def in_sample(self, digest: bytes) -> bool:
        """Tell whether schema and rules are run for the invoice of a digest: the same answer whenever it is asked."""
        if self.run is Run.SAMPLE:
            return int.from_bytes(digest[:8], "big") % self.every == 0
        return self.run is Run.ALL

    def judge(self, findings: Iterable[RuleFinding], profile: Profile | None) -> tuple[RuleFinding, ...]:
        """Return what the result of a sealed document shall name.

        Raises:
            InvoiceRejected: The document is not sealed; its facts name the profile and the rules.
        """
        noted = []
        refused: dict[FindingKind, list[RuleFinding]] = {}
        for finding in findings:
            decision = self.decide(finding, profile)
            if decision is Decision.SET_ASIDE:
                refused.setdefault(finding.kind, []).append(finding)
            elif decision is Decision.NOTE:
                noted.append(finding)
        for kind, error in ERRORS.items():
            if kind in refused:
                raise _error(error, refused[kind], profile)
        return tuple(noted)


def invoice_policy(name: str = STANDARD, root: Path | None = None) -> InvoicePolicy:
    """Return the policy for e-invoices of a name.

    Args:
        name: As the file in ``policies/invoices`` is called.
        root: The folder of all policies, if not ours.

    Raises:
        PolicyNotFound: There is none of this name.
        PolicyMalformed: Its file cannot be used.
    """
    folder = (root or policies_root()) / "invoices"
    if name not in {path.stem for path in folder.glob("*.yaml")}:
        raise PolicyNotFound("there is no policy for e-invoices of this name")
    return read_invoice_policy(folder / f"{name}.yaml")


def read_invoice_policy(path: Path) -> InvoicePolicy:
    """Return the policy of a file; an operator's own folder holds a copy of ``schema.json`` beside it.

    Raises:
        PolicyMalformed: It cannot be used.
    """
    data = read_policy(path)
    if data["id"] != path.stem:
        raise PolicyMalformed("the file is not called as its policy", file=path.name)
    return InvoicePolicy.of(data)


def _decisions(table: Mapping[str, str]) -> Mapping[FindingKind, Decision]:
    return MappingProxyType({FindingKind(kind): Decision(word) for kind, word in table.items()})


def _error(
    error: type[errors.InvoiceRejected], findings: list[RuleFinding], profile: Profile | None
) -> errors.InvoiceRejected:
    rules = tuple(dict.fromkeys(finding.rule_id for finding in findings))
    return error(rules=rules[:20], findings=len(rules), profile="" if profile is None else profile.value)
