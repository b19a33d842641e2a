"""The folders below an output folder, open: reached step by step, never through a link.

Others may write into an output folder. A link that they plant there as a sub-folder must not lead sealed documents
elsewhere, so every folder is opened from the one above it, and what is no folder itself is refused. The output folder
as the operator names it may be, or lie behind, a link.

A folder that is moved away, removed or exchanged while it is open is noticed at the next look, and the one that has its
name now is used, or made.
"""

# Names are bytes as the system writes them, some of them no text; a Path has to be text:
# ruff: noqa: PTH102, PTH112, PTH116, PTH120

from __future__ import annotations

import errno
import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from esign.store.seal_folder_calls import flush

_MOST = 64
"""Folders that are kept open."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEVER = (b"", b".", b"..")
_DEEPEST = 200
"""Folders one in the other."""


class _Held(NamedTuple):
    handle: int
    device: int
    number: int


@dataclass(slots=True)
class FolderTree:
    """Handles of an output folder and of those below it. One object serves one thread.

    Args:
        out: The output folder.
    """

    out: bytes
    _open: dict[bytes, _Held] = field(default_factory=dict)
    _retired: list[int] = field(default_factory=list)

    def reach(self, folder: bytes, *, make: bool = True) -> int:
        """Return a handle of a folder, as its name leads to it now.

        Args:
            folder: Its path below the output folder, parts divided by ``/``; empty: the output folder.
            make: Whether it is made, and brought to the disk, if it is not there.

        Raises:
            OSError: It cannot be had: a link or a file has its name, for example.
        """
        held = self._open.get(folder)
        if folder:
            above, name = apart(folder)
            beside = self.reach(above, make=make)
        try:
            now = os.stat(name, dir_fd=beside, follow_symlinks=False) if folder else os.stat(self.out)
            if held is not None and (held.device, held.number) == (now.st_dev, now.st_ino):
                return held.handle
        except FileNotFoundError:
            if not make:
                raise
            if folder:
                _make(name, beside)
            else:
                _make_all(self.out)
        if held is not None:
            self._retired.append(held.handle)
            del self._open[folder]
        handle = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=beside) if folder else os.open(self.out, _FOLDER)
        found = os.fstat(handle)
        self._open[folder] = _Held(handle, found.st_dev, found.st_ino)
        return handle

    def held(self, folder: bytes) -> int:
        """Return a handle of a folder as it was reached last; where it was not, as its name leads to it now."""
        held = self._open.get(folder)
        return self.reach(folder) if held is None else held.handle

    def forget(self, *, keep: Collection[int]) -> None:
        """Close folders if many are open, but those that are still needed."""
        if len(self._open) > _MOST:
            for folder, held in list(self._open.items()):
                if held.handle not in keep:
                    os.close(self._open.pop(folder).handle)

    def forget_retired(self) -> None:
        """Close folders whose names lead elsewhere meanwhile."""
        while self._retired:
            os.close(self._retired.pop())

    def close(self) -> None:
        """Close all."""
        self.forget_retired()
        while self._open:
            os.close(self._open.popitem()[1].handle)


def apart(path: bytes) -> tuple[bytes, bytes]:
    """Return the folder of a path below the output folder, empty for that itself, and the name in it.

    Raises:
        OSError: It may lead elsewhere, or nothing can have that name.
    """
    folder, divided, name = path.rpartition(b"/")
    if name in _NEVER or b"\0" in path or (divided and not folder) or path.count(b"/") > _DEEPEST:
        raise OSError(errno.EINVAL, "no name below a folder")
    return folder, name


def _make(name: bytes, beside: int) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=beside)
    os.fsync(beside)


def _make_all(folder: bytes) -> None:
    missing = []
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for each in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(each)
        flush(os.path.dirname(each) or b".")
