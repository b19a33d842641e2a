"""Many contracts at once by the interface: checked, confirmed, made once each, told at the end."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from esign.access import Permission, system
from esign.client import ApiClient
from tests.conftest import WEB
from tests.form_answers import answers_of

KEY = {"Idempotency-Key": "campaign-1"}


def many(api: Any, count: int, **wrong: Any) -> list[dict[str, Any]]:
    data = [api.world.sample("mobile-plan", reference=f"B-{number}") for number in range(1, count + 1)]
    return [*data[:-1], {**data[-1], **wrong}] if wrong else data


def finish(api: Any) -> None:
    while api.world.application.bulk.run_due():
        pass


def kinds(api: Any, backend: Any) -> list[str]:
    return [event["kind"] for event in backend.get("/events?limit=100").json()["items"]]


def test_a_run_is_checked_confirmed_made_once_each_and_told_at_its_end(api, backend):
    backend.post("/webhooks", {"url": "https://hooks.example/a", "kinds": ["bulk.finished"]})
    body = {"name": "campaign", "contracts": many(api, 4, lang="fr"), "validity": {"days": 5, "reminders": [1]}}
    made = backend.post("/bulk-runs", body, headers=KEY)
    assert made.status_code == 201, made.text
    run = made.json()
    assert made.headers["Location"].endswith(f"/bulk-runs/{run['id']}")
    assert (run["state"], run["kind"], run["counts"]["waiting"], run["counts"]["bad"]) == ("checked", "data", 3, 1)
    assert backend.post("/bulk-runs", body, headers=KEY).json() == run, "checked twice"
    assert [each["id"] for each in backend.get("/bulk-runs").json()["items"]] == [run["id"]]
    (bad,) = backend.get(f"/bulk-runs/{run['id']}/rows?state=bad").json()["items"]
    assert (bad["number"], bad["findings"][0]["column"]) == (4, "lang")
    assert backend.get("/contracts").json()["items"] == [], "a check drew something up"

    assert backend.post(f"/bulk-runs/{run['id']}/start").json()["state"] == "running"
    finish(api)
    assert backend.post(f"/bulk-runs/{run['id']}/start").json()["state"] == "done"
    rows, after = [], ""
    while True:
        page = backend.get(f"/bulk-runs/{run['id']}/rows?limit=2{after}").json()
        rows += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert [row["state"] for row in rows] == ["done", "done", "done", "bad"]
    assert [row["reference"] for row in rows[:3]] == ["B-1", "B-2", "B-3"]
    found = backend.get(f"/contracts/{rows[0]['contract']}").json()
    assert found["state"] == "invited"
    ends = backend.get(f"/contracts/{found['id']}/parties").json()["items"][0]["expires_at"]
    assert ends[:10] == (api.world.clock.now() + timedelta(days=5)).date().isoformat()
    deadlines = backend.get(f"/contracts/{found['id']}/deadlines").json()["items"]
    assert [each["kind"] for each in deadlines if each["kind"] != "offer"] == ["reminder", "invitation"]

    told = [event for event in backend.get("/events?limit=100").json()["items"] if event["kind"] == "bulk.finished"]
    assert [(event["bulk"], event["contract"]) for event in told] == [(run["id"], None)]
    only = backend.get("/events?kind=bulk.finished").json()["items"]
    assert only == told and backend.get("/events?kind=nothing").status_code == 422
    api.world.application.webhook_rounds.fan_out()
    with api.world.application.contracts.household.store.reading() as tx:
        queued = tx.webhooks.due(api.world.clock.now(), 10)
    assert [(each.kind, each.bulk_id) for each in queued] == [("bulk.finished", run["id"])]
    assert api.backend(tenant="other").get("/events").json()["items"] == []


def test_rows_of_a_file_are_read_as_they_are_encoded_and_that_is_said(api, backend):
    answers = answers_of("mobile-plan")
    head = ["Vertragsnummer", *answers, "sign_by", "Bemerkung"]
    last = api.world.clock.now() + timedelta(days=9)
    cells = ["CSV-1", *answers.values(), last.strftime("%d.%m.%Y"), "=1+1 Ü"]
    for encoding in ("utf-8-sig", "utf-16", "windows-1252", "utf-8"):
        csv = f"{';'.join(head)}\r\n{';'.join(cells)}\r\n".encode(encoding)
        sent = backend("POST", "/bulk-runs?form=mobile-plan", content=csv, headers={"Content-Type": "text/csv"})
        assert sent.status_code == 201, sent.text
        run = sent.json()
        said = encoding.removesuffix("-sig")
        assert (run["encoding"], run["delimiter"], run["ignored"]) == (said, ";", ["Bemerkung"])
        rows = backend.get(f"/bulk-runs/{run['id']}/rows").json()["items"]
        assert (run["form"], run["counts"]["waiting"]) == ("mobile-plan", 1), rows
    backend.post(f"/bulk-runs/{run['id']}/start")
    finish(api)
    (row,) = backend.get(f"/bulk-runs/{run['id']}/rows").json()["items"]
    assert backend.get(f"/contracts/{row['contract']}").json()["valid_until"] == last.date().isoformat()


REFUSED = [
    ({}, "api.request"),
    ({"rows": [{"a": "b"}]}, "api.request"),
    ({"form": "mobile-plan", "like": "x", "rows": [{"a": "b"}]}, "api.request"),
    ({"form": "mobile-plan", "rows": []}, "api.request"),
    ({"form": "mobile-plan", "rows": [{"a": 1}]}, "api.request"),
    ({"form": "mobile-plan", "rows": [{"a": "b"}] * 1001}, "api.request"),
    ({"form": "nothing", "rows": [{"a": "b"}]}, "forms.unknown"),
    ({"like": "0123456789", "rows": [{"a": "b"}]}, "engine.contract.unknown"),
    ({"form": "mobile-plan", "rows": [{"a": "b"}], "validity": {"days": 91}}, "engine.validity"),
    ({"form": "mobile-plan", "rows": [{"a": "b"}], "validity": {"until": "2027-02-31"}}, "engine.validity"),
]


def test_what_is_no_run_is_refused_and_nothing_is_kept(api, backend):
    before = api.entries()
    for body, code in REFUSED:
        answer = backend.post("/bulk-runs", body)
        assert answer.status_code in (404, 422) and answer.json()["code"].startswith(code), answer.text
    assert (api.entries(), backend.get("/bulk-runs").json()["items"]) == (before, [])


def test_a_cancelled_run_and_a_revoked_key_make_nothing_more(api, backend):
    first, second = (
        backend.post("/bulk-runs", {"contracts": [api.world.sample("mobile-plan", reference=name)]}).json()["id"]
        for name in ("C-1", "C-2")
    )
    assert backend.post(f"/bulk-runs/{first}/cancel").json()["state"] == "cancelled"
    assert backend.post(f"/bulk-runs/{first}/start").status_code == 409
    backend.post(f"/bulk-runs/{second}/start")
    api.world.application.api_keys.revoke(system("default"), backend.get("/key").json()["id"])
    finish(api)
    other = api.backend()
    assert other.get(f"/bulk-runs/{second}").json()["state"] == "cancelled"
    assert other.get("/contracts").json()["items"] == []
    assert kinds(api, other).count("bulk.cancelled") == 2
    assert api.backend(Permission.CONTRACTS_READ).get("/bulk-runs").status_code == 403


def test_the_client_walks_through_a_run(api):
    with ApiClient(WEB, api.key(), http=api.world.http) as client:
        pattern = client.create_contract(api.world.sample("mobile-plan"))
        person = api.world.sample("mobile-plan")["signatory"]
        places = {f"signatory.{name}": person[name] for name in ("given_name", "family_name", "email", "street")}
        places |= {f"signatory.{name}": person[name] for name in ("postal_code", "town")}
        rows = [{"reference": f"L-{number}", **places} for number in (1, 2)]
        run = client.check_bulk(rows, like=pattern["id"], validity={"days": 7})
        assert (run["counts"]["waiting"], run["validity"]) == (2, {"days": 7}), list(client.bulk_rows(run["id"]))
        client.start_bulk(run["id"])
        finish(api)
        assert [row["state"] for row in client.bulk_rows(run["id"])] == ["done", "done"]
        assert client.bulk_run(run["id"])["state"] == "done" and len(list(client.bulk_runs())) == 1
        file = f"{';'.join(rows[0])}\nL-3;{';'.join(places.values())}\n".encode()
        checked = client.check_bulk_csv(file, like=pattern["id"], valid_days="3")
        assert (checked["counts"]["waiting"], checked["validity"]) == (1, {"days": 3})
        assert client.cancel_bulk(checked["id"])["state"] == "cancelled"


def test_a_body_beyond_two_mebibytes_is_refused(api, backend):
    large = json.dumps({"form": "mobile-plan", "rows": [{"a": "b" * 2000}] * 1100}).encode()
    answer = backend("POST", "/bulk-runs", content=large, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "web.body_too_large")
