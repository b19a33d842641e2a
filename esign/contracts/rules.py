"""Which rules a contract was made under: every policy file that was in force on its date and that it uses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from esign.contracts.duties.information import subject_of
from esign.contracts.form_requirement import form_policies
from esign.contracts.wording import all_wordings, contract_wording, in_force, wording
from esign.foundation.canonical import canonical
from esign.foundation.digests import sha256

if TYPE_CHECKING:
    from esign.contracts.data import ContractData

OPEN = "to be confirmed"
"""The mark of what a lawyer still has to confirm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleUsed:
    """A policy file as it was on the contract's date."""

    name: str
    """Folder and identifier, such as ``duties/energy``."""
    version: str
    sha256: str
    """Hexadecimal, of the canonical JSON of the file's content."""
    verified: int
    """How many of its marks say that the statute was read."""
    open: int
    """How many of its marks say that it has to be confirmed."""


def rules_used(contract: ContractData) -> tuple[RuleUsed, ...]:
    """Return the rules that a contract is made under, by name; only files of its date are among them.

    Raises:
        NotInForce: A wording is not in force on the contract's date.
    """
    found = dict(_policies(contract))
    return tuple(_used(name, found[name]) for name in sorted(found))


def rules_record(rules: tuple[RuleUsed, ...]) -> bytes:
    """Return the rules as canonical JSON: what is frozen with a contract and stands in its dossier."""
    names = ("name", "version", "sha256", "verified", "open")
    return canonical({"rules": [{name: getattr(each, name) for name in names} for each in rules]})


def read_rules(data: bytes) -> tuple[RuleUsed, ...]:
    """Return the rules that were frozen with a contract; nothing where none were."""
    items: list[Mapping[str, Any]] = json.loads(data)["rules"] if data else []
    return tuple(RuleUsed(**item) for item in items)


def _policies(contract: ContractData) -> Iterator[tuple[str, Mapping[str, Any]]]:
    day = contract.date
    template = contract_wording(contract.template, day)
    yield f"contracts/{template['id']}", template
    for name in ("levels", "parties", "order-buttons", "conclusion"):
        yield f"wording/{name}", wording(name, day)
    for key in ("withdrawal_instruction", "withdrawal_form"):
        if contract.withdrawal.right and key in template:
            yield f"wording/{template[key]}", wording(template[key], day)
    for file, policy in form_policies():
        if any(row["type"] == contract.type for row in policy["rows"]):
            yield f"form-requirements/{file.removesuffix('.yaml')}", policy
    sector = subject_of(contract).sector
    yield from _named("duties", ("sectors", *sector.duties), contract)
    if contract.withdrawal.right:
        yield from _named("withdrawal", (sector.withdrawal,), contract)
    yield from _named("consents", contract.consents, contract)


def _named(folder: str, names: tuple[str, ...], contract: ContractData) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, policy in all_wordings(folder):
        if path.stem not in names:
            continue
        for version in policy.get("versions", (policy,)):
            if in_force(version, contract.date):
                yield f"{folder}/{path.stem}", version


def _used(name: str, policy: Mapping[str, Any]) -> RuleUsed:
    found = list(marks(policy))
    return RuleUsed(
        name=name,
        version=str(policy.get("version", "1")),
        sha256=sha256(canonical(policy)).hex(),
        verified=found.count("verified"),
        open=found.count(OPEN),
    )


def marks(value: Any) -> Iterator[str]:
    """Yield the marks of a policy, or of a part of it: ``verified`` or ``to be confirmed``."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == "mark" or key.endswith("_mark"):
                yield str(item)
            else:
                yield from marks(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from marks(item)
