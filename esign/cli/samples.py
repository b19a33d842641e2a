"""The sample contracts that come with the product: ``policies/samples/*.json``, dated today."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from esign.policy import policies_root

BERLIN = ZoneInfo("Europe/Berlin")

_REFUSED = "qualified"
"""The level that nobody can sign at here: there is no qualified device."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleContract:
    """An invented contract between an invented company and an invented person."""

    name: str
    """Name of its template, such as ``electricity-supply``; who signs otherwise than alone, or orders, is added."""
    data: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Title of the document."""
        return str(self.data["title"])

    @property
    def company(self) -> str:
        """Name of the company."""
        return str(self.data["company"]["name"])

    @property
    def person(self) -> str:
        """Given and family names of those who are to sign."""
        return " und ".join(self.persons) if self.data["lang"] == "de" else " and ".join(self.persons)

    @property
    def persons(self) -> tuple[str, ...]:
        """Given and family name of everybody who is to sign, in order."""
        signatories = (self.data["signatory"], *self.data.get("further_signatories", ()))
        return tuple(f"{each['given_name']} {each['family_name']}" for each in signatories)

    def person_at(self, address: str) -> str:
        """Return the name of the signatory with a mail address.

        Raises:
            LookupError: Nobody has it.
        """
        for each in (self.data["signatory"], *self.data.get("further_signatories", ())):
            if each["email"] == address:
                return f"{each['given_name']} {each['family_name']}"
        raise LookupError("nobody among the signatories has this mail address")

    @property
    def level(self) -> str:
        """``simple``, ``advanced`` or ``qualified``."""
        return str(self.data["level"])


def sample_contracts(today: date | None = None) -> tuple[SampleContract, ...]:
    """Return the sample contracts as if they were drawn up today: those that can be signed here.

    Args:
        today: Local day in Berlin; None for the machine's.
    """
    return tuple(sample for sample in _all(today) if sample.level != _REFUSED)


def refused_samples(today: date | None = None) -> tuple[SampleContract, ...]:
    """Return the sample contracts of which the law asks more than is offered here: they show the refusal.

    Args:
        today: Local day in Berlin; None for the machine's.
    """
    return tuple(sample for sample in _all(today) if sample.level == _REFUSED)


def _all(today: date | None) -> tuple[SampleContract, ...]:
    day = today or datetime.now(BERLIN).date()
    files = sorted((policies_root() / "samples").glob("*.json"))
    found = (dated(json.loads(path.read_bytes()), day) for path in files)
    return tuple(SampleContract(name=_name(data), data=data) for data in found)


def _name(data: Mapping[str, Any]) -> str:
    several = "-together" if "further_signatories" in data else ""
    represents = "-represented" if "represents" in data["signatory"] else ""
    order = "-order" if data.get("offer", {}).get("by") == "customer" else ""
    return f"{data['template']}{several}{represents}{order}"


def dated(data: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Return a sample's data with its day moved to another one, and every other day of it moved along.

    Days before the contract keep their distance in days. Days behind it move by whole months: supply goes on beginning
    on the first of a month, and periods keep their length.

    Args:
        data: The sample as its file has it.
        day: Local day in Berlin on which it is drawn up.
    """
    begins = date.fromisoformat(data["date"])
    months = 12 * (day.year - begins.year) + day.month - begins.month

    def moved(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: moved(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [moved(item) for item in value]
        if not isinstance(value, str) or name == "birth_date" or not _DAY.fullmatch(value):
            return value
        old = date.fromisoformat(value)
        return (old + (day - begins) if old <= begins else _months_later(old, months)).isoformat()

    result: dict[str, Any] = moved(data)
    return result


def _months_later(old: date, months: int) -> date:
    """Return the same day of another month; the last day of a month stays the last."""
    year, month = divmod(12 * old.year + old.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    was_last = old.day == monthrange(old.year, old.month)[1]
    return date(year, month + 1, last if was_last else min(old.day, last))
