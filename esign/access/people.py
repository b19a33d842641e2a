"""Who has an account, as far as the company's side needs to know it."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from esign.access.errors import AccessError

LANGUAGES = ("de", "en")
_ADDRESS = re.compile(r"[^@\s\"<>(),:;\\\[\]]{1,64}@[^@\s\"<>(),:;\\\[\]]{1,190}")


class PersonMalformed(AccessError):
    """A name, an address or a language that cannot be one."""

    code = "access.person_malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Name and address of somebody with an account; kept sealed."""

    name: str
    email: str
    language: str = "de"

    def __post_init__(self) -> None:
        for field, text in (("name", self.name), ("email", self.email)):
            if not text.strip() or len(text) > 200 or any(unicodedata.category(c).startswith("C") for c in text):
                raise PersonMalformed(field=field)
        if not _ADDRESS.fullmatch(self.email):
            raise PersonMalformed("not a mail address", field="email")
        if self.language not in LANGUAGES:
            raise PersonMalformed("not a language of these pages", field="language")

    @classmethod
    def parse(cls, *, name: str, email: str, language: str = "de") -> Self:
        """Return a person from what was typed.

        Raises:
            PersonMalformed: A name or an address that cannot be one.
        """
        return cls(name=" ".join(name.split()), email=email.strip(), language=language)

    def to_bytes(self) -> bytes:
        """Return the bytes that are sealed."""
        return json.dumps({"name": self.name, "email": self.email, "language": self.language}).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the person whose bytes were sealed."""
        return cls(**json.loads(data))


def address_key(email: str) -> bytes:
    """Return an address as it is looked for: case and Unicode form make no difference."""
    return unicodedata.normalize("NFKC", email.strip()).casefold().encode("utf-8", "surrogatepass")
