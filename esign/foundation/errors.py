"""The one base of every error that this engine raises on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar


class EsignError(Exception):
    """Something asked of the engine was refused; the code is stable, the facts hold no personal data.

    Subclasses set ``code`` (dotted, extending the parent's), and ``source`` where the rule is not ours.

    Args:
        detail: One plain English sentence for operators. No personal data, no secret.
        facts: Machine-readable details (numbers, identifiers, digests). No personal data, no secret.
    """

    code: ClassVar[str] = "esign"
    source: ClassVar[str | None] = None

    def __init__(self, detail: str = "", **facts: object) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip().splitlines()[0]
        self.facts: Mapping[str, object] = MappingProxyType(dict(facts))
        super().__init__(f"{self.code}: {self.detail}")
