"""A seal key that is opened when it is first used: an installation starts also while a token or service is away.

What needs the key may hold a transaction open meanwhile. So a vain attempt is not repeated for a while: everybody who
comes then is refused at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from esign.sealing.errors import SealKeyError
from esign.sealing.ports import SealKey

PAUSE = 5.0
"""Seconds after a vain attempt before the next one."""


class DeferredSealKey:
    """Stands for a key until somebody needs it; what fails is tried again after a pause.

    Args:
        opener: Opens the key.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, opener: Callable[[], SealKey], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._opener = opener
        self._monotonic = monotonic
        self._failure: SealKeyError | None = None
        self._not_before = 0.0
        self._key: SealKey | None = None
        self._lock = threading.Lock()

    @property
    def certificate(self) -> bytes:
        """The seal's certificate, DER."""
        return self._opened().certificate

    @property
    def chain(self) -> Sequence[bytes]:
        """The certificates above it, DER, issuer first."""
        return self._opened().chain

    def sign(self, data: bytes) -> bytes:
        """Sign data with SHA-256.

        Raises:
            SealKeyError: The key cannot be opened or used.
        """
        return self._opened().sign(data)

    def _opened(self) -> SealKey:
        with self._lock:
            if self._key is not None:
                return self._key
            if self._failure is not None and self._monotonic() < self._not_before:
                raise type(self._failure)(self._failure.detail, **self._failure.facts)
            try:
                self._key = self._opener()
            except SealKeyError as error:
                self._failure, self._not_before = error, self._monotonic() + PAUSE
                raise
            return self._key
