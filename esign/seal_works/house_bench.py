"""The bench of an installation: its own seal with everything around it, opened when a backend system first needs it."""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx

from esign.foundation.clock import Clock
from esign.lookups import house_seal_key
from esign.proof.ports import TimestampSource
from esign.proof.timestamps import TimestampToken
from esign.seal_works.order import SealOrder, close_key, profile_of
from esign.seal_works.recipe import line_parts
from esign.sealing import SealKey
from esign.sealing.batches import Journal, Preparation
from esign.sealing.batches.line import Workshop
from esign.sealing.invoices import InvoiceRules
from esign.sealing.looking import LookedGate, Looking
from esign.settings import Settings
from esign.signing import NoSealDevice
from esign.store.database import Database
from esign.store.seal_journal import SqlSealJournal

RULES_SECONDS = 20.0
"""How long the business rules may take for one e-invoice that a stranger hands in."""
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
        self._workshops: dict[str, Workshop] = {}
        self._looking: Looking | None = None
        self._stack = ExitStack()
        weakref.finalize(self, self._stack.close)

    def workshop(self, level: str) -> Workshop:
        """Return what seals at a level.

        Raises:
            NoSealDevice: No seal is configured.
            SealKeyError: The key cannot be opened.
        """
        with self._lock:
            if level not in self._workshops:
                self._workshops[level] = self._open(level)
            return self._workshops[level]

    def preparation(self, level: str) -> Preparation:
        """Return what looks at documents in helper processes before they are sealed, with the installation's policy.

        Args:
            level: The level that they are to reach.

        Raises:
            NoSealDevice: No seal is configured.
            SealKeyError: The key cannot be opened.
        """
        with self._lock:
            if self._looking is None:
                order = self._order(level)
                rules = InvoiceRules(order.invoice_rules, seconds=RULES_SECONDS)
                profile = profile_of(order, self._opened_key().certificate)
                looking = Looking(policy=order.invoices, rules=rules, profile=profile)
                self._looking = self._stack.enter_context(looking)
            return LookedGate(self._looking, level)

    def journal(self, number: int) -> Journal:
        """Return the journal of a batch."""
        return SqlSealJournal(self._database, number, clock=self._clock)

    def _open(self, level: str) -> Workshop:
        order = replace(self._order(level), invoices="")  # they are looked at elsewhere
        stamps = None if self._http is None else self._stack.enter_context(_PooledStamps(self._timestamps))
        parts = line_parts(self._stack, order, self._opened_key(), self._clock, http=self._http, stamps=stamps)
        workshop: Workshop = parts["workshop"]
        return workshop

    def _opened_key(self) -> SealKey:
        if self._key is None:
            self._key = house_seal_key(self._settings, http=self._http, clock=self._clock)
            if self._key is None:
                raise NoSealDevice
            self._stack.callback(close_key, self._key)
        return self._key

    def _order(self, level: str) -> SealOrder:
        settings = self._settings
        return SealOrder(
            device=settings.seal_uri,
            out=_NOWHERE,
            level=level,
            tsa_urls=settings.tsa_urls,
            anchors=self._anchors,
            revocation_hosts=settings.revocation_hosts,
            timeout=settings.outside_timeout,
            invoices=settings.seal_invoices,
            invoice_rules=settings.seal_invoice_rules,
        )


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
