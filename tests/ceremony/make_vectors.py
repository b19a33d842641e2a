"""Write tests/vectors/ceremony.json: run ``python tests/ceremony/make_vectors.py`` after a change of the protocol.

Keys are derived from fixed texts and are worth nothing. ECDSA signatures are deterministic (RFC 6979).
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from certs.signatory import requests  # noqa: E402 - behind the path that finds them
from esign.ceremony import capsule, hpke  # noqa: E402 - behind the path that finds them
from esign.ceremony.transcript import (  # noqa: E402 - behind the path that finds them
    AttachedFile,
    Revision,
    Transcript,
    TranscriptDeclaration,
    TranscriptDocument,
    TranscriptOrder,
    TranscriptPolicy,
    TranscriptSignatory,
    TranscriptStatement,
)
from esign.foundation.canonical import canonical  # noqa: E402 - behind the path that finds them

PATH = ROOT / "tests" / "vectors" / "ceremony.json"
DECLARATION = "Ich habe den Vertrag gelesen und schließe ihn verbindlich: 14.900,00 € – „zahlungspflichtig“."
TOKEN = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
AUDIENCE = "https://sign.example"
ARC = "2.25.36891572898651591109044014128263442416"


def h(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key(name: str) -> ec.EllipticCurvePrivateKey:
    return hpke.derive_key_pair(h(b"esign test vector: " + name.encode()))


def spki(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def described(private: ec.EllipticCurvePrivateKey) -> dict[str, object]:
    numbers = private.private_numbers()
    public = numbers.public_numbers
    return {
        "pkcs8": b64(private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        "spki": b64(spki(private)),
        "key_id": h(spki(private)).hex(),
        "jwk": {
            "kty": "EC",
            "crv": "P-256",
            "x": b64(public.x.to_bytes(32, "big")),
            "y": b64(public.y.to_bytes(32, "big")),
            "d": b64(numbers.private_value.to_bytes(32, "big")),
        },
    }


def raw_signature(private: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def jws(private: ec.EllipticCurvePrivateKey, payload: dict[str, object]) -> dict[str, object]:
    header = canonical({"alg": "ES256", "kid": h(spki(private)).hex(), "typ": "esign+jws"})
    body = canonical(payload)
    signing_input = f"{b64(header)}.{b64(body)}"
    compact = f"{signing_input}.{b64(raw_signature(private, signing_input.encode()))}"
    return {
        "header": header.decode(),
        "payload": body.decode(),
        "signing_input": signing_input,
        "compact": compact,
        "digest": h(compact.encode()).hex(),
    }


def transcript(summary: bytes, policy: bytes, certificate: bytes, commitment: bytes) -> Transcript:
    return Transcript(
        ceremony="Q2VyZW1vbnkgb2YgdGVzdA",
        contract="Q29udHJhY3Qgb2YgdGVzdA",
        attempt=1,
        audience=AUDIENCE,
        agent=h(b"manifest"),
        document=TranscriptDocument(
            sha256=h(b"document"),
            byte_range=(0, 61000, 93770, 1234),
            length=95004,
            name="Liefervertrag.pdf",
            revisions=(Revision(kind="draft", length=50000, sha256=h(b"draft")),),
            attachments=(AttachedFile(name="contract.json", sha256=h(b"contract data")),),
        ),
        declaration=TranscriptDeclaration(lang="de", sha256=h(DECLARATION.encode())),
        order=TranscriptOrder(label="zahlungspflichtig bestellen", summary=h(summary)),
        signatory=TranscriptSignatory(
            name="Jana Weiß",
            role="Kundin",
            certificate=h(certificate),
            capsule_key=h(spki(key("capsule"))),
            device_key=h(spki(key("device"))),
            passkey=h(spki(key("passkey"))),
        ),
        statement=TranscriptStatement(
            level="advanced", held_by="signatory-passkey", identified_by="https://idp.example", trust="sandbox"
        ),
        policy=TranscriptPolicy(oid=f"{ARC}.3.1", sha256=h(policy)),
        code_commitment=commitment,
        user_verification="passkey",
        issued_at=1_800_000_000,
        expires_at=1_800_003_600,
        client_nonce=h(b"client nonce"),
        server_nonce=h(b"server nonce"),
    )


def on_company_device(own: Transcript) -> Transcript:
    """Return the same transcript for a key on a device of the company."""
    return replace(
        own,
        signatory=replace(own.signatory, passkey=None),
        statement=replace(own.statement, held_by="signatory-company-device"),
        policy=replace(own.policy, oid=f"{ARC}.3.4"),
        user_verification="none",
    )


def build() -> dict[str, object]:
    label = b"esign/1/"
    seed = h(b"seed")
    found = capsule.derive_secrets(seed)
    summary = canonical(
        {"lang": "de", "title": "Ihre Bestellung", "lines": [{"label": "Gesamtpreis", "value": "14.900,00 €"}]}
    )
    policy = b"id: esign-advanced\noid: A.3.1\n"
    certificate = b"not a certificate, only bytes to hash"
    text = transcript(summary, policy, certificate, capsule.code_commitment(found.nonce, found.code)).canonical()
    tau = capsule.transcript_hash(text)
    in_person = on_company_device(Transcript.parse(text)).canonical()
    sealed = capsule.seal_capsule(found, capsule_key=spki(key("capsule")), tau=tau)
    client_data = json.dumps(
        {
            "type": "webauthn.get",
            "challenge": b64(capsule.user_verification_challenge(tau)),
            "origin": AUDIENCE,
            "crossOrigin": False,
        },
        separators=(",", ":"),
    ).encode()
    authenticator_data = h(b"sign.example") + bytes([0x05]) + (7).to_bytes(4, "big")
    assertion = key("passkey").sign(
        authenticator_data + h(client_data), ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    )
    binding = requests.key_binding(
        capsule_key=spki(key("capsule")), device_key=spki(key("device")), passkey=spki(key("passkey"))
    )
    nonce = h(b"enrolment nonce")
    csr = requests.certificate_request(key("signature"), binding=binding, nonce=nonce, deterministic=True)
    prf = h(b"prf output")
    invitation = h(label + b"invitation", TOKEN.encode())
    common = {"v": "esign/1", "aud": AUDIENCE, "iat": 1_800_000_000, "invitation": invitation.hex()}
    have = capsule.proof_of_opening(found.nonce, tau)
    proof = capsule.proof_of_intent(found.nonce, tau, found.code)
    return {
        "about": "Vectors of docs/ceremony-spec.md; written by tests/ceremony/make_vectors.py. base64url without "
        "padding unless the name says otherwise; digests hexadecimal. All keys are worthless.",
        "keys": {name: described(key(name)) for name in ("signature", "capsule", "device", "passkey")},
        "codes": [
            {"seed": s.hex(), "nonce": c.nonce.hex(), "code": c.code, "ephemeral_spki": b64(spki(c.ephemeral))}
            for s in [h(b"seed %d" % i) for i in range(8)] + [rejecting_seed()]
            for c in [capsule.derive_secrets(s)]
        ],
        "ceremony": {
            "seed": seed.hex(),
            "nonce": found.nonce.hex(),
            "code": found.code,
            "ephemeral": described(found.ephemeral),
            "commitment": capsule.code_commitment(found.nonce, found.code).hex(),
            "declaration": DECLARATION,
            "summary": b64(summary),
            "policy": b64(policy),
            "certificate": b64(certificate),
            "transcript": b64(text),
            "transcript_text": text.decode(),
            "tau": tau.hex(),
            "company_device": {
                "transcript_text": in_person.decode(),
                "tau": capsule.transcript_hash(in_person).hex(),
            },
            "capsule_info": b64(label + b"capsule" + tau),
            "enc": b64(sealed.enc),
            "ct": b64(sealed.ct),
            "capsule_digest": sealed.digest.hex(),
            "have": have.hex(),
            "proof": proof.hex(),
            "wrong_code": {
                "typed": "000000",
                "proof": capsule.proof_of_intent(found.nonce, tau, "000000").hex(),
            },
            "user_verification": {
                "challenge": b64(capsule.user_verification_challenge(tau)),
                "authenticator_data": b64(authenticator_data),
                "client_data": b64(client_data),
                "signature": b64(assertion),
                "digest": capsule.user_verification_digest(authenticator_data, client_data, assertion).hex(),
            },
        },
        "invitation": {
            "token": TOKEN,
            "invitation": invitation.hex(),
            "stored": h(label + b"invitation-token", TOKEN.encode()).hex(),
        },
        "prf": {
            "salt": b64(h(label + b"prf-salt")),
            "output": b64(prf),
            "kek": b64(HKDF(hashes.SHA256(), 32, bytes(32), label + b"kek").derive(prf)),
        },
        "messages": [
            jws(
                key("device"),
                {**common, "type": "hello", "jti": "00" * 16, "device_key": b64(spki(key("device"))), "lang": "de"},
            ),
            jws(
                key("device"),
                {
                    **common,
                    "type": "open",
                    "jti": "01" * 16,
                    "client_nonce": h(b"client nonce").hex(),
                    "certificate": h(certificate).hex(),
                },
            ),
            jws(
                key("device"),
                {
                    **common,
                    "type": "intent",
                    "jti": "02" * 16,
                    "transcript": tau.hex(),
                    "have": have.hex(),
                    "proof": proof.hex(),
                    "order": {"label": "zahlungspflichtig bestellen", "summary": h(summary).hex()},
                    "user_verification": {
                        "authenticator_data": b64(authenticator_data),
                        "client_data": b64(client_data),
                        "signature": b64(assertion),
                    },
                    "telemetry": {"mode": "mouse", "coverage": 62, "typos": 0, "pages": 3},
                    "clock_skew": -2,
                },
            ),
        ],
        "csr": {
            "enrolment_nonce": b64(nonce),
            "key_binding": b64(binding),
            "key_binding_without_passkey": b64(
                requests.key_binding(capsule_key=spki(key("capsule")), device_key=spki(key("device")), passkey=None)
            ),
            "key_binding_company_device": b64(
                requests.key_binding(
                    capsule_key=spki(key("capsule")), device_key=spki(key("device")), passkey=None, company_device=True
                )
            ),
            "request_info": b64(requests.request_info(key=key("signature").public_key(), binding=binding, nonce=nonce)),
            "csr": b64(csr),
            "id_token_nonce": b64(h(csr)),
        },
    }


def rejecting_seed() -> bytes:
    """Return a seed whose code skips a byte of 250 or more among the first six."""
    for i in range(10_000):
        seed = h(b"rejecting %d" % i)
        stream = capsule._expand(seed, "code/0")
        if any(byte >= 250 for byte in stream[:6]):
            return seed
    raise AssertionError("no such seed")


def text() -> str:
    return json.dumps(build(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
