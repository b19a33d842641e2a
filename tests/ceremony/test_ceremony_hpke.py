"""RFC 9180 base mode, one suite: the RFC's own vector, and the library's side of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hpke as library
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.ceremony import hpke
from esign.ceremony.errors import CapsuleUnopenedError

VECTOR = json.loads((Path(__file__).resolve().parents[1] / "vectors" / "hpke-rfc9180.json").read_text())["vector"]
SUITE = library.Suite(library.KEM.P256, library.KDF.HKDF_SHA256, library.AEAD.AES_256_GCM)
RECIPIENT = hpke.derive_key_pair(bytes(32))


def value(name: str) -> bytes:
    return bytes.fromhex(VECTOR[name])


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.mark.parametrize(("ikm", "secret", "public"), [("ikmE", "skEm", "pkEm"), ("ikmR", "skRm", "pkRm")])
def test_key_pairs_follow_from_their_material_as_rfc_9180_section_7_1_3_says(
    ikm: str, secret: str, public: str
) -> None:
    key = hpke.derive_key_pair(value(ikm))
    assert key.private_numbers().private_value.to_bytes(32, "big") == value(secret)
    assert point(key) == value(public)


def test_sealing_with_the_rfcs_ephemeral_key_gives_the_rfcs_bytes() -> None:
    recipient = hpke.derive_key_pair(value("ikmR"))
    first = VECTOR["encryptions"][0]
    enc, ct = hpke.seal_with(
        recipient.public_key(),
        ephemeral=hpke.derive_key_pair(value("ikmE")),
        info=value("info"),
        plaintext=bytes.fromhex(first["pt"]),
        aad=bytes.fromhex(first["aad"]),
    )
    assert enc == value("enc")
    assert ct == bytes.fromhex(first["ct"])


@settings(max_examples=25, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), info=st.binary(max_size=80), text=st.binary(max_size=200))
def test_the_library_opens_what_we_seal(seed: bytes, info: bytes, text: bytes) -> None:
    enc, ct = hpke.seal_with(RECIPIENT.public_key(), ephemeral=hpke.derive_key_pair(seed), info=info, plaintext=text)
    assert SUITE.decrypt(enc + ct, RECIPIENT, info) == text
    assert hpke.open_sealed(RECIPIENT, enc=enc, ct=ct, info=info) == text


def test_sealing_at_random_opens_and_never_repeats() -> None:
    one, two = (hpke.seal(RECIPIENT.public_key(), info=b"use", plaintext=b"seed") for _ in range(2))
    assert one != two
    assert hpke.open_sealed(RECIPIENT, enc=one[0], ct=one[1], info=b"use") == b"seed"


@pytest.mark.parametrize("part", ["enc", "ct", "info", "key", "short", "empty"])
def test_a_sealed_value_opens_only_unchanged_with_its_key_for_its_use(part: str) -> None:
    enc, ct = hpke.seal(RECIPIENT.public_key(), info=b"use", plaintext=b"seed")
    key, info = RECIPIENT, b"use"
    match part:
        case "enc":
            enc = point(hpke.derive_key_pair(bytes([1]) * 32))
        case "ct":
            ct = bytes([ct[0] ^ 1]) + ct[1:]
        case "info":
            info = b"another use"
        case "key":
            key = hpke.derive_key_pair(bytes([2]) * 32)
        case "short":
            enc, ct = enc[:-1], ct + b"x"
        case "empty":
            ct = b""
    with pytest.raises(CapsuleUnopenedError) as refused:
        hpke.open_sealed(key, enc=enc, ct=ct, info=info)
    assert refused.value.code == "ceremony.capsule"


def test_an_encapsulated_key_off_the_curve_does_not_open() -> None:
    _, ct = hpke.seal(RECIPIENT.public_key(), info=b"use", plaintext=b"seed")
    with pytest.raises(CapsuleUnopenedError):
        hpke.open_sealed(RECIPIENT, enc=b"\x04" + b"\x01" * 64, ct=ct, info=b"use")
