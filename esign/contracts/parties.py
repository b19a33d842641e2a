"""The parties: the company that offers, and the persons who declare, for themselves or for somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a letter arrives."""

    street: str
    postal_code: str
    town: str
    country: str

    @property
    def line(self) -> str:
        """The address in one line: ``Musterweg 12, 00000 Beispielstadt``."""
        return f"{self.street}, {self.postal_code} {self.town}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The company that offers the contract (EGBGB Art. 246a § 1 (1) Nos. 2, 3)."""

    name: str
    address: Address
    represented_by: str
    phone: str
    email: str
    website: str
    register: str | None
    vat_id: str | None
    supervisor: str | None
    bank_name: str | None
    iban: str | None
    slogan: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """For whom a signatory acts, and by which power.

    Source: BGB §§ 164, 167.
    """

    name: str
    """The person or company in whose name the signatory declares."""
    power: str
    """What the power is called, such as ``Vollmacht``."""
    dated: date
    """Local day on which the power was granted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """The natural person who declares and signs (eIDAS Art. 3 (9))."""

    role: str
    given_name: str
    family_name: str
    birth_date: date | None
    address: Address
    email: str
    phone: str | None
    consumer: bool
    represents: Representation | None = None
    """For whom the signatory acts; None: for himself or herself."""

    @property
    def name(self) -> str:
        """Given name and family name, as in the certificate's common name."""
        return f"{self.given_name} {self.family_name}"

    def of_age(self, day: date) -> bool:
        """Tell whether the person has completed the 18th year of life on a local day, as far as the data says.

        Source: BGB §§ 2, 187 (2) sentence 2, 188 (2).
        """
        if self.birth_date is None:
            return True
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) >= 18


def address(data: Mapping[str, Any], country: str = "DE") -> Address:
    """Return the address in data that fits the schema."""
    return Address(
        street=data["street"],
        postal_code=data["postal_code"],
        town=data["town"],
        country=data.get("country", country),
    )


def company(data: Mapping[str, Any]) -> Company:
    """Return the company in data that fits the schema."""
    bank = data.get("bank", {})
    return Company(
        name=data["name"],
        address=address(data),
        represented_by=data["represented_by"],
        phone=data["phone"],
        email=data["email"],
        website=data["website"],
        register=data.get("register"),
        vat_id=data.get("vat_id"),
        supervisor=data.get("supervisor"),
        bank_name=bank.get("name"),
        iban=bank.get("iban"),
        slogan=data.get("slogan"),
    )


def signatory(data: Mapping[str, Any]) -> Signatory:
    """Return the signatory in data that fits the schema."""
    birth_date = data.get("birth_date")
    return Signatory(
        role=data["role"],
        given_name=data["given_name"],
        family_name=data["family_name"],
        birth_date=date.fromisoformat(birth_date) if birth_date else None,
        address=address(data),
        email=data["email"],
        phone=data.get("phone"),
        consumer=data["consumer"],
        represents=_representation(data["represents"]) if "represents" in data else None,
    )


def _representation(data: Mapping[str, Any]) -> Representation:
    return Representation(name=data["name"], power=data["power"], dated=date.fromisoformat(data["dated"]))
