"""The sample contracts of the demonstration, as the start page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An invented contract between an invented company and an invented person."""

    name: str
    """Stable name in addresses and file names, e.g. ``subscription``."""
    title: str
    company: str
    person: str
    level: str
    """``simple``, ``advanced`` or ``qualified``: the level at which the person is asked to sign."""
    data: Mapping[str, Any]
    """The contract's data, as the engine draws it up."""
