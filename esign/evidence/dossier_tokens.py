"""Timestamp tokens in a dossier: good up to an anchor, and in no other form than RFC 5652 and RFC 3161 describe.

The signature of a token covers its statement, not what is wrapped around it; a reader that is lenient there would call
two different files the same. So the wrapping is read strictly before the token is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from esign.evidence.dossier_chain import check_carried, check_key, readable
from esign.evidence.errors import DossierError
from esign.pades import der
from esign.pades.errors import DerError
from esign.proof.timestamps import TimestampToken, verify_token

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_RSA_PSS = "1.2.840.113549.1.1.10"
_SHA2 = tuple(f"2.16.840.1.101.3.4.2.{number}" for number in (1, 2, 3))
_RSA = re.compile(r"1\.2\.840\.113549\.1\.1\.\d+")
_NULL = b"\x05\x00"
_CONTEXT_0, _CONTEXT_1, _PRIMITIVE_0 = 0xA0, 0xA1, 0x80


class TokenFormError(DossierError):
    """A timestamp token is not in distinguished encoding, or of another version than it must be."""

    code = "evidence.dossier.token"
    source = "RFC 5652 section 5; RFC 3161 section 2.4.2"


def verify_stamp(token: bytes, digest: bytes, *, anchors: Sequence[bytes]) -> TimestampToken:
    """Return the token after checking its form, itself, and that it leads to an anchor at the time that it states.

    It is one in a document, whose bytes are all committed to. Certificates in it that cannot be read are left out: what
    is not needed does no harm, and what is needed is missing.

    Raises:
        TokenFormError: It is of another form.
        TimestampError: It is not good.
    """
    return _verified(token, digest, anchors)[0]


def verify_lone_stamp(token: bytes, digest: bytes, *, anchors: Sequence[bytes]) -> TimestampToken:
    """Return a token that nothing else covers, checked as others are, and with it every certificate that it carries.

    Raises:
        TokenFormError: It is of another form.
        TimestampError: It is not good.
        ChainError: It carries a certificate that is not above the authority's, or that was changed.
        CertificateMalformed: It carries one that cannot be read.
    """
    stamp, carried = _verified(token, digest, anchors)
    check_carried(stamp.certificate, carried, anchors=anchors)
    return stamp


def _verified(token: bytes, digest: bytes, anchors: Sequence[bytes]) -> tuple[TimestampToken, tuple[bytes, ...]]:
    """Return the verified token and everything that it carries as certificates, readable or not."""
    try:
        readable_token, carried = _checked_form(token)
    except DerError as error:
        raise TokenFormError(error.detail) from error
    stamp = verify_token(readable_token, digest, anchors=anchors)
    check_key(stamp.certificate)
    return stamp, carried


def _checked_form(token: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the token, in the form that it must have, with those certificates that can be read; and all it carries."""
    if not der.well_formed(token):
        raise TokenFormError("not distinguished encoding")
    info = der.Reader(token).inside(der.SEQUENCE)
    _require(der.read_oid(info.content(der.OBJECT_IDENTIFIER)) == _SIGNED_DATA)
    wrapped = info.inside(_CONTEXT_0)
    info.done()
    data = wrapped.inside(der.SEQUENCE)
    wrapped.done()
    _require(data.small_integer() == 3)
    hashes = data.raw(der.SET)
    encapsulated = data.raw(der.SEQUENCE)
    content = der.Reader(encapsulated).inside(der.SEQUENCE)
    _require(der.read_oid(content.content(der.OBJECT_IDENTIFIER)) == _TST_INFO)
    octets = content.inside(_CONTEXT_0)
    content.done()
    octets.content(der.OCTET_STRING)
    octets.done()
    carried = tuple(_elements(data.inside(_CONTEXT_0)))
    certificates = readable(carried)
    revocation = data.raw(_CONTEXT_1) if data.tag() == _CONTEXT_1 else b""
    signer_infos = data.raw(der.SET)
    data.done()
    signers = der.Reader(signer_infos).inside(der.SET)
    _signer(signers.inside(der.SEQUENCE), _hashes(der.Reader(hashes).inside(der.SET)))
    signers.done()
    parts = (der.integer(3), hashes, encapsulated, der.tlv(_CONTEXT_0, *certificates), revocation, signer_infos)
    return der.sequence(der.oid(_SIGNED_DATA), der.tlv(_CONTEXT_0, der.sequence(*parts))), carried


def _elements(reader: der.Reader) -> Iterator[bytes]:
    while not reader.empty:
        yield reader.raw(reader.tag() or 0)


def _hashes(algorithms: der.Reader) -> set[str]:
    listed = set()
    while not algorithms.empty:
        listed.add(_hash(algorithms.inside(der.SEQUENCE)))
    return listed


def _signer(signer: der.Reader, listed: set[str]) -> None:
    version = signer.small_integer()
    _require(version in (1, 3))
    signer.raw(der.SEQUENCE if version == 1 else _PRIMITIVE_0)
    _require(_hash(signer.inside(der.SEQUENCE)) in listed)
    signer.raw(_CONTEXT_0)
    _signature_algorithm(signer.inside(der.SEQUENCE))
    signer.content(der.OCTET_STRING)
    if not signer.empty:
        signer.raw(_CONTEXT_1)
    signer.done()


def _hash(algorithm: der.Reader) -> str:
    name = der.read_oid(algorithm.content(der.OBJECT_IDENTIFIER))
    _require(name in _SHA2 and (algorithm.empty or algorithm.raw(der.NULL) == _NULL))
    algorithm.done()
    return name


def _signature_algorithm(algorithm: der.Reader) -> None:
    """RFC 4055 demands NULL for RSA, RFC 5758 forbids parameters for ECDSA; those of PSS are read elsewhere."""
    name = der.read_oid(algorithm.content(der.OBJECT_IDENTIFIER))
    if name == _RSA_PSS:
        algorithm.raw(der.SEQUENCE)
    elif _RSA.fullmatch(name):
        _require(algorithm.raw(der.NULL) == _NULL)
    algorithm.done()


def _require(holds: bool) -> None:
    if not holds:
        raise TokenFormError
