"""One attempt, as the signatory holds it: what was offered, what was read, scratched, declared and signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec

from certs.signatory.attributes import Evidence, signed_attributes
from certs.signatory.errors import SignatoryRefused, demand
from certs.signatory.passkey import SandboxAuthenticator
from certs.signatory.words import LABEL, b64, h, labelled, mac

T = TypeVar("T")

_HPKE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def mine(value: T | None) -> T:
    """Return what an earlier step left behind.

    Raises:
        SignatoryRefused: That step was not taken.
    """
    if value is None:
        raise SignatoryRefused("agent.step.too_early")
    return value


@dataclass(slots=True, kw_only=True)
class SignatoryAttempt:
    """What the signatory holds about an attempt; later steps fill the later fields.

    Attributes:
        claims: The transcript's members, checked.
        arrived_at: When the offer arrived, by the device's clock.
        skew: Seconds, device minus server.
        digest: Digest of the document over the byte range, checked.
    """

    transcript: bytes
    claims: Mapping[str, Any]
    capsule: tuple[bytes, bytes]
    arrived_at: datetime
    skew: int
    document: bytes | None = None
    digest: bytes | None = None
    secret: tuple[bytes, str] | None = None
    proof: bytes | None = None
    user_verification: bytes | None = None
    attributes: bytes | None = None
    signature: bytes | None = None
    signed_digest: str | None = None

    @property
    def tau(self) -> bytes:
        """The transcript hash."""
        return labelled("transcript", self.transcript)

    def is_over(self, now: datetime) -> bool:
        """Return whether its life, counted from its arrival, has ended."""
        life = self.claims["expires_at"] - self.claims["issued_at"]
        return bool((now - self.arrived_at).total_seconds() >= life)

    def scratch(self, capsule_key: ec.EllipticCurvePrivateKey) -> str:
        """Open the capsule and return the code.

        Raises:
            SignatoryRefused: It does not open, or holds something else than the transcript commits to.
        """
        mine(self.digest)
        if self.secret is None:
            enc, ct = self.capsule
            try:
                opened = bytes(_HPKE.decrypt(enc + ct, capsule_key, LABEL + b"capsule" + self.tau))
            except (InvalidTag, ValueError) as error:
                raise SignatoryRefused("agent.capsule.unopened") from error
            nonce, code = opened[:32], opened[32:]
            demand(len(code) == 6 and code.isdigit(), "agent.capsule.malformed")
            demand(
                labelled("commit", nonce, code).hex() == self.claims["code"]["commitment"], "agent.capsule.commitment"
            )
            self.secret = (nonce, code.decode("ascii"))
        return self.secret[1]

    def intent(self, typed: str) -> dict[str, Any]:
        """Return the members of an ``intent`` message for a typed code."""
        nonce, _ = mine(self.secret)
        self.proof = mac(nonce, "intent", self.tau, typed.encode("ascii"))
        order = self.claims["order"]
        return {
            "transcript": self.tau.hex(),
            "have": mac(nonce, "have", self.tau).hex(),
            "proof": self.proof.hex(),
            "order": {"label": order["label"], "summary": order["summary"]},
            "telemetry": {"mode": "keyboard", "coverage": 100, "typos": 0, "pages": 0},
            "clock_skew": self.skew,
        }

    def verify_user(self, authenticator: SandboxAuthenticator) -> dict[str, str]:
        """Return the member ``user_verification`` of an ``intent`` message, and keep its digest."""
        statement = authenticator.assert_user(labelled("user-verification", self.tau))
        self.user_verification = h(*(len(part).to_bytes(4, "big") + part for part in statement))
        data, client, signature = (b64(part) for part in statement)
        return {"authenticator_data": data, "client_data": client, "signature": signature}

    def own_attributes(self, certificate: bytes) -> bytes:
        """Return the signed attributes as they must be, from the signatory's own values (DER, tag 0x31)."""
        statement, policy = self.claims["statement"], self.claims["policy"]
        return signed_attributes(
            document_digest=mine(self.digest),
            certificate=certificate,
            policy_oid=policy["oid"],
            policy_digest=bytes.fromhex(policy["sha256"]),
            evidence=Evidence(
                transcript=self.tau,
                capsule=h(*self.capsule),
                proof=mine(self.proof),
                level=statement["level"],
                held_by=statement["held_by"],
                identified_by=statement["identified_by"],
                trust=statement["trust"],
                user_verification=self.user_verification,
            ),
        )
