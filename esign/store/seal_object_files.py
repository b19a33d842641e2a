"""Documents of backend systems' batches in object storage (S3 and what speaks like it), where many machines reach them.

Everything is sealed under the batch's key before it leaves the process: the storage holds digests as names and bytes
that nobody reads. Credentials come from the environment or the machine's role, see :mod:`esign.store.seal_objects`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from esign.evidence.ports import HeldKey
from esign.foundation.digests import sha256
from esign.sealing.batches.errors import InputUnreadable, OutputExists, OutputUnwritable
from esign.store.errors import BlobDamaged, BlobsUnavailable
from esign.store.seal_files import IN, OUT, SealedAtRest, checked_id
from esign.store.seal_objects import ObjectDocuments, StagedObject, split_place

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore
    from obstore.store import RetryConfig as Retries

PATIENCE = timedelta(seconds=30)
"""How long one call to the storage is tried again."""
_AT_ONCE = 1_000
"""Objects that are deleted with one call (S3)."""
_RETRIES: Retries = {"max_retries": 5, "retry_timeout": PATIENCE}

_log = logging.getLogger("esign.store")


@dataclass(frozen=True, slots=True)
class ObjectSealFiles:
    """Keeps the documents of batches below a place in object storage; for many threads.

    Args:
        place: Its address, such as ``s3://invoices/batches``.
    """

    place: str
    _stores: dict[str, ObjectStore] = field(default_factory=dict, repr=False)

    def keep(self, job_id: str, data: bytes, key: HeldKey) -> str:
        """Keep a document that was handed over, durably; return the name of its sealed bytes.

        Raises:
            BlobsUnavailable: The storage does not take it.
        """
        sealed = key.seal(IN, data)
        name = sha256(sealed).hex()
        try:
            self._below(job_id, IN).release(StagedObject(name.encode("ascii"), sealed))
        except OutputExists:
            pass  # the same bytes, named by their digest
        except OutputUnwritable as error:
            raise BlobsUnavailable(fault=error.facts.get("fault", "")) from error
        return name

    @contextmanager
    def documents(self, job_id: str, key: HeldKey) -> Iterator[SealedAtRest]:
        """Open the place where documents are read and sealed ones are given out; for one thread.

        Raises:
            BlobsUnavailable: The storage does not answer: the batch waits.
        """
        self.check()
        yield self._opened(job_id, key)

    def read(self, job_id: str, output: bytes, key: HeldKey) -> bytes | None:
        """Return what was given out under a name; None: nothing was.

        Raises:
            BlobsUnavailable: The storage does not answer.
        """
        try:
            return self._opened(job_id, key).opened(output)
        except InputUnreadable as error:
            raise BlobsUnavailable(fault=error.facts.get("fault", "")) from error

    def check(self) -> None:
        """Ask the storage for something that is not there.

        Raises:
            BlobsUnavailable: It does not answer, or does not let us.
        """
        try:
            self._below("-", OUT).exists(b"-")
        except OutputUnwritable as error:
            raise BlobsUnavailable(fault=error.facts.get("fault", "")) from error

    def forget_inputs(self, job_id: str) -> None:
        """Delete what was handed over."""
        self._delete(job_id, IN)

    def forget(self, job_id: str) -> None:
        """Delete all documents of a batch; what cannot be deleted now is unreadable, its key is destroyed."""
        self._delete(job_id, IN)
        self._delete(job_id, OUT)

    def _opened(self, job_id: str, key: HeldKey) -> SealedAtRest:
        inputs, given_out = self._below(job_id, IN), self._below(job_id, OUT)

        def handed_over(name: str) -> bytes:
            found = bytes(inputs.read(f"{inputs.out}/{name}".encode("ascii"), b"").data)
            if sha256(found).hex() != name:
                raise BlobDamaged(name=name)
            return found

        def address(output: bytes) -> bytes:
            return given_out.out.encode("ascii") + b"/" + output

        return SealedAtRest(inner=given_out, inputs=handed_over, address=address, key=key)

    def _below(self, job_id: str, kind: str) -> ObjectDocuments:
        self._store()
        return ObjectDocuments(f"{self.place.rstrip('/')}/{checked_id(job_id)}/{kind}", self._stores)

    def _store(self) -> ObjectStore:
        bucket = split_place(self.place)[0]
        known = self._stores.get(bucket)
        if known is None:
            from obstore.store import from_url

            plain = os.environ.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true")  # options hide what it says there
            options: ClientConfig = {"timeout": "30s", "connect_timeout": "5s", "allow_http": plain}
            known = self._stores[bucket] = from_url(bucket, client_options=options, retry_config=_RETRIES)
        return known

    def _delete(self, job_id: str, kind: str) -> None:
        import obstore
        from obstore.exceptions import BaseError

        prefix = split_place(self._below(job_id, kind).out)[1] + "/"
        store = self._store()
        try:
            for portion in obstore.list(store, prefix, chunk_size=_AT_ONCE):
                obstore.delete(store, [each["path"] for each in portion])
        except (BaseError, OSError) as error:
            _log.error("documents are not deleted", extra={"batch": job_id, "fault": type(error).__name__})
