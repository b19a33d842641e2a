"""One revision behind a sealed document: the security store, the document timestamp; at speed, or by the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esign.foundation.digests import sha256
from esign.pades import add_document_security_store, prepare_document_timestamp
from esign.pades.errors import PadesError
from esign.sealing.incremental.source import Source
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.levels.errors import LevelNotReached
from esign.sealing.levels.revisions import StoreValues, archive_revision, store_revision

if TYPE_CHECKING:
    from typing_extensions import Buffer


def store_tail(document: Buffer, tail: bytes, values: StoreValues, *, identity: bytes) -> bytes:
    """Return the revision that adds a security store to a sealed document.

    Args:
        document: The document as it was.
        tail: What was appended to it until now.
        values: What belongs into the store.
        identity: A digest that no other document has.

    Raises:
        LevelNotReached: The document cannot be extended.
    """
    try:
        return store_revision(Source(document, tail), values, identity=identity)
    except Unusual:
        return _store_by_library(b"".join((document, tail)), values)


def archive_tail(document: Buffer, tail: bytes, *, reserved: int) -> tuple[bytes, bytes]:
    """Return the revision of a document timestamp, up to the room for its token and from there on.

    Args:
        document: The document as it was.
        tail: What was appended to it until now.
        reserved: Bytes of the longest token for which there is room.

    Raises:
        LevelNotReached: The document cannot be extended.
    """
    try:
        return archive_revision(Source(document, tail), reserved=reserved, identity=sha256(tail))
    except Unusual:
        return _archive_by_library(b"".join((document, tail)), reserved)


def _store_by_library(sealed: bytes, values: StoreValues) -> bytes:
    try:
        longer = add_document_security_store(
            sealed,
            certificates=values.certificates,
            crls=values.crls,
            ocsp_responses=values.ocsp_responses,
        )
    except PadesError as error:
        raise LevelNotReached("the security store cannot be added", reason=error.code) from error
    return longer[len(sealed) :]


def _archive_by_library(sealed: bytes, reserved: int) -> tuple[bytes, bytes]:
    try:
        prepared = prepare_document_timestamp(sealed, reserved=reserved)
    except PadesError as error:
        raise LevelNotReached("the document timestamp cannot be added", reason=error.code) from error
    _, start, end, _ = prepared.byte_range
    return prepared.data[len(sealed) : start], prepared.data[end:]
