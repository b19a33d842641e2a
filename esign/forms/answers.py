"""Answers as they come from outside: texts by field name, of a bounded size, tidied but not yet believed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from esign.forms.errors import AnswersMalformed, AnswersTooLarge, UnknownField

if TYPE_CHECKING:
    from esign.forms.definition import FormDefinition

MAX_ANSWER = 2_000
"""Characters of one answer; no field accepts more than a part of it."""
MAX_FIELDS = 200
"""Answers of one form."""
MAX_TOTAL = 40_000
"""Characters of all answers together."""


class Answers(Mapping[str, str]):
    """Raw texts by field name; read-only. Empty answers are left out; texts are NFC without white space around."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Mapping[str, str]) -> None:
        self._raw = MappingProxyType(dict(raw))

    @classmethod
    def parse(cls, data: Mapping[str, object], definition: FormDefinition) -> Answers:
        """Return the answers in data, which may come from anybody.

        Raises:
            UnknownField: A field that the form does not have.
            AnswersTooLarge: Too many answers, or one that is far too long.
            AnswersMalformed: An answer that is not text.
        """
        if not isinstance(data, Mapping):
            raise AnswersMalformed()
        if len(data) > MAX_FIELDS:
            raise AnswersTooLarge("too many answers", limit=MAX_FIELDS)
        known = {field.name for field in definition.fields}
        raw: dict[str, str] = {}
        total = 0
        for name, value in data.items():
            if name not in known:
                raise UnknownField()
            if not isinstance(value, str):
                raise AnswersMalformed("an answer is not text", field=name)
            total += len(value)
            if len(value) > MAX_ANSWER or total > MAX_TOTAL:
                raise AnswersTooLarge("an answer is too long", field=name, limit=MAX_ANSWER)
            tidy = _tidy(value)
            if tidy:
                raw[name] = tidy
        return cls(raw)

    def __getitem__(self, name: str) -> str:
        return self._raw[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __repr__(self) -> str:
        return f"Answers({len(self._raw)} fields)"


def forbidden(value: str, *, lines: bool) -> bool:
    """Tell whether a text holds control, invisible, direction-changing, private or unassigned characters.

    Args:
        value: The text.
        lines: Whether it may have several lines.
    """
    if value.isascii() and value.isprintable():
        return False
    return any(_forbidden(char) and not (lines and char == "\n") for char in value)


def _forbidden(char: str) -> bool:
    if char.isascii():
        return char < " " or char == "\x7f"
    category = unicodedata.category(char)
    return category[0] == "C" or category in {"Zl", "Zp"} or (category == "Zs" and char not in "\u00a0\u202f")


def _tidy(value: str) -> str:
    plain = value if value.isascii() else unicodedata.normalize("NFC", value)
    return plain.replace("\r\n", "\n").strip(" \t\n\u00a0")
