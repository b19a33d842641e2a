"""tests/vectors/ceremony.json: what engine, browser agent and sandbox signatory agree on, byte for byte."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key

from certs.signatory import words
from esign import ceremony
from esign.ceremony.capsule import proof_of_intent, proof_of_opening, user_verification_challenge
from esign.foundation.encoding import from_b64url

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_vectors", HERE / "make_vectors.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def private(vectors: dict[str, Any], name: str) -> ec.EllipticCurvePrivateKey:
    found = load_der_private_key(from_b64url(vectors["keys"][name]["pkcs8"]), None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found


def test_the_file_is_what_the_engine_computes_today(maker: ModuleType) -> None:
    assert maker.PATH.read_text("utf-8") == maker.text()


def test_the_capsule_opens_with_a_stranger_s_hpke_and_holds_what_was_committed(vectors: dict[str, Any]) -> None:
    found = vectors["ceremony"]
    suite = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    sealed = from_b64url(found["enc"]) + from_b64url(found["ct"])
    opened = suite.decrypt(sealed, private(vectors, "capsule"), from_b64url(found["capsule_info"]))
    assert opened == bytes.fromhex(found["nonce"]) + found["code"].encode()
    assert words.labelled("commit", opened).hex() == found["commitment"]


def test_both_hands_compute_the_same_proofs(vectors: dict[str, Any]) -> None:
    found = vectors["ceremony"]
    nonce, tau = bytes.fromhex(found["nonce"]), bytes.fromhex(found["tau"])
    assert words.labelled("transcript", from_b64url(found["transcript"])) == tau
    assert proof_of_opening(nonce, tau) == words.mac(nonce, "have", tau) == bytes.fromhex(found["have"])
    code = found["code"]
    assert proof_of_intent(nonce, tau, code) == words.mac(nonce, "intent", tau, code.encode())
    assert proof_of_intent(nonce, tau, code).hex() == found["proof"] != found["wrong_code"]["proof"]
    assert user_verification_challenge(tau) == from_b64url(found["user_verification"]["challenge"])


def test_codes_have_six_digits_and_skip_bytes_that_would_favour_some(vectors: dict[str, Any]) -> None:
    for case in vectors["codes"]:
        secrets = ceremony.derive_secrets(bytes.fromhex(case["seed"]))
        assert (secrets.nonce.hex(), secrets.code) == (case["nonce"], case["code"])
        assert len(secrets.code) == 6 and secrets.code.isdigit()
    last = bytes.fromhex(vectors["codes"][-1]["seed"])
    stream = ceremony.capsule._expand(last, "code/0")
    assert any(byte >= 250 for byte in stream[:6])
    assert vectors["codes"][-1]["code"] == "".join(str(byte % 10) for byte in stream if byte < 250)[:6]


def test_the_sample_messages_are_accepted(vectors: dict[str, Any]) -> None:
    device = from_b64url(vectors["keys"]["device"]["spki"])
    for sample in vectors["messages"]:
        body = sample["compact"].encode()
        message = ceremony.read_message(
            body,
            expected_type=ceremony.peek(body).type,
            audience="https://sign.example",
            invitation=vectors["invitation"]["invitation"],
            device_key=device,
        )
        assert message.digest.hex() == sample["digest"]
        assert message.device_key_id == vectors["keys"]["device"]["key_id"]


def test_the_sample_request_is_one_that_a_stranger_s_library_reads(vectors: dict[str, Any]) -> None:
    request = x509.load_der_x509_csr(from_b64url(vectors["csr"]["csr"]))
    assert request.is_signature_valid and len(request.subject) == 0
    [extension] = request.extensions
    assert extension.value.value == from_b64url(vectors["csr"]["key_binding"])
    nonce = request.attributes.get_attribute_for_oid(
        x509.ObjectIdentifier("2.25.36891572898651591109044014128263442416.1.2")
    )
    assert nonce.value == from_b64url(vectors["csr"]["enrolment_nonce"])
    assert words.b64(words.h(from_b64url(vectors["csr"]["csr"]))) == vectors["csr"]["id_token_nonce"]


def test_the_sample_statement_of_the_passkey_is_accepted_by_a_stranger_s_library(vectors: dict[str, Any]) -> None:
    from webauthn import verify_authentication_response
    from webauthn.helpers import encode_cbor

    found = vectors["ceremony"]["user_verification"]
    jwk = vectors["keys"]["passkey"]["jwk"]
    cose = encode_cbor({1: 2, 3: -7, -1: 1, -2: from_b64url(jwk["x"]), -3: from_b64url(jwk["y"])})
    result = verify_authentication_response(
        credential={
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {
                "authenticatorData": found["authenticator_data"],
                "clientDataJSON": found["client_data"],
                "signature": found["signature"],
            },
        },
        expected_challenge=from_b64url(found["challenge"]),
        expected_rp_id="sign.example",
        expected_origin="https://sign.example",
        credential_public_key=cose,
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    assert result.user_verified
