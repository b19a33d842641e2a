"""The own check before release: what is about to leave the house verifies, or it does not leave."""

from __future__ import annotations

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
from esign.sealing.document_errors import SealNotGood

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from esign.sealing.sealer import Sealed

_find_ranges = re.compile(
    rb"/SubFilter/ETSI\.CAdES\.detached/[^\0]{0,2048}?"
    rb"/ByteRange\[0 ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10}) *\]/Contents(?=<)"
).finditer
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
    stop = closed + behind
    if opened != found[0].end() or not opened < closed - 2 or stop > len(tail) or not behind:
        raise SealNotGood("the byte range is not everything but the signature")
    if tail[opened : opened + 1] != b"<" or tail[closed - 1 : closed] != b">" or tail[stop - 6 : stop] != b"%%EOF\n":
        raise SealNotGood("the byte range is not everything but the signature")
    view = memoryview(tail)
    before = hashlib.sha256(document)
    hashed = before.copy()
    hashed.update(view[:opened])
    hashed.update(view[closed:stop])
    attributes = seal_attributes(document_digest=hashed.digest(), certificate=certificate)
    contents = unhexlify(view[opened + 1 : closed - 1])
    size = der.element_length(contents)
    if contents.count(0, size) != len(contents) - size:
        raise SealNotGood("something stands behind the signature")
    signed = read_signed_data(contents[:size])
    if signed.certificate != certificate or signed.attributes != attributes:
        raise SealNotGood("the signature is over something else, or under another certificate")
    if chain is not None and set(signed.certificates) != {certificate, *chain}:
        raise SealNotGood("other certificates are embedded")
    _verify(signed.signature, attributes, certificate)
    return before


def _verify(signature: bytes, attributes: bytes, certificate: bytes) -> None:
    key = load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, attributes, _PKCS1, _SHA256)
            return
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, attributes, _ECDSA)
            return
    except InvalidSignature as error:
        raise SealNotGood("the signature does not verify") from error
    raise SealNotGood("a key of another kind")
