"""The registration of a passkey: whether the authenticator made this key, for this site, with its user verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from webauthn import verify_registration_response
from webauthn.helpers import bytes_to_base64url, parse_attestation_object, parse_cbor, parse_client_data_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import AuthenticatorAttestationResponse, RegistrationCredential

from esign.foundation.digests import sha256
from esign.foundation.encoding import EncodingError, from_b64url
from esign.identity.errors import (
    PasskeyAlgorithmRefused,
    PasskeyAttestationRefused,
    PasskeyChallengeDiffers,
    PasskeyKeyDiffers,
    PasskeyMalformed,
    PasskeyOriginDiffers,
    PasskeyRefused,
    PasskeyRelyingPartyDiffers,
    PasskeyUserNotVerified,
)
from esign.identity.public_keys import encode_public_key, key_id

ES256 = -7
"""COSE algorithm: ECDSA on P-256 with SHA-256."""
RS256 = -257
"""COSE algorithm: RSASSA-PKCS1-v1_5 with SHA-256."""

MINIMUM_RSA_BITS = 2048
"""Smallest RSA passkey that is accepted; authenticators still make this size."""

_MAX_LENGTH = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRegistration:
    """What a browser says about a passkey it has just made; nothing of it checked yet.

    ``public_key`` is DER ``SubjectPublicKeyInfo``, ``algorithm`` the COSE number, ``prf`` whether the passkey can wrap
    keys (the browser's word; no signature covers it).
    """

    credential_id: bytes
    public_key: bytes
    algorithm: int
    attestation_object: bytes
    client_data: bytes
    prf: bool

    @classmethod
    def from_message(cls, members: Mapping[str, Any]) -> Self:
        """Return the registration in an ``enrol`` message (docs/ceremony-spec.md section 4).

        Raises:
            PasskeyMalformed: A member is missing, unknown or of the wrong type.
        """
        try:
            algorithm, prf = members["algorithm"], members["prf"]
            if len(members) != 6 or isinstance(algorithm, bool) or not isinstance(algorithm, int):
                raise PasskeyMalformed
            if not isinstance(prf, bool):
                raise PasskeyMalformed
            return cls(
                credential_id=from_b64url(members["credential_id"]),
                public_key=from_b64url(members["public_key"]),
                algorithm=algorithm,
                attestation_object=from_b64url(members["attestation_object"]),
                client_data=from_b64url(members["client_data"]),
                prf=prf,
            )
        except (KeyError, EncodingError) as error:
            raise PasskeyMalformed from error


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredPasskey:
    """A passkey whose registration was checked; ``public_key`` is DER ``SubjectPublicKeyInfo``."""

    credential_id: bytes
    public_key: bytes
    algorithm: int
    prf: bool
    sign_count: int

    @property
    def key_id(self) -> bytes:
        """The 32 bytes by which the passkey is named."""
        return key_id(self.public_key)


def verify_passkey_registration(
    registration: PasskeyRegistration, *, challenge: bytes, relying_party: str, origin: str
) -> RegisteredPasskey:
    """Return the passkey that a registration shows.

    1. Readable, an algorithm that we accept. 2. Made over this challenge, 3. on this origin, 4. for this relying party,
    5. with its user verified, 6. without attestation. 7. WebAuthn's own procedure (py_webauthn) accepts it. 8. The key
    and credential inside are the ones that were given.

    Args:
        registration: What the browser sent.
        challenge: That of the enrolment (docs/ceremony-spec.md section 4).
        relying_party: WebAuthn relying party identifier: a host name.
        origin: The agent's origin, ``https://sign.example``.

    Raises:
        PasskeyError: One subclass for each of these.
    """
    if registration.algorithm not in (ES256, RS256):
        raise PasskeyAlgorithmRefused(algorithm=registration.algorithm)
    if (
        max(map(len, (registration.attestation_object, registration.client_data, registration.credential_id)))
        > _MAX_LENGTH
    ):
        raise PasskeyMalformed("longer than any honest registration")
    try:
        client = parse_client_data_json(registration.client_data)
        attestation = parse_attestation_object(registration.attestation_object)
        credential = attestation.auth_data.attested_credential_data
    except Exception as error:  # hostile bytes: CBOR and JSON readers raise what they like
        raise PasskeyMalformed from error
    if client.challenge != challenge:
        raise PasskeyChallengeDiffers
    if client.origin != origin or client.cross_origin:
        raise PasskeyOriginDiffers
    if attestation.auth_data.rp_id_hash != sha256(relying_party.encode()):
        raise PasskeyRelyingPartyDiffers
    if not attestation.auth_data.flags.uv:
        raise PasskeyUserNotVerified
    if attestation.fmt != "none":
        raise PasskeyAttestationRefused
    if credential is None:
        raise PasskeyMalformed("no credential inside")
    verified = _verify(registration, challenge=challenge, relying_party=relying_party, origin=origin)
    algorithm, public_key = spki_of_cose(verified.credential_public_key)
    if (
        algorithm != registration.algorithm
        or public_key != registration.public_key
        or verified.credential_id != registration.credential_id
    ):
        raise PasskeyKeyDiffers
    return RegisteredPasskey(
        credential_id=verified.credential_id,
        public_key=public_key,
        algorithm=algorithm,
        prf=registration.prf,
        sign_count=verified.sign_count,
    )


def spki_of_cose(cose_key: bytes) -> tuple[int, bytes]:
    """Return COSE algorithm and DER ``SubjectPublicKeyInfo`` of a COSE key (RFC 9052 section 7, RFC 8230 section 4).

    Raises:
        PasskeyAlgorithmRefused: Neither ES256 on P-256 nor RS256 with at least 2048 bits.
        PasskeyMalformed: Not a COSE key.
    """
    try:
        key = parse_cbor(cose_key)
        kind, algorithm = key[1], key[3]
        if (kind, algorithm) == (2, ES256):
            if key[-1] != 1 or len(key[-2]) != 32 or len(key[-3]) != 32:
                raise PasskeyAlgorithmRefused
            point = b"\x04" + key[-2] + key[-3]
            return ES256, encode_public_key(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
        if (kind, algorithm) == (3, RS256):
            modulus, exponent = int.from_bytes(key[-1], "big"), int.from_bytes(key[-2], "big")
            if modulus.bit_length() < MINIMUM_RSA_BITS:
                raise PasskeyAlgorithmRefused(bits=modulus.bit_length())
            return RS256, encode_public_key(rsa.RSAPublicNumbers(exponent, modulus).public_key())
    except PasskeyAlgorithmRefused:
        raise
    except Exception as error:  # hostile bytes
        raise PasskeyMalformed("not a COSE key") from error
    raise PasskeyAlgorithmRefused


def _verify(registration: PasskeyRegistration, *, challenge: bytes, relying_party: str, origin: str) -> Any:
    try:
        return verify_registration_response(
            credential=RegistrationCredential(
                id=bytes_to_base64url(registration.credential_id),
                raw_id=registration.credential_id,
                response=AuthenticatorAttestationResponse(
                    client_data_json=registration.client_data,
                    attestation_object=registration.attestation_object,
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=relying_party,
            expected_origin=origin,
            require_user_verification=True,
            supported_pub_key_algs=[
                COSEAlgorithmIdentifier.ECDSA_SHA_256,
                COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
            ],
        )
    except Exception as error:  # the library's own refusals, and whatever its readers raise on hostile bytes
        raise PasskeyRefused from error
