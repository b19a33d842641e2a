"""PINs that a token, or a signing service, refused: no process of this machine tries one a second time.

They lock a key after some wrong PINs, often three, and a locked one is of no use to anybody. Four processes that start
with the same wrong PIN, are replaced when they end, and are started again tomorrow would lock it before anybody looks.
So whoever tries a PIN from a file holds a lock on that file meanwhile, and what was refused is written down beside it,
in ``NAME.refused``: salted digests of PINs that are wrong. It is not tried again until the file holds another PIN, or
``NAME.refused`` is deleted.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_lock = threading.Lock()
_refused: set[bytes] = set()
"""By this process, wherever the PIN came from."""
_SALT = secrets.token_bytes(32)
_PATIENCE = 30.0
"""Seconds that somebody else's try is waited for."""
_MOST = 64
"""Refusals that are kept beside a file."""


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One PIN that is about to be tried.

    Args:
        file: Where it came from; None: from a person, or a keypad.
        token: Which token or service it is for, and for what.
        pin: The PIN; None: the token asks for it itself.
    """

    file: Path | None
    token: str
    pin: str | None

    def refused_before(self) -> bool:
        """Return whether it was refused before, by this process or one that read it from the same file."""
        return self.pin is not None and (self._mark(_SALT) in _refused or any(map(self._is, self._known())))

    def remember(self) -> None:
        """Write down that it was refused; also after a power cut it is known."""
        if self.pin is None:
            return
        _refused.add(self._mark(_SALT))
        if self.file is None:
            return
        salt = secrets.token_bytes(16)
        line = salt.hex() + " " + self._mark(salt).hex() + "\n"
        for place in _places(self.file):
            with suppress(OSError):
                _append(place, line, like=self.file)
                return

    def _known(self) -> Iterator[tuple[bytes, bytes]]:
        for place in _places(self.file) if self.file is not None else ():
            with suppress(OSError, ValueError):
                handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                with os.fdopen(handle, "rb") as file:
                    for line in file.read(1 << 16).decode("ascii").splitlines():
                        salt, _, mark = line.partition(" ")
                        yield bytes.fromhex(salt), bytes.fromhex(mark)

    def _is(self, known: tuple[bytes, bytes]) -> bool:
        return self._mark(known[0]) == known[1]

    def _mark(self, salt: bytes) -> bytes:
        return hashlib.blake2b(repr((self.token, self.pin)).encode(), key=salt, digest_size=32).digest()


@contextmanager
def one_at_a_time(file: Path | None) -> Iterator[None]:
    """Let no other thread, and no other process that reads the same file, try a PIN meanwhile.

    Args:
        file: Where the PIN comes from, if from a file. Where it cannot be locked, each process is for itself.

    Raises:
        TimeoutError: Somebody else has been trying one for half a minute.
    """
    with _lock, ExitStack() as stack:
        if file is not None:
            with suppress(FileNotFoundError, PermissionError):
                handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
                stack.callback(os.close, handle)
                _hold(handle)
        yield


def _hold(handle: int) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise TimeoutError("a PIN is being tried") from None
            time.sleep(0.01)
        except OSError:  # a file system without locks
            return
        else:
            return


def _places(file: Path) -> tuple[Path, Path]:
    """Return where refusals are written down: beside the file, or where that folder may not be written."""
    absolute = file.absolute()
    name = hashlib.sha256(os.fsencode(absolute)).hexdigest()[:32]
    folder = Path(tempfile.gettempdir()) / f"esign-pins-{os.getuid()}"
    return absolute.with_name(absolute.name + ".refused"), folder / f"{name}.refused"


def _append(place: Path, line: str, *, like: Path) -> None:
    if place.name != like.name + ".refused":
        with suppress(FileExistsError):
            place.parent.mkdir(mode=0o700)
        found = place.parent.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PermissionError("a stranger's folder")
    handle = os.open(place, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        owner = like.stat()
        with suppress(OSError):  # whoever may read the PIN is to know of this
            os.fchown(handle, owner.st_uid, owner.st_gid)
        if os.fstat(handle).st_size > _MOST * len(line):
            os.ftruncate(handle, 0)
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
