"""Calls of the system on files and folders whose names are bytes; none trusts what has a name."""

# Names are bytes as the system writes them, some of them no text; a Path has to be text:
# ruff: noqa: PTH115

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from contextlib import suppress

from esign.sealing.batches.ports import Buffer

PIECE = 8 << 20
"""Bytes that are read at a time."""


def open_file(name: bytes, *, folder: int) -> int:
    """Open a file for reading; nothing that only looks like one: no link, and a pipe or a device never ends.

    Args:
        name: Its name.
        folder: A handle of the folder in which it stands.

    Raises:
        OSError: There is none.
    """
    handle = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a file")
    return handle


def lies_within(handle: int, source: bytes, folders: Sequence[bytes]) -> bool:
    """Tell whether an open file lies in one of the folders: the file itself, whatever has its name meanwhile."""
    try:
        place = os.readlink(b"/proc/self/fd/%d" % handle)
    except OSError:
        place = os.path.realpath(source)
    return any(place.startswith(folder.rstrip(b"/") + b"/") for folder in folders)


def read_all(handle: int, size: int) -> bytes:
    """Return what an open file holds.

    Args:
        handle: The file.
        size: How much it probably is.
    """
    data = os.read(handle, size + 1)
    if len(data) == size:
        return data
    pieces = [data]
    while piece := os.read(handle, PIECE):
        pieces.append(piece)
    return b"".join(pieces)


def write_all(handle: int, *parts: Buffer) -> None:
    """Write parts one after the other."""
    views = [memoryview(part) for part in parts if len(part)]
    while views:
        written = os.writev(handle, views[:16])
        while views and written >= len(views[0]):
            written -= len(views.pop(0))
        if written:
            views[0] = views[0][written:]


def publish(hidden: bytes, final: bytes, *, beside: int, folder: int) -> None:
    """Give a hidden file its name, where nothing has it.

    Args:
        hidden: Its hidden name.
        final: Its name.
        beside: A handle of the folder in which it is hidden.
        folder: A handle of the one in which it gets its name.
    """
    try:
        os.link(hidden, final, src_dir_fd=beside, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        # No hard links here: take the name with an empty file of our own, then put the whole one in its place.
        os.close(os.open(final, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644, dir_fd=folder))
        os.rename(hidden, final, src_dir_fd=beside, dst_dir_fd=folder)
    else:
        os.unlink(hidden, dir_fd=beside)


def flush(folder: bytes) -> None:
    """Bring the names in a folder to the disk, as far as that can be had."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
