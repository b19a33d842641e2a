import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from webauthn.helpers import encode_cbor

from certs.signatory.passkey import SandboxAuthenticator
from esign.foundation.digests import sha256
from esign.identity.errors import (
    PasskeyAlgorithmRefused,
    PasskeyAttestationRefused,
    PasskeyChallengeDiffers,
    PasskeyError,
    PasskeyKeyDiffers,
    PasskeyMalformed,
    PasskeyOriginDiffers,
    PasskeyRefused,
    PasskeyRelyingPartyDiffers,
    PasskeyUserNotVerified,
)
from esign.identity.passkey import (
    ES256,
    RS256,
    PasskeyRegistration,
    RegisteredPasskey,
    spki_of_cose,
    verify_passkey_registration,
)
from tests.identity.helpers.pki import RSA_KEY, p256, spki

ORIGIN = "https://sign.example"
HOST = "sign.example"
CHALLENGE = bytes(range(32))
KEY = p256()
CREDENTIAL = b"credential-id"


def cose(key=KEY) -> dict:
    numbers = key.public_key().public_numbers()
    if hasattr(numbers, "n"):
        return {1: 3, 3: RS256, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}
    return {1: 2, 3: ES256, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


def registration(
    *,
    key=KEY,
    algorithm=ES256,
    host=HOST,
    flags=0x45,
    count=7,
    cose_key=None,
    fmt="none",
    statement=None,
    credential_id=CREDENTIAL,
    client=None,
    attested=True,
    **changes,
) -> PasskeyRegistration:
    """What a browser sends, with whatever a test wants to be wrong."""
    data = sha256(host.encode()) + bytes([flags]) + count.to_bytes(4, "big")
    if attested:
        data += bytes(16) + len(CREDENTIAL).to_bytes(2, "big") + CREDENTIAL + encode_cbor(cose_key or cose(key))
    said = {"type": "webauthn.create", "challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "origin": ORIGIN}
    values = {
        "credential_id": credential_id,
        "public_key": spki(key),
        "algorithm": algorithm,
        "attestation_object": encode_cbor({"fmt": fmt, "attStmt": statement or {}, "authData": data}),
        "client_data": json.dumps(said | (client or {})).encode(),
        "prf": True,
    }
    return PasskeyRegistration(**(values | changes))


def verify(given: PasskeyRegistration) -> RegisteredPasskey:
    return verify_passkey_registration(given, challenge=CHALLENGE, relying_party=HOST, origin=ORIGIN)


def test_registration_with_es256_is_accepted_with_exact_values():
    passkey = verify(registration())
    assert passkey == RegisteredPasskey(
        credential_id=CREDENTIAL, public_key=spki(KEY), algorithm=ES256, prf=True, sign_count=7
    )
    assert passkey.key_id == sha256(spki(KEY))


def test_registration_with_rs256_is_accepted():
    assert verify(registration(key=RSA_KEY, algorithm=RS256)).public_key == spki(RSA_KEY)


def test_registration_of_the_sandbox_signatory_is_accepted():
    authenticator = SandboxAuthenticator(origin=ORIGIN)
    given = PasskeyRegistration.from_message(authenticator.register(CHALLENGE))
    assert verify(given).public_key == authenticator.public_key


P384 = ec.generate_private_key(ec.SECP384R1())


@pytest.mark.parametrize(
    ("given", "error"),
    [
        pytest.param(registration(algorithm=-8), PasskeyAlgorithmRefused, id="EdDSA"),
        pytest.param(registration(client={"challenge": "AAAA"}), PasskeyChallengeDiffers, id="another challenge"),
        pytest.param(registration(client={"origin": "https://evil.example"}), PasskeyOriginDiffers, id="origin"),
        pytest.param(registration(client={"origin": ORIGIN + ":8443"}), PasskeyOriginDiffers, id="port"),
        pytest.param(registration(client={"crossOrigin": True}), PasskeyOriginDiffers, id="in a frame"),
        pytest.param(registration(client={"type": "webauthn.get"}), PasskeyRefused, id="an assertion"),
        pytest.param(registration(host="evil.example"), PasskeyRelyingPartyDiffers, id="relying party"),
        pytest.param(registration(flags=0x41), PasskeyUserNotVerified, id="user not verified"),
        pytest.param(registration(flags=0x44), PasskeyRefused, id="user not present"),
        pytest.param(
            registration(fmt="packed", statement={"alg": -7, "sig": b"x"}), PasskeyAttestationRefused, id="att"
        ),
        pytest.param(registration(flags=0x05, attested=False), PasskeyMalformed, id="no credential"),
        pytest.param(registration(public_key=spki(p256())), PasskeyKeyDiffers, id="another key"),
        pytest.param(registration(credential_id=b"another id"), PasskeyKeyDiffers, id="another credential"),
        pytest.param(registration(algorithm=RS256), PasskeyKeyDiffers, id="another algorithm"),
        pytest.param(registration(cose_key=cose() | {3: -8}), (PasskeyRefused, PasskeyAlgorithmRefused), id="alg in"),
        pytest.param(registration(cose_key=cose() | {-1: 2}), PasskeyAlgorithmRefused, id="curve"),
        pytest.param(registration(cose_key=cose() | {-2: bytes(32)}), PasskeyMalformed, id="off the curve"),
        pytest.param(registration(attestation_object=b""), PasskeyMalformed, id="no attestation object"),
        pytest.param(registration(attestation_object=b"\xa0"), PasskeyMalformed, id="empty attestation object"),
        pytest.param(registration(client_data=b"{}"), PasskeyMalformed, id="empty client data"),
        pytest.param(registration(client_data=b"\xff"), PasskeyMalformed, id="client data no text"),
        pytest.param(registration(client_data=b"x" * 8193), PasskeyMalformed, id="too long"),
    ],
)
def test_each_wrong_registration_is_refused_by_its_own_rule(given, error):
    with pytest.raises(error):
        verify(given)


def test_short_rsa_key_is_refused():
    with pytest.raises(PasskeyAlgorithmRefused):
        spki_of_cose(encode_cbor({1: 3, 3: RS256, -1: b"\x80" + bytes(127), -2: b"\x01\x00\x01"}))


@pytest.mark.parametrize(
    "drop", ["credential_id", "public_key", "algorithm", "attestation_object", "client_data", "prf"]
)
def test_message_without_a_member_is_malformed(drop):
    members = SandboxAuthenticator(origin=ORIGIN).register(CHALLENGE)
    del members[drop]
    with pytest.raises(PasskeyMalformed):
        PasskeyRegistration.from_message(members)


@pytest.mark.parametrize(
    "change",
    [{"more": 1}, {"algorithm": True}, {"algorithm": "-7"}, {"prf": 1}, {"credential_id": "A"}, {"public_key": None}],
)
def test_message_with_a_wrong_member_is_malformed(change):
    with pytest.raises(PasskeyMalformed):
        PasskeyRegistration.from_message(SandboxAuthenticator(origin=ORIGIN).register(CHALLENGE) | change)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_nothing_but_the_rooms_errors_escapes_from_arbitrary_bytes(data):
    for member in ("attestation_object", "client_data"):
        with pytest.raises(PasskeyError):
            verify(registration(**{member: data}))
    with pytest.raises(PasskeyError):
        spki_of_cose(data)


HONEST = registration()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(HONEST.attestation_object) - 1), st.integers(0, 255))
def test_damaged_attestation_object_is_refused_or_says_the_same(position, value):
    damaged = bytearray(HONEST.attestation_object)
    damaged[position] = value
    try:
        passkey = verify(registration(attestation_object=bytes(damaged)))
    except PasskeyError:
        return
    assert (passkey.public_key, passkey.credential_id) == (spki(KEY), CREDENTIAL)
