"""Writing a file as a whole or not at all: what stands under a name is the old bytes or the new ones, never a part."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from esign.cli.errors import FileChanged, FileUnwritable


def create(path: Path, data: bytes) -> None:
    """Write a new file (mode 0600).

    Raises:
        FileUnwritable: It exists already, or cannot be written; nothing is left behind.
    """
    written = _beside(path, data, 0o600)
    try:
        os.link(written, path)  # unlike a renaming this never takes the place of a file that is there
        _settle(path.parent)
    except FileExistsError as error:
        raise FileUnwritable("the file exists already", file=str(path)) from error
    except OSError as error:
        raise FileUnwritable("the file cannot be written", file=str(path)) from error
    finally:
        written.unlink(missing_ok=True)


def replace(path: Path, data: bytes, *, was: bytes) -> None:
    """Put other bytes in the place of a file's; its mode stays, a symbolic link stays one.

    Args:
        path: The file.
        data: What it shall hold.
        was: What it held when it was read.

    Raises:
        FileChanged: It holds something else by now.
        FileUnwritable: It cannot be written; it is as it was.
    """
    try:
        place = path.resolve(strict=True)
        mode = place.stat().st_mode & 0o777
    except OSError as error:
        raise FileUnwritable("the file cannot be written", file=str(path)) from error
    written = _beside(place, data, mode)
    try:
        if place.read_bytes() != was:
            raise FileChanged(file=str(path))
        written.replace(place)
        _settle(place.parent)
    except OSError as error:
        raise FileUnwritable("the file cannot be written", file=str(path)) from error
    finally:
        written.unlink(missing_ok=True)


def _beside(path: Path, data: bytes, mode: int) -> Path:
    """Return a new file in the same folder that holds the data, on the disk."""
    written = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
        written = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except OSError as error:
        if written is not None:
            written.unlink(missing_ok=True)
        raise FileUnwritable("the file cannot be written", file=str(path)) from error
    return written


def _settle(folder: Path) -> None:
    """Bring the folder's entry to the disk, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
