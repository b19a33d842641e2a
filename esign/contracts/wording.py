"""Words as data: reads ``policies/contracts`` and ``policies/wording``, picks what is in force, fills in values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from esign.contracts.errors import MissingLanguage, NotInForce, UnknownPlaceholder
from esign.policy import policies_root, read_policy

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def contract_wording(template: str, day: date) -> Mapping[str, Any]:
    """Return the policy of a contract template that is in force on the contract's day.

    Raises:
        NotInForce: There is none.
    """
    return _in_force("contracts", template, day)


def wording(name: str, day: date) -> Mapping[str, Any]:
    """Return a wording of ``policies/wording`` that is in force on the contract's day.

    Raises:
        NotInForce: There is none.
    """
    return _in_force("wording", name, day)


@cache
def all_wordings(folder: str) -> tuple[tuple[Path, Mapping[str, Any]], ...]:
    """Return every policy file of ``contracts`` or ``wording`` with its path."""
    return tuple((path, read_policy(path)) for path in sorted((policies_root() / folder).glob("*.yaml")))


def in_force(policy: Mapping[str, Any], day: date) -> bool:
    """Tell whether a policy applies on a local day."""
    return date.fromisoformat(policy["valid_from"]) <= day and (
        "valid_to" not in policy or day <= date.fromisoformat(policy["valid_to"])
    )


def in_language(texts: Mapping[str, Any], lang: str) -> Any:
    """Return the text in a language.

    Raises:
        MissingLanguage: The policy has no text in it.
    """
    if lang not in texts:
        raise MissingLanguage("the policies have no wording in this language", lang=lang)
    return texts[lang]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with every ``{placeholder}`` replaced by its value; values are never looked into again.

    Raises:
        UnknownPlaceholder: The text asks for a value that is not there.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values:
            raise UnknownPlaceholder("a text asks for a value that the contract does not have", placeholder=name)
        return values[name]

    return _PLACEHOLDER.sub(value, text.strip())


def applies(item: Mapping[str, Any], flags: frozenset[str]) -> bool:
    """Tell whether an item with ``when`` and ``unless`` applies under the flags of a contract."""
    return ("when" not in item or item["when"] in flags) and ("unless" not in item or item["unless"] not in flags)


def _in_force(folder: str, name: str, day: date) -> Mapping[str, Any]:
    for _, policy in all_wordings(folder):
        if policy["id"] == name and in_force(policy, day):
            return policy
    raise NotInForce("no wording of this name is in force on the contract's day", name=name, day=day.isoformat())
