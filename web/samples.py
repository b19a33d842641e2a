"""The sample contracts of the demonstration, as the start page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Sample(Protocol):
    """An invented contract between an invented company and an invented person."""

    @property
    def name(self) -> str:
        """Stable name in forms and file names."""

    @property
    def title(self) -> str:
        """Title of the document."""

    @property
    def company(self) -> str:
        """Name of the company."""

    @property
    def person(self) -> str:
        """Name of the person who is to sign."""

    @property
    def level(self) -> str:
        """``simple``, ``advanced`` or ``qualified``: the level at which the person is asked to sign."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The contract's data, as the engine draws it up."""
