"""Documents of backend systems' batches: a folder for each batch, everything in it sealed under the batch's key."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from esign.evidence.ports import HeldKey
from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError
from esign.sealing.batches.errors import InputMissing, InputUnreadable
from esign.sealing.batches.ports import Buffer, Document, Documents, Staged
from esign.store.blobs import FolderBlobs
from esign.store.seal_folder import FolderDocuments

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
IN, OUT = "in", "out"
"""Below these names of a batch lies what was handed over, and what was given out."""


@dataclass(slots=True)
class _Held:
    """A document in memory."""

    data: Buffer

    def close(self) -> None:
        """Nothing has to be let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAtRest:
    """Documents whose bytes are sealed where they lie; wraps another place of documents.

    Args:
        inner: Where sealed bytes lie.
        inputs: Returns what was handed over, by the name under which it is kept.
        address: Returns where the inner place reads what it gave out, by output name.
        key: The batch's key.
    """

    inner: Documents
    inputs: Callable[[str], bytes]
    address: Callable[[bytes], bytes]
    key: HeldKey

    def read(self, source: bytes, output: bytes) -> Document:
        """Read a document that was handed over.

        Raises:
            InputMissing: There is none.
            InputUnreadable: It cannot be had just now.
        """
        try:
            return _Held(self.key.open(IN, self.inputs(source.decode("ascii"))))
        except InputUnreadable:
            raise
        except EsignError as error:
            raise InputMissing from error

    def stage(self, document: Document, tail: bytes, output: bytes) -> Staged:
        """Write a sealed document where nobody sees it yet."""
        whole = b"".join((document.data, tail))
        return self.inner.stage(_Held(self.key.seal(_name(output), whole)), b"", output)

    def settle(self, staged: Sequence[Staged]) -> Mapping[bytes, EsignError]:
        """Bring all to the disk; returns those that failed by output name."""
        return self.inner.settle(staged)

    def release(self, staged: Staged) -> None:
        """Give a settled document out under its name."""
        self.inner.release(staged)

    def confirm(self) -> None:
        """Bring the names that were given out to the disk."""
        self.inner.confirm()

    def digest(self, output: bytes) -> bytes | None:
        """Return the SHA-256 of what has an output name; None: nothing has."""
        found = self.opened(output)
        return None if found is None else sha256(found)

    def exists(self, output: bytes) -> bool:
        """Return whether something has an output name."""
        return self.inner.exists(output)

    def content(self, output: bytes, most: int) -> bytes | None:
        """Return what has an output name, so many bytes at the most; None: nothing has."""
        found = self.opened(output)
        return None if found is None else found[:most]

    def discard(self, staged: Staged) -> None:
        """Let a written document go."""
        self.inner.discard(staged)

    def opened(self, output: bytes) -> bytes | None:
        """Return what has an output name; None: nothing has."""
        try:
            sealed = self.inner.read(self.address(output), output)
        except InputMissing:
            return None
        try:
            return self.key.open(_name(output), bytes(sealed.data))
        finally:
            sealed.close()


@dataclass(frozen=True, slots=True)
class FolderSealFiles:
    """Keeps the documents of batches in local folders.

    Args:
        folder: Where the folders of the batches stand.
    """

    folder: Path

    def keep(self, job_id: str, data: bytes, key: HeldKey) -> str:
        """Keep a document that was handed over, durably; return the name of its sealed bytes.

        Raises:
            BlobError: It cannot be written.
        """
        return FolderBlobs(self._of(job_id) / IN).put(key.seal(IN, data))

    @contextmanager
    def documents(self, job_id: str, key: HeldKey) -> Iterator[SealedAtRest]:
        """Open the place where documents are read and sealed ones are given out; for one thread."""
        folder = os.fsencode(self._of(job_id) / OUT)
        inner = FolderDocuments(folder)
        try:
            yield SealedAtRest(
                inner=inner,
                inputs=lambda name: FolderBlobs(self._of(job_id) / IN).get(name),
                address=lambda output: os.path.join(folder, output),  # noqa: PTH118 - names are bytes
                key=key,
            )
        finally:
            inner.close()

    def read(self, job_id: str, output: bytes, key: HeldKey) -> bytes | None:
        """Return what was given out under a name; None: nothing was."""
        with self.documents(job_id, key) as documents:
            return documents.opened(output)

    def check(self) -> None:
        """Nothing has to be reached."""

    def forget_inputs(self, job_id: str) -> None:
        """Delete what was handed over."""
        shutil.rmtree(self._of(job_id) / IN, ignore_errors=True)

    def forget(self, job_id: str) -> None:
        """Delete all documents of a batch."""
        shutil.rmtree(self._of(job_id), ignore_errors=True)

    def _of(self, job_id: str) -> Path:
        return self.folder / checked_id(job_id)


def checked_id(job_id: str) -> str:
    """Return a batch's identifier as part of a path."""
    if not _ID.match(job_id):
        raise ValueError("not the name of a batch")
    return job_id


def _name(output: bytes) -> str:
    return f"{OUT}/{output.decode('ascii')}"
