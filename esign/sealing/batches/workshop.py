"""The workshop: seals a portion of documents with one key, timestamps asked for together, each result checked anew."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from esign.foundation.clock import Clock
from esign.foundation.errors import EsignError
from esign.proof.timestamps import TimestampToken
from esign.sealing.batches.errors import Unexpected
from esign.sealing.batches.items import Item
from esign.sealing.batches.ports import Buffer, Steps, no_steps
from esign.sealing.check import check_sealed
from esign.sealing.sealer import Begun, Sealed, Sealer

_log = logging.getLogger("esign.sealing")


class Stamps(Protocol):
    """Timestamps that are asked for many at a time (:class:`esign.sealing.levels.BulkTimestamps`)."""

    def submit(self, digest: bytes) -> Future[TimestampToken]:
        """Begin to ask for a token over a SHA-256 digest."""


class Lengthening(Protocol):
    """What is appended behind a seal with a timestamp: security store, document timestamp."""

    def lengthen(self, document: Buffer, sealed: Sealed, token: TimestampToken) -> bytes:
        """Return the whole tail: the seal's own and what the level adds.

        Raises:
            SealingError: The material is not to be had.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A document's sealed form."""

    tail: bytes
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealWorkshop:
    """Seals portions of documents.

    Args:
        sealer: The key with its template.
        certificate: That of the key, against which each result is checked.
        clock: The claimed time of each seal.
        stamps: From B-T on.
        lengthening: From B-LT on.
        steps: Is told of each step.
    """

    sealer: Sealer
    certificate: bytes
    clock: Clock
    stamps: Stamps | None = None
    lengthening: Lengthening | None = None
    steps: Steps = no_steps

    def seal(self, items: Sequence[Item], documents: Sequence[Buffer]) -> Iterator[Form | EsignError]:
        """Seal documents, in their order; all signatures stand before the first one is finished where time is asked."""
        now = self.clock.now()
        if self.stamps is None:
            for item, document in zip(items, documents, strict=True):
                yield self._one(item, document, self._begin(item, document, now))
            return
        begun = [self._begin(item, document, now) for item, document in zip(items, documents, strict=True)]
        for item, document, each in zip(items, documents, begun, strict=True):
            yield self._one(item, document, each)

    def _begin(
        self, item: Item, document: Buffer, now: datetime
    ) -> tuple[Begun, Future[TimestampToken] | None] | EsignError:
        try:
            begun = self.sealer.begin(document, claimed_at=now)
            self.steps("begun", item)
            return begun, self.stamps.submit(begun.imprint) if self.stamps is not None else None
        except EsignError as error:
            return error
        except Exception as error:
            return _unexpected(item, error)

    def _one(
        self, item: Item, document: Buffer, begun: tuple[Begun, Future[TimestampToken] | None] | EsignError
    ) -> Form | EsignError:
        if isinstance(begun, EsignError):
            return begun
        try:
            return self._finish(item, document, *begun)
        except EsignError as error:
            return error
        except Exception as error:
            return _unexpected(item, error)

    def _finish(self, item: Item, document: Buffer, begun: Begun, waiting: Future[TimestampToken] | None) -> Form:
        token = waiting.result() if waiting is not None else None
        self.steps("stamped", item)
        sealed = self.sealer.finish(begun, timestamp=token.der if token is not None else None)
        check_sealed(document, sealed, certificate=self.certificate)
        self.steps("verified", item)
        tail = sealed.tail
        if self.lengthening is not None and token is not None:
            tail = self.lengthening.lengthen(document, sealed, token)
        return Form(tail=tail, path=sealed.path)


def _unexpected(item: Item, error: Exception) -> Unexpected:
    """Keep a fault of ours to the document at which it happened; what it says may be the document's, and stays here."""
    _log.error("document not sealed", exc_info=error, extra={"item": item.number})
    return Unexpected()
