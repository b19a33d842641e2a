"""How well an authority does: whether it is asked at all, and by how many at a time. Knows no network and no clock.

* **Circuit**: after ``failures`` in a row nobody asks any more; after a rest one question is let through. If that one
  is answered well, all ask again; if not, the rest is twice as long, up to ``longest_rest``.
* **Pause**: an authority that says when to come back (HTTP 429, 503) is left alone until then; that is no failure.
* **Window**: so many questions are under way at a time; half as many after such an answer, slowly more after good ones.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitRule:
    """When an authority is left alone.

    Args:
        failures: In a row, until nobody asks any more.
        rest: Seconds until it is tried again.
        longest_rest: Seconds that a rest takes at the most, however often it was in vain.
        longest_pause: Seconds that an authority may ask us to stay away; what it asks beyond that is cut.
    """

    failures: int = 5
    rest: float = 1.0
    longest_rest: float = 60.0
    longest_pause: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityHealth:
    """How an authority stands.

    Args:
        name: Host and port.
        state: ``closed`` (it is asked), ``open`` (it is left alone), ``trying`` (one question is under way),
            ``paused`` (it asked to come back later).
        good: Good tokens so far.
        failed: Everything else.
        last_failure: The code of the last failure, or an empty string.
        window: Questions that may be under way at a time.
        under_way: Questions that are.
    """

    name: str
    state: str
    good: int
    failed: int
    last_failure: str
    window: int
    under_way: int


class Health:
    """The state of one authority; every method takes the present instant in seconds of a clock that never goes back.

    Args:
        rule: When it is left alone.
        window: Questions under way at the most.
    """

    def __init__(self, rule: CircuitRule, window: int) -> None:
        self._rule = rule
        self._most = float(window)
        self._window = float(window)
        self._under_way = 0
        self._in_a_row = 0
        self._rest = rule.rest
        self._closed_until: float | None = None
        self._paused_until = 0.0
        self._trying = False
        self._good = self._failed = 0
        self._last_failure = ""

    def is_open(self) -> bool:
        """Tell whether nobody asks because of failures."""
        return self._closed_until is not None

    def room(self, now: float) -> int:
        """Return how many more may ask now. An open circuit admits whoever takes the try, and nobody else."""
        if self._closed_until is not None or now < self._paused_until:
            return 0
        return max(0, int(self._window) - self._under_way)

    def admits(self, now: float) -> bool:
        """Tell whether one more may ask now."""
        return self.room(now) > 0

    def take_try(self, now: float) -> bool:
        """Tell whether the rest is over and nobody tries yet; whoever is told so tries, and says so at the end."""
        if self._closed_until is None or self._trying or now < max(self._closed_until, self._paused_until):
            return False
        self._trying = True
        return True

    def again_at(self, now: float) -> float:
        """Return when it is worth a look again; where only the window is full, that is told by :meth:`left`."""
        return max(now, self._paused_until, self._closed_until or 0.0)

    def entered(self) -> None:
        """Note that somebody asks."""
        self._under_way += 1

    def left(self, *, trying: bool) -> None:
        """Note that somebody has finished, however that went."""
        self._under_way -= 1
        if trying:
            self._trying = False

    def succeeded(self) -> None:
        """Note a good token."""
        self._good += 1
        self._in_a_row, self._rest = 0, self._rule.rest
        self._closed_until = None
        self._window = min(self._most, self._window + 1.0 / self._window)

    def failed(self, now: float, code: str, *, trying: bool = False) -> None:
        """Note a failure: no answer, or one that is not good."""
        self._failed += 1
        self._in_a_row += 1
        self._last_failure = code
        if trying:
            self._rest = min(self._rest * 2, self._rule.longest_rest)
            self._closed_until = now + self._rest
        elif self._closed_until is None and self._in_a_row >= self._rule.failures:
            self._closed_until = now + self._rest

    def pause(self, now: float, seconds: float, code: str) -> None:
        """Note that it asks to come back later."""
        self._failed += 1
        self._last_failure = code
        if now >= self._paused_until:  # of many that hear it at once, the first counts
            self._window = max(1.0, self._window / 2)
        self._paused_until = max(self._paused_until, now + min(seconds, self._rule.longest_pause))

    def told(self, name: str, now: float) -> AuthorityHealth:
        """Return how it stands."""
        if self._closed_until is not None:
            state = "trying" if self._trying else "open"
        else:
            state = "paused" if now < self._paused_until else "closed"
        return AuthorityHealth(
            name=name,
            state=state,
            good=self._good,
            failed=self._failed,
            last_failure=self._last_failure,
            window=int(self._window),
            under_way=self._under_way,
        )
