"""The signature dictionary with room for a signature, and the document that is prepared around it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from esign.foundation.digests import sha256
from esign.pades.errors import PrepareError
from esign.pades.revision import Reference, Revision, text

RESERVED = 12_288
"""Bytes kept free for a CMS signature: chain, timestamp and reserve; as hexadecimal 24,576 characters of the file."""
LARGEST_RESERVED = 39_000
"""The browser's agent accepts holes up to 80,000 bytes (docs/ceremony-spec.md section 5)."""

_CONTENTS = b"/Contents"
_RANGE = b"/ByteRange["
_RANGE_WIDTH = 34
"""Room for four numbers: ``0`` and three of up to ten digits, and three spaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDocument:
    """A document with a place for a signature.

    Args:
        data: The whole file; the hole is ``<000…0>``.
        byte_range: ``(0, b, c, d)``: bytes b to c are the hole, d bytes follow it up to the end of the file.
        digest: SHA-256 over the byte range (32 bytes).
        field: Name of the signature field.
    """

    data: bytes
    byte_range: tuple[int, int, int, int]
    digest: bytes
    field: str


def signature_dictionary(
    kind: bytes,
    subfilter: bytes,
    *,
    reserved: int,
    name: str = "",
    claimed_at: datetime | None = None,
) -> bytes:
    """Return a signature dictionary with an empty byte range and an empty hole.

    It has no ``/Reason``: the baseline levels forbid that entry beside a commitment type or a signature policy.

    Raises:
        PrepareError: More or fewer bytes reserved than a signature takes.

    Source: ISO 32000-1 12.8.1; ETSI EN 319 142-1 clause 6.3.
    """
    if not 512 <= reserved <= LARGEST_RESERVED:
        raise PrepareError("reserved bytes out of range", reserved=reserved)
    told = b""
    if name:
        told += b"/Name" + text(name)
    if claimed_at is not None:
        told += b"/M(D:%s)" % claimed_at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()
    return b"<</Type/%s/Filter/Adobe.PPKLite/SubFilter/%s%s%s%s]%s<%s>>>" % (
        kind,
        subfilter,
        told,
        _RANGE,
        b" " * _RANGE_WIDTH,
        _CONTENTS,
        b"0" * (2 * reserved),
    )


def finish(revision: Revision, dictionary: Reference, body: bytes, field: str) -> PreparedDocument:
    """Write the revision and fill in the byte range around the hole of its signature dictionary."""
    revision.put(dictionary, body)
    written, offsets = revision.write()
    start = offsets[dictionary]
    numbers = start + body.index(_RANGE) + len(_RANGE)
    hole = start + body.rindex(_CONTENTS + b"<") + len(_CONTENTS)
    behind = start + len(body) - 2
    byte_range = (0, hole, behind, len(written) - behind)
    range_text = (b"%d %d %d %d" % byte_range).ljust(_RANGE_WIDTH)
    view = memoryview(written)
    before = b"".join((view[:numbers], range_text, view[numbers + _RANGE_WIDTH : hole]))
    data = b"".join((before, view[hole:]))
    return PreparedDocument(data=data, byte_range=byte_range, digest=sha256(before, written[behind:]), field=field)


def range_digest(data: bytes, byte_range: tuple[int, int, int, int], *, algorithm: str = "sha256") -> bytes:
    """Return the digest over a byte range: SHA-256, or by another hash where that is asked for (``sha512``)."""
    a, b, c, d = byte_range
    view = memoryview(data)
    digest = hashlib.new(algorithm, view[a : a + b])
    digest.update(view[c : c + d])
    return digest.digest()
