"""Who is told of events: signed, repeated until it is received, and never lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from esign.client.webhooks import WebhookRefused, verify
from esign.engine.webhooks.rounds import DISABLED_AFTER, GIVEN_UP_AFTER, LONGEST_PAUSE, WebhookRounds
from esign.gateways.errors import GatewayTimeout

URL = "https://hooks.example/esign"


@dataclass
class Receiver:
    """A backend system's end: answers as it is told, and keeps what it got."""

    got: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    answers: list[int | Exception] = field(default_factory=list)

    def check(self, url: str) -> None:
        """Any address will do here; the guarded caller has tests of its own."""

    def post(self, url: str, body: bytes, headers: Any) -> int:
        self.got.append((url, body, dict(headers)))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kinds(self) -> list[str]:
        return [json.loads(body)["type"] for _, body, _ in self.got]


@pytest.fixture
def receiver(api) -> Iterator[Receiver]:
    end = Receiver()
    household = api.world.application.contracts.household
    object.__setattr__(household, "webhook_caller", end)
    return end


@pytest.fixture
def rounds(api, receiver) -> WebhookRounds:
    found = api.world.application.webhook_rounds
    object.__setattr__(found, "draw", lambda: 0.0)
    return found


def run(rounds: WebhookRounds) -> int:
    while rounds.fan_out():
        pass
    done = 0
    while tries := rounds.deliver_due():
        done += tries
    return done


def make(backend, **more: Any) -> dict[str, Any]:
    made = backend.post("/webhooks", {"url": URL, **more})
    assert made.status_code == 201
    return made.json()


def log(backend, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    return backend.get(f"/webhooks/{webhook['id']}/deliveries").json()["items"]


def test_what_happens_is_told_signed_and_says_nothing_personal(api, backend, receiver, rounds):
    webhook = make(backend)
    made = backend.post("/contracts", {"data": api.world.sample("electricity-supply"), "invite": True}).json()
    run(rounds)
    assert sorted(receiver.kinds()) == ["contract.drawn_up", "invitation.made"]
    for url, body, headers in receiver.got:
        assert url == URL
        event = verify(body, headers, [webhook["secret"]], now=api.world.clock.now().timestamp())
        assert event.contract == made["id"]
        assert set(json.loads(body)["data"]) <= {"event", "contract", "party", "case"}
        for word in ("Jana", "Beispiel", "@", made["reference"]):
            assert word not in body.decode()
    listed = {item["id"]: item["kind"] for item in backend.get("/events").json()["items"]}
    assert {headers["webhook-id"] for _, _, headers in receiver.got} == set(listed)


def test_each_event_is_told_once_whoever_looks_and_how_often(api, backend, receiver, rounds):
    make(backend)
    backend.post("/contracts", {"data": api.world.sample("electricity-supply")})
    for _ in range(3):
        run(rounds)
        run(WebhookRounds(household=rounds.household))
    assert receiver.kinds() == ["contract.drawn_up"]


def test_what_happened_before_is_not_told(api, backend, contract, receiver, rounds):
    make(backend)
    run(rounds)
    assert receiver.got == []


def test_only_the_wished_kinds_and_only_the_own_tenant_s(api, backend, receiver, rounds):
    make(backend, kinds=["invitation.made"])
    make(api.backend(tenant="other"))
    backend.post("/contracts", {"data": api.world.sample("electricity-supply"), "invite": True})
    run(rounds)
    assert receiver.kinds() == ["invitation.made"]


def test_a_failure_is_tried_again_with_the_same_name_and_bytes(api, backend, receiver, rounds):
    webhook = make(backend)
    receiver.answers = [500, GatewayTimeout(), 302, 200]
    backend.post("/contracts", {"data": api.world.sample("electricity-supply")})
    pauses = [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    run(rounds)
    for pause in pauses:
        api.world.clock.offset += pause - timedelta(seconds=2)
        assert run(rounds) == 0
        api.world.clock.offset += timedelta(seconds=3)
        assert run(rounds) == 1
    assert len({(body, headers["webhook-id"]) for _, body, headers in receiver.got}) == 1
    assert len({headers["webhook-signature"] for _, _, headers in receiver.got}) == 4
    (delivery,) = log(backend, webhook)
    assert delivery["state"] == "done"
    assert [(each["status"], each["code"]) for each in delivery["attempts"]] == [
        (500, "api.webhook.answer"),
        (None, "gateway.timeout"),
        (302, "api.webhook.answer"),
        (200, None),
    ]
    assert backend.get(f"/webhooks/{webhook['id']}").json()["failing_since"] is None


def test_after_three_days_it_is_given_up_and_can_be_sent_once_more(api, backend, receiver, rounds):
    webhook = make(backend)
    backend.post("/contracts", {"data": api.world.sample("electricity-supply")})
    receiver.answers = [500] * 100
    tries = run(rounds)
    begun = api.world.clock.offset
    while log(backend, webhook)[0]["state"] == "waiting":
        api.world.clock.offset += LONGEST_PAUSE
        tries += run(rounds)
    assert GIVEN_UP_AFTER - LONGEST_PAUSE <= api.world.clock.offset - begun <= GIVEN_UP_AFTER
    (delivery,) = log(backend, webhook)
    assert (delivery["state"], len(delivery["attempts"])) == ("dead", tries)
    receiver.answers = []
    again = backend.post(f"/webhooks/{webhook['id']}/deliveries/{delivery['id']}/redeliver")
    assert again.status_code == 202
    refused = backend.post(f"/webhooks/{webhook['id']}/deliveries/{delivery['id']}/redeliver")
    assert (refused.status_code, refused.json()["code"]) == (409, "api.webhook.under_way")
    assert run(rounds) == 1
    assert log(backend, webhook)[0]["state"] == "done"


def test_after_five_days_of_failures_it_is_disabled_and_its_people_are_told(api, backend, receiver, rounds):
    webhook = make(backend, notify="technik@firma.example")
    receiver.answers = [500] * 1000
    for _ in range(DISABLED_AFTER.days + 1):
        backend.post("/contracts", {"data": api.world.sample("electricity-supply")})
        run(rounds)
        api.world.clock.offset += timedelta(days=1)
    run(rounds)
    shown = backend.get(f"/webhooks/{webhook['id']}").json()
    assert shown["state"] == "disabled"
    assert {item["state"] for item in log(backend, webhook)} == {"dead"}
    assert rounds.tell_disabled() == 1
    assert rounds.tell_disabled() == 0
    assert api.world.post.message()["To"] == "technik@firma.example"
    assert webhook["id"] in api.world.post.text()
    with rounds.household.store.reading() as tx:
        (entry,) = [
            item for item in tx.audit.newest("default", before=None, limit=50) if item.kind == "webhook.disabled"
        ]
    assert entry.facts["webhook"] == webhook["id"]
    refused = backend.post(f"/webhooks/{webhook['id']}/test")
    assert (refused.status_code, refused.json()["code"]) == (409, "api.webhook.disabled")
    receiver.answers = []
    assert backend("PATCH", f"/webhooks/{webhook['id']}", {"state": "active"}).json()["failing_since"] is None
    before = len(receiver.got)
    assert run(rounds) == 0
    backend.post(f"/webhooks/{webhook['id']}/test")
    assert run(rounds) == 1
    assert receiver.kinds()[before:] == ["webhook.test"]


def test_a_receiver_that_says_it_is_gone_is_disabled_at_once(api, backend, receiver, rounds):
    webhook = make(backend)
    backend.post(f"/webhooks/{webhook['id']}/test")
    receiver.answers = [410]
    run(rounds)
    assert backend.get(f"/webhooks/{webhook['id']}").json()["state"] == "disabled"


def test_for_a_day_both_secrets_sign(api, backend, receiver, rounds):
    old = make(backend)
    new = backend.post(f"/webhooks/{old['id']}/rotate-secret").json()
    assert new["secret"] != old["secret"]
    backend.post(f"/webhooks/{old['id']}/test")
    run(rounds)
    _, body, headers = receiver.got[-1]
    assert len(headers["webhook-signature"].split()) == 2
    now = api.world.clock.now().timestamp()
    for secret in (old["secret"], new["secret"]):
        assert verify(body, headers, [secret], now=now).kind == "webhook.test"
    api.world.clock.offset += timedelta(hours=25)
    backend.post(f"/webhooks/{old['id']}/test")
    run(rounds)
    _, body, headers = receiver.got[-1]
    now = api.world.clock.now().timestamp()
    assert verify(body, headers, [new["secret"]], now=now).kind == "webhook.test"
    with pytest.raises(WebhookRefused):
        verify(body, headers, [old["secret"]], now=now)


def test_a_worker_that_died_leaves_its_lease_to_another(api, backend, receiver, rounds):
    webhook = make(backend)
    backend.post(f"/webhooks/{webhook['id']}/test")
    (leased,) = rounds._lease()
    assert run(rounds) == 0
    api.world.clock.offset += timedelta(minutes=3)
    assert run(WebhookRounds(household=rounds.household)) == 1
    rounds._deliver(*leased)  # the dead one comes back: what it did is not recorded
    (delivery,) = log(backend, webhook)
    assert (delivery["state"], len(delivery["attempts"])) == ("done", 1)


def test_one_that_fails_does_not_hold_up_another(api, backend, receiver, rounds):
    failing, other = make(backend), make(backend)
    for webhook in (failing, other):
        for _ in range(3):
            backend.post(f"/webhooks/{webhook['id']}/test")
    with rounds.household.store.transaction() as tx:
        tx.webhooks.update(replace(tx.webhooks.get(failing["id"]), failing_since=api.world.clock.now()))
    leased = [webhook.id for webhook, _ in rounds._lease()]
    assert leased.count(failing["id"]) == 1
    assert leased.count(other["id"]) == 3


def test_a_webhook_is_changed_and_deleted_with_its_log(api, backend, receiver, rounds):
    webhook = make(backend)
    path = f"/webhooks/{webhook['id']}"
    changed = backend("PATCH", path, {"url": "https://new.example/", "kinds": ["contract.concluded"]}).json()
    assert (changed["url"], changed["kinds"]) == ("https://new.example/", ["contract.concluded"])
    backend.post(f"{path}/test")
    run(rounds)
    assert backend("DELETE", path).status_code == 204
    assert backend.get(path).status_code == 404
    backend.post("/contracts", {"data": api.world.sample("electricity-supply")})
    assert run(rounds) == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://hooks.example/"}, "gateway.address"),
        ({"url": "https://127.0.0.1/"}, "gateway.address.private"),
        ({"url": "https://[::1]/"}, "gateway.address.private"),
        ({"url": "https://169.254.169.254/latest"}, "gateway.address.private"),
        ({"url": "https://user:pass@hooks.example/"}, "gateway.address"),
        ({"url": "javascript:alert(1)"}, "gateway.address"),
        ({"url": URL, "kinds": ["everything"]}, "api.request"),
        ({"url": URL, "notify": "nobody"}, "api.webhook"),
        ({"url": URL, "notify": "a@b.example\r\nBcc: c@d.example"}, "api.webhook"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(api, backend, body, code):
    before = api.entries()
    refused = backend.post("/webhooks", body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert api.entries() == before


def test_there_are_not_more_than_twenty(backend):
    for _ in range(20):
        make(backend)
    refused = backend.post("/webhooks", {"url": URL})
    assert (refused.status_code, refused.json()["code"]) == (422, "api.webhook.too_many")


def test_secrets_and_addresses_are_sealed(api, backend, receiver, rounds):
    webhook = make(backend, url="https://hooks.example/path-secret-9")
    for file in api.world.settings.state_dir.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert webhook["secret"].encode() not in data
            assert b"path-secret-9" not in data


def test_the_log_is_forgotten_after_a_month(api, backend, receiver, rounds):
    webhook = make(backend)
    backend.post(f"/webhooks/{webhook['id']}/test")
    run(rounds)
    assert rounds.forget_due() == 0
    api.world.clock.offset += timedelta(days=29)
    backend_now = api.backend()
    assert len(log(backend_now, webhook)) == 1
    api.world.clock.offset += timedelta(days=2)
    assert rounds.forget_due() == 1


def test_the_log_comes_in_pages(api, backend, receiver, rounds):
    webhook = make(backend)
    made = [backend.post(f"/webhooks/{webhook['id']}/test").json()["id"] for _ in range(5)]
    path = f"/webhooks/{webhook['id']}/deliveries"
    found, after = [], ""
    while True:
        page = backend.get(f"{path}?limit=2{after}").json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == made[::-1]
