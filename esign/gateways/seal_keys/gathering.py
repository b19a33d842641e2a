"""Wishes of many threads go together in one call: while calls are under way, the next one's wishes come together."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from esign.sealing.errors import SealKeyError
from esign.sealing.key_errors import SealKeyUnavailable

AT_ONCE = 2
"""Calls under way."""
_SHARE, _LONGEST = 0.1, 0.02
"""How long a call waits for further wishes, when there are many: a share of what the last call took, and seconds."""

Answer = bytes | SealKeyError
"""What becomes of one wish."""


@dataclass(slots=True, eq=False)
class _Wish:
    data: bytes
    waiting: bool = True
    """Whether no call has taken it yet."""
    answer: Answer | None = None


class Gathering:
    """Makes calls for several wishes at a time.

    Args:
        most: Wishes in one call.
        call: Makes a call and returns what becomes of each wish, in their order; an error is that of all of them.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        most: int,
        call: Callable[[Sequence[bytes]], Sequence[Answer]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = most
        self._call = call
        self._monotonic = monotonic
        lock = threading.Lock()
        self._changed, self._enough = threading.Condition(lock), threading.Condition(lock)
        self._queue: deque[_Wish] = deque()
        self._calls = 0
        self._gathering = False
        self._crowded = False
        self._last = 0.0
        """Seconds that the last call took."""

    @property
    def waiting(self) -> int:
        """How many wishes no call has taken yet."""
        return len(self._queue)

    def ask(self, data: bytes) -> bytes:
        """Return what a call gave for this wish.

        Raises:
            SealKeyError: What the call raised, or what became of this wish.
        """
        wish = _Wish(data)
        with self._changed:
            self._queue.append(wish)
            if self._gathering and len(self._queue) >= self.most:
                self._enough.notify()
        while (batch := self._turn(wish)) is not None:
            self._make(batch)
        if isinstance(wish.answer, bytes):
            return wish.answer
        error = wish.answer or SealKeyUnavailable()
        raise type(error)(error.detail, **error.facts)  # anew: one object is not raised by several threads

    def _turn(self, wish: _Wish) -> list[_Wish] | None:
        """Wait until the wish is done (None), or until this thread is the one that makes the next call."""
        with self._changed:
            while wish.answer is None:
                if not wish.waiting or self._gathering or self._calls >= AT_ONCE:
                    self._changed.wait()
                    continue
                self._calls += 1
                self._gather()
                batch = [self._queue.popleft() for _ in range(min(self.most, len(self._queue)))]
                for one in batch:
                    one.waiting = False
                self._crowded = len(batch) > 1
                if self._queue:
                    self._changed.notify_all()
                return batch
        return None

    def _gather(self) -> None:
        """Give further wishes a moment, where there are several threads: whoever got an answer asks again at once."""
        if not (self._crowded or self._calls > 1 or len(self._queue) > 1):
            return
        self._gathering = True
        try:
            ends = self._monotonic() + min(self._last * _SHARE, _LONGEST)
            while len(self._queue) < self.most and (left := ends - self._monotonic()) > 0:
                self._enough.wait(left)
        finally:
            self._gathering = False

    def _make(self, batch: Sequence[_Wish]) -> None:
        began = self._monotonic()
        answers: Sequence[Answer] = ()
        try:
            answers = self._call([wish.data for wish in batch])
        except SealKeyError as error:
            answers = [error] * len(batch)
        finally:
            with self._changed:
                broken = SealKeyUnavailable("the call broke off")  # by a fault of ours, which this thread raises
                for number, wish in enumerate(batch):
                    wish.answer = answers[number] if number < len(answers) else broken
                self._last = self._monotonic() - began
                self._calls -= 1
                self._changed.notify_all()
