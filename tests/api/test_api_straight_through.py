"""Straight through: answers come in by the interface, and the concluded contract goes out, with nobody involved."""

from __future__ import annotations

import json
from typing import Any

import pytest

from esign.client.webhooks import verify
from esign.evidence import verify_dossier
from esign.evidence.entry import Entry
from tests.conftest import PERSONS
from tests.form_answers import ACCEPTED, answers_of

HOOK = "https://hooks.example/esign"


class Receiver:
    """A backend system's end."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, dict[str, str]]] = []

    def check(self, url: str) -> None:
        """Any address will do here."""

    def post(self, url: str, body: bytes, headers: Any) -> int:
        self.got.append((body, dict(headers)))
        return 204


@pytest.mark.parametrize("form", sorted(ACCEPTED))
def test_from_answers_to_a_concluded_contract_and_its_webhook(api, backend, form: str) -> None:
    world = api.world
    receiver = Receiver()
    object.__setattr__(world.application.contracts.household, "webhook_caller", receiver)
    secret = backend.post("/webhooks", {"url": HOOK}).json()["secret"]
    body = {"form": form, "answers": answers_of(form), "reference": "ORDER 4711"}
    sent = backend.post("/cases", body, headers={"Idempotency-Key": "order-4711"})
    assert sent.status_code == 201 and sent.json()["outcome"] == "accept"
    again = backend.post("/cases", body, headers={"Idempotency-Key": "order-4711"})
    assert again.json() == sent.json() and again.headers["Idempotency-Replayed"] == "true"
    assert len(backend.get("/contracts").json()["items"]) == 1
    case, contract = sent.json()["case"], sent.json()["contract"]
    world.application.delivery.deliver_due()
    world.signatory(world.link(), PERSONS[form]).run()
    world.application.delivery.deliver_due()
    found = backend.get(f"/contracts/{contract}").json()
    assert (found["state"], found["reference"]) == ("concluded", "ORDER 4711")
    assert backend.get(f"/contracts/{contract}/documents/signed").content.startswith(b"%PDF-")
    assert backend.get(f"/cases/{case}").json()["state"] == "accepted"
    rounds = world.application.webhook_rounds
    while rounds.fan_out():
        pass
    while rounds.deliver_due():
        pass
    told = {}
    for raw, headers in receiver.got:
        verify(raw, headers, [secret])
        event = json.loads(raw)
        told[event["type"]] = event["data"]
    assert told["case.accepted"]["case"] == case and told["case.accepted"]["contract"] == contract
    assert told["contract.concluded"]["contract"] == contract
    with world.application.contracts.household.store.reading() as tx:
        entries = [Entry.parse(stored.data) for stored in tx.ledger.read()]
    acting = {str(entry.facts["by"]) for entry in entries if "by" in entry.facts}
    assert not any(each.startswith("account:") for each in acting), "no employee was involved"
    assert world.application.ledger.verify().intact
    dossier = world.application.dossiers.create(api.actor(backend.secret), contract)
    assert world.ledger(contract)[:3] == ["contract.drawn_up", "formation.begun", "invitation.made"]
    assert "formation.concluded" in world.ledger(contract)
    assert "case.accepted" in world.ledger(contract), "the dossier says why there is a contract"
    assert verify_dossier(dossier, anchors=world.application.contracts.household.trust.certificates).valid


@pytest.mark.parametrize(
    ("form", "case", "outcome"),
    [
        ("electricity-supply", "too much for a household", "refer"),
        ("electricity-supply", "gas meter", "refuse"),
        ("mobile-plan", "somebody else's number", "ask"),
        ("cost-approval", "old prescription", "ask"),
        ("household-insurance", "holiday home", "refuse"),
    ],
)
def test_what_the_rules_do_not_accept_makes_no_contract(api, backend, form: str, case: str, outcome: str) -> None:
    sent = backend.post("/cases", {"form": form, "answers": answers_of(form, case)})
    assert (sent.status_code, sent.json()["outcome"], sent.json()["contract"]) == (201, outcome, None)
    assert sent.json()["reasons"][0]["text"]["de"]
    assert backend.get("/contracts").json()["items"] == []


def test_wrong_answers_keep_nothing_and_say_what_is_wrong(api, backend) -> None:
    before = api.entries()
    answer = backend.post("/cases", {"form": "mobile-plan", "answers": answers_of("mobile-plan", postal_code="0078")})
    assert (answer.status_code, answer.json()["case"]) == (200, None)
    assert "postal_code" in {each["field"] for each in answer.json()["findings"]}
    unknown = backend.post("/cases", {"form": "mobile-plan", "answers": {"no_such_field": "x"}})
    assert (unknown.status_code, unknown.json()["code"]) == (400, "forms.answers.unknown_field")
    missing = backend.post("/cases", {"form": "no-such-form", "answers": {}})
    assert (missing.status_code, missing.json()["code"]) == (404, "engine.form.not_offered")
    large = backend.post("/cases", {"form": "mobile-plan", "answers": {"given_name": "x" * 2001}})
    assert large.status_code == 422
    flood = backend.post("/cases", {"form": "mobile-plan", "answers": {f"f{n}": "x" * 1999 for n in range(199)}})
    assert flood.status_code in (400, 413)
    assert api.entries() == before


def test_a_backend_system_decides_what_was_referred(api, backend) -> None:
    answers = answers_of("electricity-supply", "too much for a household")
    case = backend.post("/cases", {"form": "electricity-supply", "answers": answers}).json()["case"]
    assert [each["id"] for each in backend.get("/cases?state=referred").json()["items"]] == [case]
    assert backend.post(f"/cases/{case}/decide", {"accept": False}).json()["code"] == "engine.case.reason"
    decided = backend.post(f"/cases/{case}/decide", {"accept": True})
    assert decided.json()["state"] == "accepted"
    assert backend.get(f"/contracts/{decided.json()['contract']}").json()["state"] == "invited"
    assert backend.post(f"/cases/{case}/close", {}).status_code == 409
    kinds = [each["kind"] for each in backend.get("/events").json()["items"] if each["case"] == case]
    assert kinds == ["case.referred", "contract.drawn_up", "case.accepted"]
