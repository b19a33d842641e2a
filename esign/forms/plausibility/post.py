"""Postal codes, towns, streets of German addresses."""

from __future__ import annotations

import re

from esign.forms.plausibility.result import Found, Question, Result, ascii_digits, compact, good, wrong

_STREET = re.compile(r"(?P<street>.*?\D)[ ]*(?P<number>[0-9]{1,4}[ ]?[a-zA-Z]?([ ]?[-/+][ ]?[0-9]{1,4}[ ]?[a-zA-Z]?)?)")
_BLOCK = re.compile(r"[A-Za-z][0-9]{1,2}[ ,]+[0-9]{1,3}[a-zA-Z]?", re.ASCII)
"""Mannheim's blocks: ``Q7, 12``."""
_BOX = re.compile(r"(postfach|packstation|p\.? ?o\.? ?box)\b", re.IGNORECASE)


def postal_code(value: str, question: Question) -> Result:
    """A German postal code has five digits; one that is not known is a warning."""
    code = compact(value)
    if code.startswith("D") and ascii_digits(code[1:]):
        code = code[1:]
    if not ascii_digits(code):
        return wrong(value, "postal_code.not_digits")
    if len(code) != 5:
        return wrong(value, "postal_code.length", digits=str(len(code)))
    towns = question.reference.towns(code)
    if not towns:
        return good(code, Found(code="postal_code.unknown"))
    return good(code, town=towns[0]) if len(towns) == 1 else good(code)


def town(value: str, question: Question) -> Result:
    """A town that does not belong to the postal code is a warning that names those that do.

    Argument ``postal_code``: the address's postal code.
    """
    name = " ".join(value.split())
    if not any(char.isalpha() for char in name):
        return wrong(value, "town.no_letters")
    code = question.arguments.get("postal_code")
    towns = question.reference.towns(code) if isinstance(code, str) else ()
    for known in towns:
        if _key(known) == _key(name):
            return good(known)
    if towns:
        facts = {"towns": ", ".join(towns), "postal_code": str(code)}
        return good(name, Found(code="town.differs", facts=facts, suggestions=towns))
    return good(name)


def street(value: str, question: Question) -> Result:
    """Street and house number in one line; a line without a number is a warning, a post box is an error."""
    line = " ".join(value.split())
    if _BOX.match(line):
        return wrong(value, "street.post_box")
    if not any(char.isalpha() for char in line):
        return wrong(value, "street.no_letters")
    match = _STREET.fullmatch(line)
    if match is None or _BLOCK.fullmatch(line):
        return good(line) if _BLOCK.fullmatch(line) else good(line, Found(code="street.no_number"))
    return good(line, street=match["street"].strip(" ,"), number=match["number"].replace(" ", ""))


def _key(name: str) -> str:
    plain = name.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return "".join(char for char in plain if char.isalnum())
