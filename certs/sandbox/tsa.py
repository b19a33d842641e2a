"""The timestamp authority: RFC 3161 tokens, ECDSA P-256, with everything but digest, time and nonce encoded before.

1. Read the request; refuse what the RFC wants refused, with its own status and failure bit.
2. Write the TSTInfo: policy, imprint, serial number, time, accuracy, nonce.
3. Sign the attributes content type, message digest and signing certificate V2 (RFC 5816).
4. Wrap it all in CMS SignedData, with the certificate if the request asks for it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certs.sandbox.authority import der
from certs.sandbox.hierarchy import EndEntity
from certs.sandbox.tsa_faults import TsaFaults
from esign.foundation.clock import Clock

_DIGEST_LENGTHS = {"sha256": 32, "sha384": 48, "sha512": 64}
_SIGNED_DATA = core.ObjectIdentifier("1.2.840.113549.1.7.2").dump()
_TST_INFO = core.ObjectIdentifier("1.2.840.113549.1.9.16.1.4").dump()
_SHA256 = algos.DigestAlgorithm({"algorithm": "sha256"}).dump()
_SHA256_ECDSA = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()
_CONTENT_TYPE = core.ObjectIdentifier("1.2.840.113549.1.9.3").dump()
_MESSAGE_DIGEST = core.ObjectIdentifier("1.2.840.113549.1.9.4").dump()
_SIGNING_CERTIFICATE_V2 = core.ObjectIdentifier("1.2.840.113549.1.9.16.2.47").dump()
_SEQUENCE, _SET, _OCTETS, _EXPLICIT_0 = 0x30, 0x31, 0x04, 0xA0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampRequest:
    """What a client wants stamped. ``imprint`` and ``nonce`` are DER as they stood in the request."""

    imprint: bytes
    nonce: bytes
    certificate_wanted: bool


class TimestampRefused(Exception):
    """A request that the authority must not grant; ``bit`` is the PKIFailureInfo. Source: RFC 3161 section 2.4.2."""

    def __init__(self, bit: str) -> None:
        self.bit = bit
        super().__init__(bit)


class TimestampAuthority:
    """Grants timestamps with a cached key: about a millisecond each, most of it reading the request.

    Args:
        unit: The signing service for timestamps.
        impostor: A service with a certificate that is not made for timestamps; signs only for a fault.
        policy: Object identifier of the timestamp policy.
        accuracy: How far the time in a token may be from the true one.
        clock: Where the time comes from.
        faults: How to misbehave; may be set at any time.
    """

    def __init__(
        self,
        unit: EndEntity,
        impostor: EndEntity,
        *,
        policy: str,
        accuracy: timedelta,
        clock: Clock,
        faults: TsaFaults,
    ) -> None:
        self.faults = faults
        self._policy = policy
        self._policy_der = core.ObjectIdentifier(policy).dump()
        self._accuracy_der = tsp.Accuracy({"seconds": int(accuracy.total_seconds())}).dump()
        self._clock = clock
        self._signer, self._impostor = _Signer(unit), _Signer(impostor)

    def answer(self, request: bytes) -> bytes:
        """Return the TimeStampResp (DER) to a TimeStampReq (DER): a token, or a rejection with its reason."""
        faults = self.faults
        if faults.rejects:
            return _rejection("system_failure")
        try:
            wanted = parse_request(request, self._policy)
        except TimestampRefused as refusal:
            return _rejection(refusal.bit)
        if faults.wrong_digest:
            wanted = replace(wanted, imprint=wanted.imprint[:-1] + bytes([wanted.imprint[-1] ^ 1]))
        if faults.wrong_nonce:
            wanted = replace(wanted, nonce=core.Integer(secrets.randbits(63)).dump())
        signer = self._impostor if faults.wrong_certificate else self._signer
        info = self._info(wanted, self._clock.now() - faults.old_by)
        token = signer.token(info, with_certificate=wanted.certificate_wanted, broken=faults.broken_signature)
        return _tlv(_SEQUENCE, _tlv(_SEQUENCE, b"\x02\x01\x00") + token)

    def _info(self, wanted: TimestampRequest, at: datetime) -> bytes:
        """Return the TSTInfo. The serial number has 127 random bits, so that no restart can repeat one."""
        return _tlv(
            _SEQUENCE,
            b"\x02\x01\x01"
            + self._policy_der
            + wanted.imprint
            + core.Integer(secrets.randbits(127) | 1 << 126).dump()
            + _tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode("ascii"))
            + self._accuracy_der
            + wanted.nonce,
        )


def parse_request(request: bytes, policy: str) -> TimestampRequest:
    """Read a TimeStampReq.

    Raises:
        TimestampRefused: With the failure bit that RFC 3161 section 2.4.2 names for it.
    """
    try:
        parsed = tsp.TimeStampReq.load(request, strict=True)
        version = parsed["version"].native
        imprint = parsed["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        digest = imprint["hashed_message"].native
        wanted_policy = parsed["req_policy"].native
        nonce = b"" if parsed["nonce"].native is None else parsed["nonce"].dump()
        certificate_wanted = parsed["cert_req"].native
        extensions = parsed["extensions"].native
    except (ValueError, TypeError, KeyError) as error:
        raise TimestampRefused("bad_data_format") from error
    if version != "v1":
        raise TimestampRefused("bad_request")
    if algorithm not in _DIGEST_LENGTHS:
        raise TimestampRefused("bad_alg")
    if len(digest) != _DIGEST_LENGTHS[algorithm]:
        raise TimestampRefused("bad_data_format")
    if wanted_policy is not None and wanted_policy != policy:
        raise TimestampRefused("unaccepted_policy")
    if extensions:
        raise TimestampRefused("unaccepted_extensions")
    return TimestampRequest(imprint=imprint.dump(), nonce=nonce, certificate_wanted=certificate_wanted)


class _Signer:
    """Signs TSTInfo with one key; every part that does not change is encoded once."""

    def __init__(self, entity: EndEntity) -> None:
        certificate = der(entity.certificate)
        parsed = asn1_x509.Certificate.load(certificate)
        essence = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(certificate).digest()}]})
        self._key = entity.key
        self._fixed = (
            _tlv(_SEQUENCE, _CONTENT_TYPE + _tlv(_SET, _TST_INFO)),
            _tlv(_SEQUENCE, _SIGNING_CERTIFICATE_V2 + _tlv(_SET, essence.dump())),
        )
        self._identifier = cms.IssuerAndSerialNumber(
            {"issuer": parsed.issuer, "serial_number": parsed.serial_number}
        ).dump()
        self._certificates = _tlv(_EXPLICIT_0, certificate)

    def token(self, info: bytes, *, with_certificate: bool, broken: bool) -> bytes:
        """Return the TimeStampToken around a TSTInfo. Source: RFC 5652 sections 5.1, 5.3, 5.4."""
        digest = _tlv(_SEQUENCE, _MESSAGE_DIGEST + _tlv(_SET, _tlv(_OCTETS, hashlib.sha256(info).digest())))
        attributes = b"".join(sorted((*self._fixed, digest)))
        signature = self._key.sign(_tlv(_SET, attributes), ec.ECDSA(hashes.SHA256()))
        if broken:
            signature = self._key.sign(info, ec.ECDSA(hashes.SHA256()))
        signer_info = _tlv(
            _SEQUENCE,
            b"\x02\x01\x01"
            + self._identifier
            + _SHA256
            + _tlv(_EXPLICIT_0, attributes)
            + _SHA256_ECDSA
            + _tlv(_OCTETS, signature),
        )
        signed_data = _tlv(
            _SEQUENCE,
            b"\x02\x01\x03"
            + _tlv(_SET, _SHA256)
            + _tlv(_SEQUENCE, _TST_INFO + _tlv(_EXPLICIT_0, _tlv(_OCTETS, info)))
            + (self._certificates if with_certificate else b"")
            + _tlv(_SET, signer_info),
        )
        return _tlv(_SEQUENCE, _SIGNED_DATA + _tlv(_EXPLICIT_0, signed_data))


def _rejection(bit: str) -> bytes:
    return _tlv(_SEQUENCE, tsp.PKIStatusInfo({"status": "rejection", "fail_info": {bit}}).dump())


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content
