"""A passkey that a device already has: used again for an enrolment, each rule refused on its own."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.signatory.passkey import SandboxAuthenticator
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url
from esign.identity import PasskeyUse, RegisteredPasskey, verify_passkey_use
from esign.identity.errors import (
    PasskeyAlgorithmRefused,
    PasskeyChallengeDiffers,
    PasskeyError,
    PasskeyKeyDiffers,
    PasskeyMalformed,
    PasskeyOriginDiffers,
    PasskeyRelyingPartyDiffers,
    PasskeyUserNotVerified,
)
from esign.identity.passkey import ES256, RS256
from tests.identity.helpers.pki import RSA_KEY, p256, spki

ORIGIN = "https://sign.example"
HOST = "sign.example"
CHALLENGE = bytes(range(32))
KEY = p256()
P384 = ec.generate_private_key(ec.SECP384R1())
SAID = {"type": "webauthn.get", "challenge": b64url(CHALLENGE), "origin": ORIGIN, "crossOrigin": False}


def use(*, key=KEY, algorithm=ES256, host=HOST, flags=0x05, client=None, data=None, **changes) -> PasskeyUse:
    """What a browser sends, with whatever a test wants to be wrong; signed as it then is."""
    data = data if data is not None else sha256(host.encode()) + bytes([flags]) + (9).to_bytes(4, "big")
    said = client if isinstance(client, bytes) else json.dumps(SAID | (client or {})).encode()
    signed = data + sha256(said)
    if hasattr(key, "curve"):
        signature = key.sign(signed, ec.ECDSA(hashes.SHA256()))
    else:
        signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    values = {
        "credential_id": b"credential",
        "public_key": spki(key),
        "algorithm": algorithm,
        "authenticator_data": data,
        "client_data": said,
        "signature": signature,
        "prf": True,
    }
    return PasskeyUse(**(values | changes))


def verify(given: PasskeyUse) -> RegisteredPasskey:
    return verify_passkey_use(given, challenge=CHALLENGE, relying_party=HOST, origin=ORIGIN)


@pytest.mark.parametrize(("key", "algorithm"), [(KEY, ES256), (RSA_KEY, RS256)], ids=["ES256", "RS256"])
def test_a_known_passkey_is_accepted_with_exact_values(key, algorithm):
    passkey = verify(use(key=key, algorithm=algorithm))
    assert passkey == RegisteredPasskey(
        credential_id=b"credential", public_key=spki(key), algorithm=algorithm, prf=True, sign_count=9
    )


def test_the_sandbox_authenticators_passkey_is_accepted():
    authenticator = SandboxAuthenticator(origin=ORIGIN)
    assert verify(PasskeyUse.from_message(authenticator.use(CHALLENGE))).public_key == authenticator.public_key


@pytest.mark.parametrize(
    ("given", "error"),
    [
        pytest.param(use(algorithm=-8), PasskeyAlgorithmRefused, id="EdDSA"),
        pytest.param(use(algorithm=RS256), PasskeyAlgorithmRefused, id="another algorithm"),
        pytest.param(use(key=P384), PasskeyAlgorithmRefused, id="another curve"),
        pytest.param(use(public_key=b"no key"), PasskeyMalformed, id="no key"),
        pytest.param(use(public_key=spki(KEY) + b"\x00"), PasskeyMalformed, id="longer key"),
        pytest.param(use(client={"challenge": b64url(bytes(32))}), PasskeyChallengeDiffers, id="replayed"),
        pytest.param(use(client={"type": "webauthn.create"}), PasskeyChallengeDiffers, id="a registration"),
        pytest.param(use(client={"origin": "https://evil.example"}), PasskeyOriginDiffers, id="origin"),
        pytest.param(use(client={"crossOrigin": True}), PasskeyOriginDiffers, id="in a frame"),
        pytest.param(use(client={"topOrigin": ORIGIN}), PasskeyOriginDiffers, id="top origin"),
        pytest.param(use(host="evil.example"), PasskeyRelyingPartyDiffers, id="relying party"),
        pytest.param(use(flags=0x01), PasskeyUserNotVerified, id="user not verified"),
        pytest.param(use(flags=0x04), PasskeyUserNotVerified, id="user not present"),
        pytest.param(use(public_key=spki(p256())), PasskeyKeyDiffers, id="another key"),
        pytest.param(use(signature=b"0"), PasskeyKeyDiffers, id="no signature"),
        pytest.param(use(data=b"short"), PasskeyMalformed, id="too short"),
        pytest.param(use(client=b"\xff"), PasskeyMalformed, id="no text"),
        pytest.param(use(client=b"[]"), PasskeyMalformed, id="no object"),
        pytest.param(use(client=b'{"type":1,"type":2}'), PasskeyMalformed, id="twice"),
        pytest.param(use(client=b"[" * 4000), PasskeyMalformed, id="deep"),
        pytest.param(use(client_data=b" " * 4097), PasskeyMalformed, id="too long"),
    ],
)
def test_each_wrong_use_is_refused_by_its_own_rule(given, error):
    with pytest.raises(error):
        verify(given)


def message():
    return SandboxAuthenticator(origin=ORIGIN).use(CHALLENGE)


@pytest.mark.parametrize("drop", ["credential_id", "public_key", "algorithm", "assertion", "prf"])
def test_message_without_a_member_is_malformed(drop):
    members = message()
    del members[drop]
    with pytest.raises(PasskeyMalformed):
        PasskeyUse.from_message(members)


@pytest.mark.parametrize(
    "change",
    [{"more": 1}, {"algorithm": True}, {"prf": 1}, {"credential_id": "A"}, {"assertion": []}, {"assertion": {}}],
)
def test_message_with_a_wrong_member_is_malformed(change):
    with pytest.raises(PasskeyMalformed):
        PasskeyUse.from_message(message() | change)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200), st.sampled_from(["authenticator_data", "client_data", "signature", "public_key"]))
def test_arbitrary_bytes_are_refused_by_the_rooms_errors(data, member):
    with pytest.raises(PasskeyError):
        verify(replace(use(), **{member: data}))
