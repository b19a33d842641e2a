"""Whether an answer is the timestamp that was asked for. The dear part, who signs, is settled once for each unit.

1. The authority granted it. 2. It stamps this digest, 3. answers this nonce, 4. with a serial number of its own,
5. under an accepted policy, 6. at a time near ours. 7. The signature holds, 8. by a certificate that is for timestamps
alone, was valid then and leads to an anchor.

Of a unit's first token everything is checked by :mod:`esign.proof.timestamps`. Tokens that follow with the same
certificates, references and algorithms, byte for byte, need 1 to 7 only, as long as their time lies within the validity
of the path that was checked.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from esign.foundation.clock import Clock
from esign.pades.der import oid, read_oid, sequence
from esign.proof.certificate_path import load_certificate, verify_path
from esign.proof.cms_signature import (
    CmsSignatureError,
    SignatureAlgorithm,
    hash_function,
    verify_signature,
)
from esign.proof.timestamp_asn1 import read_token
from esign.proof.timestamps import (
    DEFAULT_TOLERANCE,
    TimestampAlgorithmRefused,
    TimestampCertificateNotValid,
    TimestampError,
    TimestampImprintDiffers,
    TimestampKeyUsage,
    TimestampNonceDiffers,
    TimestampRefused,
    TimestampRequest,
    TimestampSignatureInvalid,
    TimestampSignerMissing,
    TimestampSigningCertificateDiffers,
    TimestampTimeImplausible,
    TimestampToken,
    TimestampUntrusted,
    read_reply,
)
from esign.sealing.levels.errors import (
    SealTimestampError,
    TimestampCertificateRefused,
    TimestampDeclined,
    TimestampGarbled,
    TimestampOfSomethingElse,
    TimestampPolicyDiffers,
    TimestampReplayed,
    TimestampSignatureWrong,
    TimestampTimeWrong,
)
from esign.sealing.levels.token_reader import ReadToken, read_quickly

_SERIALS = 16_384
"""Serial numbers that are remembered, to find one that comes twice."""
_UNITS = 64
"""Units of authorities that are remembered."""
_IMPRINTS = {
    size: (sequence(oid(f"2.16.840.1.101.3.4.2.{arc}"), b"\x05\x00"), sequence(oid(f"2.16.840.1.101.3.4.2.{arc}")))
    for size, arc in ((32, 1), (48, 2), (64, 3))
}
"""By the length of a digest: the AlgorithmIdentifier of its hash, with and without NULL. Source: RFC 5754 section 2."""
_WORDS: dict[type[TimestampError], type[SealTimestampError]] = {
    TimestampRefused: TimestampDeclined,
    TimestampImprintDiffers: TimestampOfSomethingElse,
    TimestampNonceDiffers: TimestampReplayed,
    TimestampTimeImplausible: TimestampTimeWrong,
    TimestampSignatureInvalid: TimestampSignatureWrong,
    TimestampAlgorithmRefused: TimestampSignatureWrong,
    TimestampSignerMissing: TimestampCertificateRefused,
    TimestampSigningCertificateDiffers: TimestampCertificateRefused,
    TimestampKeyUsage: TimestampCertificateRefused,
    TimestampCertificateNotValid: TimestampCertificateRefused,
    TimestampUntrusted: TimestampCertificateRefused,
}


@dataclass(frozen=True, slots=True)
class _Unit:
    """Who signs: checked once, with the time for which that holds."""

    key: CertificatePublicKeyTypes
    algorithm: SignatureAlgorithm
    digest_hash: str
    certificate: bytes
    certificates: tuple[bytes, ...]
    begins: datetime
    ends: datetime


class TokenChecker:
    """Checks answers of timestamp authorities; may be used by many threads.

    Args:
        anchors: Trusted certificates (DER); a token that leads to none of them is refused.
        clock: A token whose time is far from this clock's is refused.
        policies: Object identifiers (dotted) of which a token must have one; empty: any.
        tolerance: How far the two times may lie apart.
    """

    def __init__(
        self,
        *,
        anchors: Sequence[bytes],
        clock: Clock,
        policies: Collection[str] = (),
        tolerance: timedelta = DEFAULT_TOLERANCE,
    ) -> None:
        self._anchors = tuple(anchors)
        self._clock = clock
        self._policies = frozenset(policies)
        self._tolerance = tolerance
        self._units: OrderedDict[tuple[bytes, ...], _Unit] = OrderedDict()
        self._serials: OrderedDict[tuple[bytes, int], None] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, reply: bytes, request: TimestampRequest) -> TimestampToken:
        """Return the token of an answer.

        Raises:
            SealTimestampError: One subclass for each way in which it can be wrong.
        """
        now = self._clock.now()
        read = read_quickly(reply)
        unit = self._units.get(read.pedigree) if read is not None else None
        if read is not None and unit is not None and unit.begins <= read.gen_time <= unit.ends:
            token = _checked(read, unit, request)
            apart = abs(token.gen_time - now)
            if apart > self._tolerance + (token.accuracy or timedelta()):
                raise TimestampTimeWrong(difference_seconds=round((token.gen_time - now).total_seconds()))
        else:
            token = self._long_way(reply, read, request, now)
        if self._policies and token.policy not in self._policies:
            raise TimestampPolicyDiffers(policy=token.policy)
        self._remember(token)
        return token

    def _long_way(
        self, reply: bytes, read: ReadToken | None, request: TimestampRequest, now: datetime
    ) -> TimestampToken:
        try:
            token = read_reply(reply, request, now=now, tolerance=self._tolerance)
        except TimestampError as error:
            raise _WORDS.get(type(error), TimestampGarbled)(error.detail, **error.facts) from error
        try:
            path = verify_path(
                token.certificate, intermediates=token.certificates, anchors=self._anchors, at=token.gen_time
            )
        except Exception as error:  # unreadable certificates beside the one that signed, or no path
            raise TimestampCertificateRefused("the certificate that signed leads to no trusted anchor") from error
        if read is not None and _agree(read, token):
            parts = read_token(token.der)
            links = [load_certificate(der) for der in path]
            unit = _Unit(
                links[0].public_key(),
                parts.signature_algorithm,
                parts.digest_hash,
                token.certificate,
                token.certificates,
                max(link.not_valid_before_utc for link in links),
                min(link.not_valid_after_utc for link in links),
            )
            with self._lock:
                self._units[read.pedigree] = unit
                while len(self._units) > _UNITS:
                    self._units.popitem(last=False)
        return token

    def _remember(self, token: TimestampToken) -> None:
        key = (token.certificate, token.serial)
        with self._lock:
            if key in self._serials:
                raise TimestampReplayed("the serial number is that of another token")
            self._serials[key] = None
            if len(self._serials) > _SERIALS:
                self._serials.popitem(last=False)


def _checked(read: ReadToken, unit: _Unit, request: TimestampRequest) -> TimestampToken:
    if read.digest != request.digest or read.algorithm not in _IMPRINTS[len(request.digest)]:
        raise TimestampOfSomethingElse
    if read.nonce != request.nonce:
        raise TimestampReplayed
    if hash_function(unit.digest_hash)(read.content).digest() != read.message_digest:
        raise TimestampSignatureWrong("message digest differs from the content")
    try:
        verify_signature(
            unit.key, read.signature, read.signed_attributes, algorithm=unit.algorithm, digest_hash=unit.digest_hash
        )
    except CmsSignatureError as error:
        raise TimestampSignatureWrong from error
    return TimestampToken(
        der=read.der,
        gen_time=read.gen_time,
        serial=read.serial,
        policy=read_oid(read.policy[2:]),
        digest=read.digest,
        accuracy=read.accuracy,
        certificate=unit.certificate,
        certificates=unit.certificates,
    )


def _agree(read: ReadToken, token: TimestampToken) -> bool:
    """Tell whether both readers saw the same token; only then the quick one is believed about the next ones."""
    return (read.der, read.digest, read.serial, read.gen_time, read.accuracy, read_oid(read.policy[2:])) == (
        token.der,
        token.digest,
        token.serial,
        token.gen_time,
        token.accuracy,
        token.policy,
    )
