"""Capsule, proofs and escrow: bound to one transcript, one code, one key."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from esign import ceremony
from esign.ceremony import hpke
from esign.ceremony.capsule import proof_of_intent, proof_of_opening, seal_capsule
from esign.ceremony.errors import CapsuleUnopenedError, KeyUnusableError
from esign.ceremony.keys import read_p256, spki_of
from esign.foundation.digests import label

SEEDS = st.binary(min_size=32, max_size=32)


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_everything_secret_follows_from_the_seed(seed: bytes) -> None:
    one, two = ceremony.derive_secrets(seed), ceremony.derive_secrets(seed)
    assert one == two and one.ephemeral.private_numbers() == two.ephemeral.private_numbers()
    assert len(one.nonce) == 32 and len(one.code) == 6 and one.code.isdigit()


def test_digits_are_evenly_spread() -> None:
    digits: Counter[str] = Counter()
    for number in range(2000):
        digits.update(ceremony.capsule._code(number.to_bytes(32, "big")))
    assert sum(digits.values()) == 12000
    assert all(1050 <= digits[str(digit)] <= 1350 for digit in range(10))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_has_32_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        ceremony.derive_secrets(bytes(length))


def test_secrets_do_not_show_when_they_are_printed(world: Any) -> None:
    attempt = world.open()
    secrets = ceremony.derive_secrets(world.seed)
    shown = f"{secrets!r} {attempt!r}"
    assert secrets.code not in shown and secrets.nonce.hex() not in shown
    assert repr(world.seed) not in shown


def test_a_capsule_opens_for_its_transcript_only(world: Any) -> None:
    attempt = world.open()
    sealed, tau = attempt.capsule, attempt.tau
    secrets = ceremony.derive_secrets(world.seed)
    opened = hpke.open_sealed(world.capsule, enc=sealed.enc, ct=sealed.ct, info=label("capsule") + tau)
    assert opened == secrets.nonce + secrets.code.encode()
    other = world.transcript(attempt=2).tau
    with pytest.raises(CapsuleUnopenedError):
        hpke.open_sealed(world.capsule, enc=sealed.enc, ct=sealed.ct, info=label("capsule") + other)


def test_proofs_are_bound_to_nonce_transcript_and_code() -> None:
    nonce, tau = bytes(32), bytes(31) + b"\x01"
    values = {
        proof_of_opening(nonce, tau),
        proof_of_opening(nonce, bytes(32)),
        proof_of_opening(tau, nonce),
        proof_of_intent(nonce, tau, "123456"),
        proof_of_intent(nonce, tau, "123457"),
        proof_of_intent(nonce, bytes(32), "123456"),
        proof_of_intent(nonce, tau, ""),
    }
    assert len(values) == 7


def test_the_escrow_gives_the_seed_back_to_both_dispute_keys_together_for_this_attempt_only(world: Any) -> None:
    attempt, (inner, outer) = world.open(), world.dispute
    assert ceremony.open_escrow(attempt.escrow, tau=attempt.tau, dispute_keys=(inner, outer)) == world.seed
    wrong = [(inner, inner), (outer, outer), (outer, inner), (inner, world.capsule), (world.capsule, outer)]
    for tau, keys in ((bytes(32), (inner, outer)), *((attempt.tau, pair) for pair in wrong)):
        with pytest.raises(CapsuleUnopenedError):
            ceremony.open_escrow(attempt.escrow, tau=tau, dispute_keys=keys)
    for same in (spki_of(inner.public_key()), spki_of(outer.public_key())):
        with pytest.raises(KeyUnusableError):
            ceremony.seal_escrow(world.seed, tau=attempt.tau, dispute_keys=(same, same))


def foreign_keys() -> dict[str, bytes]:
    spki, der = PublicFormat.SubjectPublicKeyInfo, Encoding.DER
    good = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    encoded = spki_of(good)
    point = good.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    return {
        "P-384": ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(der, spki),
        "X25519": X25519PrivateKey.generate().public_key().public_bytes(der, spki),
        "compressed": head + point,
        "off the curve": encoded[:-1] + bytes([encoded[-1] ^ 1]),
        "trailing byte": encoded + b"\x00",
        "cut": encoded[:-1],
        "empty": b"",
    }


@pytest.mark.parametrize("kind", sorted(foreign_keys()))
def test_only_the_one_encoding_of_a_p256_key_is_a_key(kind: str, world: Any) -> None:
    found = foreign_keys()[kind]
    with pytest.raises(KeyUnusableError) as refused:
        read_p256(found)
    assert refused.value.code == "ceremony.key"
    with pytest.raises(KeyUnusableError):
        seal_capsule(ceremony.derive_secrets(world.seed), capsule_key=found, tau=bytes(32))
