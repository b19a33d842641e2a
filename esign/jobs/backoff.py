"""How long to wait after a failure: longer each time, never for ever, never all at the same moment."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Doubling waits with a limit.

    Args:
        first: Seconds after the first failure.
        limit: The longest wait in seconds.
        spread: Share of the wait by which it may be shortened, so that workers do not march in step.
    """

    first: float = 1.0
    limit: float = 60.0
    spread: float = 0.25

    def wait(self, failures: int, draw: Callable[[], float] = random.random) -> float:
        """Return the seconds to wait after so many failures in a row.

        Args:
            failures: At least 1.
            draw: A number from 0 up to 1; the share of the spread that is taken off.
        """
        whole = min(self.limit, self.first * 2.0 ** min(failures - 1, 30))
        return whole * (1.0 - self.spread * draw())
