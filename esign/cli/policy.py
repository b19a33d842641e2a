"""``esign policy``: the rules as data, checked against their schemas and with their own examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from esign.foundation.errors import EsignError


@click.group()
def policy() -> None:
    """Check the rules in policies/."""


@policy.command()
def check() -> int:
    """Validate every YAML file against its JSON Schema and run its ``tests:``; exit 0 good, 1 not good."""
    from esign.contracts import check_policies
    from esign.policy import policies_root, read_policy
    from esign.sealing.invoices.policy_tests import wrong_invoice_cases
    from esign.validation.process.suites import wrong_cases

    root = policies_root()
    faults: list[str] = []
    files = examples = 0
    for path in sorted(root.glob("*/*.yaml")):
        name = path.relative_to(root).as_posix()
        files += 1
        try:
            content = read_policy(path)
        except EsignError as error:
            facts = ", ".join(f"{key}: {value}" for key, value in error.facts.items())
            faults.append(f"{name}: {error.detail} [{facts}] ({error.code})")
            continue
        cases = content.get("tests", ())
        examples += len(cases)
        if not cases:
            faults.append(f"{name}: carries no test cases of its own")
        if path.parent.name == "signature":
            faults.extend(f"{name}: test case {number}: {what}" for number, what in _wrong_days(path, cases))
        elif path.parent.name == "cryptography":
            faults.extend(f"{name}: test case {number}: {what}" for number, what in wrong_cases(content))
        elif path.parent.name == "invoices":
            faults.extend(f"{name}: test case {number}: {what}" for number, what in wrong_invoice_cases(content))
    if not faults:  # the contracts' and forms' own examples read all files, so they are run only over good ones
        faults.extend(f"{fault.file}: test case {fault.case}: {fault.what}" for fault in check_policies())
        faults.extend(_wrong_forms())
    for line in faults:
        click.echo(line)
    click.echo(f"{root.name}: {files} files, {examples} test cases, {len(faults)} faults")
    return 1 if faults else 0


@policy.command("open")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def open_points(as_json: bool) -> int:
    """List what a lawyer has still to confirm, file by file; until then the cautious reading applies."""
    from esign.contracts.rules import OPEN, marks
    from esign.policy import policies_root, read_policy

    root = policies_root()
    found = {}
    for path in sorted(root.glob("*/*.yaml")):
        told = list(marks(read_policy(path)))
        found[path.relative_to(root).as_posix()] = {"marks": len(told), "to_be_confirmed": told.count(OPEN)}
    total = {name: sum(each[name] for each in found.values()) for name in ("marks", "to_be_confirmed")}
    if as_json:
        click.echo(json.dumps({"files": found, **total}))
        return 0
    for name, each in found.items():
        if each["to_be_confirmed"]:
            click.echo(f"{name}: {each['to_be_confirmed']} of {each['marks']} to be confirmed")
    click.echo(
        f"{total['to_be_confirmed']} of {total['marks']} marks are to be confirmed; the cautious reading applies"
    )
    return 0


def _wrong_forms() -> Iterator[str]:
    from esign.contracts import ContractData
    from esign.contracts.policy_tests import samples
    from esign.forms import check_forms

    try:
        found = check_forms({name: json.loads(data) for name, data in samples()}, ContractData.parse)
    except EsignError as error:
        facts = ", ".join(f"{key}: {value}" for key, value in error.facts.items())
        yield f"forms: {error.detail} [{facts}] ({error.code})"
        return
    yield from (f"{fault.file}: test case {fault.case}: {fault.what}" for fault in found)


def _wrong_days(path: Path, cases: Any) -> Iterator[tuple[int, str]]:
    from esign.policy import signature_policies

    policy = next(item for item in signature_policies() if item.source == path.read_bytes())
    for number, case in enumerate(cases, start=1):
        holds = policy.in_force(date.fromisoformat(case["day"]))
        if holds != (case["in_force"] == "true"):
            yield number, "in force on the wrong day"
