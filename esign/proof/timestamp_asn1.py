"""The ASN.1 of RFC 3161 read into one plain value, without writing anything back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms, core, tsp

from esign.proof.cms_signature import SignatureAlgorithm
from esign.proof.der import tlv
from esign.proof.timestamp_errors import (
    TimestampMalformed,
    TimestampRefused,
    TimestampSignerMissing,
    TimestampSigningCertificateDiffers,
)


class _Reply(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """``TimeStampResp``; the library's own class does not know that the token is missing from a refusal."""

    _fields = [("status", tsp.PKIStatusInfo), ("time_stamp_token", core.Any, {"optional": True})]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenParts:
    """What stands in a token, nothing of it checked yet."""

    content: bytes
    imprint_hash: str
    imprint: bytes
    policy: str
    serial: int
    gen_time: datetime
    accuracy: timedelta | None
    nonce: int | None
    digest_hash: str
    message_digest: bytes
    signed_attributes: bytes
    signature_algorithm: SignatureAlgorithm
    signature: bytes
    ess_hash: str
    ess_certificate_hash: bytes
    certificate: bytes
    certificates: tuple[bytes, ...]


def granted_token(reply: bytes) -> bytes:
    """Return the token of a reply that grants one (RFC 3161 section 2.4.2).

    Raises:
        TimestampMalformed: Not a reply, or granted without a token.
        TimestampRefused: The authority declined.
    """
    try:
        answer = _Reply.load(reply, strict=True)
        status = answer["status"]["status"].native
        failure = answer["status"]["fail_info"].native
        token: bytes = answer["time_stamp_token"].dump()
    except Exception as error:  # hostile bytes: asn1crypto lets many kinds of exception escape
        raise TimestampMalformed("reply cannot be read") from error
    if status not in ("granted", "granted_with_mods"):
        raise TimestampRefused(status=str(status), failure=",".join(sorted(failure or ())))
    if not token:
        raise TimestampMalformed("granted, but without a token")
    return token


def read_token(token: bytes) -> TokenParts:
    """Return what stands in a token.

    Raises:
        TimestampMalformed: Not a ``TimeStampToken``.
        TimestampSignerMissing: Not exactly one signer, or its certificate is not in the token.
        TimestampSigningCertificateDiffers: No signed reference to the signing certificate.
    """
    try:
        return _read(token)
    except (TimestampMalformed, TimestampSignerMissing, TimestampSigningCertificateDiffers):
        raise
    except Exception as error:  # hostile bytes: asn1crypto lets many kinds of exception escape
        raise TimestampMalformed("token cannot be read") from error


def _read(token: bytes) -> TokenParts:
    info = cms.ContentInfo.load(token, strict=True)
    if info["content_type"].native != "signed_data":
        raise TimestampMalformed("not signed data")
    signed = info["content"]
    encapsulated = signed["encap_content_info"]
    if encapsulated["content_type"].native != "tst_info":
        raise TimestampMalformed("the content is not a TSTInfo")
    content = bytes(encapsulated["content"])
    stamp = tsp.TSTInfo.load(content, strict=True)
    if stamp["version"].native != "v1":
        raise TimestampMalformed("unknown version of TSTInfo")
    if any(extension["critical"].native for extension in _items(stamp["extensions"])):
        raise TimestampMalformed("unknown critical extension")
    signers = signed["signer_infos"]
    if len(signers) != 1:
        raise TimestampSignerMissing("not exactly one signer", signers=len(signers))
    signer = signers[0]
    # Bytes are taken before anything in them is looked at: asn1crypto would write some of them anew, and sorted.
    # What is signed is the SET OF with its own tag, not the [0] under which it is sent (RFC 5652 section 5.4).
    signed_attributes = tlv(0x31, signer["signed_attrs"].contents or b"")
    certificates = {
        choice.chosen.dump(): choice.chosen for choice in _items(signed["certificates"]) if choice.name == "certificate"
    }
    attributes = _attributes(signer)
    if attributes["content_type"].native != "tst_info":
        raise TimestampMalformed("the signed content type is not TSTInfo")
    ess_hash, ess_certificate_hash = _signing_certificate(attributes)
    return TokenParts(
        content=content,
        imprint_hash=stamp["message_imprint"]["hash_algorithm"]["algorithm"].native,
        imprint=stamp["message_imprint"]["hashed_message"].native,
        policy=stamp["policy"].dotted,
        serial=stamp["serial_number"].native,
        gen_time=_instant(stamp["gen_time"]),
        accuracy=_accuracy(stamp["accuracy"]),
        nonce=stamp["nonce"].native,
        digest_hash=signer["digest_algorithm"]["algorithm"].native,
        message_digest=attributes["message_digest"].native,
        signed_attributes=signed_attributes,
        signature_algorithm=_algorithm(signer["signature_algorithm"]),
        signature=signer["signature"].native,
        ess_hash=ess_hash,
        ess_certificate_hash=ess_certificate_hash,
        certificate=_signer_certificate(signer["sid"], certificates),
        certificates=tuple(certificates),
    )


def _items(values: Any) -> list[Any]:
    return [] if isinstance(values, core.Void) else list(values)


def _attributes(signer: Any) -> dict[str, Any]:
    """Return the signed attributes, each of which may stand there once and with one value."""
    found: dict[str, Any] = {}
    for attribute in _items(signer["signed_attrs"]):
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1:
            raise TimestampMalformed("a signed attribute stands there twice or without exactly one value")
        found[name] = attribute["values"][0]
    if "content_type" not in found or "message_digest" not in found:
        raise TimestampMalformed("a signed attribute is missing")
    return found


def _signing_certificate(attributes: dict[str, Any]) -> tuple[str, bytes]:
    """Return hash and value of the first certificate identifier; version 2 goes before version 1 (RFC 5816)."""
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"]["certs"][0]
        return first["hash_algorithm"]["algorithm"].native, first["cert_hash"].native
    if "signing_certificate" in attributes:
        return "sha1", attributes["signing_certificate"]["certs"][0]["cert_hash"].native
    raise TimestampSigningCertificateDiffers("no signed reference to the signing certificate")


def _signer_certificate(sid: Any, certificates: Mapping[bytes, Any]) -> bytes:
    for der, certificate in certificates.items():
        if sid.name == "issuer_and_serial_number":
            named = certificate.serial_number == sid.chosen["serial_number"].native
            if named and certificate.issuer.dump() == sid.chosen["issuer"].dump():
                return der
        elif certificate.key_identifier is not None and certificate.key_identifier == sid.chosen.native:
            return der
    raise TimestampSignerMissing("the certificate that signed is not in the token")


def _algorithm(field: Any) -> SignatureAlgorithm:
    name = field.signature_algo
    if name == "rsassa_pss":
        parameters = field["parameters"]
        return SignatureAlgorithm(
            name=name,
            hash=parameters["hash_algorithm"]["algorithm"].native,
            mask_hash=parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native,
            salt_length=parameters["salt_length"].native,
        )
    if field["algorithm"].native in ("rsassa_pkcs1v15", "ed25519"):  # rsaEncryption leaves the hash to digestAlgorithm
        return SignatureAlgorithm(name=name, hash=None)
    return SignatureAlgorithm(name=name, hash=field.hash_algo)


def _instant(field: Any) -> datetime:
    """Return genTime in UTC; RFC 3161 asks for GeneralizedTime that ends in Z."""
    value = field.native
    if not bytes(field.contents).endswith(b"Z") or not isinstance(value, datetime):
        raise TimestampMalformed("time is not in UTC")
    return value.astimezone(UTC)


def _accuracy(field: Any) -> timedelta | None:
    if isinstance(field, core.Void):
        return None
    seconds, millis, micros = (field[name].native or 0 for name in ("seconds", "millis", "micros"))
    if seconds < 0 or not 0 <= millis < 1000 or not 0 <= micros < 1000:
        raise TimestampMalformed("accuracy out of range")
    return timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)
