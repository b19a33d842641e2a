"""What readers may understand differently: listed, never silently repaired."""

from __future__ import annotations

from dataclasses import dataclass

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something in the bytes that another reader may read in another way.

    Args:
        kind: A short stable word.
        what: One plain English sentence.
        offset: Where in the file.
    """

    kind: str
    what: str
    offset: int


class Anomalies:
    """Collects anomalies, each once."""

    def __init__(self) -> None:
        self._found: dict[Anomaly, None] = {}

    def add(self, kind: str, what: str, offset: int) -> None:
        """Take down an anomaly; a file with very many of them is not worth more words."""
        if len(self._found) < _MOST:
            self._found[Anomaly(kind, what, offset)] = None

    @property
    def found(self) -> tuple[Anomaly, ...]:
        """All of them, in the order in which they were met."""
        return tuple(self._found)
