"""Whatever an authority does wrong, the document gets an error of its own, and never a time of our own making."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import core

from esign.proof.timestamps import verify_token
from esign.sealing.levels import SealTimestampError
from esign.sealing.levels.errors import (
    TimestampBusy,
    TimestampCertificateRefused,
    TimestampDeclined,
    TimestampGarbled,
    TimestampOfSomethingElse,
    TimestampPolicyDiffers,
    TimestampReplayed,
    TimestampSignatureWrong,
    TimestampSilent,
    TimestampStatus,
    TimestampTimeWrong,
    TimestampTooLarge,
    TimestampUnreachable,
)
from tests.identity.helpers.pki import NOW, Authority, timestamp_certificate
from tests.sealing.helpers.authorities import PATIENT, QUICK, Line, SmallAuthority, bulk, unit

DIGEST = hashlib.sha256(b"signature value").digest()


@pytest.fixture(scope="module")
def honest():
    return SmallAuthority()


def failing(error):
    def raise_it(_reply):
        raise error

    return raise_it


def appended(reply):
    return reply + b"\0"


def cut(reply):
    return reply[:-1]


def beyond_the_token(reply):
    """The last byte of the signature is another one."""
    return reply[:-1] + bytes([reply[-1] ^ 1])


LIES = {
    "other digest": ({"wrong_digest": True}, TimestampOfSomethingElse),
    "other nonce": ({"wrong_nonce": True}, TimestampReplayed),
    "old time": ({"old_by": timedelta(hours=1)}, TimestampTimeWrong),
    "time to come": ({"old_by": timedelta(minutes=-6)}, TimestampTimeWrong),
    "certificate not for timestamps": ({"wrong_certificate": True}, TimestampCertificateRefused),
    "signature over something else": ({"broken_signature": True}, TimestampSignatureWrong),
    "signature changed": ({"spoil": beyond_the_token}, TimestampSignatureWrong),
    "refusal": ({"rejects": True}, TimestampDeclined),
    "garbage": ({"spoil": lambda reply: b"<html>busy</html>"}, TimestampGarbled),
    "nothing": ({"spoil": lambda reply: b""}, TimestampGarbled),
    "cut": ({"spoil": cut}, TimestampGarbled),
    "something behind": ({"spoil": appended}, TimestampGarbled),
    "silence": ({"silent": True}, TimestampSilent),
    "slower than is waited": ({"wait": 1.0}, TimestampSilent),
    "no connection": ({"spoil": failing(TimestampUnreachable())}, TimestampUnreachable),
    "HTTP error": ({"spoil": failing(TimestampStatus(status=500))}, TimestampStatus),
    "huge answer": ({"spoil": failing(TimestampTooLarge())}, TimestampTooLarge),
    "come back tomorrow": ({"spoil": failing(TimestampBusy(status=429, seconds=86400.0))}, TimestampBusy),
}

MUTE = (TimestampSilent, TimestampUnreachable, TimestampStatus, TimestampBusy)
"""What is asked again until patience ends, because it may be over in a while."""


@pytest.mark.parametrize("known", [False, True], ids=["first token", "after a good one"])
@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_an_error_of_its_own_and_the_document_gets_no_time(honest, lie, known):
    behaviour, error = LIES[lie]
    line = Line(honest)
    with bulk([line], [honest.root], QUICK if error in MUTE else PATIENT) as timestamps:
        if known:
            assert timestamps.stamp(DIGEST).gen_time == NOW
        lying = Line(honest, **behaviour)
        line.faults, line.spoil, line.wait = lying.faults, lying.spoil, lying.wait
        with pytest.raises(error) as caught:
            timestamps.stamp(DIGEST)
        assert type(caught.value) is error
        assert timestamps.in_flight == 0


@pytest.mark.parametrize("lie", LIES)
def test_of_a_lying_authority_nothing_reaches_the_document_where_a_second_one_is_honest(honest, lie):
    behaviour, error = LIES[lie]
    lying, second = Line(honest, **behaviour), Line(honest, "tsa2")
    with bulk([lying, second], [honest.root], replace(QUICK, patience=30.0)) as timestamps:
        token = timestamps.stamp(DIGEST)
        first, other = timestamps.health()
    assert verify_token(token.der, DIGEST, anchors=[honest.root.der]).gen_time == NOW
    assert (first.good, first.last_failure, other.good) == (0, error.code, 1)


@pytest.mark.parametrize("known", [False, True], ids=["first token", "after a good one"])
def test_another_authority_than_the_trusted_ones_is_refused(honest, known):
    line, stranger = Line(honest), SmallAuthority(Authority("Sandbox TSA root"))
    with bulk([line], [honest.root]) as timestamps:
        if known:
            timestamps.stamp(DIGEST)
        line.authority = stranger
        with pytest.raises(TimestampCertificateRefused):
            timestamps.stamp(DIGEST)


def test_a_unit_whose_certificate_was_not_valid_then_is_refused(honest):
    over = unit(
        honest.root,
        lambda key: timestamp_certificate(honest.root, key, not_after=NOW - timedelta(seconds=2)),
    )
    with (
        bulk([Line(SmallAuthority(honest.root, signer=over))], [honest.root]) as timestamps,
        pytest.raises(TimestampCertificateRefused),
    ):
        timestamps.stamp(DIGEST)


def test_a_unit_that_was_checked_is_checked_anew_when_its_time_leaves_the_checked_validity(honest):
    """Its root ends first; the unit itself would go on."""
    root = Authority("Sandbox TSA root", not_after=NOW + timedelta(minutes=2))
    authority = SmallAuthority(root)
    line = Line(authority)
    with bulk([line], [root]) as timestamps:
        timestamps.stamp(DIGEST)
        line.faults = Line(authority, old_by=timedelta(minutes=-3)).faults
        with pytest.raises(TimestampCertificateRefused):
            timestamps.stamp(DIGEST)


def test_the_same_answer_twice_is_refused_by_its_nonce(honest):
    kept = []

    def replay(reply):
        kept.append(reply)
        return kept[0]

    with bulk([Line(honest, spoil=replay)], [honest.root]) as timestamps:
        timestamps.stamp(DIGEST)
        with pytest.raises(TimestampReplayed):
            timestamps.stamp(DIGEST)


def test_a_serial_number_that_comes_twice_is_refused(honest, monkeypatch):
    monkeypatch.setattr("certs.sandbox.tsa.secrets.randbits", lambda bits: 4)
    with bulk([Line(honest)], [honest.root]) as timestamps:
        timestamps.stamp(DIGEST)
        with pytest.raises(TimestampReplayed) as error:
            timestamps.stamp(hashlib.sha256(b"another").digest())
    assert error.value.detail == "the serial number is that of another token"


@pytest.mark.parametrize("known", [False, True], ids=["first token", "after a good one"])
def test_a_policy_that_was_not_asked_for_is_refused(honest, known):
    line = Line(honest)
    with bulk([line], [honest.root], policies=["1.2.3.4.5"]) as timestamps:
        if known:
            timestamps.stamp(DIGEST)
        line.authority = SmallAuthority(honest.root, policy="1.2.3.4.6")
        with pytest.raises(TimestampPolicyDiffers) as error:
            timestamps.stamp(DIGEST)
    assert dict(error.value.facts) == {"policy": "1.2.3.4.6"}


def test_a_document_puts_up_with_so_many_bad_answers_and_no_more(honest):
    line = Line(honest, wrong_digest=True)
    with bulk([line], [honest.root]) as timestamps, pytest.raises(TimestampOfSomethingElse):
        timestamps.stamp(DIGEST)
    assert len(line.requests) == PATIENT.answers
    assert len({core.Sequence.load(request).contents for request in line.requests}) == PATIENT.answers  # fresh nonces


def test_every_error_of_a_timestamp_is_one_kind():
    assert all(issubclass(error, SealTimestampError) for _, error in LIES.values())
    assert all(error.code.startswith("sealing.timestamp.") for _, error in LIES.values())
