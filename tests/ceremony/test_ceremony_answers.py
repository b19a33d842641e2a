"""Answers: canonical JSON of the protocol, or a fault of ours before anything leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from esign import ceremony
from esign.ceremony.errors import AnswerMalformedError
from esign.ceremony.messages import MESSAGE_TYPES
from esign.ceremony.schema import load_schema
from esign.foundation.canonical import parse_canonical
from esign.foundation.encoding import b64url

GREETING = ceremony.Greeting(
    state="waiting",
    server_time=1_800_000_000,
    sandbox=True,
    contract_id="Q29udHJhY3Q",
    title="Liefervertrag",
    company="Beispiel GmbH",
    reference="2026-0815",
    given_name="Jana",
    family_name="Beispiel",
    role="Kundin",
    represents="",
    level="advanced",
    user_verification="required",
    identification=ceremony.OidcIdentification(issuer="https://idp.example", client_id="esign"),
    enrolment=ceremony.OfferedEnrolment(id="RW5y", nonce=bytes(32), expires_at=1_800_000_900),
    expires_at=1_800_600_000,
)
ANSWERS = ("hello", "enrol", "open", "intent", "signature", "handover", "decline")


@pytest.mark.parametrize("name", ["common", "transcript", *MESSAGE_TYPES, *(f"answers/{name}" for name in ANSWERS)])
def test_every_schema_is_a_schema_and_closed(name: str) -> None:
    schema = load_schema(name)
    Draft202012Validator.check_schema(schema)

    def closed(rule: Any) -> None:
        if isinstance(rule, dict):
            if rule.get("type") == "object":
                assert rule["additionalProperties"] is False
                assert set(rule["required"]) <= set(rule["properties"])
            for inner in rule.values():
                closed(inner)
        elif isinstance(rule, list):
            for inner in rule:
                closed(inner)

    closed(schema)


def test_hello_says_what_the_invitation_is_about() -> None:
    found = parse_canonical(ceremony.answer_hello(GREETING))
    assert found["identification"] == {"method": "oidc", "issuer": "https://idp.example", "client_id": "esign"}
    assert found["enrolment"] == {"id": "RW5y", "nonce": b64url(bytes(32)), "expires_at": 1_800_000_900}
    assert (found["v"], found["state"], found["sandbox"]) == ("esign/1", "waiting", True)


def test_at_the_simple_level_the_address_is_the_identification() -> None:
    simple = replace(GREETING, level="simple", user_verification="none", identification=None, enrolment=None)
    found = parse_canonical(ceremony.answer_hello(simple))
    assert (found["identification"], found["enrolment"]) == ({"method": "email"}, None)


@pytest.mark.parametrize(
    "change", [{"state": "free"}, {"given_name": ""}, {"expires_at": -1}, {"title": "two\nlines"}, {"contract_id": "…"}]
)
def test_an_answer_that_is_none_does_not_leave(change: dict[str, Any]) -> None:
    with pytest.raises(AnswerMalformedError) as refused:
        ceremony.answer_hello(replace(GREETING, **change))
    assert refused.value.code == "ceremony.answer"


def test_the_other_answers(world: Any) -> None:
    attempt = world.open()
    enrol = parse_canonical(ceremony.answer_enrol(certificate=b"cert", chain=(b"above",)))
    assert enrol["certificate_id"] == ceremony.keys.key_id(b"cert").hex() and enrol["chain"] == [b64url(b"above")]
    opened = parse_canonical(
        ceremony.answer_open(
            transcript=attempt.transcript.canonical(),
            declaration="Ich schließe\nden Vertrag.",
            policy=b"policy",
            summary=b"{}",
            capsule=attempt.capsule,
        )
    )
    assert opened["capsule"] == {"enc": b64url(attempt.capsule.enc), "ct": b64url(attempt.capsule.ct)}
    assert parse_canonical(ceremony.answer_intent(attributes=b"\x31\x00")) == {"attributes": "MQA"}
    signed = {"state": "signed", "document": {"sha256": "00" * 32}}
    assert parse_canonical(ceremony.answer_signed(document_digest=bytes(32))) == signed
    with pytest.raises(AnswerMalformedError):
        ceremony.answer_signed(document_digest=b"short")


def test_a_hand_over_carries_token_link_and_qr_code() -> None:
    square = [[1] * 21 for _ in range(21)]
    token = "A" * 43
    answer = ceremony.answer_handover(token=token, link=f"https://a.example/#{token}", expires_at=1, qr=square)
    found = {"token": token, "link": f"https://a.example/#{token}", "expires_at": 1, "qr": square}
    assert parse_canonical(answer) == found
    for wrong in ({"token": "short"}, {"qr": []}, {"qr": [[2] * 21] * 21}, {"expires_at": -1}, {"link": "no link"}):
        with pytest.raises(AnswerMalformedError):
            ceremony.answer_handover(**{**found, **wrong})
    assert parse_canonical(ceremony.answer_decline()) == {"state": "closed"}
