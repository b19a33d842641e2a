"""The passkey's statement: for this transcript, at this origin, with the user verified, by the bound passkey."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.signatory.passkey import SandboxAuthenticator
from esign.ceremony import UserVerificationStatement, relying_party, verify_user
from esign.ceremony.capsule import user_verification_challenge, user_verification_digest
from esign.ceremony.errors import UserVerificationError
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url

TAU = bytes(range(32))
ORIGIN = "https://sign.example"


def statement(
    key: ec.EllipticCurvePrivateKey, client: Any = None, data: bytes | None = None
) -> UserVerificationStatement:
    right = {
        "type": "webauthn.get",
        "challenge": b64url(user_verification_challenge(TAU)),
        "origin": ORIGIN,
        "crossOrigin": False,
    }
    encoded = client if isinstance(client, bytes) else json.dumps({**right, **(client or {})}).encode()
    data = sha256(b"sign.example") + b"\x05" + bytes(4) if data is None else data
    return UserVerificationStatement(
        authenticator_data=data,
        client_data=encoded,
        signature=key.sign(data + sha256(encoded), ec.ECDSA(hashes.SHA256())),
    )


def spki(key: Any) -> bytes:
    encoded: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded


KEY = ec.derive_private_key(5, ec.SECP256R1())


def refusal(given_: UserVerificationStatement, passkey: bytes | None = None) -> str:
    with pytest.raises(UserVerificationError) as refused:
        verify_user(given_, tau=TAU, audience=ORIGIN, passkey=spki(KEY) if passkey is None else passkey)
    return refused.value.code.removeprefix("ceremony.user_verification.")


def test_a_right_statement_gives_the_digest_that_stands_in_the_signature() -> None:
    found = statement(KEY)
    digest = verify_user(found, tau=TAU, audience=ORIGIN, passkey=spki(KEY))
    parts = (found.authenticator_data, found.client_data, found.signature)
    assert digest == sha256(*(len(part).to_bytes(4, "big") + part for part in parts))
    assert digest == found.digest == user_verification_digest(*parts)


def test_the_digest_does_not_confuse_where_one_part_ends() -> None:
    assert user_verification_digest(b"ab", b"c", b"") != user_verification_digest(b"a", b"bc", b"")


def test_the_sandbox_authenticator_is_accepted() -> None:
    passkey = SandboxAuthenticator(origin=ORIGIN)
    data, client, signature = passkey.assert_user(user_verification_challenge(TAU))
    found = UserVerificationStatement(authenticator_data=data, client_data=client, signature=signature)
    assert verify_user(found, tau=TAU, audience=ORIGIN, passkey=passkey.public_key) == found.digest


def test_rsa_passkeys_are_accepted_from_2048_bits() -> None:
    for size, good in ((2048, True), (1024, False)):
        key = rsa.generate_private_key(65537, size)
        found = statement(KEY)
        signed = found.authenticator_data + sha256(found.client_data)
        signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        found = UserVerificationStatement(
            authenticator_data=found.authenticator_data, client_data=found.client_data, signature=signature
        )
        if good:
            assert verify_user(found, tau=TAU, audience=ORIGIN, passkey=spki(key)) == found.digest
        else:
            assert refusal(found, spki(key)) == "signature"


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ({"type": "webauthn.create"}, "challenge"),
        ({"challenge": b64url(user_verification_challenge(bytes(32)))}, "challenge"),
        ({"challenge": b64url(user_verification_challenge(TAU)) + "="}, "challenge"),
        ({"challenge": None}, "challenge"),
        ({"origin": "https://sign.example.evil"}, "origin"),
        ({"origin": "http://sign.example"}, "origin"),
        ({"origin": "https://sign.example:8443"}, "origin"),
        ({"crossOrigin": True}, "origin"),
        ({"crossOrigin": "false"}, "origin"),
        ({"topOrigin": "https://frame.example"}, "origin"),
        (b"", "malformed"),
        (b"[]", "malformed"),
        (b"\xff", "malformed"),
        (b'{"type":"webauthn.get","type":"webauthn.get"}', "malformed"),
        (b"[" * 100_000, "malformed"),
    ],
)
def test_client_data_is_for_this_transcript_at_this_origin(client: Any, expected: str) -> None:
    assert refusal(statement(KEY, client)) == expected


def test_members_that_browsers_add_do_no_harm() -> None:
    found = statement(KEY, {"other_keys_can_be_added_here": "…", "tokenBinding": {"status": "supported"}})
    assert verify_user(found, tau=TAU, audience=ORIGIN, passkey=spki(KEY)) == found.digest


@pytest.mark.parametrize(
    ("flags", "expected"), [(0x00, "not_verified"), (0x01, "not_verified"), (0x04, "not_verified"), (0x05, None)]
)
def test_the_user_was_present_and_verified(flags: int, expected: str | None) -> None:
    found = statement(KEY, data=sha256(b"sign.example") + bytes([flags]) + bytes(4))
    if expected:
        assert refusal(found) == expected
    else:
        assert verify_user(found, tau=TAU, audience=ORIGIN, passkey=spki(KEY))


def test_authenticator_data_is_of_this_relying_party() -> None:
    assert refusal(statement(KEY, data=sha256(b"evil.example") + b"\x05" + bytes(4))) == "relying_party"
    assert refusal(statement(KEY, data=b"short")) == "malformed"


def test_only_the_bound_passkey_s_signature_counts() -> None:
    other = ec.derive_private_key(6, ec.SECP256R1())
    assert refusal(statement(other)) == "signature"
    assert refusal(statement(KEY), b"") == "signature"
    assert refusal(statement(KEY), spki(ed25519.Ed25519PrivateKey.generate())) == "signature"
    assert refusal(statement(KEY), spki(ec.generate_private_key(ec.SECP384R1()))) == "signature"


def test_the_relying_party_is_the_host_of_the_agent_s_origin() -> None:
    assert relying_party("https://sign.example:8443") == "sign.example"
    assert relying_party("http://localhost:8081") == "localhost"


@settings(max_examples=200, deadline=None)
@given(client=st.binary(max_size=200), data=st.binary(max_size=80), signature=st.binary(max_size=80))
def test_arbitrary_statements_are_refused(client: bytes, data: bytes, signature: bytes) -> None:
    found = UserVerificationStatement(authenticator_data=data, client_data=client, signature=signature)
    with pytest.raises(UserVerificationError):
        verify_user(found, tau=TAU, audience=ORIGIN, passkey=spki(KEY))
