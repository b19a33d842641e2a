"""Numbers as people write them in German and in English."""

from __future__ import annotations

import re

from esign.forms.plausibility.result import Question, Result, good, wrong
from esign.forms.values import Value, decimal, number

_WHOLE = re.compile(r"[0-9]{1,3}([. ][0-9]{3})+|[0-9]{1,12}", re.ASCII)
_PARTS = re.compile(r"(?P<whole>[0-9]{1,3}(\.[0-9]{3})+|[0-9]{1,12}),(?P<rest>[0-9]{1,4})", re.ASCII)
_POINT = re.compile(r"(?P<whole>[0-9]{1,12})\.(?P<rest>[0-9]{1,2})", re.ASCII)


def integer(value: str, question: Question) -> Result:
    """A whole number; dots and blanks between thousands are allowed."""
    plain = value.replace("\u00a0", " ").replace("\u202f", " ")
    if plain.startswith("-"):
        return wrong(value, "integer.negative")
    if not _WHOLE.fullmatch(plain):
        return wrong(value, "integer.form")
    return good(str(int(plain.replace(".", "").replace(" ", ""))))


def amount(value: str, question: Question) -> Result:
    """An amount in euro with at most two decimals behind a comma; kept in whole cents."""
    plain = value.replace("\u00a0", " ").removesuffix("€").removesuffix("EUR").strip()
    match = _PARTS.fullmatch(plain) or _POINT.fullmatch(plain)
    if match is not None and len(match["rest"]) <= 2:
        return good(str(int(match["whole"].replace(".", "")) * 100 + int(match["rest"].ljust(2, "0"))))
    if not _WHOLE.fullmatch(plain):
        return wrong(value, "amount.form")
    return good(str(int(plain.replace(".", "").replace(" ", "")) * 100))


def at_least(value: str, question: Question) -> Result:
    """A number that is not smaller than argument ``limit``."""
    found, limit = number(value), number(question.arguments.get("limit"))
    if found is None or limit is None or found >= limit:
        return good(value)
    return wrong(value, "at_least.small", limit=_shown(question.arguments.get("limit")))


def at_most(value: str, question: Question) -> Result:
    """A number that is not greater than argument ``limit``."""
    found, limit = number(value), number(question.arguments.get("limit"))
    if found is None or limit is None or found <= limit:
        return good(value)
    return wrong(value, "at_most.large", limit=_shown(question.arguments.get("limit")))


def _shown(limit: Value) -> str:
    found = number(limit)
    return (decimal(found) or "") if found is not None else ""
