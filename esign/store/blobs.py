"""Blobs: sealed bytes in a folder, named by their digest, written once and never changed."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import BinaryIO

from esign.foundation.digests import sha256
from esign.store.errors import BlobDamaged, BlobError, BlobUnknown
from esign.store.folders import flush_folder

_NAME = re.compile(r"[0-9a-f]{64}\Z")


class FolderBlobs:
    """Content-addressed, write-once storage in a local folder.

    A blob is written to a temporary file, flushed to the disk (fsync), linked to its name – which fails where the name
    exists, so nothing is ever overwritten – and the folder is flushed. After a power cut a name is there with all of
    its bytes, or not at all. Callers seal before they put: a blob's bytes are never readable personal data.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, sealed: bytes) -> str:
        """Keep bytes durably and return their name (hexadecimal SHA-256); the same bytes again change nothing.

        Raises:
            BlobError: The bytes cannot be written (disk full, rights).
        """
        name = sha256(sealed).hex()
        path = self._path(name)
        temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                flush_folder(self._folder)
            with _exclusive(temporary) as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(temporary, path)
            flush_folder(path.parent)
        except OSError as error:
            raise BlobError("blob cannot be written", errno=error.errno or 0) from error
        finally:
            temporary.unlink(missing_ok=True)
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes of a name, hashed again.

        Raises:
            BlobUnknown: There is no such blob.
            BlobDamaged: Its bytes are not those that the name promises.
        """
        try:
            data = self._path(name).read_bytes()
        except FileNotFoundError:
            raise BlobUnknown(name=name) from None
        except OSError as error:
            raise BlobError("blob cannot be read", name=name, errno=error.errno or 0) from error
        if sha256(data).hex() != name:
            raise BlobDamaged(name=name)
        return data

    def delete(self, name: str) -> bool:
        """Delete a blob (erasure, or the sweeping of unreferenced ones); return whether it was there."""
        path = self._path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        flush_folder(path.parent)
        return True

    def names(self) -> tuple[str, ...]:
        """Return the names of all blobs, in order."""
        found = (path.name for path in self._folder.glob("??/*"))
        return tuple(sorted(name for name in found if _NAME.match(name)))

    def _path(self, name: str) -> Path:
        if not _NAME.match(name):
            raise BlobUnknown("not the name of a blob")
        return self._folder / name[:2] / name


def _exclusive(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb")
