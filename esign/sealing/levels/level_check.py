"""The check before release of what was appended for a level: read anew, and independent of how it was made."""

from __future__ import annotations

import hashlib
import re
from binascii import unhexlify
from typing import TYPE_CHECKING

from esign.pades import der
from esign.pades.errors import PadesError
from esign.pdf import Pdf, PdfError
from esign.sealing.document_errors import SealNotGood
from esign.sealing.incremental.source import Source
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.levels.token_reader import read_token_quickly

if TYPE_CHECKING:
    from typing_extensions import Buffer

_find_stamps = re.compile(
    rb"/SubFilter/ETSI\.RFC3161/ByteRange\[0 ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10}) *\]/Contents(?=<)"
).finditer


def check_raised(document: Buffer, tail: bytes, *, archived: bool, hashed: hashlib._Hash | None = None) -> None:
    """Verify what raised a sealed document, from the bytes that will be written.

    The store stands in the newest catalog; the document timestamp covers every byte but itself, and its token is over
    the digest of these. The token itself was checked when it came. One pass of hashing for B-LTA at the most.

    Args:
        document: The document as it was.
        tail: Everything that was appended to it.
        archived: Whether there must be a document timestamp (B-LTA); otherwise there must be none.
        hashed: SHA-256 that was fed the document when the seal was checked, if it was; it is not changed.

    Raises:
        SealNotGood: Anything is not as it must be.
    """
    try:
        stored = _stored(document, tail)
    except PdfError as error:
        raise SealNotGood("what was appended cannot be read") from error
    if not stored:
        raise SealNotGood("the newest catalog has no security store")
    found = list(_find_stamps(tail))
    if len(found) != archived:
        raise SealNotGood("another number of document timestamps than there must be", stamps=len(found))
    if archived:
        _check_stamp(document, tail, found[0], hashlib.sha256(document) if hashed is None else hashed.copy())


def _stored(document: Buffer, tail: bytes) -> bool:
    """Tell whether the newest catalog has a security store."""
    try:
        source = Source(document, tail)
        return b"DSS" in source.dictionary(*source.root)[1]
    except Unusual:  # the document is not written as the quick way knows it
        return "DSS" in Pdf(b"".join((document, tail))).view().catalog


def _check_stamp(document: Buffer, tail: bytes, found: re.Match[bytes], hashed: hashlib._Hash) -> None:
    length = memoryview(document).nbytes
    start, end, behind = (int(number) for number in found.groups())
    opened, closed = start - length, end - length
    room = tail[opened:closed]
    if opened != found.end() or closed + behind != len(tail) or room[:1] != b"<" or room[-1:] != b">":
        raise SealNotGood("the byte range of the document timestamp is not everything but its token")
    view = memoryview(tail)
    hashed.update(view[:opened])
    hashed.update(view[closed:])
    try:
        contents = unhexlify(room[1:-1])
        size = der.element_length(contents)
    except (ValueError, PadesError) as error:
        raise SealNotGood("the document timestamp cannot be read") from error
    token = read_token_quickly(contents[:size])
    if contents.count(0, size) != len(contents) - size:
        raise SealNotGood("something stands behind the document timestamp")
    digest = hashed.digest()
    if (token.digest != digest) if token is not None else (digest not in contents[:size]):
        raise SealNotGood("the document timestamp is over something else")
