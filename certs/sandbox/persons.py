"""The invented people whom the sandbox identity provider knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from certs.sandbox.description import CERTS, read_described
from certs.sandbox.errors import UnknownPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A fictitious person."""

    id: str
    given_name: str
    family_name: str
    birth_date: date

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """All of them, in the order in which they are offered."""

    everybody: tuple[Person, ...]

    @classmethod
    def read(cls, path: Path = CERTS / "persons.yaml") -> Persons:
        """Read the list.

        Raises:
            PolicyMalformed: It is not as ``persons.schema.json`` says.
        """
        data = read_described(path, "persons.schema.json")
        return cls(
            everybody=tuple(
                Person(
                    id=item["id"],
                    given_name=item["given_name"],
                    family_name=item["family_name"],
                    birth_date=date.fromisoformat(item["birth_date"]),
                )
                for item in data["persons"]
            )
        )

    def find(self, person_id: str) -> Person:
        """Return a person.

        Raises:
            UnknownPerson: There is none of this name.
        """
        for person in self.everybody:
            if person.id == person_id:
                return person
        raise UnknownPerson

    def beginning_with(self, person_id: str) -> tuple[Person, ...]:
        """Return everybody, the named person first (OpenID Connect ``login_hint``)."""
        return tuple(sorted(self.everybody, key=lambda person: person.id != person_id))
