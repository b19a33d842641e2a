"""The book of sentences: finds the code and the facts of what was said, and says it in another language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).parent
TABLES = ("pdf", "changes", "process", "verdict", "lists")
LONGEST = 600
"""Characters of a sentence that is looked up; none of ours is longer."""
DEPTH = 5
"""Sentences within sentences that are followed."""
_FACT = re.compile(r"\{(\w+)\}")
_HOLDING = frozenset({"what", "where", "when", "purpose"})
"""Facts that are sentences or words of ours themselves."""
_SHAPE = dict.fromkeys(("page", "number", "position", "bits", "count", "size"), r"\d+") | dict.fromkeys(
    ("name", "code", "version"), r"\S+"
)
"""What facts look like; all others may be anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of the verdict.

    Args:
        code: Stable, such as ``chain.revoked``.
        en: In English; names in braces stand for facts.
        de: In German, with the same facts.
    """

    code: str
    en: str
    de: str

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of its facts, in the order of the English words."""
        return tuple(_FACT.findall(self.en))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sentence that was said.

    Args:
        sentence: Which one.
        facts: What it was said about, in English.
    """

    sentence: Sentence
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@cache
def sentences() -> Mapping[str, Sentence]:
    """Return all sentences by their codes.

    Raises:
        ValueError: Two have the same words, or the languages have different facts. A fault of the programmer.
    """
    found: dict[str, Sentence] = {}
    for name in TABLES:
        for group, rows in tomllib.loads((HERE / f"{name}.toml").read_text("utf-8")).items():
            for key, (en, de) in rows.items():
                one = Sentence(code=f"{group}.{key}", en=en, de=de)
                if set(_FACT.findall(de)) != set(one.facts) or one.code in found:
                    raise ValueError(f"the sentence {one.code} does not say the same twice")
                found[one.code] = one
    if len({one.en for one in found.values()}) < len(found):
        raise ValueError("two sentences have the same words")
    return MappingProxyType(found)


def understood(text: str) -> Told | None:
    """Return which sentence a text is, and its facts; None for one that is not ours."""
    whole, patterns = _index()
    if text in whole:
        return Told(sentence=whole[text])
    if len(text) > LONGEST:
        return None
    for pattern, sentence in patterns:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        held = [value for name, value in match.groupdict().items() if name in _HOLDING]
        if all(value in _words() or understood(value) is not None for value in held):
            return Told(sentence=sentence, facts=MappingProxyType(match.groupdict()))
    return None


def told(text: str, lang: str, *, depth: int = DEPTH) -> str:
    """Return what was said in a language.

    Args:
        text: As a finding, a change, a step or an error says it.
        lang: ``de`` or ``en``.
        depth: Sentences within it that are followed.
    """
    if lang != "de" or not text:
        return text
    word = _words().get(text)
    if word is not None:
        return word
    found = understood(text) if depth else None
    if found is None:
        return text
    facts = {name: told(value, lang, depth=depth - 1) for name, value in found.facts.items()}
    return found.sentence.de.format(**facts)


@cache
def _index() -> tuple[Mapping[str, Sentence], tuple[tuple[re.Pattern[str], Sentence], ...]]:
    """Return sentences without facts by their words, and patterns of the others, those that say most first."""
    every = sentences().values()
    whole = {one.en: one for one in every if not one.facts}
    others = sorted((one for one in every if one.facts), key=lambda one: -len(_FACT.sub("", one.en)))
    return MappingProxyType(whole), tuple((_pattern(one.en), one) for one in others)


def _pattern(words: str) -> re.Pattern[str]:
    parts = _FACT.split(words)  # words and names of facts take turns
    pieces = (f"(?P<{part}>{_SHAPE.get(part, '.+?')})" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile("".join(pieces), re.DOTALL)


@cache
def _words() -> Mapping[str, str]:
    data = tomllib.loads((HERE / "terms.toml").read_text("utf-8"))
    return MappingProxyType({**data["terms"], **data["errors"]})
