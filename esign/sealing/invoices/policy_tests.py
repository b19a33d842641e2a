"""Policies for e-invoices prove themselves: each file's ``tests:`` say what becomes of what findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from esign.sealing.invoices.errors import InvoiceRejected
from esign.sealing.invoices.findings import FindingKind, RuleFinding
from esign.sealing.invoices.policy import InvoicePolicy
from esign.sealing.invoices.profiles import Profile


def wrong_invoice_cases(content: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield the number of each test case of a policy file that does not hold, and what came out instead.

    Args:
        content: The file, checked against its schema.
    """
    policy = InvoicePolicy.of(content)
    for number, case in enumerate(content["tests"], start=1):
        profile = Profile(case["profile"]) if case["profile"] else None
        try:
            findings = tuple(_finding(word) for word in case["findings"].split())
        except ValueError:
            yield number, "names a kind of finding that does not exist"
            continue
        try:
            noted = " ".join(finding.rule_id for finding in policy.judge(findings, profile))
            outcome = "sealed"
        except InvoiceRejected as error:
            noted, outcome = "", error.code
        if outcome != case["expect"]:
            yield number, f"is {outcome}"
        elif noted != case.get("notes", noted):
            yield number, f"notes {noted or 'nothing'}"


def _finding(word: str) -> RuleFinding:
    kind, _, rule = word.partition("=")
    return RuleFinding(kind=FindingKind(kind), rule_id=rule)
