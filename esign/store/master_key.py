"""Where the vault's master key comes from: a file, the environment, or a key on a token that wraps it."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from esign.foundation.encoding import from_b64url
from esign.foundation.errors import EsignError
from esign.store.errors import VaultKeyError
from esign.store.folders import flush_folder
from esign.store.vault import KEY_LENGTH


class MasterKey(Protocol):
    """A place for the vault's master key."""

    def exists(self) -> bool:
        """Tell whether a key has been made."""

    def create(self) -> None:
        """Make a fresh key.

        Raises:
            VaultKeyError: There is one already, or this place cannot make one.
        """

    def read(self) -> bytes:
        """Return the 32 bytes.

        Raises:
            VaultKeyError: There is none, it can be read by others, or it is damaged.
        """


class FileMasterKey:
    """The master key in a file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exists(self) -> bool:
        """Tell whether the file is there."""
        return self._path.exists()

    def create(self) -> None:
        """Write a fresh key durably (mode 0600); an existing file is never overwritten."""
        write_once(self._path, secrets.token_bytes(KEY_LENGTH))

    def read(self) -> bytes:
        """Return the key."""
        key = read_private(self._path, most=KEY_LENGTH)
        if len(key) != KEY_LENGTH:
            raise VaultKeyError("the key file does not hold exactly 32 bytes")
        return key


class EnvironmentMasterKey:
    """The master key in an environment variable, as an orchestrator's secret store hands it over."""

    def __init__(self, name: str, environment: Mapping[str, str] | None = None) -> None:
        self._name = name
        self._environment = os.environ if environment is None else environment

    def exists(self) -> bool:
        """Tell whether the variable is set."""
        return bool(self._environment.get(self._name))

    def create(self) -> None:
        """Refuse: a process cannot give its successors an environment."""
        raise VaultKeyError("the variable with the master key is not set: 32 random bytes, base64url", name=self._name)

    def read(self) -> bytes:
        """Return the key: 32 bytes in base64url without padding."""
        try:
            key = from_b64url(self._environment.get(self._name, ""))
        except EsignError as error:
            raise VaultKeyError("the master key in the environment is not base64url", name=self._name) from error
        if len(key) != KEY_LENGTH:
            raise VaultKeyError("the master key in the environment does not have 32 bytes", name=self._name)
        return key


def write_once(path: Path, data: bytes) -> None:
    """Write a file durably for its owner only, whole or not at all, and never over another one.

    Raises:
        VaultKeyError: The file exists.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise VaultKeyError("the key file exists and is not overwritten") from None
    finally:
        draft.unlink()
    flush_folder(path.parent)


def read_private(path: Path, *, most: int) -> bytes:
    """Return a file that only its owner can read, at most one byte more than ``most``.

    Raises:
        VaultKeyError: It is not there, or others can read it.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise VaultKeyError("the key file cannot be opened") from error
    with os.fdopen(handle, "rb") as file:
        if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise VaultKeyError("the key file can be read by others: its mode must be 0600")
        return file.read(most + 1)
