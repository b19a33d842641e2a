"""The bench of an installation: its own seal with everything around it, opened when a backend system first needs it."""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx

from esign.foundation.clock import Clock
from esign.lookups import house_seal_key
from esign.proof.ports import TimestampSource
from esign.proof.timestamps import TimestampToken
from esign.seal_works.order import SealOrder, close_key
from esign.seal_works.recipe import line_parts
from esign.sealing import SealKey
from esign.sealing.batches import Journal, Preparation
from esign.sealing.batches.line import Workshop
from esign.settings import Settings
from esign.signing import NoSealDevice
from esign.store.database import Database
from esign.store.seal_journal import SqlSealJournal

_NOWHERE = Path()


class HouseBench:
    """A :class:`esign.engine.sealing.ports.SealBench`; its key is opened once for a process.

    Args:
        settings: The installation.
        database: Where the journals are.
        clock: Where time comes from.
        anchors: Trusted certificates (DER), for timestamps.
        http: Makes all calls outside; None: own connections, and timestamps many at a time.
        timestamps: Is asked where ``http`` is given.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        clock: Clock,
        anchors: tuple[bytes, ...],
        http: httpx.Client | None,
        timestamps: TimestampSource,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._anchors = anchors
        self._http = http
        self._timestamps = timestamps
        self._lock = threading.Lock()
        self._key: SealKey | None = None
        self._made: dict[str, tuple[Workshop, Preparation]] = {}
        self._stack = ExitStack()
        weakref.finalize(self, self._stack.close)

    def workshop(self, level: str) -> Workshop:
        """Return what seals at a level.

        Raises:
            NoSealDevice: No seal is configured.
            SealKeyError: The key cannot be opened.
        """
        return self._opened(level)[0]

    def preparation(self) -> Preparation:
        """Return the gate for e-invoices, with the installation's policy."""
        with self._lock:
            made = next(iter(self._made.values()), None)
        return made[1] if made is not None else self._opened("B-B")[1]

    def journal(self, number: int) -> Journal:
        """Return the journal of a batch."""
        return SqlSealJournal(self._database, number, clock=self._clock)

    def _opened(self, level: str) -> tuple[Workshop, Preparation]:
        with self._lock:
            if level not in self._made:
                self._made[level] = self._open(level)
            return self._made[level]

    def _open(self, level: str) -> tuple[Workshop, Preparation]:
        settings = self._settings
        if self._key is None:
            self._key = house_seal_key(settings, http=self._http, clock=self._clock)
            if self._key is None:
                raise NoSealDevice
            self._stack.callback(close_key, self._key)
        order = SealOrder(
            device=settings.seal_uri,
            out=_NOWHERE,
            level=level,
            tsa_urls=settings.tsa_urls,
            anchors=self._anchors,
            revocation_hosts=settings.revocation_hosts,
            timeout=settings.outside_timeout,
            invoices="" if self._made else settings.seal_invoices,
            invoice_rules=settings.seal_invoice_rules,
        )
        stamps = None if self._http is None else self._stack.enter_context(_PooledStamps(self._timestamps))
        parts = line_parts(self._stack, order, self._key, self._clock, http=self._http, stamps=stamps)
        gate = parts["preparation"] or next(iter(self._made.values()))[1]
        return parts["workshop"], gate


class _PooledStamps:
    """Timestamps from a source that answers one at a time, asked by some threads."""

    def __init__(self, source: TimestampSource) -> None:
        self._source = source
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="stamps")

    def submit(self, digest: bytes) -> Future[TimestampToken]:
        """Begin to ask for a token over a digest."""
        return self._pool.submit(self._source.stamp, digest)

    def __enter__(self) -> _PooledStamps:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
