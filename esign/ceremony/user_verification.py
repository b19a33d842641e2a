"""The passkey's statement: the user was verified, for exactly this transcript, at exactly this origin.

1. Client data: type, challenge, origin, not inside a frame of another origin.
2. Authenticator data: relying party, user present, user verified.
3. Signature by the passkey that the certificate is bound to.

Source: W3C WebAuthn Level 3 section 7.2 steps 10 to 21, as far as they do not concern accounts and counters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from esign.ceremony.capsule import user_verification_challenge, user_verification_digest
from esign.ceremony.errors import (
    UserVerificationChallengeError,
    UserVerificationMalformedError,
    UserVerificationNotVerifiedError,
    UserVerificationOriginError,
    UserVerificationRelyingPartyError,
    UserVerificationSignatureError,
)
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url
from esign.foundation.foreign_json import read_object

USER_PRESENT: Final = 0x01
"""Flag UP. Source: W3C WebAuthn Level 3 section 6.1."""

USER_VERIFIED: Final = 0x04
"""Flag UV. Source: the same section."""

MIN_RSA_BITS: Final = 2048
"""Smallest RSA passkey. Source: BSI TR-02102-1 asks for more from 2024 on; authenticators still make 2048."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserVerificationStatement:
    """What an authenticator returned: the three byte strings of a WebAuthn assertion."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    @property
    def digest(self) -> bytes:
        """The digest that stands inside the signature."""
        return user_verification_digest(self.authenticator_data, self.client_data, self.signature)


def relying_party(audience: str) -> str:
    """Return the relying party id of an agent's origin: its host."""
    return urlsplit(audience).hostname or ""


def verify_user(statement: UserVerificationStatement, *, tau: bytes, audience: str, passkey: bytes) -> bytes:
    """Return the digest of a passkey's statement over this transcript.

    Args:
        statement: The assertion.
        tau: The transcript hash.
        audience: Origin of the agent, as the transcript says.
        passkey: SubjectPublicKeyInfo of the passkey: P-256 (ES256) or RSA (RS256).

    Raises:
        UserVerificationMalformedError: Client data or authenticator data cannot be read.
        UserVerificationChallengeError: For another transcript, or no assertion.
        UserVerificationOriginError: At another origin or inside a frame.
        UserVerificationRelyingPartyError: Of another relying party.
        UserVerificationNotVerifiedError: The user was not verified.
        UserVerificationSignatureError: By another key.
    """
    client = _client_data(statement.client_data)
    if client.get("type") != "webauthn.get" or client.get("challenge") != b64url(user_verification_challenge(tau)):
        raise UserVerificationChallengeError
    if client.get("origin") != audience or client.get("crossOrigin", False) is not False or "topOrigin" in client:
        raise UserVerificationOriginError
    data = statement.authenticator_data
    if len(data) < 37:
        raise UserVerificationMalformedError("authenticator data is too short")
    if data[:32] != sha256(relying_party(audience).encode("ascii")):
        raise UserVerificationRelyingPartyError
    if not (data[32] & USER_PRESENT and data[32] & USER_VERIFIED):
        raise UserVerificationNotVerifiedError
    _require_signature(passkey, statement.signature, data + sha256(statement.client_data))
    return statement.digest


def _client_data(data: bytes) -> dict[str, Any]:
    try:
        return read_object(data)
    except ValueError as error:
        raise UserVerificationMalformedError("client data is not a JSON object") from error


def _require_signature(passkey: bytes, signature: bytes, signed: bytes) -> None:
    try:
        key = load_der_public_key(passkey)
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise UserVerificationSignatureError("passkey is of another kind")
    except (InvalidSignature, ValueError, UnsupportedAlgorithm) as error:
        raise UserVerificationSignatureError from error
