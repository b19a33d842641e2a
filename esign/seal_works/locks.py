"""Locks on files: the kernel frees those of a process that dies."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import ExitStack
from pathlib import Path

from esign.sealing.batches.errors import BatchRunning


def hold(stack: ExitStack, path: Path, how: int, *, patience: float = 0.0) -> None:
    """Hold a lock until the stack is closed; the kernel frees that of a process that dies.

    Raises:
        BatchRunning: Somebody else holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(handle)
                raise BatchRunning from None
            time.sleep(0.05)
        else:
            stack.callback(os.close, handle)
            return
