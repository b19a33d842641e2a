"""The description of the sandbox's trusted lists as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from esign.policy.reader import parse_policy

CERTS = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodDescription:
    """What holds of a service from an instant on. ``qualifications`` are as in the description."""

    status: str
    begins: datetime
    kind: str = "CA/QC"
    serves: tuple[str, ...] = ()
    qualifications: tuple[Mapping[str, Any], ...] = ()
    qualifications_critical: str = "true"
    taken_over_by: str = ""
    unknown_critical: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDescription:
    """A service, newest period first. ``same_key_as`` names the service whose key and name it shares."""

    name: str
    periods: tuple[PeriodDescription, ...]
    same_key_as: str = ""
    provider: str = "SANDBOX provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDescription:
    """A national list. ``territory`` is the pointer's, ``says_territory`` the list's own."""

    territory: str
    says_territory: str
    version: int
    sequence: int
    fault: str
    services: tuple[ServiceDescription, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldDescription:
    """All lists. ``pivots`` are numbers of issues, oldest first."""

    lifetime_days: int
    journal: str
    sequence: int
    pivots: tuple[int, ...]
    lists: tuple[ListDescription, ...]


def describe(path: Path = CERTS / "trusted-lists.yaml") -> WorldDescription:
    """Return the description that stands in a file."""
    schema = json.loads((CERTS / "trusted-lists.schema.json").read_text("utf-8"))
    raw = parse_policy(path.read_bytes(), Draft202012Validator(schema), name=path.name)
    return WorldDescription(
        lifetime_days=int(raw["lifetime_days"]),
        journal=raw["journal"],
        sequence=int(raw["list_of_lists"]["sequence"]),
        pivots=tuple(int(number) for number in raw["pivots"]),
        lists=tuple(_list(item) for item in raw["lists"]),
    )


def _list(raw: Mapping[str, Any]) -> ListDescription:
    return ListDescription(
        territory=raw["territory"],
        says_territory=raw.get("says_territory", raw["territory"]),
        version=int(raw["version"]),
        sequence=int(raw["sequence"]),
        fault=raw.get("fault", ""),
        services=tuple(
            ServiceDescription(
                name=item["id"],
                same_key_as=item.get("same_key_as", ""),
                provider=item.get("provider", "SANDBOX provider"),
                periods=tuple(_period(period) for period in item["periods"]),
            )
            for item in raw["services"]
        ),
    )


def _period(raw: Mapping[str, Any]) -> PeriodDescription:
    return PeriodDescription(
        status=raw["status"],
        begins=datetime.fromisoformat(raw["begins"]).replace(tzinfo=UTC),
        kind=raw.get("kind", "CA/QC"),
        serves=tuple(raw.get("for", ())),
        qualifications=tuple(raw.get("qualifications", ())),
        qualifications_critical=raw.get("qualifications_critical", "true"),
        taken_over_by=raw.get("taken_over_by", ""),
        unknown_critical=raw.get("unknown_critical", ""),
    )
