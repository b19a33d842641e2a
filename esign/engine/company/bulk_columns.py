"""Which column of a file fills in what: by its name, guessed where the name is nearly right, chosen by a person.

A guess is only ever shown; what is not named exactly is used where somebody chose it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esign.engine.refusals import EngineError

NEARLY = 0.82
"""How alike two folded words have to be for a guess (0 to 1)."""

_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SAME = (
    {"givenname", "vorname", "firstname", "first", "rufname"},
    {"familyname", "nachname", "lastname", "surname", "name", "zuname", "familienname"},
    {"email", "mail", "emailadresse", "emailaddress", "mailadresse"},
    {"postalcode", "plz", "postleitzahl", "zip", "zipcode", "postcode"},
    {"town", "ort", "stadt", "city", "wohnort"},
    {"street", "strasse", "strassehausnummer", "strasseundhausnummer", "anschrift", "address"},
    {"phone", "telefon", "tel", "telefonnummer", "rufnummer", "mobil", "handy"},
    {"birthdate", "geburtsdatum", "geburtstag", "geboren", "dateofbirth", "birthday"},
    {"role", "rolle", "funktion"},
    {"country", "land"},
    {"reference", "vertragsnummer", "contractnumber", "nummer", "kundennummer", "auftragsnummer", "bestellnummer"},
    {"signby", "unterschreibenbis", "fristende", "gueltigbis", "validuntil", "deadline"},
    {"daystosign", "fristintagen", "gueltigtage", "validdays"},
)
"""Words that say the same; the first of each group is how targets are called."""


class BulkColumnsRefused(EngineError):
    """A column is to fill in what there is not, or two columns the same."""

    code = "engine.bulk.columns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that a column can fill in."""

    name: str
    label: Mapping[str, str]
    """German and English."""
    group: Mapping[str, str]
    """Heading under which it stands in a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as it is shown to whoever chooses."""

    name: str
    examples: tuple[str, ...]
    """What stands in it in the first rows."""
    target: str
    """What it fills in: chosen, named exactly, or guessed; empty: nothing."""
    guessed: bool


def guess(name: str, targets: Sequence[Target], taken: frozenset[str]) -> str:
    """Return what a column most likely fills in; empty: no idea.

    Args:
        name: The column's name.
        targets: What there is to fill in, in the order in which they are preferred.
        taken: Targets that another column is named after exactly.
    """
    wanted = _words(name)
    best, found = NEARLY, ""
    for target in targets:
        if target.name in taken:
            continue
        for words in (_words(target.name.rpartition(".")[2]), *(_words(text) for text in target.label.values())):
            likeness = 1.0 if _same(wanted, words) else difflib.SequenceMatcher(None, wanted, words).ratio()
            if wanted and words and likeness > best:
                best, found = likeness, target.name
    return found


def checked(chosen: Mapping[str, str], columns: Sequence[str], targets: Sequence[Target]) -> dict[str, str]:
    """Return what each column fills in.

    Raises:
        BulkColumnsRefused: There is no such column or target, or a target is chosen twice.
    """
    known = {target.name for target in targets}
    used: dict[str, str] = {}
    for column, target in chosen.items():
        if not target:
            continue
        if column not in columns or target not in known:
            raise BulkColumnsRefused("there is no such column or target", reason="unknown")
        if target in used.values():
            raise BulkColumnsRefused("two columns are to fill in the same", reason="twice", target=target)
        used[column] = target
    if not used:
        raise BulkColumnsRefused("no column fills anything in", reason="none")
    return used


def leaves(data: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return the places of contract data at which a plain value stands, in order."""
    found: list[str] = []
    for name, value in data.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            found += leaves(value, f"{path}.")
        elif isinstance(value, list):
            for number, item in enumerate(value):
                found += leaves(item, f"{path}.{number}.") if isinstance(item, Mapping) else []
        else:
            found.append(path)
    return found


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDED))
    return re.sub(r"[^a-z0-9]", "", plain)


def _same(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _SAME)
