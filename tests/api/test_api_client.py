"""The client: repetitions that do nothing twice, refusals with their code, messages that are genuine."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esign.client import ApiClient, ApiProblem, ConnectionFailed, WebhookRefused
from esign.client.webhooks import verify
from esign.engine.webhooks.message import new_secret, sign
from tests.conftest import WEB
from tests.documents.own_documents import description
from tests.documents.pdf_making import made as pdf

SECRET = new_secret()
BODY = (
    b'{"data":{"contract":"c","event":"evt_1"},"timestamp":"2026-11-22T10:00:00.000000Z","type":"contract.concluded"}'
)
NOW = 1_795_345_200


def headers(body: bytes = BODY, secret: str = SECRET, at: int = NOW, **changes: str) -> dict[str, str]:
    made = {
        "Webhook-Id": "evt_1",
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": sign(secret, "evt_1", str(at), body),
    }
    return {**made, **changes}


def client(answers: list, **options) -> tuple[ApiClient, list[httpx.Request], list[float]]:
    asked: list[httpx.Request] = []
    slept: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        given_ = answers.pop(0)
        if isinstance(given_, Exception):
            raise given_
        return given_

    http = httpx.Client(transport=httpx.MockTransport(answer))
    return ApiClient("https://x.example/", "esk_k", http=http, sleep=slept.append, **options), asked, slept


def problem(status: int, code: str, **more) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "title": "t", "facts": {"a": 1}}, **more)


def test_a_broken_connection_and_a_busy_server_are_asked_again_with_the_same_key():
    made, asked, slept = client(
        [
            httpx.ConnectError("x"),
            problem(503, "store.database.unavailable", headers={"Retry-After": "2"}),
            problem(409, "api.idempotency.in_progress", headers={"Retry-After": "1"}),
            httpx.Response(201, json={"id": "c"}),
        ]
    )
    assert made.create_contract({}) == {"id": "c"}
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 1
    assert slept == [0.25, 2.0, 1.0]


def test_a_refusal_is_not_asked_again_and_carries_its_code():
    made, asked, _ = client([problem(422, "contracts.data")])
    with pytest.raises(ApiProblem) as refused:
        made.create_contract({})
    assert (refused.value.status, refused.value.problem, refused.value.details) == (422, "contracts.data", {"a": 1})
    assert len(asked) == 1
    assert "esk_k" not in repr(refused.value)


def test_it_gives_up_after_a_while():
    made, asked, _ = client([httpx.ConnectError("x")] * 3, tries=3)
    with pytest.raises(ConnectionFailed):
        made.key()
    assert len(asked) == 3
    made, _, _ = client([httpx.Response(502, text="<html>")] * 3, tries=3)
    with pytest.raises(ApiProblem) as refused:
        made.key()
    assert refused.value.problem == ""


def test_names_cannot_leave_their_place_in_the_address():
    made, asked, _ = client([httpx.Response(200, json={})])
    made.contract("../key?x#y")
    assert asked[0].url.raw_path == b"/api/v1/contracts/..%2Fkey%3Fx%23y"


def test_the_client_walks_through_an_installation(api):
    with ApiClient(WEB, api.key(), http=api.world.http) as made:
        references = [f"W-{number}" for number in range(3)]
        for reference in references:
            made.create_contract(api.world.sample("electricity-supply", reference=reference))
        assert [each["reference"] for each in made.contracts()] == references[::-1]
        assert list(made.contracts(created_before=datetime(2020, 1, 1, tzinfo=UTC))) == []
        assert len(list(made.events())) == 3
        webhook = made.create_webhook("https://hooks.example/")
        assert made.change_webhook(webhook["id"], kinds=["contract.failed"])["kinds"] == ["contract.failed"]
        made.test_webhook(webhook["id"])
        assert [each["kind"] for each in made.webhook_deliveries(webhook["id"])] == ["webhook.test"]
        made.delete_webhook(webhook["id"])
        assert made.webhooks() == []


def test_the_client_brings_documents_in(api):
    with ApiClient(WEB, api.key(), http=api.world.http) as made:
        file = made.upload(pdf(pages=2))
        assert file["pages"] == 2
        about = {name: value for name, value in description().items() if name != "document"}
        template = made.create_template(about, file["id"])
        assert [each["id"] for each in made.templates()] == [template["id"]]
        made.discard(file["id"])
        with pytest.raises(ApiProblem) as gone:
            made.create_template(about, file["id"])
        assert gone.value.status in (404, 410)
        with pytest.raises(ApiProblem) as refused:
            made.upload(b"%PDF-1.7 but nothing else")
        assert refused.value.problem.startswith("documents.")


def test_a_genuine_message_is_read():
    event = verify(BODY, headers(), [SECRET], now=NOW)
    assert (event.id, event.kind, event.contract) == ("evt_1", "contract.concluded", "c")


def test_a_message_about_a_withdrawal_names_the_declaration():
    told = {"contract": None, "declaration": "d", "event": "evt_1"}
    at = "2026-11-22T10:00:00.000000Z"
    body = json.dumps({"data": told, "timestamp": at, "type": "right.withdrawal_received"}).encode()
    event = verify(body, headers(body), [SECRET], now=NOW)
    assert (event.kind, event.contract, event.declaration) == ("right.withdrawal_received", None, "d")


def test_one_of_two_secrets_or_signatures_is_enough():
    both = f"{sign(new_secret(), 'evt_1', str(NOW), BODY)} {sign(SECRET, 'evt_1', str(NOW), BODY)}"
    changed = headers(**{"Webhook-Signature": both})
    assert verify(BODY, changed, [new_secret(), SECRET], now=NOW).id == "evt_1"


@pytest.mark.parametrize(
    ("body", "changed", "now"),
    [
        (BODY + b" ", {}, NOW),
        (BODY, {"Webhook-Id": "evt_2"}, NOW),
        (BODY, {"Webhook-Timestamp": str(NOW + 1)}, NOW),
        (BODY, {"Webhook-Timestamp": "x"}, NOW),
        (BODY, {"Webhook-Signature": ""}, NOW),
        (BODY, {"Webhook-Signature": "v1,"}, NOW),
        (BODY, {"Webhook-Signature": "ä"}, NOW),
        (BODY, {}, NOW + 301),
        (BODY, {}, NOW - 301),
    ],
)
def test_what_is_not_genuine_or_not_of_now_is_refused(body, changed, now):
    with pytest.raises(WebhookRefused) as refused:
        verify(body, headers(**changed), [SECRET], now=now)
    assert refused.value.code == "client.webhook"


@pytest.mark.parametrize("missing", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_a_missing_header_is_refused(missing):
    found = headers()
    del found[missing]
    with pytest.raises(WebhookRefused):
        verify(BODY, found, [SECRET], now=NOW)


@given(st.binary(max_size=200))
def test_whatever_is_signed_is_read_or_refused(body):
    try:
        verify(body, headers(body), [SECRET], now=NOW)
    except WebhookRefused:
        with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
            json.loads(body)["data"]["contract"]


def test_the_signature_is_the_one_of_standard_webhooks():
    """Source: the example of the specification's reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == wanted
