"""The words of pages and problems: one catalogue a language, in a file for each door, keyed by stable codes.

Not gettext: its catalogues are keyed by English sentences and must be compiled before a page can be served. Here the
key is the stable code itself, the file is read as it stands (TOML), the text of an error lives beside its code, and
a test requires the same keys in every language. Flask-Babel still chooses the locale and writes dates (CLDR).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

LANGUAGES = ("de", "en")
"""German first: the first language is the one that is shown when nobody chose."""

_FOLDER = Path(__file__).parent / "translations"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemWords:
    """What a person is told about a refusal."""

    title: str
    text: str
    clause: str = ""
    """The clause of the law that a refusal goes by; empty: none is named."""
    consequence: str = ""
    """What follows by law if it were done all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All words in one language."""

    language: str
    phrases: Mapping[str, str]
    problems: Mapping[str, ProblemWords]

    def phrase(self, key: str, /, **values: object) -> str:
        """Return the phrase of a key, its ``{names}`` filled in; a sentence that ends with an abbreviation ends once.

        Raises:
            KeyError: No such phrase: a fault of the programmer, found by the tests.
        """
        text = self.phrases[key]
        for name, value in values.items():
            if str(value).endswith("."):
                text = text.replace(f"{{{name}}}.", f"{{{name}}}")
        return text.format(**values) if values else text

    def known(self, key: str) -> bool:
        """Tell whether there is a phrase of this key."""
        return key in self.phrases

    def problem(self, code: str) -> ProblemWords:
        """Return the words for an error code: its own, or those of the nearest code that it extends."""
        while code not in self.problems:
            code, dot, _ = code.rpartition(".")
            if not dot:
                return self.problems["internal"]
        return self.problems[code]

    def told(self, code: str, facts: Mapping[str, object]) -> ProblemWords:
        """Return the words for a refusal with the clause and the consequence that its facts name."""
        name = "consequence_de" if self.language == "de" else "consequence"
        clause, consequence = str(facts.get("clause", "") or ""), str(facts.get(name, "") or "")
        return replace(self.problem(code), clause=clause, consequence=consequence)


@cache
def catalogue(language: str) -> Catalogue:
    """Return the catalogue of a language, read once.

    Raises:
        ValueError: Not one of :data:`LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise ValueError("no catalogue in that language")
    phrases: dict[str, str] = {}
    problems: dict[str, ProblemWords] = {}
    for path in (_FOLDER / f"{language}.toml", *sorted((_FOLDER / language).glob("*.toml"))):
        data = tomllib.loads(path.read_text("utf-8"))
        groups = data.get("phrases", {}).items()
        found = {f"{group}.{key}": text for group, texts in groups for key, text in texts.items()}
        words = {code: ProblemWords(**said) for code, said in data.get("problems", {}).items()}
        if twice := sorted((phrases.keys() & found.keys()) | (problems.keys() & words.keys())):
            raise ValueError(f"{path.name} says a second time: {twice[0]}")
        phrases |= found
        problems |= words
    return Catalogue(language=language, phrases=phrases, problems=problems)
