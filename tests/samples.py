"""The sample contracts as tests draw them up: dated today, whenever today is."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from esign.cli.samples import BERLIN, dated
from esign.policy import policies_root

COUPLE = "two-customers-electricity-sommerfeld"
"""Two customers sign."""

REPRESENTED = "representative-cost-approval-oesterreicher"
"""Somebody signs in another person's name."""


def power_day(data: dict[str, Any]) -> str:
    """Return the day of a representative's power, as German documents write it."""
    return f"{date.fromisoformat(data['signatory']['represents']['dated']):%d.%m.%Y}"


def sample(name: str, *, day: date | None = None, **changes: Any) -> dict[str, Any]:
    """Return the data of a sample contract: the first of a template, or the one of a file's name."""
    for path in sorted((policies_root() / "samples").glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        if name in (data["template"], path.stem):
            return {**dated(data, day or datetime.now(BERLIN).date()), **changes}
    raise LookupError(name)
