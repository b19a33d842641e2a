"""Trusted lists on disk: the cache of the last good ones, and a folder as their source.

A kept list is one file: a line of JSON (number, digests, when) and the list as it was received, written beside the old
one and renamed over it. What is damaged counts as not there; the list is verified again whenever it is used.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from esign.foundation.digests import sha256
from esign.validation.trusted_lists import Fetched, KeptList, ListTooLarge, ListUnavailable
from esign.validation.trusted_lists.xml import MAX_BYTES

_FORM = "esign-kept-list-2"


class FolderListCache:
    """Keeps lists in a folder of its own (mode 0700), one file for each address."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    def load(self, location: str) -> KeptList | None:
        """Return the kept list; None where there is none or its file is damaged."""
        try:
            head, _, data = self._path(location).read_bytes().partition(b"\n")
            told = json.loads(head)
            if told["form"] != _FORM or told["location"] != location or told["sha256"] != sha256(data).hex():
                return None
            return KeptList(
                data=data,
                sequence=int(told["sequence"]),
                content_digest=bytes.fromhex(told["content"]),
                accepted_at=datetime.fromisoformat(told["accepted_at"]),
                checked_at=datetime.fromisoformat(told["checked_at"]),
                etag=str(told["etag"]),
                modified=str(told["modified"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, location: str, kept: KeptList) -> None:
        """Keep a list in place of the one before, all or nothing.

        Raises:
            ListUnavailable: The folder cannot be written.
        """
        head = {
            "form": _FORM,
            "location": location,
            "sequence": kept.sequence,
            "content": kept.content_digest.hex(),
            "accepted_at": kept.accepted_at.isoformat(),
            "checked_at": kept.checked_at.isoformat(),
            "etag": kept.etag,
            "modified": kept.modified,
            "sha256": sha256(kept.data).hex(),
        }
        try:
            self._write(self._path(location), json.dumps(head).encode() + b"\n" + kept.data)
        except OSError as error:
            raise ListUnavailable("the folder of the kept lists cannot be written") from error

    def _write(self, path: Path, data: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)
            raise

    def _path(self, location: str) -> Path:
        return self._folder / f"{sha256(location.encode()).hex()}.list"


class FolderListSource:
    """Lists from files that the operator named; nothing else is opened, and nothing is fetched.

    Args:
        files: File by address, or by the last part of an address.
    """

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = dict(files)

    @classmethod
    def mirror(cls, files: Iterable[Path]) -> Self:
        """Return the lists of files: each stands for the addresses whose last part is its name."""
        return cls({path.name: path for path in files})

    def fetch(self, location: str, _kept: KeptList | None = None) -> Fetched:
        """Return the list at an address.

        Raises:
            ListUnavailable: No file is named for the address, or it cannot be read.
            ListTooLarge: The file is larger than what is read.
        """
        path = self._files.get(location) or self._files.get(_last_part(location))
        if path is None:
            raise ListUnavailable("no file is named for the address of the list")
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise ListUnavailable("the file of the list cannot be read") from error
        if len(data) > MAX_BYTES:
            raise ListTooLarge
        return Fetched(data=data)


class NoCache:
    """Keeps nothing: for lists that are read once, from disk."""

    def load(self, _location: str) -> KeptList | None:
        """Return nothing."""
        return None

    def save(self, _location: str, _kept: KeptList) -> None:
        """Keep nothing."""


def _last_part(location: str) -> str:
    try:
        return urlsplit(location).path.rpartition("/")[2]
    except ValueError:
        return ""
