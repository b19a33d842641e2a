"""Files of the sandbox: readable by their owner only, written whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from certs.sandbox.errors import StateDamaged

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def private_folder(path: Path) -> Path:
    """Return the folder, made if missing, open to its owner only."""
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.chmod(PRIVATE_FOLDER)
    return path


def write_private(path: Path, data: bytes) -> None:
    """Write a file of mode 0600 so that a reader sees either the old content or all of the new."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock file for as long as the block runs; other processes and threads wait."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class JsonLines:
    """An append-only list of JSON objects in a file of mode 0600, one a line; reads what other processes append."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._rows: tuple[Mapping[str, Any], ...] = ()
        self._read = 0

    def append(self, row: Mapping[str, Any]) -> None:
        """Add one object behind the others; it is on the disk when this returns."""
        line = json.dumps(row, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
        try:
            os.write(descriptor, line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """Return every object in the order in which it was added.

        Raises:
            StateDamaged: A line is not a JSON object.
        """
        with self._lock:
            try:
                with self._path.open("rb") as file:
                    file.seek(self._read)
                    fresh = file.read()
            except FileNotFoundError:
                return self._rows
            whole = fresh[: fresh.rfind(b"\n") + 1]
            if whole:
                self._rows += tuple(_object(line, self._path.name) for line in whole.splitlines())
                self._read += len(whole)
            return self._rows


def _object(line: bytes, name: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise StateDamaged("a line is not JSON", file=name) from error
    if not isinstance(value, dict):
        raise StateDamaged("a line is not a JSON object", file=name)
    return value
