"""What a handler is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from esign.access import Actor
from esign.engine import Application

JSON, CSV = "application/json", "text/csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that is as the description says."""

    application: Application
    actor: Actor
    path: Mapping[str, str]
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: plain JSON, or bytes of another media type."""

    status: int = 200
    content: Any = None
    data: bytes | None = None
    media_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


Handler = Callable[[Call], Reply]
