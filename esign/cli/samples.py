"""The sample contracts that come with the product: ``policies/samples/*.json``, dated today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from esign.policy import policies_root

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleContract:
    """An invented contract between an invented company and an invented person."""

    name: str
    """Name of its template, such as ``electricity-supply``."""
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
        """Given and family name of the person who is to sign."""
        return f"{self.data['signatory']['given_name']} {self.data['signatory']['family_name']}"

    @property
    def level(self) -> str:
        """``simple``, ``advanced`` or ``qualified``."""
        return str(self.data["level"])


def sample_contracts(today: date | None = None) -> tuple[SampleContract, ...]:
    """Return the sample contracts as if they were drawn up today.

    Args:
        today: Local day in Berlin; None for the machine's.
    """
    day = today or datetime.now(BERLIN).date()
    files = sorted((policies_root() / "samples").glob("*.json"))
    found = (_dated(json.loads(path.read_bytes()), day) for path in files)
    return tuple(SampleContract(name=data["template"], data=data) for data in found)


def _dated(data: dict[str, Any], day: date) -> dict[str, Any]:
    """Move the day of the contract to today, and the end of the offer by the same number of days."""
    moved = day - date.fromisoformat(data["date"])
    data["date"] = day.isoformat()
    if "offer" in data:
        until = date.fromisoformat(data["offer"]["accept_until"]) + moved
        data["offer"]["accept_until"] = max(until, day + timedelta(days=1)).isoformat()
    return data
