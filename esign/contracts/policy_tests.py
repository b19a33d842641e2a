"""Policies prove themselves: every file in ``contracts`` and ``wording`` carries its own test cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from esign.contracts.buttons import OrderButtons, lawful
from esign.contracts.consents.policy_tests import consent_faults
from esign.contracts.data import ContractData
from esign.contracts.deadlines.policy_tests import deadline_faults
from esign.contracts.declaration import declaration_text
from esign.contracts.duties.policy_tests import duty_faults
from esign.contracts.form_policy_tests import form_faults
from esign.contracts.policy_cases import case_faults, day_fault
from esign.contracts.retention import retention_faults
from esign.contracts.rights.policy_tests import right_faults
from esign.contracts.summary import order_summary
from esign.contracts.text import ContractText, Section, compose
from esign.contracts.wording import all_wordings
from esign.policy import policies_root


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFault:
    """A test case of a policy file that does not hold."""

    file: str
    case: int
    """Position in the file's ``tests``, from 1."""
    what: str


def check_policies() -> tuple[PolicyFault, ...]:
    """Run the test cases of every folder that the law of contracts reads.

    Returns:
        What does not hold; empty where all is well.

    Raises:
        PolicyMalformed: A file cannot be read or does not fit its schema.
    """
    found = (
        *_faults(),
        *form_faults(),
        *deadline_faults(),
        *right_faults(),
        *duty_faults(),
        *consent_faults(),
        *retention_faults(),
    )
    own = (PolicyFault(file=file, case=case, what=what) for file, case, what in found)
    return (*own, *_unlawful_labels())


def samples() -> tuple[tuple[str, bytes], ...]:
    """Return file name and bytes of every sample contract."""
    return tuple((path.name, path.read_bytes()) for path in sorted((policies_root() / "samples").glob("*.json")))


def _faults() -> Iterator[tuple[str, int, str]]:
    for folder in ("contracts", "wording"):
        yield from case_faults(folder, _run)


def _unlawful_labels() -> Iterator[PolicyFault]:
    """Yield the labels that a policy allows and the law does not: they are never offered, whatever the policy says."""
    for path, policy in all_wordings("wording"):
        refused = frozenset(item["label"].casefold() for item in policy.get("refused", ()))
        for item in policy.get("paid", ()):
            if not lawful(item["label"], refused):
                what = f"the label „{item['label']}“ cannot stand on an order button (BGB § 312j (3))"
                yield PolicyFault(file=f"wording/{path.name}", case=0, what=what)


def _run(policy: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    if "label" in case:
        return _label(case)
    if "level" in case:
        texts = policy["levels"][case["level"]]
        said = " ".join([*texts["word"].values(), *texts["sentence"].values()]).casefold()
        return f"says {case['lacks']}" if case["lacks"].casefold() in said else ""
    if "day" in case:
        return day_fault(policy, case)
    return _sample(case)


def _label(case: Mapping[str, Any]) -> str:
    buttons = OrderButtons.on(date(2026, 11, 20))
    if buttons.allows(case["label"], lang=case["lang"], paid=case["paid"] == "true"):
        found = "allowed"
    else:
        found = "refused" if buttons.refuses(case["label"]) else "not listed"
    return "" if found == case["expect"] else f"label is {found}"


def _sample(case: Mapping[str, Any]) -> str:
    contract = ContractData.parse(dict(samples())[case["sample"]])
    everything = words(compose(contract))
    declared = declaration_text(contract)
    shown = [line.label for line in order_summary(contract).lines]
    holds = {
        "declares": case.get("declares", "") in declared,
        "shows": case.get("shows", shown[0]) in shown,
        "contains": case.get("contains", "") in everything,
        "lacks": "lacks" not in case or case["lacks"] not in everything,
        "never_says": "never_says" not in case or case["never_says"] not in everything + declared,
    }
    failed = [name for name, held in holds.items() if not held]
    return f"fails: {', '.join(failed)}" if failed else ""


def words(text: ContractText) -> str:
    """Return every word of a contract in one string, for searching."""
    sections: tuple[Section, ...] = (*text.sheet, *text.clauses, *text.instruction)
    sections += tuple(section for section in (text.conclusion, text.form) if section is not None)
    parts = [
        text.lead,
        text.facts_title,
        text.sheet_title,
        text.sheet_note,
        text.instruction_title,
        text.level_sentence,
    ]
    parts += [part for group in text.facts for fact in group.facts for part in (group.heading, fact.label, fact.value)]
    parts += [part for section in sections for part in (section.heading, *section.paragraphs, *section.points)]
    declared = [paragraph for party in text.declarations for paragraph in party.paragraphs]
    return "\n".join([*parts, *declared, *text.notes])
