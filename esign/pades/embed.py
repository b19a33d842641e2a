"""Putting a finished signature into the hole that was kept for it."""

from __future__ import annotations

from esign.foundation.digests import equal
from esign.pades import der
from esign.pades.errors import DerError, EmbedError
from esign.pades.placeholder import PreparedDocument, range_digest


def embed(prepared: PreparedDocument, cms: bytes) -> bytes:
    """Return the document with the signature in its hole; every byte of the byte range stays as it was.

    Args:
        prepared: The prepared document.
        cms: CMS signature, or RFC 3161 token for a document timestamp (DER).

    Raises:
        EmbedError: Longer than the hole, not one DER element, the hole is not empty, or the digest is another one.
    """
    data, (first, start, end, behind) = prepared.data, prepared.byte_range
    try:
        whole = der.element_length(cms) == len(cms)
    except DerError as error:
        raise EmbedError("signature is not DER") from error
    if not whole:
        raise EmbedError("signature is more than one element")
    room = (end - start - 2) // 2
    if len(cms) > room:
        raise EmbedError("signature is longer than the room kept for it", bytes=len(cms), reserved=room)
    if first != 0 or end + behind != len(data) or data[start:end] != b"<" + b"0" * (2 * room) + b">":
        raise EmbedError("hole is not empty")
    if not equal(range_digest(data, prepared.byte_range), prepared.digest):
        raise EmbedError("document is not the one that was prepared")
    contents = cms.hex().encode().ljust(2 * room, b"0")
    return b"".join((data[: start + 1], contents, data[end - 1 :]))
