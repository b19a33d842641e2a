"""A software authenticator: makes and uses passkeys as a browser hands them over (WebAuthn Level 3)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def octets(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


@dataclass
class Credential:
    id: bytes
    key: ec.EllipticCurvePrivateKey
    user: bytes
    counter: int = 0


@dataclass
class Authenticator:
    """One device with a verified user."""

    origin: str = "http://localhost:8080"
    verified: bool = True
    credentials: list[Credential] = field(default_factory=list)

    def make(self, options: dict[str, Any], **client: Any) -> str:
        """Return the answer to creation options, as JSON."""
        key = ec.generate_private_key(ec.SECP256R1())
        credential = Credential(id=secrets.token_bytes(32), key=key, user=octets(options["user"]["id"]))
        self.credentials.append(credential)
        numbers = key.public_key().public_numbers()
        cose = encode_cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + len(credential.id).to_bytes(2, "big") + credential.id + cose
        data = self._data(options["rp"]["id"], _ATTESTED, 0) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        answer = {
            "clientDataJSON": text(self._client("webauthn.create", options["challenge"], client)),
            "attestationObject": text(attestation),
            "transports": ["internal"],
        }
        return self._answer(credential, answer)

    def use(self, options: dict[str, Any], credential: Credential | None = None, **client: Any) -> str:
        """Return the answer to request options, as JSON."""
        chosen = credential or self.credentials[-1]
        chosen.counter += 1
        data = self._data(options["rpId"], 0, chosen.counter)
        client_data = self._client("webauthn.get", options["challenge"], client)
        signed = data + hashlib.sha256(client_data).digest()
        answer = {
            "clientDataJSON": text(client_data),
            "authenticatorData": text(data),
            "signature": text(chosen.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": text(chosen.user),
        }
        return self._answer(chosen, answer)

    def _data(self, relying_party: str, flags: int, counter: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verified else 0)
        return hashlib.sha256(relying_party.encode()).digest() + bytes([flags]) + counter.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, changes: dict[str, Any]) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **changes}
        ).encode()

    @staticmethod
    def _answer(credential: Credential, response: dict[str, Any]) -> str:
        name = text(credential.id)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
                "authenticatorAttachment": "platform",
            }
        )
