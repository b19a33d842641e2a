"""Rights by the interface: the period as the library says it, performance, declarations by letter, tasks, events."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from esign.client import ApiClient, ApiProblem
from tests.conftest import WEB
from tests.engine.test_engine_rights import JANA, concluded, declare

BERLIN = ZoneInfo("Europe/Berlin")


def test_from_the_period_over_a_letter_to_the_task_that_is_done(api, backend):
    contract = concluded(api.world)
    before = backend.get(f"/contracts/{contract}/withdrawal-period").json()
    assert before["right"] and before["statements"] == []
    assert {"start", "nominal_end", "shifted_end", "expires_at"} <= before["deadline"].keys()
    assert all(step["clause"] for step in before["deadline"]["steps"])
    day = api.world.clock.now().astimezone(BERLIN).date()
    wrong = {"event": "instruction_received", "at": day.isoformat(), "complete": False}
    made = backend.post(f"/contracts/{contract}/performance", wrong)
    assert made.status_code == 201 and made.json()["taken_back_at"] is None
    assert backend.get(f"/contracts/{contract}/withdrawal-period").json()["deadline"]["state"] == "not_started"
    back = backend.post(f"/contracts/{contract}/performance/take-back", {"statement": made.json()["id"]})
    assert back.json()["taken_back_at"] is not None
    assert backend.get(f"/contracts/{contract}/withdrawal-period").json()["deadline"] == before["deadline"]
    future = {"event": "fully_performed", "at": (day + timedelta(days=2)).isoformat()}
    refused = backend.post(f"/contracts/{contract}/performance", future)
    assert (refused.status_code, refused.json()["code"]) == (422, "contracts.performance")

    letter = {"right": "withdrawal", "channel": "letter", "received": day.isoformat(), **JANA, "lang": "en"}
    entered = backend.post("/declarations", letter)
    assert entered.status_code == 201
    declaration = entered.json()["id"]
    api.world.application.delivery.deliver_due()
    assert "by letter" in api.world.post.text()
    detail = backend.get(f"/declarations/{declaration}").json()
    assert (detail["contract"], detail["verdict"], detail["channel"]) == (contract, "in_time", "letter")
    assert backend.get(f"/declarations/{declaration}/acknowledgement").content.startswith(b"%PDF")
    (task,) = backend.get("/tasks?kind=withdrawal").json()["items"]
    assert task["declaration"] == declaration and task["due_on"] == (day + timedelta(days=14)).isoformat()
    assert backend.get(f"/tasks?due_to={day.isoformat()}").json()["items"] == []
    assert backend.post(f"/tasks/{task['id']}/done", {"words": "Erstattet."}).json()["state"] == "done"
    assert backend.get(f"/declarations/{declaration}").json()["state"] == "settled"
    assert [each["id"] for each in backend.get("/declarations?state=done").json()["items"]] == [declaration]
    nobody = backend.post("/declarations", {"right": "withdrawal", "channel": "phone", "received": day.isoformat()})
    assert (nobody.status_code, nobody.json()["code"]) == (422, "engine.right.incomplete")


def test_events_of_a_declaration_name_it_and_stay_with_its_company(api, backend):
    contract = concluded(api.world)
    made = declare(api.world)
    api.world.application.delivery.deliver_due()
    found = [each for each in backend.get("/events").json()["items"] if each["declaration"]]
    assert [(each["kind"], each["contract"]) for each in found] == [
        ("right.withdrawal_received", None),
        ("right.matched", contract),
        ("right.acknowledged", None),
    ]
    assert {each["declaration"] for each in found} == {made.id}
    (of_contract,) = backend.get(f"/contracts/{contract}/declarations").json()["items"]
    assert (of_contract["id"], of_contract["right"], of_contract["verdict"]) == (made.id, "withdrawal", "in_time")
    assert "Jana" not in str(of_contract)
    assert api.backend(tenant="other").get("/events").json()["items"] == []


def test_the_client_reads_and_tells_rights(api):
    contract = concluded(api.world)
    day = api.world.clock.now().astimezone(BERLIN).date().isoformat()
    with ApiClient(WEB, api.key(), http=api.world.http) as client:
        assert client.withdrawal_period(contract)["right"] is True
        assert client.information(contract)["rules"] and client.consents(contract) == []
        said = client.record_performance(contract, "performance_begun", day, note="Zähler gesetzt")
        assert client.take_back_performance(contract, said["id"])["taken_back_at"] is not None
        made = client.enter_declaration("withdrawal", "letter", day, sent=day, **JANA)["id"]
        api.world.application.delivery.deliver_due()
        assert [each["id"] for each in client.declarations()] == [made]
        assert [each["id"] for each in client.contract_declarations(contract)] == [made]
        assert client.acknowledgement(made).startswith(b"%PDF")
        (task,) = client.tasks(kind="withdrawal")
        assert client.finish_task(task["id"], "Erstattet.")["state"] == "done"
        assert list(client.tasks()) == [] and client.declaration(made)["state"] == "settled"
        with pytest.raises(ApiProblem) as refused:
            client.settle_declaration(made, "Noch einmal.")
        assert refused.value.status == 409
        kinds = [event["kind"] for event in client.events(contract, kind="performance.recorded")]
        assert kinds == ["performance.recorded"]


def test_a_webhook_is_told_of_a_withdrawal_and_of_the_end_of_the_period(api, backend):
    hook = backend.post("/webhooks", {"url": "https://hooks.example/rights"}).json()
    contract = concluded(api.world)
    made = declare(api.world)
    api.world.application.delivery.deliver_due()
    until = backend.get(f"/contracts/{contract}/withdrawal-period").json()["deadline"]["expires_at"]
    for _ in range(5):
        api.world.application.clocks.run_due()
    api.world.clock.offset += datetime.fromisoformat(until) - api.world.clock.now() + timedelta(minutes=1)
    for _ in range(5):
        api.world.application.clocks.run_due()
    while api.world.application.webhook_rounds.fan_out():
        pass
    told = [each["kind"] for each in backend.get(f"/webhooks/{hook['id']}/deliveries").json()["items"]]
    assert {"right.withdrawal_received", "right.matched", "clock.withdrawal_ended"} <= set(told)
    house = api.world.application.contracts.household
    with house.store.reading() as tx:
        rows = tx.webhooks.due(api.world.clock.now() + timedelta(days=1), 50)
    assert {row.declaration_id for row in rows if row.kind == "right.withdrawal_received"} == {made.id}
