"""A small world for the ceremony's tests: one signatory with keys, one server with a seed; no time, no network."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from certs.signatory.passkey import SandboxAuthenticator
from esign import ceremony
from esign.ceremony.capsule import proof_of_intent, proof_of_opening, user_verification_challenge
from esign.ceremony.hpke import derive_key_pair
from esign.ceremony.keys import key_id, spki_of
from esign.foundation.canonical import canonical
from esign.foundation.clock import from_seconds
from esign.foundation.encoding import b64url

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
ARC = "2.25.36891572898651591109044014128263442416"
ISSUED_AT = 1_800_000_000
TOKEN = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


def h(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def key(name: str) -> ec.EllipticCurvePrivateKey:
    return derive_key_pair(h(b"ceremony test: " + name.encode()))


def spki(private: ec.EllipticCurvePrivateKey) -> bytes:
    return spki_of(private.public_key())


def raw(signature: bytes) -> bytes:
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def certificate_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Jana Beispiel SANDBOX")])
    start = from_seconds(ISSUED_AT)
    builder = x509.CertificateBuilder(name, name, private.public_key(), 1, start, start + timedelta(hours=1))
    return builder.sign(private, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass
class World:
    audience: str = "https://sign.example"
    token: str = TOKEN
    device: ec.EllipticCurvePrivateKey = field(default_factory=lambda: key("device"))
    capsule: ec.EllipticCurvePrivateKey = field(default_factory=lambda: key("capsule"))
    signature: ec.EllipticCurvePrivateKey = field(default_factory=lambda: key("signature"))
    dispute: tuple[ec.EllipticCurvePrivateKey, ec.EllipticCurvePrivateKey] = field(
        default_factory=lambda: (key("dispute-inner"), key("dispute-outer"))
    )
    seed: bytes = h(b"ceremony test: seed")
    jti: int = 0
    now: datetime = field(default_factory=lambda: datetime.fromtimestamp(ISSUED_AT + 60, UTC))

    def __post_init__(self) -> None:
        self.passkey = SandboxAuthenticator(origin=self.audience, key=key("passkey"))
        self.certificate = certificate_of(self.signature)

    @property
    def invitation(self) -> str:
        return ceremony.invitation_hash(self.token)

    def transcript(self, *, passkey: bool = True, **changes: Any) -> ceremony.Transcript:
        secrets = ceremony.derive_secrets(self.seed)
        transcript = ceremony.Transcript(
            ceremony="Q2VyZW1vbnkgb2YgdGVzdA",
            contract="Q29udHJhY3Qgb2YgdGVzdA",
            attempt=1,
            audience=self.audience,
            agent=h(b"manifest"),
            document=ceremony.TranscriptDocument(
                sha256=h(b"document"),
                byte_range=(0, 61000, 93770, 1234),
                length=95004,
                name="Liefervertrag.pdf",
                revisions=(ceremony.Revision(kind="draft", length=50000, sha256=h(b"draft")),),
                attachments=(ceremony.AttachedFile(name="contract.json", sha256=h(b"contract")),),
            ),
            declaration=ceremony.TranscriptDeclaration(lang="de", sha256=h("Ich schließe den Vertrag.".encode())),
            order=ceremony.TranscriptOrder(label="zahlungspflichtig bestellen", summary=h(b"summary")),
            signatory=ceremony.TranscriptSignatory(
                name="Jana Beispiel",
                role="Kundin",
                certificate=h(self.certificate),
                capsule_key=key_id(spki(self.capsule)),
                device_key=key_id(spki(self.device)),
                passkey=key_id(self.passkey.public_key) if passkey else None,
            ),
            statement=ceremony.TranscriptStatement(
                level="advanced",
                held_by="signatory-passkey" if passkey else "signatory",
                identified_by="https://idp.example",
                trust="sandbox",
            ),
            policy=ceremony.TranscriptPolicy(oid=f"{ARC}.3.1", sha256=h(b"policy")),
            code_commitment=ceremony.code_commitment(secrets.nonce, secrets.code),
            user_verification="passkey" if passkey else "none",
            issued_at=ISSUED_AT,
            expires_at=ISSUED_AT + 3600,
            client_nonce=h(b"client nonce"),
            server_nonce=h(b"server nonce"),
        )
        return replace(transcript, **changes)

    def open(self, *, passkey: bool = True, seed: bytes | None = None, **changes: Any) -> ceremony.OpenAttempt:
        self.seed = seed or self.seed
        transcript = self.transcript(passkey=passkey, **changes)
        return ceremony.open_attempt(
            transcript,
            seed=self.seed,
            capsule_key=spki(self.capsule),
            passkey=self.passkey.public_key if passkey else None,
            escrow=ceremony.seal_escrow(
                self.seed, tau=transcript.tau, dispute_keys=(spki(self.dispute[0]), spki(self.dispute[1]))
            ),
        )

    # Messages -------------------------------------------------------------------------------------------------

    def payload(self, kind: str, members: dict[str, Any]) -> dict[str, Any]:
        self.jti += 1
        common = {"v": "esign/1", "aud": self.audience, "iat": ISSUED_AT, "invitation": self.invitation}
        return {**common, "type": kind, "jti": f"{self.jti:032x}", **members}

    def signed(
        self, payload: Any, *, private: ec.EllipticCurvePrivateKey | None = None, header: bytes | None = None
    ) -> bytes:
        private = private or self.device
        kid = key_id(spki(private)).hex()
        header = canonical({"alg": "ES256", "kid": kid, "typ": "esign+jws"}) if header is None else header
        body = payload if isinstance(payload, bytes) else canonical(payload)
        signed = f"{b64url(header)}.{b64url(body)}".encode()
        return signed + b"." + b64url(raw(private.sign(signed, ec.ECDSA(hashes.SHA256())))).encode()

    def read(self, body: bytes, kind: str, **changes: Any) -> ceremony.Message:
        given: dict[str, Any] = {
            "expected_type": kind,
            "audience": self.audience,
            "invitation": self.invitation,
            "device_key": None if kind == "hello" else spki(self.device),
            **changes,
        }
        return ceremony.read_message(body, **given)

    def intent_members(self, attempt: Any, typed: str | None = None) -> dict[str, Any]:
        transcript = attempt.transcript
        secrets = ceremony.derive_secrets(self.seed)
        members: dict[str, Any] = {
            "transcript": attempt.tau.hex(),
            "have": proof_of_opening(secrets.nonce, attempt.tau).hex(),
            "proof": proof_of_intent(secrets.nonce, attempt.tau, typed or secrets.code).hex(),
            "order": {"label": transcript.order.label, "summary": transcript.order.summary.hex()},
            "telemetry": {"mode": "mouse", "coverage": 62, "typos": 0, "pages": 3},
            "clock_skew": -2,
        }
        if transcript.user_verification == "passkey":
            data, client, signature = self.passkey.assert_user(user_verification_challenge(attempt.tau))
            members["user_verification"] = {
                "authenticator_data": b64url(data),
                "client_data": b64url(client),
                "signature": b64url(signature),
            }
        return members

    def intent(self, attempt: Any, typed: str | None = None, *, private: Any = None, **changes: Any) -> Any:
        members = {**self.intent_members(attempt, typed), **changes}
        members = {name: value for name, value in members.items() if value is not None}
        private = private or self.device
        body = self.signed(self.payload("intent", members), private=private)
        return self.read(body, "intent", device_key=spki(private))

    def signature_message(self, attempt: Any, signature: bytes, *, private: Any = None) -> Any:
        private = private or self.device
        members = {"transcript": attempt.tau.hex(), "signature": b64url(signature)}
        body = self.signed(self.payload("signature", members), private=private)
        return self.read(body, "signature", device_key=spki(private))

    def wrong_code(self) -> str:
        code = ceremony.derive_secrets(self.seed).code
        return f"{(int(code) + 1) % 1_000_000:06d}"

    def sign_raw(self, attributes: bytes) -> bytes:
        return raw(self.signature.sign(attributes, ec.ECDSA(hashes.SHA256())))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VECTORS / "ceremony.json").read_text("utf-8"))
    return found


@pytest.fixture
def examples(world: World) -> dict[str, dict[str, Any]]:
    """One valid payload of each type."""
    digest = "ab" * 32
    passkey = world.passkey.register(bytes(32))
    members: dict[str, dict[str, Any]] = {
        "hello": {"device_key": b64url(spki(world.device)), "lang": "de"},
        "enrol": {
            "enrolment": "RW5yb2xtZW50",
            "csr": b64url(b"request"),
            "capsule_key": b64url(spki(world.capsule)),
            "id_token": "aaaa.bbbb.cccc",
            "passkey": passkey,
        },
        "open": {"client_nonce": digest, "certificate": digest},
        "document": {"transcript": digest},
        "intent": world.intent_members(world.open()),
        "signature": {"transcript": digest, "signature": b64url(bytes(64))},
        "result": {"transcript": digest},
        "handover": {},
        "decline": {"reason": "Der Preis ist mir zu hoch."},
    }
    return {kind: world.payload(kind, given) for kind, given in members.items()}
