"""RFC 3161 timestamps, sans-IO: a request is bytes out, a reply is bytes in, a token is checked before it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign.proof.certificate_path import CertificateMalformed, CertificateUntrusted, load_certificate, verify_path
from esign.proof.cms_signature import SignatureAlgorithmRefused, SignatureInvalid, hash_function, verify_signature
from esign.proof.der import tlv
from esign.proof.timestamp_asn1 import TokenParts, granted_token, read_token
from esign.proof.timestamp_errors import (
    TimestampAlgorithmRefused,
    TimestampCertificateNotValid,
    TimestampError,
    TimestampImprintDiffers,
    TimestampKeyUsage,
    TimestampMalformed,
    TimestampNonceDiffers,
    TimestampRefused,
    TimestampSignatureInvalid,
    TimestampSignerMissing,
    TimestampSigningCertificateDiffers,
    TimestampTimeImplausible,
    TimestampUntrusted,
)

__all__ = [
    "TimestampAlgorithmRefused",
    "TimestampCertificateNotValid",
    "TimestampError",
    "TimestampImprintDiffers",
    "TimestampKeyUsage",
    "TimestampMalformed",
    "TimestampNonceDiffers",
    "TimestampRefused",
    "TimestampRequest",
    "TimestampSignatureInvalid",
    "TimestampSignerMissing",
    "TimestampSigningCertificateDiffers",
    "TimestampTimeImplausible",
    "TimestampToken",
    "TimestampUntrusted",
    "read_reply",
    "trust_token",
    "verify_token",
]

_IMPRINTS = {
    32: ("sha256", bytes.fromhex("3031300d060960864801650304020105000420")),
    48: ("sha384", bytes.fromhex("3041300d060960864801650304020205000430")),
    64: ("sha512", bytes.fromhex("3051300d060960864801650304020305000440")),
}
"""By the length of a digest: its hash, and ``MessageImprint`` up to the digest, with NULL parameters.

Source: RFC 3161 section 2.4.1; RFC 5754 section 2."""

DEFAULT_TOLERANCE = timedelta(minutes=5)
"""How far the authority's time and ours may lie apart before one of them is called wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampRequest:
    """A question to a timestamp authority: stamp this digest, and show by the nonce that the answer is fresh."""

    digest: bytes
    nonce: int
    der: bytes

    @classmethod
    def new(cls, digest: bytes, nonce: int) -> Self:
        """Return the request for a digest; its length says whether it is SHA-256, SHA-384 or SHA-512.

        Args:
            digest: 32, 48 or 64 bytes.
            nonce: Fresh and unpredictable; positive, at most 64 bits are understood by every authority.
        """
        if len(digest) not in _IMPRINTS:
            raise ValueError("a digest has 32, 48 or 64 bytes: SHA-256, SHA-384 or SHA-512")
        if not 0 < nonce < 2**64:
            raise ValueError("a nonce is a positive integer of at most 64 bits")
        number = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big")
        version, with_certificate = b"\x02\x01\x01", b"\x01\x01\xff"
        der = tlv(0x30, version, _IMPRINTS[len(digest)][1], digest, tlv(0x02, number), with_certificate)
        return cls(digest=digest, nonce=nonce, der=der)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampToken:
    """A checked timestamp token: this digest existed at ``gen_time``, says an authority.

    ``certificate`` is the one that signed, ``certificates`` all that the token carries (DER).
    """

    der: bytes
    gen_time: datetime
    serial: int
    policy: str
    digest: bytes
    accuracy: timedelta | None
    certificate: bytes
    certificates: tuple[bytes, ...]


def read_reply(
    reply: bytes, request: TimestampRequest, *, now: datetime | None = None, tolerance: timedelta = DEFAULT_TOLERANCE
) -> TimestampToken:
    """Return the token of an authority's reply, checked against the request.

    1. The authority granted it. 2. The token is good in itself and stamps the digest asked for.
    3. It carries the nonce of the request. 4. Where ``now`` is given, its time is near.

    Whether the certificate is trusted is asked by :func:`trust_token`.

    Raises:
        TimestampError: One subclass for each way in which a reply can be wrong.
    """
    token = granted_token(reply)
    parts = read_token(token)
    checked = _checked(token, parts, request.digest)
    if parts.nonce != request.nonce:
        raise TimestampNonceDiffers
    if now is not None and abs(checked.gen_time - now) > tolerance + (checked.accuracy or timedelta()):
        raise TimestampTimeImplausible(difference_seconds=round((checked.gen_time - now).total_seconds()))
    return checked


def verify_token(
    token: bytes, digest: bytes, *, anchors: Sequence[bytes], intermediates: Sequence[bytes] = ()
) -> TimestampToken:
    """Return the token, checked in itself and up to an anchor at the time that it states. Needs no network.

    Args:
        token: The ``TimeStampToken`` (CMS), DER.
        digest: The digest that it must stamp: SHA-256, SHA-384 or SHA-512, by its length.
        anchors: Trusted certificates, DER.
        intermediates: Further certificates that may complete the path, DER.

    Raises:
        TimestampError: One subclass for each way in which a token can be wrong.
    """
    checked = _checked(token, read_token(token), digest)
    trust_token(checked, anchors=anchors, intermediates=intermediates)
    return checked


def trust_token(token: TimestampToken, *, anchors: Sequence[bytes], intermediates: Sequence[bytes] = ()) -> None:
    """Check that a token, good in itself, comes from an authority that is trusted at the time that it states.

    Raises:
        TimestampUntrusted: The authority's certificate does not lead to an anchor.
        TimestampMalformed: A certificate in or beside the token cannot be read.
    """
    try:
        verify_path(
            token.certificate,
            intermediates=(*token.certificates, *intermediates),
            anchors=anchors,
            at=token.gen_time,
        )
    except CertificateMalformed as error:
        raise TimestampMalformed("a certificate in or beside the token cannot be read") from error
    except CertificateUntrusted as error:
        raise TimestampUntrusted from error


def _checked(token: bytes, parts: TokenParts, digest: bytes) -> TimestampToken:
    """Return the token after everything that can be checked without anchors.

    1. The imprint is the digest. 2. The message digest covers the content. 3. The signed reference names the
    certificate (RFC 5816). 4. The certificate may stamp, and nothing else (RFC 3161 section 2.3). 5. It was valid then.
    6. The signature holds.
    """
    if parts.imprint_hash != _IMPRINTS.get(len(digest), ("", b""))[0] or parts.imprint != digest:
        raise TimestampImprintDiffers
    try:
        covered = hash_function(parts.digest_hash)(parts.content).digest()
    except SignatureAlgorithmRefused as error:
        raise TimestampAlgorithmRefused from error
    if covered != parts.message_digest:
        raise TimestampSignatureInvalid("message digest differs from the content")
    certificate = _load(parts.certificate)
    if not _names(parts, certificate):
        raise TimestampSigningCertificateDiffers
    _may_stamp(certificate)
    if not certificate.not_valid_before_utc <= parts.gen_time <= certificate.not_valid_after_utc:
        raise TimestampCertificateNotValid
    try:
        verify_signature(
            certificate.public_key(),
            parts.signature,
            parts.signed_attributes,
            algorithm=parts.signature_algorithm,
            digest_hash=parts.digest_hash,
        )
    except SignatureAlgorithmRefused as error:
        raise TimestampAlgorithmRefused from error
    except SignatureInvalid as error:
        raise TimestampSignatureInvalid from error
    return TimestampToken(
        der=token,
        gen_time=parts.gen_time,
        serial=parts.serial,
        policy=parts.policy,
        digest=digest,
        accuracy=parts.accuracy,
        certificate=parts.certificate,
        certificates=parts.certificates,
    )


def _load(certificate: bytes) -> x509.Certificate:
    try:
        return load_certificate(certificate)
    except CertificateMalformed as error:
        raise TimestampMalformed("the signing certificate cannot be read") from error


def _names(parts: TokenParts, certificate: x509.Certificate) -> bool:
    """Tell whether the first ESS certificate identifier is that of the certificate."""
    if (
        parts.ess_hash == "sha1"
    ):  # ESSCertID of RFC 2634, which RFC 3161 began with; the signature check does not rest on it
        return certificate.fingerprint(hashes.SHA1()) == parts.ess_certificate_hash  # noqa: S303 - a name here, see above
    try:
        return hash_function(parts.ess_hash)(parts.certificate).digest() == parts.ess_certificate_hash
    except SignatureAlgorithmRefused as error:
        raise TimestampAlgorithmRefused from error


def _may_stamp(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise TimestampKeyUsage("the certificate has no extended key usage") from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TimestampKeyUsage
    try:
        key_usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (key_usage.digital_signature or key_usage.content_commitment):
        raise TimestampKeyUsage("the key may not sign")
