"""An identified person, and whether that is the person whom a contract names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from esign.identity.errors import BirthDateDiffers, BirthDateMissing, NameDiffers

_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043"), "-")
"""Characters that people and systems write for the hyphen in a name."""


class AssuranceLevel(StrEnum):
    """How certain an identification is. Source: Regulation (EU) 910/2014 Art. 8 (2)."""

    UNSTATED = "unstated"
    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedPerson:
    """Who a person is, says an identity provider.

    ``issuer`` and ``subject`` name the person at the provider, ``token`` is the provider's signed word (compact JWS),
    ``nonce`` what it was given over.
    """

    issuer: str
    subject: str
    given_name: str
    family_name: str
    birth_date: date | None
    assurance: AssuranceLevel
    token: str
    nonce: str
    authenticated_at: datetime | None = None
    """When the person logged in at the provider (``auth_time``); None where the token does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedPerson:
    """Whom the contract names; ``birth_date`` only where the contract does."""

    given_name: str
    family_name: str
    birth_date: date | None = None


def same_name(left: str, right: str) -> bool:
    """Tell whether two spellings are the same name.

    Composition of letters (NFKC), case, width of blanks and kind of hyphen make no difference. Everything else does:
    no letters are dropped, transliterated or guessed.
    """
    return _folded(left) == _folded(right)


def check_person(person: IdentifiedPerson, expected: ExpectedPerson) -> None:
    """Check that the identified person is the one whom the contract names.

    Raises:
        NameDiffers: Given or family name differs.
        BirthDateMissing: The contract names a date of birth, the provider confirms none.
        BirthDateDiffers: The dates of birth differ.
    """
    if not (same_name(person.given_name, expected.given_name) and same_name(person.family_name, expected.family_name)):
        raise NameDiffers
    if expected.birth_date is None:
        return
    if person.birth_date is None:
        raise BirthDateMissing
    if person.birth_date != expected.birth_date:
        raise BirthDateDiffers


def _folded(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).translate(_HYPHENS)
    text = unicodedata.normalize("NFKC", text.casefold())
    return re.sub(r"\s+", " ", text).strip()
