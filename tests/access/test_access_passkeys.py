"""Answers that no browser made: whatever a stranger sends in a passkey's place is refused, and no fault of ours."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from typing import Any

import pytest

from esign.access.errors import PasskeyRejected
from esign.access.passkeys import Passkey, Site, credential_of
from esign.foundation.encoding import b64url
from tests.company.authenticator import Authenticator

SITE = Site(origin="http://localhost:8080", relying_party="localhost")
CHALLENGE = b"c" * 32
USER = b"u"


def answers() -> tuple[str, str, Passkey]:
    """Return how a passkey is made, how it is used, and the passkey."""
    device = Authenticator()
    making = device.make(dict(SITE.making(challenge=CHALLENGE, user=USER, name="n", display_name="d", known=[])))
    passkey = SITE.made(making, challenge=CHALLENGE)
    return making, device.use(dict(SITE.using(challenge=CHALLENGE))), passkey


MADE, USED, PASSKEY = answers()
CLIENTS = (
    "[" * 3000,
    "null",
    "[]",
    "7",
    "{}",
    '{"type":1}',
    '{"type":"webauthn.get","challenge":null,"origin":[]}',
    '{"type":"webauthn.get","challenge":"AA","origin":"http://localhost:8080","tokenBinding":1}',
)


def refused_by_all(answer: str) -> None:
    """Fail where an answer is taken, or refused by anything but its own error."""
    with pytest.raises(PasskeyRejected):
        SITE.made(answer, challenge=CHALLENGE)
    with pytest.raises(PasskeyRejected):
        SITE.used(answer, PASSKEY, challenge=CHALLENGE, user=USER)


@pytest.mark.parametrize(
    "answer",
    [
        *("", "[" * 16_000, '{"a":' * 3_000, "null", "[]", "1", '"x"', "{}", '{"id":null}', "\ud800", "x" * 20_000),
        '{"id":"a","rawId":"a","response":[],"type":"public-key"}',
    ],
)
def test_what_is_no_answer_is_refused(answer: str) -> None:
    refused_by_all(answer)
    with pytest.raises(PasskeyRejected):
        credential_of(answer)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("answer", [MADE, USED])
def test_client_data_that_no_browser_writes_are_refused(answer: str, client: str) -> None:
    changed = json.loads(answer)
    changed["response"]["clientDataJSON"] = b64url(client.encode())
    refused_by_all(json.dumps(changed))


def test_whatever_is_changed_is_taken_or_refused_and_breaks_nothing() -> None:
    """Seeded: a thousand changed answers; only :class:`PasskeyRejected` may come of them."""
    draw = random.Random(20260101)

    def changed(answer: str) -> str:
        data: dict[str, Any] = json.loads(answer)
        where = data if draw.random() < 0.4 else data["response"]
        name = draw.choice(sorted(where))
        where[name] = draw.choice([None, 1, True, [], {}, "", "A", "é", "null", b64url(draw.randbytes(40))])
        return json.dumps(data)

    for _ in range(500):
        for call in (
            lambda text: SITE.made(text, challenge=CHALLENGE),
            lambda text: SITE.used(text, PASSKEY, challenge=CHALLENGE, user=USER),
            credential_of,
        ):
            with suppress(PasskeyRejected):
                call(changed(draw.choice([MADE, USED])))
