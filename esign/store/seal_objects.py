"""Documents in object storage (S3 and what speaks like it): read by key, given out by one conditional put.

An object appears whole or not at all, so nothing has to be written unseen before: a sealed document waits in memory
and is put under its name only if nothing has that name (``If-None-Match: *``). Where two workers put the same name, one
fails.

Credentials, region and endpoint come from the environment, as the SDKs have it (``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``, ``AWS_ENDPOINT_URL``, ``AWS_ALLOW_HTTP``), or from the machine's role; never
from an address.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from esign.foundation.errors import EsignError
from esign.sealing.batches.errors import (
    InputMissing,
    InputUnreadable,
    OutputExists,
    OutputNameUnusable,
    OutputUnwritable,
)
from esign.sealing.batches.ports import Buffer, Document, Staged

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES = ("s3", "gs", "az")
"""What an address of a place in object storage may begin with."""
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,250}")
_LONGEST = 1024
"""Bytes of a key (S3)."""


def is_objects(address: str) -> bool:
    """Return whether an address is one of object storage, and not a folder."""
    return address.partition("://")[0] in SCHEMES and "://" in address


def check_place(address: str) -> None:
    """Check that an address names a place in object storage.

    Raises:
        ValueError: It does not.
    """
    split_place(address)


@dataclass(frozen=True, slots=True)
class ObjectDocument:
    """A document as it was read."""

    data: Buffer

    def close(self) -> None:
        """Nothing has to be let go."""


@dataclass(frozen=True, slots=True)
class StagedObject:
    """A sealed document that is not given out yet."""

    name: bytes
    data: bytes


@dataclass(slots=True)
class ObjectDocuments:
    """Reads documents by address and gives sealed ones out below a place. One object serves one thread.

    Args:
        out: Address of the place, such as ``s3://invoices/sealed``.
    """

    out: str
    _stores: dict[str, ObjectStore] = field(default_factory=dict)

    def read(self, source: bytes, output: bytes) -> Document:
        """Read a document.

        Args:
            source: Its address: ``s3://bucket/key``.
            output: Its output name.

        Raises:
            InputError: It cannot be had.
        """
        import obstore
        from obstore.exceptions import BaseError, NotFoundError

        try:
            bucket, key = split_place(source.decode("utf-8"))
            found = obstore.get(self._store(bucket), key).bytes()
        except (NotFoundError, FileNotFoundError):
            raise InputMissing from None
        except (BaseError, ValueError, OSError) as error:
            raise InputUnreadable(fault=type(error).__name__) from error
        return ObjectDocument(bytes(found))

    def stage(self, document: Document, tail: bytes, output: bytes) -> Staged:
        """Keep a sealed document until it is given out.

        Raises:
            OutputNameUnusable: No object can have that name.
        """
        self._key(output)
        return StagedObject(output, b"".join((document.data, tail)))

    def settle(self, staged: Sequence[Staged]) -> Mapping[bytes, EsignError]:
        """Nothing has to be brought to a disk: the put answers when the object is stored."""
        return {}

    def release(self, staged: Staged) -> None:
        """Put a document under its name.

        Raises:
            OutputExists: Something has that name.
            OutputUnwritable: It cannot be stored; whether it was is found out the next time.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, BaseError

        if not isinstance(staged, StagedObject):
            raise TypeError("written by another store")
        try:
            obstore.put(self._store(split_place(self.out)[0]), self._key(staged.name), staged.data, mode="create")
        except (AlreadyExistsError, FileExistsError):
            raise OutputExists from None
        except (BaseError, OSError) as error:
            raise OutputUnwritable(fault=type(error).__name__) from error

    def confirm(self) -> None:
        """Nothing is left to be done."""

    def digest(self, output: bytes) -> bytes | None:
        """Return the SHA-256 of what has an output name; None: nothing has, or it cannot be read.

        Raises:
            OutputUnwritable: The storage does not answer.
        """
        import obstore
        from obstore.exceptions import BaseError, NotFoundError

        try:
            found = obstore.get(self._store(split_place(self.out)[0]), self._key(output))
            digest = hashlib.sha256()
            for piece in found.stream():
                digest.update(piece)
        except (NotFoundError, FileNotFoundError, OutputNameUnusable):
            return None
        except (BaseError, OSError) as error:
            raise OutputUnwritable(fault=type(error).__name__) from error
        return digest.digest()

    def exists(self, output: bytes) -> bool:
        """Return whether something has an output name.

        Raises:
            OutputUnwritable: The storage does not answer.
        """
        import obstore
        from obstore.exceptions import BaseError, NotFoundError

        try:
            obstore.head(self._store(split_place(self.out)[0]), self._key(output))
        except (NotFoundError, FileNotFoundError, OutputNameUnusable):
            return False
        except (BaseError, OSError) as error:
            raise OutputUnwritable(fault=type(error).__name__) from error
        return True

    def content(self, output: bytes, most: int) -> bytes | None:
        """Return what has an output name, so many bytes at the most; None: nothing has.

        Raises:
            OutputUnwritable: The storage does not answer.
        """
        import obstore
        from obstore.exceptions import BaseError, NotFoundError

        try:
            found = obstore.get(self._store(split_place(self.out)[0]), self._key(output))
            kept = b""
            for piece in found.stream():
                kept += bytes(piece)
                if len(kept) >= most:
                    break
        except (NotFoundError, FileNotFoundError, OutputNameUnusable):
            return None
        except (BaseError, OSError) as error:
            raise OutputUnwritable(fault=type(error).__name__) from error
        return kept[:most]

    def discard(self, staged: Staged) -> None:
        """Nothing was written."""

    def close(self) -> None:
        """Let the connections go."""
        self._stores.clear()

    def below(self, address: str) -> Iterator[str]:
        """Yield the addresses of all objects below a place, in the order of the storage.

        Raises:
            InputUnreadable: The storage does not answer.
        """
        import obstore
        from obstore.exceptions import BaseError

        bucket, prefix = split_place(address)
        try:
            for portion in obstore.list(self._store(bucket), prefix or None):
                for each in portion:
                    yield f"{bucket}/{each['path']}"
        except (BaseError, OSError) as error:
            raise InputUnreadable(fault=type(error).__name__) from error

    def _store(self, bucket: str) -> ObjectStore:
        known = self._stores.get(bucket)
        if known is None:
            from obstore.store import from_url

            known = self._stores[bucket] = from_url(bucket)
        return known

    def _key(self, output: bytes) -> str:
        try:
            name = output.decode("utf-8")
        except UnicodeDecodeError as error:
            raise OutputNameUnusable from error
        prefix = split_place(self.out)[1]
        key = f"{prefix}/{name}" if prefix else name
        if not name or len(key.encode()) > _LONGEST or any(part in ("", ".", "..") for part in key.split("/")):
            raise OutputNameUnusable
        return key


def split_place(address: str) -> tuple[str, str]:
    """Return the bucket's address and the key below it; a key is taken as it is, whatever signs stand in it.

    Raises:
        ValueError: No address of object storage.
    """
    scheme, _, rest = address.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in SCHEMES or not _BUCKET.fullmatch(bucket):
        raise ValueError("no address of object storage")
    return f"{scheme}://{bucket}", key.strip("/")
