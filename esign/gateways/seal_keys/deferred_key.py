"""A seal key that is opened when it is first used: an installation starts also while a token or service is away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from esign.sealing.ports import SealKey


class DeferredSealKey:
    """Stands for a key until somebody needs it; what fails once is tried again at the next need.

    Args:
        opener: Opens the key.
    """

    def __init__(self, opener: Callable[[], SealKey]) -> None:
        self._opener = opener
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
            if self._key is None:
                self._key = self._opener()
            return self._key
