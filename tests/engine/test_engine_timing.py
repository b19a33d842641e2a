"""Whether a contract exists is told neither by an answer nor by its time: one path for every token that is none."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from certs.signatory import ServerRefused
from certs.signatory.words import b64, spki
from esign.ceremony.errors import InvitationUnknownError
from esign.ceremony.messages import MESSAGE_TYPES
from tests.actors import COMPANY

GUESS = "A" * 43
ROUNDS = 40


@contextmanager
def statements(world: Any) -> Iterator[list[str]]:
    """Collect the SQL that is sent."""
    seen: list[str] = []
    engine = world.application.contracts.household.store._database.engine

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def outsiders(world: Any) -> dict[str, str | None]:
    """Return tokens that are none, of every kind; among them two that were one."""
    contract, link = world.invite()
    first = world.signatory(link)
    first.hello()
    handed = first.handover()["token"]
    world.application.contracts.resend(COMPANY, contract)
    return {
        "none": None,
        "empty": "",
        "short": "x",
        "a guess": GUESS,
        "not base64url": "A" * 42 + "=",
        "long": "A" * 5000,
        "not ASCII": "ü" * 43,
        "replaced": link.partition("#")[2],
        "handed over before": handed,
    }


@pytest.mark.parametrize("kind", [*MESSAGE_TYPES, "unknown"])
def test_every_token_that_is_none_takes_the_same_steps(world: Any, kind: str) -> None:
    answer = world.application.ceremony.answer
    with statements(world) as before, pytest.raises(InvitationUnknownError):
        answer(kind, GUESS, b"in an installation without any contract")
    paths = {}
    for name, token in outsiders(world).items():
        with statements(world) as seen, pytest.raises(InvitationUnknownError) as refusal:
            answer(kind, token, b"whatever")
        assert (dict(refusal.value.facts), refusal.value.detail) == ({}, "no such invitation")
        paths[name] = seen
    assert {name: path == before for name, path in paths.items()} == dict.fromkeys(paths, True)


def test_a_valid_token_with_an_unknown_type_is_as_unknown_as_a_guess(world: Any) -> None:
    _, link = world.invite()
    with statements(world) as known, pytest.raises(InvitationUnknownError):
        world.application.ceremony.answer("unknown", link.partition("#")[2], b"x")
    with statements(world) as guessed, pytest.raises(InvitationUnknownError):
        world.application.ceremony.answer("unknown", GUESS, b"x")
    assert known == guessed


def median(call: Any) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        with pytest.raises(Exception):  # noqa: B017 - which refusal it is, other tests say
            call()
        times.append(time.thread_time() - began)
    return statistics.median(times)


def test_guesses_and_replaced_tokens_take_the_same_time(world: Any) -> None:
    """Generous: machines of tests are noisy; what counts is that no kind is in another order of magnitude."""
    answer = world.application.ceremony.answer
    medians = {name: median(lambda t=token: answer("hello", t, b"x")) for name, token in outsiders(world).items()}
    assert max(medians.values()) < 4 * min(medians.values()) + 0.002, medians


def test_a_closed_invitation_and_a_wrong_signature_take_alike(world: Any) -> None:
    """Both need a valid token. Refusals beyond the fifty that are recorded cost no more than the reading."""
    contract, link = world.invite()
    signatory = world.signatory(link)
    signatory.hello()
    token = link.partition("#")[2]
    body = signatory.wire.message("hello", {"device_key": b64(spki(signatory.wire.device_key)), "lang": "de"})
    broken = body[:-8] + b"AAAAAAAA"
    other = world.signatory(link)
    stranger = other.wire.message("hello", {"device_key": b64(spki(other.wire.device_key)), "lang": "de"})
    answer = world.application.ceremony.answer
    for number in range(50):
        with pytest.raises(Exception):  # noqa: B017 - whatever is refused
            answer("hello", token, b"%d" % number)
    assert world.ledger(contract).count("message.refused") == 50
    wrong_signature = median(lambda: answer("hello", token, broken))
    bound = median(lambda: answer("hello", token, stranger))
    world.application.contracts.cancel(COMPANY, contract)
    closed = median(lambda: answer("hello", token, stranger))
    with pytest.raises(ServerRefused) as refusal:
        other.wire.sent["hello"] = stranger
        other.wire.again("hello")
    assert (refusal.value.status, refusal.value.code) == (410, "engine.invitation.closed")
    times = (wrong_signature, bound, closed)
    assert max(times) < 4 * min(times) + 0.002, times
