"""A *sandbox authenticator*: a passkey in software that always says that it verified the user. It proves nothing.

Source: W3C WebAuthn Level 3 sections 6.1, 6.5 and 8.7 (attestation "none").
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

from certs.signatory.words import b64, h, new_key, sign_der, spki

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ES256 = -7


@dataclass(slots=True, kw_only=True)
class SandboxAuthenticator:
    """One credential at one relying party.

    Attributes:
        origin: Origin of the agent; its host is the relying party.
        verifies_user: Whether the statements say so; a test may switch it off.
        counter: Signature counter.
    """

    origin: str
    verifies_user: bool = True
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key, repr=False)
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    @property
    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo of the passkey."""
        return spki(self.key)

    def register(self, challenge: bytes) -> dict[str, Any]:
        """Return the member ``passkey`` of an ``enrol`` message."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: ES256, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + encode_cbor(cose)
        data = self._authenticator_data(ATTESTED) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return {
            "credential_id": b64(self.credential_id),
            "public_key": b64(self.public_key),
            "algorithm": ES256,
            "attestation_object": b64(attestation),
            "client_data": b64(self._client_data("webauthn.create", challenge)),
            "prf": False,
        }

    def use(self, challenge: bytes) -> dict[str, Any]:
        """Return the member ``passkey`` of an ``enrol`` message of a device that has this passkey already."""
        data, client, signature = self.assert_user(challenge)
        return {
            "credential_id": b64(self.credential_id),
            "public_key": b64(self.public_key),
            "algorithm": ES256,
            "assertion": {
                "authenticator_data": b64(data),
                "client_data": b64(client),
                "signature": b64(signature),
            },
            "prf": False,
        }

    def assert_user(self, challenge: bytes) -> tuple[bytes, bytes, bytes]:
        """Return authenticator data, client data and signature: the user was verified for this challenge."""
        self.counter += 1
        data = self._authenticator_data(0)
        client = self._client_data("webauthn.get", challenge)
        return data, client, sign_der(self.key, data + h(client))

    def _authenticator_data(self, flags: int) -> bytes:
        host = self.origin.split("://", 1)[1].split(":", 1)[0]
        verified = USER_VERIFIED if self.verifies_user else 0
        return h(host.encode("ascii")) + bytes([USER_PRESENT | verified | flags]) + self.counter.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: bytes) -> bytes:
        value = {"type": kind, "challenge": b64(challenge), "origin": self.origin, "crossOrigin": False}
        return json.dumps(value, separators=(",", ":")).encode()
