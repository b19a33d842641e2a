"""Token buckets that the processes of a machine share: a small database of their own, which may be lost.

Not in the installation's database: there every request would wait for the disk, and for everybody's turn to write.
"""

from __future__ import annotations

import hashlib
import math
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from esign.engine.api.ports import Taken

_BUSY_MS = 2000
_TABLE = (
    "CREATE TABLE IF NOT EXISTS bucket (name BLOB PRIMARY KEY, tokens REAL NOT NULL, at REAL NOT NULL) WITHOUT ROWID"
)
_FORGET_EVERY = 1000
_FORGOTTEN_AFTER = 24 * 3600.0


class SharedRates:
    """Token buckets in a file. What cannot be counted is let through: a full disk must not stop the work.

    Args:
        path: The file; one for each machine.
        now: Seconds since the epoch; all processes of a machine share the clock.
    """

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._local = threading.local()
        self._taken = 0

    def take(self, bucket: str, *, capacity: int, per_second: float) -> Taken:
        """Take one token out of a bucket that is filled steadily.

        Args:
            bucket: Its name; only a digest of it is kept.
            capacity: Tokens of a full bucket.
            per_second: How fast it is filled.
        """
        name = hashlib.sha256(bucket.encode()).digest()[:16]
        try:
            tokens, allowed = self._take(name, capacity, per_second)
        except sqlite3.Error:
            return Taken(allowed=True, limit=capacity, remaining=capacity, reset=0)
        missing = capacity - tokens if allowed else 1 - tokens
        return Taken(
            allowed=allowed, limit=capacity, remaining=int(tokens), reset=max(0, math.ceil(missing / per_second))
        )

    def _take(self, name: bytes, capacity: int, per_second: float) -> tuple[float, bool]:
        connection = self._connection()
        now = self._now()
        connection.execute("BEGIN IMMEDIATE")
        try:
            row = connection.execute("SELECT tokens, at FROM bucket WHERE name = ?", (name,)).fetchone()
            tokens = float(capacity)
            if row is not None:
                tokens = min(float(capacity), row[0] + max(0.0, now - row[1]) * per_second)
            allowed = tokens >= 1
            tokens -= allowed
            connection.execute(
                "INSERT INTO bucket VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET tokens = ?2, at = ?3",
                (name, tokens, now),
            )
            self._taken += 1
            if self._taken % _FORGET_EVERY == 0:
                connection.execute("DELETE FROM bucket WHERE at < ?", (now - _FORGOTTEN_AFTER,))
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        return tokens, allowed

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with suppress(OSError):  # what cannot be written is told below
                self._path.touch(mode=0o600)  # its journals get the same mode
            connection = sqlite3.connect(self._path, isolation_level=None, timeout=_BUSY_MS / 1000)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(_TABLE)
            self._local.connection = connection
        return connection
