"""Timestamps for many documents at a time: concurrent, bounded, retried, from a second authority where need be.

One thread asks for all. A document waits while an authority is restored or asks for patience, and is set aside when
that takes too long; there is no seal without a proven time, and the local clock is never used instead.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from esign.foundation.clock import Clock
from esign.proof.timestamps import DEFAULT_TOLERANCE, TimestampRequest, TimestampToken
from esign.sealing.levels.errors import (
    SealTimestampError,
    TimestampBusy,
    TimestampSilent,
    TimestampStatus,
    TimestampUnavailable,
    TimestampUnreachable,
)
from esign.sealing.levels.health import AuthorityHealth, CircuitRule, Health
from esign.sealing.levels.ports import TimestampLine
from esign.sealing.levels.token_check import TokenChecker

_MUTE = (TimestampUnreachable, TimestampSilent, TimestampStatus, TimestampBusy)
"""Failures of an authority that may be itself again in a while; all others are answers, and not good."""
_DEFAULT_PAUSE = 1.0
"""Seconds to stay away where an authority asks for it without saying how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampRules:
    """How authorities are asked.

    Args:
        most_in_flight: Timestamps under way at a time; who wants one more waits.
        seconds: What one question may take, up to the last byte of the answer.
        patience: Seconds after which a document is set aside; also, after how long an outage of all authorities
            documents are set aside at once, until one of them answers again.
        answers: How many answers that are not good a document puts up with.
        pause: Seconds before an authority is asked again for the same document; doubled each time, and a random part
            of it taken.
        longest_pause: Seconds that such a pause lasts at the most.
        circuit: When an authority is left alone.
    """

    most_in_flight: int = 256
    seconds: float = 10.0
    patience: float = 120.0
    answers: int = 3
    pause: float = 0.2
    longest_pause: float = 5.0
    circuit: CircuitRule = field(default_factory=CircuitRule)


class _Desk:
    """One authority with its line and how it does."""

    def __init__(self, line: TimestampLine, rules: TimestampRules) -> None:
        self.line = line
        self.health = Health(rules.circuit, rules.most_in_flight)


class BulkTimestamps:
    """A :class:`~esign.proof.ports.TimestampSource` for bulk; may be used by many threads, and is closed in the end.

    Args:
        lines: Lines to the authorities, in the order in which they are preferred.
        anchors: Trusted certificates (DER) to which every token must lead.
        clock: A token whose time is far from this clock's is refused.
        policies: Object identifiers (dotted) of which a token must have one; empty: any.
        tolerance: How far the two times may lie apart.
        rules: How authorities are asked.
        nonce: Returns a fresh, unpredictable number.
        chance: Returns a number from 0 to 1, for pauses.
    """

    def __init__(
        self,
        lines: Sequence[TimestampLine],
        *,
        anchors: Sequence[bytes],
        clock: Clock,
        policies: Collection[str] = (),
        tolerance: timedelta = DEFAULT_TOLERANCE,
        rules: TimestampRules = TimestampRules(),
        nonce: Callable[[], int] = lambda: secrets.randbits(63) | 1 << 62,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._desks = [_Desk(line, rules) for line in lines]
        self._checker = TokenChecker(anchors=anchors, clock=clock, policies=policies, tolerance=tolerance)
        self._rules = rules
        self._nonce = nonce
        self._chance = chance
        self._room = threading.Condition()
        self._in_flight = 0
        self._closed = False
        self._outage: float | None = None
        self._asked: deque[tuple[bytes, Future[TimestampToken]]] = deque()
        self._called = False
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="timestamps", daemon=True)
        self._thread.start()

    def stamp(self, digest: bytes) -> TimestampToken:
        """Return a checked token over a digest: SHA-256, SHA-384 or SHA-512, by its length; waits for it.

        Raises:
            SealTimestampError: No good one was to be had: one subclass for each reason.
        """
        return self.submit(digest).result()

    def submit(self, digest: bytes) -> Future[TimestampToken]:
        """Begin to ask for a token over a digest, and return where it will be; its error is a SealTimestampError.

        Waits while as many as are allowed are under way: whoever seals is never far ahead of the authorities.

        Raises:
            TimestampUnavailable: This source is closed.
        """
        with self._room:
            while self._in_flight >= self._rules.most_in_flight and not self._closed:
                self._room.wait()
            if self._closed:
                raise TimestampUnavailable("timestamps are no longer asked for")
            self._in_flight += 1
            future: Future[TimestampToken] = Future()
            future.add_done_callback(self._done)
            self._asked.append((digest, future))
            called, self._called = self._called, True
            if not called:
                self._loop.call_soon_threadsafe(self._take)
        return future

    @property
    def in_flight(self) -> int:
        """How many are under way."""
        return self._in_flight

    def health(self) -> tuple[AuthorityHealth, ...]:
        """Return how each authority stands, in the order of preference."""
        now = self._loop.time()
        return tuple(desk.health.told(desk.line.name, now) for desk in self._desks)

    def close(self) -> None:
        """Give up what is under way and close the connections; may be called twice."""
        with self._room:
            already, self._closed = self._closed, True
            self._room.notify_all()
        if already:
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _done(self, _future: Future[TimestampToken]) -> None:
        with self._room:
            self._in_flight -= 1
            self._room.notify()

    async def _end(self) -> None:
        self._take()
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for desk in self._desks:
            await desk.line.close()

    def _take(self) -> None:
        """Begin with everything that was asked for since the last time: one call for many is cheaper than one each."""
        self._called = False
        while self._asked:
            digest, future = self._asked.popleft()
            if not future.cancelled():
                self._watch(self._loop.create_task(self._stamp(digest, future)))

    async def _stamp(self, digest: bytes, future: Future[TimestampToken]) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is one

        def give_up(done: Future[TimestampToken]) -> None:
            if done.cancelled():
                self._call(task.cancel)

        future.add_done_callback(give_up)
        try:
            token = await self._patiently(digest)
        except asyncio.CancelledError:
            self._settle(future, TimestampUnavailable("timestamps are no longer asked for"))
        except BaseException as error:  # whatever it is, who waits is told
            self._settle(future, error)
        else:
            self._settle(future, token)

    def _settle(self, future: Future[TimestampToken], outcome: TimestampToken | BaseException) -> None:
        with suppress(InvalidStateError):  # given up meanwhile
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _call(self, what: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(what)

    async def _patiently(self, digest: bytes) -> TimestampToken:
        deadline = self._loop.time() + self._rules.patience
        failure: SealTimestampError | None = None
        last: _Desk | None = None
        bad = pauses = 0
        while True:
            desk, trying = await self._desk(digest, deadline, last, failure)
            if desk is last and not trying:
                await asyncio.sleep(self._chance() * min(self._rules.longest_pause, self._rules.pause * 2.0**pauses))
                pauses += 1
            try:
                return await self._ask(desk, digest, trying)
            except SealTimestampError as error:
                failure, last = error, desk
                bad += not isinstance(error, _MUTE)
            if bad >= self._rules.answers or self._loop.time() >= deadline:
                raise failure

    async def _desk(
        self, digest: bytes, deadline: float, last: _Desk | None, failure: SealTimestampError | None
    ) -> tuple[_Desk, bool]:
        """Return the authority to ask now, as soon as there is one, and whether that is the try of an open circuit.

        Another one than the last is taken if that can be. Where others can be asked, an open circuit is tried beside.
        """
        while True:
            now = self._loop.time()
            free = [desk for desk in self._desks if desk.health.admits(now)]
            for desk in self._desks:
                if desk.health.take_try(now):
                    if not free:
                        return desk, True
                    self._watch(self._loop.create_task(self._try(desk, digest)))
            if free:
                return next((desk for desk in free if desk is not last), free[0]), False
            until = deadline
            if self._outage is not None:
                until = min(deadline, self._outage + self._rules.patience)
            if now >= until or not self._desks:
                raise failure or TimestampUnavailable(authorities=len(self._desks))
            later = (desk.health.again_at(now) for desk in self._desks)
            await self._look_again(min((at for at in later if now < at < until), default=until) - now)

    async def _look_again(self, seconds: float) -> None:
        """Wait so long, or until somebody has finished."""
        waiter = self._loop.create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._wake()  # it was this one's turn
            raise
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    async def _try(self, desk: _Desk, digest: bytes) -> None:
        with suppress(SealTimestampError):  # it is noted; nobody waits for it
            await self._ask(desk, digest, trying=True)

    async def _ask(self, desk: _Desk, digest: bytes, trying: bool) -> TimestampToken:
        request = TimestampRequest.new(digest, self._nonce())
        desk.health.entered()
        try:
            token = self._checker.check(await self._reply(desk, request), request)
        except TimestampBusy as error:
            seconds = error.facts.get("seconds")
            seconds = seconds if isinstance(seconds, int | float) else _DEFAULT_PAUSE
            desk.health.pause(self._loop.time(), seconds, error.code)
            raise
        except SealTimestampError as error:
            desk.health.failed(self._loop.time(), error.code, trying=trying)
            if self._outage is None and all(each.health.is_open() for each in self._desks):
                self._outage = self._loop.time()
            raise
        else:
            desk.health.succeeded()
            self._outage = None
            return token
        finally:
            desk.health.left(trying=trying)
            self._wake()

    async def _reply(self, desk: _Desk, request: TimestampRequest) -> bytes:
        try:
            async with asyncio.timeout(self._rules.seconds):
                return await desk.line.ask(request.der)
        except TimeoutError:
            raise TimestampSilent(host=desk.line.name) from None

    def _wake(self) -> None:
        """Let as many look again as there is room for."""
        now = self._loop.time()
        room = max(1, sum(desk.health.room(now) for desk in self._desks))
        while self._waiting and room:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                room -= 1

    def _watch(self, task: asyncio.Task[Any] | None) -> None:
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
