"""Names, lines, numbers that a company gives."""

from __future__ import annotations

import re

from esign.forms.plausibility.result import Found, Question, Result, compact, good, wrong

_POLICY = re.compile(r"[A-Z0-9][A-Z0-9./ -]{3,29}", re.ASCII)


def line(value: str, question: Question) -> Result:
    """One line of text."""
    return good(" ".join(value.split()))


def paragraph(value: str, question: Question) -> Result:
    """Text of several lines."""
    return good("\n".join(row.rstrip() for row in value.splitlines()).strip())


def name(value: str, question: Question) -> Result:
    """A person's name: letters, no digits; written wholly in capitals is a warning."""
    tidy = " ".join(value.split())
    if any(char.isdigit() for char in tidy):
        return wrong(value, "name.digits")
    letters = [char for char in tidy if char.isalpha()]
    if not letters:
        return wrong(value, "name.no_letters")
    if any(not (char.isalpha() or char in " -'’.,") for char in tidy if char.isascii()):
        return wrong(value, "name.characters")
    if len(letters) > 3 and tidy.isupper():
        return good(tidy, Found(code="name.capitals"))
    return good(tidy)


def policy_number(value: str, question: Question) -> Result:
    """A number of an insurance policy: letters, digits, with separators; at least one digit."""
    number = " ".join(value.upper().split())
    if not _POLICY.fullmatch(number):
        return wrong(value, "policy_number.form")
    if not any(char.isdigit() for char in number) or len(set(compact(number))) == 1:
        return wrong(value, "policy_number.implausible")
    return good(number)


def same_as(value: str, question: Question) -> Result:
    """The same as argument ``value``, whatever the capitals: an e-mail address written twice."""
    other = question.arguments.get("value")
    if isinstance(other, str) and other.casefold() != value.casefold():
        return wrong(value, "same_as.differs")
    return good(value)
