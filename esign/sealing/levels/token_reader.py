"""Reading timestamp tokens at speed: strict DER of the usual shape; whatever has another shape is left to the library.

A reader that says None has refused nothing: the token then goes the long way (:mod:`esign.proof.timestamps`), which
alone decides what an unusual one is worth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from esign.pades.der import INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, Reader, oid
from esign.pades.errors import DerError

_SIGNED_DATA = oid("1.2.840.113549.1.7.2")
_TST_INFO = oid("1.2.840.113549.1.9.16.1.4")
_CONTENT_TYPE = oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATES = frozenset({oid("1.2.840.113549.1.9.16.2.12"), oid("1.2.840.113549.1.9.16.2.47")})
_GENERALIZED_TIME, _EXPLICIT_0, _EXPLICIT_1, _BOOLEAN = 0x18, 0xA0, 0xA1, 0x01
_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6}))?Z")
_GRANTED = (0, 1)
"""``granted`` and ``grantedWithMods`` (RFC 3161 section 2.4.2)."""


@dataclass(frozen=True, slots=True)
class ReadToken:
    """What stands in a token, nothing of it checked.

    Args:
        der: The token.
        content: The TSTInfo as it was signed.
        policy: The policy's OBJECT IDENTIFIER, DER.
        algorithm: The imprint's AlgorithmIdentifier, DER.
        digest: The imprint.
        serial: The serial number.
        gen_time: The time.
        accuracy: How far it may be off, where the token says so.
        nonce: The nonce, where there is one.
        message_digest: The signed digest of the content.
        signed_attributes: What was signed, with tag 0x31.
        signature: The signature value.
        pedigree: Everything that says who signed and how: certificates, identifier, algorithms, signed reference to the
            certificate; the same bytes for all tokens of one unit.
    """

    der: bytes
    content: bytes
    policy: bytes
    algorithm: bytes
    digest: bytes
    serial: int
    gen_time: datetime
    accuracy: timedelta | None
    nonce: int | None
    message_digest: bytes
    signed_attributes: bytes
    signature: bytes
    pedigree: tuple[bytes, ...]


def read_quickly(reply: bytes) -> ReadToken | None:
    """Return what stands in the token of a reply that grants one, or None if the long way must be gone.

    Source: RFC 3161 section 2.4.2; RFC 5652 section 5.
    """
    try:
        outer = Reader(reply)
        whole = outer.inside(SEQUENCE)
        outer.done()
        status = whole.inside(SEQUENCE)
        if status.small_integer() not in _GRANTED:
            return None
        token = whole.raw(SEQUENCE)
        whole.done()
    except DerError:
        return None
    return read_token_quickly(token)


def read_token_quickly(token: bytes) -> ReadToken | None:
    """Return what stands in a token (CMS ContentInfo, DER), or None if the long way must be gone."""
    try:
        return _read(token)
    except (DerError, ValueError):
        return None


def _read(token: bytes) -> ReadToken | None:
    info = Reader(token).inside(SEQUENCE)
    if info.raw(OBJECT_IDENTIFIER) != _SIGNED_DATA:
        return None
    explicit = info.inside(_EXPLICIT_0)
    info.done()
    signed = explicit.inside(SEQUENCE)
    explicit.done()
    version, hashes = signed.raw(INTEGER), signed.raw(SET)
    encapsulated = signed.inside(SEQUENCE)
    if encapsulated.raw(OBJECT_IDENTIFIER) != _TST_INFO:
        return None
    wrapped = encapsulated.inside(_EXPLICIT_0)
    encapsulated.done()
    content = wrapped.content(OCTET_STRING)
    wrapped.done()
    certificates = signed.raw(_EXPLICIT_0)
    signers = signed.inside(SET)
    signed.done()
    signer = signers.inside(SEQUENCE)
    signers.done()
    signer_version, identifier = signer.raw(INTEGER), signer.raw(signer.tag() or 0)
    digest_algorithm = signer.raw(SEQUENCE)
    attributes = signer.content(_EXPLICIT_0)
    signature_algorithm, signature = signer.raw(SEQUENCE), signer.content(OCTET_STRING)
    signer.done()  # with unsigned attributes: the long way
    found = _attributes(attributes)
    if found is None:
        return None
    message_digest, reference = found
    header = _header(len(attributes))
    pedigree = (version, hashes, certificates, signer_version, identifier, digest_algorithm, signature_algorithm)
    return _with_info(token, content, message_digest, header + attributes, signature, (*pedigree, reference))


def _attributes(attributes: bytes) -> tuple[bytes, bytes] | None:
    """Return the message digest and the signed references to the certificate; each attribute stands there once."""
    reader, seen = Reader(attributes), set()
    message_digest, references, typed = b"", b"", False
    while not reader.empty:
        raw = reader.raw(SEQUENCE)
        attribute = Reader(raw).inside(SEQUENCE)
        kind = attribute.raw(OBJECT_IDENTIFIER)
        values = attribute.inside(SET)
        attribute.done()
        if kind in seen:
            return None
        seen.add(kind)
        if kind == _CONTENT_TYPE:
            typed = values.raw(OBJECT_IDENTIFIER) == _TST_INFO
        elif kind == _MESSAGE_DIGEST:
            message_digest = values.content(OCTET_STRING)
        else:
            value = values.raw(values.tag() or 0)
            if kind in _SIGNING_CERTIFICATES:
                references += kind + value
        values.done()
    return (message_digest, references) if typed and message_digest and references else None


def _with_info(
    token: bytes,
    content: bytes,
    message_digest: bytes,
    signed_attributes: bytes,
    signature: bytes,
    pedigree: tuple[bytes, ...],
) -> ReadToken | None:
    outer = Reader(content)
    info = outer.inside(SEQUENCE)
    outer.done()
    if info.small_integer() != 1:
        return None
    policy = info.raw(OBJECT_IDENTIFIER)
    imprint = info.inside(SEQUENCE)
    algorithm, digest = imprint.raw(SEQUENCE), imprint.content(OCTET_STRING)
    imprint.done()
    serial = int.from_bytes(_integer(info), "big", signed=True)
    instant = _instant(info.content(_GENERALIZED_TIME))
    accuracy = _accuracy(info.inside(SEQUENCE)) if info.tag() == SEQUENCE else None
    if info.tag() == _BOOLEAN and info.content(_BOOLEAN) != b"\xff":
        return None
    nonce = int.from_bytes(_integer(info), "big", signed=True) if info.tag() == INTEGER else None
    if info.tag() == _EXPLICIT_0:
        info.raw(_EXPLICIT_0)  # the authority's name; the certificate says it better
    if not info.empty or serial < 0:
        return None  # extensions: the long way
    return ReadToken(
        token,
        content,
        policy,
        algorithm,
        digest,
        serial,
        instant,
        accuracy,
        nonce,
        message_digest,
        signed_attributes,
        signature,
        pedigree,
    )


def _integer(reader: Reader) -> bytes:
    content = reader.content(INTEGER)
    padded = len(content) > 1 and (content[0], content[1] >> 7) in ((0, 0), (0xFF, 1))
    if not content or padded or len(content) > 64:
        raise DerError("an integer is empty, padded or endless")
    return content


def _instant(text: bytes) -> datetime:
    found = _TIME.fullmatch(text)
    if found is None:
        raise DerError("time is not in UTC")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction = int((found[7] or b"0").ljust(6, b"0"))
    return datetime(year, month, day, hour, minute, second, fraction, UTC)


def _accuracy(reader: Reader) -> timedelta:
    seconds = int.from_bytes(_integer(reader), "big", signed=True) if reader.tag() == INTEGER else 0
    millis = int.from_bytes(reader.content(0x80), "big") if reader.tag() == 0x80 else 0
    micros = int.from_bytes(reader.content(0x81), "big") if reader.tag() == 0x81 else 0
    reader.done()
    if seconds < 0 or millis > 999 or micros > 999:
        raise DerError("accuracy out of range")
    return timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)


def _header(size: int) -> bytes:
    if size < 0x80:
        return bytes((SET, size))
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((SET, 0x80 | len(length))) + length
