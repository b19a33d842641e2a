"""The own check before release: what is about to leave the house verifies, or it does not leave."""

from __future__ import annotations

import functools
import hashlib
import re
from binascii import unhexlify
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate

from esign.pades import der, read_signed_data, seal_attributes
from esign.pdf import Pdf
from esign.sealing.document_errors import SealNotGood
from esign.sealing.incremental.source import Source
from esign.sealing.incremental.unusual import Unusual

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from esign.sealing.sealer import Sealed

_find_ranges = re.compile(
    rb"/SubFilter/ETSI\.CAdES\.detached/[^\0]{0,2048}?"
    rb"/ByteRange\[0 ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10}) *\]/Contents(?=<)"
).finditer
_match_end = re.compile(rb"startxref\n([0-9]{1,10}+)\n%%EOF\n\Z").match
_find_groups = re.compile(rb"([0-9]{1,8}+) [0-9]{1,8}+\n((?:[0-9]{10} [0-9]{5} n \n)++)").finditer
_MARK = bytes(range(0xC0, 0xE0))
"""Stands where a document's digest will stand."""
_SHA256 = hashes.SHA256()
_ECDSA = ec.ECDSA(_SHA256)
_PKCS1 = padding.PKCS1v15()


def check_sealed(
    document: Buffer, sealed: Sealed, *, certificate: bytes, chain: Sequence[bytes] | None = None
) -> hashlib._Hash:
    """Verify a seal from the bytes that will be written: byte range, digest, attributes, signature.

    Nothing of how it was made is used: the tail is read anew. One pass of hashing, one signature check.

    Args:
        document: The document that was sealed.
        sealed: What is appended to it; only its tail is looked at.
        certificate: The certificate that the seal must verify under (DER).
        chain: The certificates above it that must be embedded, no more and no less; None where that does not matter.

    Returns:
        SHA-256 that was fed the document as it was checked; copied, it goes on to the digest of the sealed file.

    Raises:
        SealNotGood: Anything is not as it must be.
    """
    try:
        return _check(document, sealed.tail, certificate, chain)
    except SealNotGood:
        raise
    except Exception as error:
        raise SealNotGood("the seal cannot be read", fault=type(error).__name__) from error


def _check(document: Buffer, tail: bytes, certificate: bytes, chain: Sequence[bytes] | None) -> hashlib._Hash:
    length = memoryview(document).nbytes
    found = list(_find_ranges(tail))
    if len(found) != 1:
        raise SealNotGood("not exactly one seal in what is appended", seals=len(found))
    start, end, behind = (int(number) for number in found[0].groups())
    opened, closed = start - length, end - length
    if opened != found[0].end() or not opened < closed - 2 or closed + behind != len(tail):
        raise SealNotGood("the byte range is not everything but the signature")
    if tail[opened : opened + 1] != b"<" or tail[closed - 1 : closed] != b">":
        raise SealNotGood("the byte range is not everything but the signature")
    _check_ending(document, tail, length)
    view = memoryview(tail)
    before = hashlib.sha256(document)
    hashed = before.copy()
    hashed.update(view[:opened])
    hashed.update(view[closed:])
    known = _known(certificate)
    attributes = b"%b%b%b" % (known.before, hashed.digest(), known.behind)
    contents = unhexlify(view[opened + 1 : closed - 1])
    size = der.element_length(contents)
    if contents.count(0, size) != len(contents) - size:
        raise SealNotGood("something stands behind the signature")
    signature = known.signature(contents, size, attributes, None if chain is None else tuple(chain))
    _verify(signature, attributes, known.key)
    return before


def _check_ending(document: Buffer, tail: bytes, length: int) -> None:
    """Check that what was appended ends with a cross-reference whose every row leads to the object that it names."""
    end = _match_end(tail, tail.rfind(b"startxref"))
    place = int(end[1]) - length if end else -1
    if place < 0:
        raise SealNotGood("what is appended does not end as it must")
    if not tail.startswith(b"xref\n", place):
        if not _leads_to_form(document, tail, place + length):
            raise SealNotGood("the cross-reference does not lead to a form")
        return
    stop = tail.find(b"trailer", place)
    for group in _find_groups(tail, place + 5, stop):
        number = int(group[1])
        for row in group[2].splitlines():
            if not tail.startswith(b"%d %d obj\n" % (number, int(row[11:16])), int(row[:10]) - length):
                raise SealNotGood("the cross-reference does not lead to the objects")
            number += 1


def _leads_to_form(document: Buffer, tail: bytes, place: int) -> bool:
    """Tell whether the newest cross-reference is the stream at a place, and its catalog has a form."""
    try:
        source = Source(document, tail)
        return source.startxref == place and b"AcroForm" in source.dictionary(*source.root)[1]
    except Unusual:
        pdf = Pdf(b"".join((document, tail)))
        return pdf.revisions[-1].startxref == place and "AcroForm" in pdf.view().catalog


class _Known:
    """What is the same in all seals of one certificate; kept from seals that were read strictly.

    Args:
        certificate: DER.
    """

    def __init__(self, certificate: bytes) -> None:
        self.certificate = certificate
        self.key = load_der_x509_certificate(certificate).public_key()
        self.before, self.behind = seal_attributes(document_digest=_MARK, certificate=certificate).split(_MARK)
        self._frames: dict[tuple[int, tuple[bytes, ...] | None], tuple[bytes, bytes]] = {}

    def signature(self, contents: bytes, size: int, attributes: bytes, chain: tuple[bytes, ...] | None) -> bytes:
        """Return the signature value of a CMS signature.

        Whatever is not byte for byte like one that was read strictly before, attributes and signature value excepted,
        is read strictly.

        Args:
            contents: The CMS signature, and zeros.
            size: Its length.
            attributes: The signed attributes that it must hold (tag 0x31).
            chain: The certificates that it must hold besides; None where that does not matter.

        Raises:
            SealNotGood: It holds other attributes, or other certificates.
        """
        first, second = self._frames.get((size, chain), (b"", b""))
        start = len(first) + len(attributes) - 1
        if (
            first
            and contents.startswith(first)
            and contents.startswith(second, start)
            and contents[len(first) : start] == attributes[1:]
        ):
            return contents[start + len(second) : size]
        signed = read_signed_data(contents[:size])
        if signed.certificate != self.certificate or signed.attributes != attributes:
            raise SealNotGood("the signature is over something else, or under another certificate")
        if chain is not None and set(signed.certificates) != {self.certificate, *chain}:
            raise SealNotGood("other certificates are embedded")
        place = contents.rindex(signed.signature, 0, size)
        if signed.signature_timestamp is None and place + len(signed.signature) == size and len(self._frames) < 64:
            begin = contents.index(attributes[1:])
            frame = contents[:begin], contents[begin + len(attributes) - 1 : place]
            self._frames[size, chain] = frame
        return signed.signature


@functools.lru_cache(maxsize=64)
def _known(certificate: bytes) -> _Known:
    return _Known(certificate)


def _verify(signature: bytes, attributes: bytes, key: object) -> None:
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, attributes, _ECDSA)
            return
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, attributes, _PKCS1, _SHA256)
            return
    except InvalidSignature as error:
        raise SealNotGood("the signature does not verify") from error
    raise SealNotGood("a key of another kind")
