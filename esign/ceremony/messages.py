"""The agent's messages: compact JWS by the device key, parsed strictly before anybody acts on them.

1. Size, three parts, canonical header with exactly the three members.
2. Device key: for ``hello`` from the payload, for all others handed in by whoever looked the key id up.
3. Signature by that key.
4. Type, audience, invitation.
5. Everything else by the type's JSON Schema.

Source: docs/ceremony-spec.md section 4; RFC 7515 section 5.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from esign.ceremony.errors import (
    KeyUnusableError,
    MessageForeignAudienceError,
    MessageForeignInvitationError,
    MessageMalformedError,
    MessageSignatureError,
    MessageTooLargeError,
    MessageUnknownDeviceError,
    MessageWrongTypeError,
)
from esign.ceremony.keys import key_id, read_p256
from esign.ceremony.limits import MAX_LARGE_MESSAGE_BYTES, MAX_MESSAGE_BYTES
from esign.ceremony.schema import check
from esign.foundation.canonical import CanonicalJsonError, parse_canonical
from esign.foundation.digests import labelled, sha256
from esign.foundation.encoding import EncodingError, from_b64url, from_hex

MESSAGE_TYPES: Final = (
    "hello",
    "enrol",
    "open",
    "document",
    "intent",
    "signature",
    "result",
    "handover",
    "decline",
)
"""Every type of message. Source: docs/ceremony-spec.md section 4."""

SIZE_LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {name: MAX_LARGE_MESSAGE_BYTES if name in ("enrol", "intent") else MAX_MESSAGE_BYTES for name in MESSAGE_TYPES}
)
"""Largest body of each type, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message whose device key, type, audience, invitation and form were checked.

    Attributes:
        type: One of :data:`MESSAGE_TYPES`.
        jti: The message's number, 32 hexadecimal characters.
        payload: All members, read-only all the way down.
        device_key_id: Hexadecimal key id of the device key that signed it.
        digest: SHA-256 of the compact JWS: the same bytes again get the same answer again.
        raw: The compact JWS itself, for the evidence.
    """

    type: str
    jti: str
    payload: Mapping[str, Any] = field(repr=False)
    device_key_id: str
    digest: bytes
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a message says of itself before anything is verified: only good for looking a device key up."""

    key_id: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    key_id: str
    payload: dict[str, Any]
    signing_input: bytes
    signature: bytes


def invitation_hash(token: str) -> str:
    """Return the name of an invitation inside messages: hexadecimal ``H(L("invitation") || token)``."""
    return labelled("invitation", token.encode("ascii")).hex()


def stored_token_hash(token: str) -> bytes:
    """Return what the server keeps instead of an invitation's token."""
    return labelled("invitation-token", token.encode("ascii"))


def peek(body: bytes) -> Envelope:
    """Return the key id and type that a message claims; nothing of it is verified.

    Raises:
        MessageTooLargeError: Larger than any type may be.
        MessageMalformedError: Not a compact JWS as this protocol writes it.
    """
    parts = _split(body, MAX_LARGE_MESSAGE_BYTES)
    claimed = parts.payload.get("type")
    if claimed not in MESSAGE_TYPES:
        raise MessageMalformedError("unknown type")
    return Envelope(key_id=parts.key_id, type=claimed)


def verify(body: bytes, device_key: bytes) -> Mapping[str, Any]:
    """Return the payload of a message that the device key signed; its members are not looked at.

    Args:
        body: Compact JWS.
        device_key: SubjectPublicKeyInfo of the device key.

    Raises:
        MessageTooLargeError: Larger than any type may be.
        MessageMalformedError: Not a compact JWS as this protocol writes it.
        MessageSignatureError: Signed by another key.
    """
    parts = _split(body, MAX_LARGE_MESSAGE_BYTES)
    _require_signature(parts, device_key)
    payload: Mapping[str, Any] = _frozen(parts.payload)
    return payload


def read_message(
    body: bytes, *, expected_type: str, audience: str, invitation: str, device_key: bytes | None = None
) -> Message:
    """Return a message that may be acted on.

    Args:
        body: Compact JWS.
        expected_type: The type that the address stands for.
        audience: Origin of the agent that this installation serves.
        invitation: From :func:`invitation_hash` of the token that came with the message.
        device_key: SubjectPublicKeyInfo of the device that :func:`peek` named, bound to this invitation. Not given for
            ``hello``, which carries its key.

    Raises:
        MessageTooLargeError: Larger than the type may be.
        MessageMalformedError: Not a compact JWS as this protocol writes it, or its members do not follow the schema.
        MessageUnknownDeviceError: No device key was given.
        MessageSignatureError: Signed by another key than the one named and given.
        MessageWrongTypeError: Of another type.
        MessageForeignAudienceError: For another origin.
        MessageForeignInvitationError: For another invitation.
    """
    parts = _split(body, SIZE_LIMITS[expected_type])
    payload = parts.payload
    if expected_type == "hello":
        if payload.get("type") in MESSAGE_TYPES and payload["type"] != "hello":
            raise MessageWrongTypeError
        device_key = _own_key(payload)
    if device_key is None:
        raise MessageUnknownDeviceError
    _require_signature(parts, device_key)
    for member, expected, refusal in (
        ("type", expected_type, MessageWrongTypeError),
        ("aud", audience, MessageForeignAudienceError),
        ("invitation", invitation, MessageForeignInvitationError),
    ):
        if not isinstance(payload.get(member), str):
            raise MessageMalformedError("a member is missing or no text", place=f"$.{member}")
        if payload[member] != expected:
            raise refusal
    check(expected_type, payload, lambda place: MessageMalformedError("does not follow the schema", place=place))
    return Message(
        type=expected_type,
        jti=payload["jti"],
        payload=_frozen(payload),
        device_key_id=parts.key_id,
        digest=sha256(body),
        raw=body,
    )


def _split(body: bytes, limit: int) -> _Parts:
    if len(body) > limit:
        raise MessageTooLargeError(limit=limit)
    try:
        header_text, payload_text, signature_text = body.decode("ascii").split(".")
        header = parse_canonical(from_b64url(header_text))
        payload = parse_canonical(from_b64url(payload_text))
        signature = from_b64url(signature_text)
        if set(header) != {"alg", "kid", "typ"} or header["alg"] != "ES256" or header["typ"] != "esign+jws":
            raise MessageMalformedError("another header than this protocol's")
        from_hex(header["kid"], 32)
    except (ValueError, CanonicalJsonError, EncodingError) as error:
        raise MessageMalformedError("not a compact JWS of canonical JSON") from error
    if len(signature) != 64:
        raise MessageMalformedError("signature is not r||s of P-256")
    return _Parts(key_id=header["kid"], payload=payload, signing_input=body[: body.rindex(b".")], signature=signature)


def _own_key(payload: Mapping[str, Any]) -> bytes:
    text = payload.get("device_key")
    if not isinstance(text, str):
        raise MessageMalformedError("a member is missing or no text", place="$.device_key")
    try:
        return from_b64url(text)
    except EncodingError as error:
        raise MessageMalformedError("not base64url", place="$.device_key") from error


def _require_signature(parts: _Parts, device_key: bytes) -> None:
    try:
        key = read_p256(device_key)
    except KeyUnusableError as error:
        raise MessageMalformedError("device key is not a P-256 key", place="$.device_key") from error
    if key_id(device_key).hex() != parts.key_id:
        raise MessageSignatureError
    r, s = int.from_bytes(parts.signature[:32], "big"), int.from_bytes(parts.signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), parts.signing_input, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise MessageSignatureError from error


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({name: _frozen(item) for name, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value
