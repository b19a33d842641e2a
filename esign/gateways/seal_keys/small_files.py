"""Reading files that an operator names: key files, PINs, certificates."""

from __future__ import annotations

from pathlib import Path

from esign.sealing.key_errors import SealKeyUnreadable

MOST_BYTES = 1_000_000
"""No honest key file, PIN or chain is larger."""


def read_small(path: Path) -> bytes:
    """Return a file.

    Raises:
        SealKeyUnreadable: It cannot be read, or is larger than any honest one.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SealKeyUnreadable("a file of the seal key cannot be opened", file=path.name) from error
    except ValueError as error:  # a zero byte in the name
        raise SealKeyUnreadable("a file of the seal key has a name that is none") from error
    if len(data) > MOST_BYTES:
        raise SealKeyUnreadable("a file of the seal key is larger than any honest one", file=path.name)
    return data


def read_secret(path: Path) -> str:
    """Return the first line of a file.

    Raises:
        SealKeyUnreadable: It cannot be read, or is not text.
    """
    try:
        return read_small(path).split(b"\n")[0].decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise SealKeyUnreadable("a file with a secret is not UTF-8", file=path.name) from error
