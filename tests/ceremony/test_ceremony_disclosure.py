"""A dispute: the disclosed seed shows what was sealed and declared; every wrong value shows as one failed check."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign import ceremony
from esign.ceremony import Sealed, check_disclosure

NAMES = ("transcript_readable", "capsule_key_named", "code_committed", "capsule_recomputed", "intent_proved")


@pytest.fixture
def evidence(world: Any) -> dict[str, Any]:
    attempt = world.open()
    return {
        "transcript": attempt.transcript.canonical(),
        "capsule": attempt.capsule,
        "capsule_key": attempt.capsule_key,
        "proof": bytes.fromhex(world.intent_members(attempt)["proof"]),
        "seed": world.seed,
    }


def failed(evidence: dict[str, Any]) -> list[str]:
    checks = check_disclosure(**evidence)
    assert tuple(check.name for check in checks) == NAMES
    return [check.name for check in checks if not check.ok]


def test_true_evidence_passes_every_check(evidence: dict[str, Any]) -> None:
    assert failed(evidence) == []


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def test_each_false_value_fails_where_it_matters(evidence: dict[str, Any], world: Any) -> None:
    capsule = evidence["capsule"]
    other = world.transcript(attempt=2).canonical()
    for change, expected in (
        ({"proof": flipped(evidence["proof"])}, ["intent_proved"]),
        ({"proof": b""}, ["intent_proved"]),
        ({"capsule": Sealed(enc=flipped(capsule.enc), ct=capsule.ct)}, ["capsule_recomputed"]),
        ({"capsule": Sealed(enc=capsule.enc, ct=flipped(capsule.ct))}, ["capsule_recomputed"]),
        ({"capsule_key": world.passkey.public_key}, ["capsule_key_named", "capsule_recomputed"]),
        ({"capsule_key": b"no key"}, ["capsule_key_named", "capsule_recomputed"]),
        ({"transcript": other}, ["capsule_recomputed", "intent_proved"]),
        ({"transcript": b"{}"}, list(NAMES)),
        ({"seed": flipped(evidence["seed"])}, ["code_committed", "capsule_recomputed", "intent_proved"]),
        ({"seed": b"short"}, ["code_committed", "capsule_recomputed", "intent_proved"]),
    ):
        assert failed({**evidence, **change}) == expected, change


def test_the_escrowed_seed_settles_a_dispute(evidence: dict[str, Any], world: Any) -> None:
    attempt = world.open()
    seed = ceremony.open_escrow(attempt.escrow, tau=attempt.tau, dispute_keys=world.dispute)
    assert failed({**evidence, "seed": seed}) == []


@settings(max_examples=100, deadline=None)
@given(
    transcript=st.binary(max_size=60),
    enc=st.binary(max_size=70),
    key=st.binary(max_size=100),
    proof=st.binary(max_size=40),
    seed=st.binary(max_size=40),
)
def test_nonsense_is_a_finding_and_never_an_error(
    transcript: bytes, enc: bytes, key: bytes, proof: bytes, seed: bytes
) -> None:
    checks = check_disclosure(
        transcript=transcript, capsule=Sealed(enc=enc, ct=enc), capsule_key=key, proof=proof, seed=seed
    )
    assert not any(check.ok for check in checks)
