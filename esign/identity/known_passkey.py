"""A passkey that this device already has: an assertion for the enrolment instead of a new registration.

No second passkey is made for a second contract. What a registration without attestation shows, an assertion shows as
well: somebody whom the authenticator verified used this very key, for this enrolment, on this site.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from esign.foundation.digests import sha256
from esign.foundation.encoding import EncodingError, b64url, from_b64url
from esign.foundation.foreign_json import read_object
from esign.identity.errors import (
    PasskeyAlgorithmRefused,
    PasskeyChallengeDiffers,
    PasskeyKeyDiffers,
    PasskeyMalformed,
    PasskeyOriginDiffers,
    PasskeyRelyingPartyDiffers,
    PasskeyUserNotVerified,
)
from esign.identity.passkey import ES256, MINIMUM_RSA_BITS, RS256, RegisteredPasskey
from esign.identity.public_keys import encode_public_key

_USER_PRESENT, _USER_VERIFIED = 0x01, 0x04
_MAX_LENGTH = 4096
_HEAD = 37
"""Bytes of authenticator data before anything optional: relying party, flags, counter (WebAuthn section 6.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyUse:
    """What a browser says about a passkey that it has used again; nothing of it checked yet.

    ``public_key`` is DER ``SubjectPublicKeyInfo``, ``algorithm`` the COSE number, ``prf`` whether the passkey wraps the
    keys (the browser's word; no signature covers it).
    """

    credential_id: bytes
    public_key: bytes
    algorithm: int
    authenticator_data: bytes
    client_data: bytes
    signature: bytes
    prf: bool

    @classmethod
    def from_message(cls, members: Mapping[str, Any]) -> Self:
        """Return the use in an ``enrol`` message (docs/ceremony-spec.md section 4).

        Raises:
            PasskeyMalformed: A member is missing, unknown or of the wrong type.
        """
        try:
            algorithm, prf, assertion = members["algorithm"], members["prf"], members["assertion"]
            if len(members) != 5 or isinstance(algorithm, bool) or not isinstance(algorithm, int):
                raise PasskeyMalformed
            if not isinstance(prf, bool) or not isinstance(assertion, Mapping) or len(assertion) != 3:
                raise PasskeyMalformed
            return cls(
                credential_id=from_b64url(members["credential_id"]),
                public_key=from_b64url(members["public_key"]),
                algorithm=algorithm,
                authenticator_data=from_b64url(assertion["authenticator_data"]),
                client_data=from_b64url(assertion["client_data"]),
                signature=from_b64url(assertion["signature"]),
                prf=prf,
            )
        except (KeyError, EncodingError) as error:
            raise PasskeyMalformed from error


def verify_passkey_use(use: PasskeyUse, *, challenge: bytes, relying_party: str, origin: str) -> RegisteredPasskey:
    """Return the passkey that an assertion shows.

    1. Readable, an algorithm that we accept and a key of that kind. 2. Made over this challenge, 3. on this origin and
    not inside a frame, 4. for this relying party, 5. with its user present and verified. 6. Signed by the key that was
    given. That the certificate binds this very key is the enrolment's review.

    Args:
        use: What the browser sent.
        challenge: That of the enrolment (docs/ceremony-spec.md section 4).
        relying_party: WebAuthn relying party identifier: a host name.
        origin: The agent's origin, ``https://sign.example``.

    Raises:
        PasskeyError: One subclass for each of these.

    Source: W3C WebAuthn Level 3 section 7.2 steps 10 to 21, as far as they do not concern accounts and counters.
    """
    key = _key(use)
    if max(map(len, (use.authenticator_data, use.client_data, use.signature, use.credential_id))) > _MAX_LENGTH:
        raise PasskeyMalformed("longer than any honest assertion")
    client = _client_data(use.client_data)
    if client.get("type") != "webauthn.get" or client.get("challenge") != b64url(challenge):
        raise PasskeyChallengeDiffers
    if client.get("origin") != origin or client.get("crossOrigin", False) is not False or "topOrigin" in client:
        raise PasskeyOriginDiffers
    data = use.authenticator_data
    if len(data) < _HEAD:
        raise PasskeyMalformed("authenticator data is too short")
    if data[:32] != sha256(relying_party.encode()):
        raise PasskeyRelyingPartyDiffers
    if not (data[32] & _USER_PRESENT and data[32] & _USER_VERIFIED):
        raise PasskeyUserNotVerified
    signed = data + sha256(use.client_data)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(use.signature, signed, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(use.signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise PasskeyKeyDiffers from error
    return RegisteredPasskey(
        credential_id=use.credential_id,
        public_key=use.public_key,
        algorithm=use.algorithm,
        prf=use.prf,
        sign_count=int.from_bytes(data[33:_HEAD], "big"),
    )


def _key(use: PasskeyUse) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    if use.algorithm not in (ES256, RS256):
        raise PasskeyAlgorithmRefused(algorithm=use.algorithm)
    try:
        key = load_der_public_key(use.public_key)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise PasskeyMalformed("not a public key") from error
    if use.algorithm == ES256 and isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        found: ec.EllipticCurvePublicKey | rsa.RSAPublicKey = key
    elif use.algorithm == RS256 and isinstance(key, rsa.RSAPublicKey) and key.key_size >= MINIMUM_RSA_BITS:
        found = key
    else:
        raise PasskeyAlgorithmRefused(algorithm=use.algorithm)
    if encode_public_key(found) != use.public_key:  # one spelling of a key: its digest stands in certificates
        raise PasskeyMalformed("not the canonical spelling of the key")
    return found


def _client_data(data: bytes) -> dict[str, Any]:
    try:
        return read_object(data)
    except ValueError as error:
        raise PasskeyMalformed("client data is not a JSON object") from error
