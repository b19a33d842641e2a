"""The key that authenticates the session cookie: made once, the same for all workers."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

NAME = "web-session.key"
"""File below the installation's folder; readable by its owner only."""

_LENGTH = 32


def session_key(folder: Path) -> bytes:
    """Return the 32 bytes of the installation's session key; made at the first call.

    Two processes that start together agree: whoever links the file first wins, the other reads it.
    """
    path = folder / NAME
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{NAME}.{secrets.token_hex(8)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, secrets.token_bytes(_LENGTH))
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_bytes()
    if len(key) != _LENGTH:
        raise ValueError("the session key's file is damaged; delete it, and everybody chooses a language again")
    return key
