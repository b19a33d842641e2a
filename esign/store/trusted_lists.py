"""Trusted lists on disk: the cache of the last good ones, and a folder as their source.

A kept list is one file: a line of JSON (number, digest, when) and the list as it was received, written beside the old
one and renamed over it. What is damaged counts as not there; the list is verified again whenever it is used.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from esign.foundation.digests import sha256
from esign.validation.trusted_lists import KeptList, ListTooLarge, ListUnavailable
from esign.validation.trusted_lists.xml import MAX_BYTES

_FORM = "esign-kept-list-1"


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
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, location: str, kept: KeptList) -> None:
        """Keep a list in place of the one before, all or nothing."""
        head = {
            "form": _FORM,
            "location": location,
            "sequence": kept.sequence,
            "content": kept.content_digest.hex(),
            "accepted_at": kept.accepted_at.isoformat(),
            "sha256": sha256(kept.data).hex(),
        }
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(head).encode() + b"\n" + kept.data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path(location))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _path(self, location: str) -> Path:
        return self._folder / f"{sha256(location.encode()).hex()}.list"


class FolderListSource:
    """Lists from files that the operator named; nothing else is opened, and nothing is fetched.

    Args:
        files: File by address.
    """

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = dict(files)

    def fetch(self, location: str) -> bytes:
        """Return the list at an address.

        Raises:
            ListUnavailable: No file is named for the address, or it cannot be read.
            ListTooLarge: The file is larger than what is read.
        """
        path = self._files.get(location)
        if path is None:
            raise ListUnavailable("no file is named for the address of the list")
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise ListUnavailable("the file of the list cannot be read") from error
        if len(data) > MAX_BYTES:
            raise ListTooLarge
        return data
