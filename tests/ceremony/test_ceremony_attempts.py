"""Attempts: states that cannot be skipped, codes that are counted only from whoever opened the capsule."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from esign import ceremony
from esign.ceremony.errors import (
    CeremonyError,
    IntentError,
    SignatureAlreadyMadeError,
    TranscriptMalformedError,
)
from esign.ceremony.records import AttemptRecordError
from esign.foundation.clock import from_seconds
from esign.foundation.encoding import b64url

ATTRIBUTES = b"\x31\x03\x02\x01\x07"


def refusal(action: Any) -> str:
    with pytest.raises(CeremonyError) as refused:
        action()
    return refused.value.code


def declared(world: Any, attempt: Any) -> ceremony.DeclaredAttempt:
    judged = ceremony.judge_intent(attempt, world.intent(attempt), world.now)
    assert isinstance(judged, ceremony.Declared)
    return ceremony.declare(attempt, judged.declaration, attributes=ATTRIBUTES)


def signed(world: Any, attempt: ceremony.DeclaredAttempt) -> ceremony.SignedAttempt:
    message = world.signature_message(attempt, world.sign_raw(ATTRIBUTES))
    value = ceremony.judge_signature(attempt, message, world.now, certificate=world.certificate)
    return ceremony.sign(attempt, signature=value, certificate=world.certificate, now=world.now)


def every_state(world: Any) -> dict[str, Any]:
    opened = world.open()
    end = from_seconds(opened.transcript.expires_at)
    taken = declared(world, opened)
    return {
        "open": opened,
        "declared": taken,
        "signed": signed(world, taken),
        "locked": ceremony.lock(replace(opened, wrong_codes=5), world.now),
        "expired": ceremony.expire(opened, end),
        "superseded": ceremony.supersede(taken, world.now),
    }


# Intent -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("passkey", [True, False])
def test_the_right_code_from_the_right_device_declares(passkey: bool, world: Any) -> None:
    attempt = world.open(passkey=passkey)
    message = world.intent(attempt)
    judged = ceremony.judge_intent(attempt, message, world.now)
    assert isinstance(judged, ceremony.Declared)
    declaration = judged.declaration
    assert declaration.proof.hex() == message.payload["proof"]
    assert (declaration.user_verification is not None) is passkey
    assert (declaration.clock_skew, declaration.declared_at) == (-2, 1_800_000_060)
    taken = ceremony.declare(attempt, declaration, attributes=ATTRIBUTES)
    assert (taken.tau, taken.attributes) == (attempt.tau, ATTRIBUTES)


def test_a_wrong_code_is_counted_and_the_fifth_locks(world: Any) -> None:
    attempt = world.open()
    for left in (4, 3, 2, 1):
        judged = ceremony.judge_intent(attempt, world.intent(attempt, world.wrong_code()), world.now)
        assert isinstance(judged, ceremony.WrongCode) and judged.left == left
        refused = judged.refusal()
        assert (refused.code, dict(refused.facts)) == ("ceremony.intent.wrong_code", {"left": left})
        attempt = judged.attempt
    judged = ceremony.judge_intent(attempt, world.intent(attempt, world.wrong_code()), world.now)
    assert isinstance(judged, ceremony.Locked) and judged.refusal().code == "ceremony.intent.locked"
    assert judged.attempt.wrong_codes == 5
    right = world.intent(judged.attempt)
    assert refusal(lambda: ceremony.judge_intent(judged.attempt, right, world.now)) == "ceremony.intent.locked"


def test_the_right_code_is_still_good_after_four_wrong_ones(world: Any) -> None:
    attempt = replace(world.open(), wrong_codes=4)
    assert isinstance(ceremony.judge_intent(attempt, world.intent(attempt), world.now), ceremony.Declared)


def test_who_did_not_open_the_capsule_cannot_make_anything_count(world: Any) -> None:
    attempt = replace(world.open(), wrong_codes=4)
    for proof in ("00" * 32, world.intent_members(attempt)["proof"]):
        message = world.intent(attempt, have="00" * 32, proof=proof)
        code = refusal(lambda m=message: ceremony.judge_intent(attempt, m, world.now))
        assert code == "ceremony.intent.capsule_not_opened"
    assert attempt.tries_left == 1


def test_a_proof_is_good_in_its_own_attempt_only(world: Any) -> None:
    first = world.open()
    message = world.intent(first)
    again = world.open(attempt=2, server_nonce=bytes(32))
    assert again.tau != first.tau
    assert refusal(lambda: ceremony.judge_intent(again, message, world.now)) == "ceremony.intent.foreign_transcript"
    moved = world.intent(again, have=message.payload["have"], proof=message.payload["proof"])
    assert refusal(lambda: ceremony.judge_intent(again, moved, world.now)) == "ceremony.intent.capsule_not_opened"
    half = world.intent(again, proof=message.payload["proof"])
    assert isinstance(ceremony.judge_intent(again, half, world.now), ceremony.WrongCode)


def test_only_the_device_that_opened_the_attempt_declares_in_it(world: Any) -> None:
    attempt = world.open()
    message = world.intent(attempt, private=world.capsule)
    assert refusal(lambda: ceremony.judge_intent(attempt, message, world.now)) == "ceremony.intent.foreign_device"


def test_an_attempt_ends_with_its_last_second(world: Any) -> None:
    attempt = world.open()
    end = from_seconds(attempt.transcript.expires_at)
    message = world.intent(attempt)
    just = ceremony.judge_intent(attempt, message, end - timedelta(microseconds=1))
    assert isinstance(just, ceremony.Declared)
    assert refusal(lambda: ceremony.judge_intent(attempt, message, end)) == "ceremony.intent.expired"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"order": {"label": "bestellen", "summary": None}}, "ceremony.intent.order_label"),
        ({"order": {"label": None, "summary": "00" * 32}}, "ceremony.intent.order_summary"),
        ({"user_verification": None}, "ceremony.user_verification.missing"),
    ],
)
def test_with_the_right_code_the_rest_must_be_right_too_and_nothing_is_counted(
    change: dict[str, Any], expected: str, world: Any
) -> None:
    attempt = world.open()
    order = world.intent_members(attempt)["order"]
    if "order" in change:
        given_order = {name: value or order[name] for name, value in change["order"].items()}
        change = {"order": given_order}
    message = world.intent(attempt, **change)
    assert refusal(lambda: ceremony.judge_intent(attempt, message, world.now)) == expected
    assert attempt.wrong_codes == 0


def test_a_passkey_s_statement_that_nobody_asked_for_is_refused(world: Any) -> None:
    statement = world.intent_members(world.open())["user_verification"]
    attempt = world.open(passkey=False)
    message = world.intent(attempt, user_verification=statement)
    assert (
        refusal(lambda: ceremony.judge_intent(attempt, message, world.now)) == "ceremony.user_verification.unexpected"
    )


def test_a_passkey_s_statement_over_another_transcript_is_refused(world: Any) -> None:
    statement = world.intent_members(world.open(attempt=2))["user_verification"]
    attempt = world.open()
    message = world.intent(attempt, user_verification=statement)
    assert refusal(lambda: ceremony.judge_intent(attempt, message, world.now)) == "ceremony.user_verification.challenge"


def test_user_presence_is_not_user_verification(world: Any) -> None:
    world.passkey.verifies_user = False
    attempt = world.open()
    message = world.intent(attempt)
    code = refusal(lambda: ceremony.judge_intent(attempt, message, world.now))
    assert code == "ceremony.user_verification.not_verified"


def test_checks_come_in_the_order_of_the_specification(world: Any) -> None:
    attempt = world.open()
    end = from_seconds(attempt.transcript.expires_at)
    wrong: dict[str, Any] = {
        "have": "00" * 32,
        "proof": "00" * 32,
        "order": {"label": "bestellen", "summary": "00" * 32},
        "user_verification": None,
    }
    right = world.intent_members(attempt)
    seen = []
    for name in (None, "now", "have", "proof", "order", "user_verification"):
        now = end if name is None else world.now
        if name is not None and name != "now":
            wrong[name] = right[name]
        try:
            judged = ceremony.judge_intent(attempt, world.intent(attempt, **wrong), now)
        except CeremonyError as error:
            seen.append(error.code)
        else:
            seen.append(type(judged).__name__)
    assert seen == [
        "ceremony.intent.expired",
        "ceremony.intent.capsule_not_opened",
        "WrongCode",
        "ceremony.intent.order_label",
        "ceremony.user_verification.missing",
        "Declared",
    ]


# States -----------------------------------------------------------------------------------------------------------

INTENT = {
    "declared": "ceremony.intent.already_declared",
    "signed": "ceremony.intent.already_signed",
    "locked": "ceremony.intent.locked",
    "expired": "ceremony.intent.expired",
    "superseded": "ceremony.intent.superseded",
}
SIGNATURE = {
    "open": "ceremony.signature.not_declared",
    "signed": "ceremony.signature.already_made",
    "locked": "ceremony.signature.locked",
    "expired": "ceremony.signature.expired",
    "superseded": "ceremony.signature.superseded",
}


@pytest.mark.parametrize("state", INTENT)
def test_intent_is_declared_in_open_attempts_only(state: str, world: Any) -> None:
    attempt = every_state(world)[state]
    message = world.intent(attempt)
    assert refusal(lambda: ceremony.judge_intent(attempt, message, world.now)) == INTENT[state]


@pytest.mark.parametrize("state", SIGNATURE)
def test_only_declared_attempts_are_signed(state: str, world: Any) -> None:
    attempt = every_state(world)[state]
    message = world.signature_message(attempt, world.sign_raw(ATTRIBUTES))
    code = refusal(lambda: ceremony.judge_signature(attempt, message, world.now, certificate=world.certificate))
    assert code == SIGNATURE[state]


def test_a_declaration_of_another_attempt_is_not_taken_up(world: Any) -> None:
    first = world.open()
    judged = ceremony.judge_intent(first, world.intent(first), world.now)
    assert isinstance(judged, ceremony.Declared)
    with pytest.raises(ValueError, match="another attempt"):
        ceremony.declare(world.open(attempt=2), judged.declaration, attributes=ATTRIBUTES)


def test_what_has_not_happened_cannot_be_taken_for_it(world: Any) -> None:
    attempt = world.open()
    with pytest.raises(ValueError, match="not over"):
        ceremony.expire(attempt, world.now)
    with pytest.raises(ValueError, match="tries left"):
        ceremony.lock(replace(attempt, wrong_codes=4), world.now)


def test_a_new_attempt_supersedes_any_but_a_signed_one(world: Any) -> None:
    states = every_state(world)
    for name in ("open", "declared"):
        assert isinstance(ceremony.supersede(states[name], world.now), ceremony.SupersededAttempt)
    for name in ("locked", "expired", "superseded"):
        assert ceremony.supersede(states[name], world.now) is states[name]
    with pytest.raises(SignatureAlreadyMadeError):
        ceremony.supersede(states["signed"], world.now)


def test_ended_attempts_hold_no_seed_but_its_escrow(world: Any) -> None:
    for name, attempt in every_state(world).items():
        record = json.dumps(ceremony.to_record(attempt))
        assert (b64url(world.seed) in record) is (name in ("open", "declared"))
        offer = attempt.offer if name == "declared" else attempt
        assert ceremony.open_escrow(offer.escrow, tau=attempt.tau, dispute_keys=world.dispute) == world.seed


@pytest.mark.parametrize("what", ["code", "capsule key", "passkey"])
def test_an_attempt_opens_only_over_a_transcript_of_its_own(what: str, world: Any) -> None:
    given_: dict[str, Any] = {
        "seed": world.seed,
        "capsule_key": world.open().capsule_key,
        "passkey": world.passkey.public_key,
        "escrow": world.open().escrow,
    }
    given_ |= {"code": {"seed": bytes(32)}, "capsule key": {"capsule_key": b"other"}, "passkey": {"passkey": None}}[
        what
    ]
    with pytest.raises(TranscriptMalformedError):
        ceremony.open_attempt(world.transcript(), **given_)


# Signature --------------------------------------------------------------------------------------------------------


def test_the_signature_is_the_certified_key_s_over_the_released_attributes(world: Any) -> None:
    attempt = declared(world, world.open())
    done = signed(world, attempt)
    world.signature.public_key().verify(done.signature, ATTRIBUTES, ec.ECDSA(ceremony.judgement.hashes.SHA256()))
    assert done.signed_at == 1_800_000_060
    r, s = decode_dss_signature(done.signature)
    assert r > 0 and s > 0


@pytest.mark.parametrize("what", ["attributes", "key", "certificate", "zero", "swapped"])
def test_any_other_signature_is_refused(what: str, world: Any) -> None:
    attempt = declared(world, world.open())
    signature, certificate = world.sign_raw(ATTRIBUTES), world.certificate
    match what:
        case "attributes":
            signature = world.sign_raw(ATTRIBUTES + b"\x00")
        case "key":
            world.signature = world.device
            signature = world.sign_raw(ATTRIBUTES)
        case "certificate":
            certificate = certificate[:-1] + bytes([certificate[-1] ^ 1])
        case "zero":
            signature = bytes(64)
        case "swapped":
            signature = signature[32:] + signature[:32]
    message = world.signature_message(attempt, signature)
    code = refusal(lambda: ceremony.judge_signature(attempt, message, world.now, certificate=certificate))
    assert code == "ceremony.signature.invalid"


def test_a_signature_comes_from_the_attempt_s_device_for_its_transcript_in_its_time(world: Any) -> None:
    attempt = declared(world, world.open())
    good = world.sign_raw(ATTRIBUTES)
    end = from_seconds(attempt.transcript.expires_at)
    foreign = world.signature_message(attempt, good, private=world.capsule)
    other = world.signature_message(world.open(attempt=2), good)
    late = world.signature_message(attempt, good)
    for message, now, code in (
        (foreign, world.now, "ceremony.signature.foreign_device"),
        (other, world.now, "ceremony.signature.foreign_transcript"),
        (late, end, "ceremony.signature.expired"),
    ):
        found = refusal(lambda m=message, n=now: ceremony.judge_signature(attempt, m, n, certificate=world.certificate))
        assert found == code


@pytest.mark.parametrize("certificate", [b"", b"\x30\x00"])
def test_a_certificate_that_cannot_be_read_verifies_nothing(certificate: bytes) -> None:
    assert (
        refusal(lambda: ceremony.verify_signature(ATTRIBUTES, bytes(64), certificate)) == "ceremony.signature.invalid"
    )


# Records ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["open", "declared", "signed", "locked", "expired", "superseded"])
def test_every_state_survives_the_store(state: str, world: Any) -> None:
    attempt = every_state(world)[state]
    record = json.loads(json.dumps(ceremony.to_record(attempt)))
    again = ceremony.from_record(record)
    assert type(again) is type(attempt) and ceremony.state_of(again) == state
    assert ceremony.to_record(again) == record
    assert again == attempt


@pytest.mark.parametrize("state", ["open", "declared", "signed", "locked"])
def test_a_damaged_record_is_refused(state: str, world: Any) -> None:
    record = ceremony.to_record(every_state(world)[state])
    for name in record:
        broken = {key: value for key, value in record.items() if key != name}
        with pytest.raises(AttemptRecordError) as refused:
            ceremony.from_record(broken)
        assert refused.value.code == "ceremony.attempt_record"
    for change in ({"version": 2}, {"state": "free"}, {"tau": "00" * 32}, {"capsule": None}, {"transcript": "e30"}):
        with pytest.raises(CeremonyError):
            ceremony.from_record({**record, **change})


# Any order of anything --------------------------------------------------------------------------------------------

STEPS = st.lists(st.sampled_from(["right", "wrong", "blind", "sign", "supersede", "wait"]), min_size=1, max_size=14)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_no_order_of_messages_signs_without_a_right_code_before(steps: list[str]) -> None:
    world = WORLD()
    attempt: Any = world.open()
    wrong = 0
    right = False
    for step in steps:
        try:
            if step in ("right", "wrong", "blind"):
                typed = world.wrong_code() if step == "wrong" else None
                change = {"have": "00" * 32} if step == "blind" else {}
                judged = ceremony.judge_intent(attempt, world.intent(attempt, typed, **change), world.now)
                if isinstance(judged, ceremony.Declared):
                    right = True
                    attempt = ceremony.declare(attempt, judged.declaration, attributes=ATTRIBUTES)
                else:
                    wrong += 1
                    attempt = judged.attempt
            elif step == "sign":
                message = world.signature_message(attempt, world.sign_raw(ATTRIBUTES))
                value = ceremony.judge_signature(attempt, message, world.now, certificate=world.certificate)
                attempt = ceremony.sign(attempt, signature=value, certificate=world.certificate, now=world.now)
            elif step == "supersede":
                attempt = ceremony.supersede(attempt, world.now)
            else:
                world.now += timedelta(minutes=40)
        except (IntentError, CeremonyError):
            pass
        attempt = ceremony.from_record(ceremony.to_record(attempt))
    if isinstance(attempt, ceremony.SignedAttempt):
        assert right and wrong < 5
    assert isinstance(attempt, ceremony.LockedAttempt) is (wrong == 5)


WORLD: Any = None


@pytest.fixture(autouse=True)
def _world_maker(world: Any) -> None:
    global WORLD
    WORLD = type(world)
