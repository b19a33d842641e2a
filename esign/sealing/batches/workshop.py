"""The workshop: seals a portion of documents with one key, timestamps asked for together, each result checked anew.

B-B: one document after the other. From B-T on, all of a portion go one step together: signed, then timestamped, then
(B-LT) lengthened by the security store, then (B-LTA) by a document timestamp; so that an authority is waited for once a
portion and not once a document. A key that is far away (a token, a remote service) signs for several threads at once.
"""

from __future__ import annotations

import functools
import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from esign.foundation.clock import Clock
from esign.foundation.errors import EsignError
from esign.proof.certificate_path import load_certificate
from esign.proof.timestamps import TimestampToken
from esign.sealing.batches.errors import Unexpected
from esign.sealing.batches.items import Item
from esign.sealing.batches.ports import Buffer, Steps, no_steps
from esign.sealing.check import check_sealed
from esign.sealing.key_errors import SealKeyExpired, SealKeyNotYetValid
from esign.sealing.levels.level_check import check_raised
from esign.sealing.levels.long_term import BegunArchive, LongTerm
from esign.sealing.sealer import Begun, Sealer

_log = logging.getLogger("esign.sealing")


class Stamps(Protocol):
    """Timestamps that are asked for many at a time (:class:`esign.sealing.levels.BulkTimestamps`)."""

    def submit(self, digest: bytes) -> Future[TimestampToken]:
        """Begin to ask for a token over a SHA-256 digest."""


@dataclass(frozen=True, slots=True)
class Form:
    """A document's sealed form.

    Args:
        tail: What is appended to it.
        path: How that was written: ``incremental`` or ``library``.
        hashed: SHA-256 that was fed the document when the seal was checked; it is not changed.
    """

    tail: bytes
    path: str
    hashed: hashlib._Hash


@dataclass(slots=True)
class _Piece:
    """A document on its way through the workshop."""

    item: Item
    document: Buffer
    begun: Begun | None = None
    waiting: Future[TimestampToken] | None = None
    token: TimestampToken | None = None
    tail: bytes = b""
    hashed: hashlib._Hash = field(default_factory=hashlib.sha256)
    archive: BegunArchive | None = None
    fault: EsignError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealWorkshop:
    """Seals portions of documents.

    Args:
        sealer: The key with its template.
        certificate: That of the key, against which each result is checked.
        chain: The certificates above it, which must be embedded.
        clock: The claimed time of each seal.
        stamps: From B-T on.
        long_term: From B-LT on; also asked whether the key may be used.
        level: What is to be reached.
        steps: Is told of each step.
        hands: Threads that ask the key for a portion's signatures at once; None: one after the other.
    """

    sealer: Sealer
    certificate: bytes
    chain: Sequence[bytes]
    clock: Clock
    level: str
    stamps: Stamps | None = None
    long_term: LongTerm | None = None
    steps: Steps = no_steps
    hands: Executor | None = None

    def seal(self, items: Sequence[Item], documents: Sequence[Buffer]) -> Iterator[Form | EsignError]:
        """Seal documents, in their order, each checked anew before it is handed back."""
        now = self.clock.now()
        pieces = [_Piece(item, document) for item, document in zip(items, documents, strict=True)]
        if self.hands is not None:
            list(self.hands.map(lambda piece: self._each([piece], lambda piece: self._begin(piece, now)), pieces))
        else:
            self._each(pieces, lambda piece: self._begin(piece, now))
        self._each(pieces, self._finish)
        if self.level == "B-LTA":
            self._each(pieces, self._begin_archive)
            self._each(pieces, self._finish_archive)
        if self.level in ("B-LT", "B-LTA"):
            self._each(pieces, self._check_raised)
        for piece in pieces:
            yield _form(piece)

    def _each(self, pieces: Sequence[_Piece], act: Callable[[_Piece], None]) -> None:
        for piece in pieces:
            if piece.fault is None:
                try:
                    act(piece)
                except EsignError as error:
                    piece.fault = error
                except Exception as error:  # what it says may be the document's, and stays in the log
                    _log.error("document not sealed", exc_info=error, extra={"item": piece.item.number})
                    piece.fault = Unexpected()

    def _begin(self, piece: _Piece, now: datetime) -> None:
        if self.long_term is not None:
            self.long_term.check_key()
        piece.begun = self.sealer.begin(piece.document, claimed_at=now)
        self.steps("begun", piece.item)
        if self.stamps is not None:
            piece.waiting = self.stamps.submit(piece.begun.imprint)

    def _finish(self, piece: _Piece) -> None:
        assert piece.begun is not None  # noqa: S101 - begun before
        if piece.waiting is not None:
            piece.token = piece.waiting.result()
            _check_proven_time(self.certificate, piece.token.gen_time)
            self.steps("stamped", piece.item)
        sealed = self.sealer.finish(piece.begun, timestamp=piece.token.der if piece.token is not None else None)
        piece.hashed = check_sealed(piece.document, sealed, certificate=self.certificate, chain=self.chain)
        piece.tail = sealed.tail
        self.steps("verified", piece.item)
        if self.long_term is not None and piece.token is not None and self.level in ("B-LT", "B-LTA"):
            piece.tail += self.long_term.store(piece.document, piece.tail, piece.token)
            if self.level == "B-LT":
                check_raised(piece.document, piece.tail, archived=False)
            self.steps("stored", piece.item)

    def _begin_archive(self, piece: _Piece) -> None:
        assert self.long_term is not None and self.stamps is not None  # noqa: S101 - the level says so
        piece.archive = self.long_term.begin_archive(piece.document, piece.tail, hashed=piece.hashed)
        piece.waiting = self.stamps.submit(piece.archive.imprint)

    def _finish_archive(self, piece: _Piece) -> None:
        assert self.long_term is not None  # noqa: S101 - the level says so
        assert piece.archive is not None and piece.waiting is not None  # noqa: S101 - begun before
        piece.tail += self.long_term.finish_archive(piece.archive, piece.waiting.result())
        check_raised(piece.document, piece.tail, archived=True, hashed=piece.hashed)
        self.steps("archived", piece.item)

    def _check_raised(self, piece: _Piece) -> None:
        check_raised(piece.document, piece.tail, archived=self.level == "B-LTA", hashed=piece.hashed)
        self.steps("raised", piece.item)


def _check_proven_time(certificate: bytes, proven: datetime) -> None:
    """Refuse a seal that is proven to exist at a time only at which its certificate was not valid: an authority may
    have been waited for, and its clock is another one.

    Raises:
        SealKeyExpired: The certificate had ended.
        SealKeyNotYetValid: It had not begun.
    """
    begins, ends = _period(certificate)
    if proven > ends:
        raise SealKeyExpired("the certificate ended before the timestamp", until=ends)
    if proven < begins:
        raise SealKeyNotYetValid("the certificate begins after the timestamp", begins=begins)


@functools.lru_cache(maxsize=16)
def _period(certificate: bytes) -> tuple[datetime, datetime]:
    loaded = load_certificate(certificate)
    return loaded.not_valid_before_utc, loaded.not_valid_after_utc


def _form(piece: _Piece) -> Form | EsignError:
    if piece.fault is not None:
        return piece.fault
    assert piece.begun is not None  # noqa: S101 - begun before
    return Form(piece.tail, piece.begun.path, piece.hashed)
