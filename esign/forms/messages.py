"""The words of findings, as data: ``policies/plausibility/messages.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from esign.forms.errors import FormMalformed
from esign.forms.values import Texts, frozen
from esign.policy import policies_root, read_policy

LANGUAGES = ("de", "en")
"""Languages of every message."""
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a form says about one kind of mistake."""

    code: str
    severity: str
    """``error`` must be put right, ``warning`` may be passed over, ``note`` tells what follows."""
    texts: Texts


@cache
def messages() -> Mapping[str, Message]:
    """Return every message by code."""
    found = message_policy()["messages"]
    return MappingProxyType(
        {
            code: Message(code=code, severity=item["severity"], texts=frozen({lang: item[lang] for lang in LANGUAGES}))
            for code, item in found.items()
        }
    )


@cache
def message_policy() -> Mapping[str, Any]:
    """Return the file of messages with its test cases."""
    return read_policy(policies_root() / "plausibility" / "messages.yaml")


def message(code: str) -> Message:
    """Return the message of a code.

    Raises:
        FormMalformed: There are no words for it.
    """
    found = messages().get(code)
    if found is None:
        raise FormMalformed("a finding has no words", code=code)
    return found


def fill(texts: Texts, facts: Mapping[str, str]) -> Texts:
    """Return the texts with placeholders replaced by facts; a fact is never looked into again."""
    if not facts:
        return texts
    return MappingProxyType(
        {lang: _PLACEHOLDER.sub(lambda match: facts.get(match[1], match[0]), text) for lang, text in texts.items()}
    )
