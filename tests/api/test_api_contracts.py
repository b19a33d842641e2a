"""From data to a concluded contract without a screen."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import pytest

from esign.access import Permission
from esign.evidence import verify_dossier
from esign.foundation.clock import rfc3339

UNKNOWN = "0123456789abcdefghijkl"


def test_a_contract_is_drawn_up_invited_signed_and_taken(api, backend):
    data = api.world.sample("electricity-supply")
    made = backend.post("/contracts", {"data": data, "invite": True})
    assert made.status_code == 201
    contract = made.json()
    assert contract["state"] == "invited"
    assert contract["reference"] == data["reference"]
    assert made.headers["Location"].endswith(f"/api/v1/contracts/{contract['id']}")
    path = f"/contracts/{contract['id']}"
    assert backend.get(path).json() == contract

    api.world.application.delivery.deliver_due()
    api.world.signatory(api.world.link()).run()
    api.world.application.delivery.deliver_due()
    assert backend.get(path).json()["state"] == "concluded"
    assert backend.get(f"{path}/parties").json()["items"][0]["state"] == "signed"

    documents = {item["document"]: item for item in backend.get(f"{path}/documents").json()["items"]}
    assert set(documents) == {"draft", "signed"}
    signed = backend.get(f"{path}/documents/signed")
    digest = hashlib.sha256(signed.content)
    assert signed.content.startswith(b"%PDF-")
    assert documents["signed"]["sha256"] == digest.hexdigest()
    assert signed.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    again = backend.get(f"{path}/documents/signed", headers={"If-None-Match": signed.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    dossier = backend.get(f"{path}/dossier")
    assert verify_dossier(dossier.content, anchors=api.world.application.contracts.household.trust.certificates).valid
    kinds = [event["kind"] for event in backend.get(f"{path}/events").json()["items"]]
    assert kinds[:2] == ["contract.drawn_up", "invitation.made"]
    assert "contract.concluded" in kinds
    assert kinds[-1] == "dossier.created"


def test_data_that_contradict_themselves_are_refused_with_the_place(api, backend):
    data = api.world.sample("electricity-supply")
    data["price"]["total_cents"] += 1
    before = api.entries()
    refused = backend.post("/contracts", {"data": data})
    assert refused.status_code == 422
    assert refused.json()["code"].startswith("contracts.data")
    assert api.entries() == before


def test_data_that_are_not_as_described_are_refused_at_the_door(api, backend):
    data = api.world.sample("electricity-supply")
    del data["signatory"]["email"]
    refused = backend.post("/contracts", {"data": data})
    assert (refused.status_code, refused.json()["code"]) == (422, "api.request")
    assert refused.json()["facts"] == {"place": "body/data/signatory", "rule": "required"}


def test_an_invitation_that_fails_leaves_no_contract_behind(api, backend, monkeypatch):
    desk = type(api.world.application.contracts)

    def fail(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(desk, "_invite", fail)
    before = api.entries()
    made = backend.post("/contracts", {"data": api.world.sample("electricity-supply"), "invite": True})
    assert made.status_code == 500
    assert made.json()["code"] == "internal"
    assert "power" not in made.text
    assert api.entries() == before
    assert backend.get("/contracts").json()["items"] == []


def test_an_invitation_s_link_is_never_told(api, backend, contract):
    invited = backend.post(f"/contracts/{contract}/invite", {})
    assert invited.json()["items"][0]["party"] == "signatory-1"
    api.world.application.delivery.deliver_due()
    token = api.world.link().partition("#")[2]
    for path in ("", "/parties", "/events", "/data"):
        assert token not in backend.get(f"/contracts/{contract}{path}").text
    assert token not in invited.text


def test_a_party_is_reminded_once_a_day(api, backend, contract):
    assert backend.post(f"/contracts/{contract}/remind", {"party": "signatory-1"}).json()["code"] == (
        "engine.contract.state"
    )
    backend.post(f"/contracts/{contract}/invite", {})
    api.world.clock.offset += timedelta(hours=1)
    assert backend.post(f"/contracts/{contract}/remind", {"party": "signatory-1"}).status_code == 200
    refused = backend.post(f"/contracts/{contract}/remind", {"party": "signatory-1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "engine.invitation.reminded")
    api.world.clock.offset += timedelta(hours=25)
    assert backend.post(f"/contracts/{contract}/remind", {"party": "signatory-1"}).status_code == 200
    assert api.world.application.delivery.deliver_due() == 3


def test_resend_correct_delegate_and_cancel(api, backend, contract):
    backend.post(f"/contracts/{contract}/invite", {})
    assert backend.post(f"/contracts/{contract}/resend", {"party": "signatory-1"}).status_code == 200
    corrected = backend.post(
        f"/contracts/{contract}/correct-address", {"party": "signatory-1", "email": "jana@neu.example"}
    )
    assert corrected.status_code == 201
    new = corrected.json()["id"]
    assert new != contract
    assert backend.get(f"/contracts/{contract}").json()["state"] == "cancelled"
    assert backend.get(f"/contracts/{new}/parties").json()["items"][0]["email"] == "jana@neu.example"
    person = {**api.world.sample("electricity-supply")["signatory"], "given_name": "Jonas"}
    delegated = backend.post(f"/contracts/{new}/delegate", {"party": "signatory-1", "person": person})
    assert delegated.status_code == 201
    last = delegated.json()["id"]
    assert backend.get(f"/contracts/{last}/parties").json()["items"][0]["given_name"] == "Jonas"
    cancelled = backend.post(f"/contracts/{last}/cancel", {"reason": "Irrtum"})
    assert cancelled.json()["state"] == "cancelled"
    again = backend.post(f"/contracts/{last}/cancel", {})
    assert (again.status_code, again.json()["code"]) == (410, "engine.contract.cancelled")


@pytest.mark.parametrize("email", ["", "jana", "a@b", "x" * 161])
def test_an_address_that_is_none_is_refused(backend, contract, email):
    refused = backend.post(f"/contracts/{contract}/correct-address", {"party": "signatory-1", "email": email})
    assert refused.status_code == 422
    assert backend.get(f"/contracts/{contract}").json()["state"] == "drawn_up"


def test_contracts_come_in_pages_that_neither_leave_out_nor_repeat(api, backend):
    made = []
    for number in range(5):
        data = api.world.sample("electricity-supply", reference=f"P-{number}")
        made.append(backend.post("/contracts", {"data": data}).json()["id"])
    found, after = [], ""
    while True:
        page = backend.get(f"/contracts?limit=2{after}").json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == list(reversed(made))


def test_contracts_are_filtered(api, backend):
    first = backend.post("/contracts", {"data": api.world.sample("electricity-supply", reference="A 1/x")}).json()
    api.world.clock.offset += timedelta(hours=2)
    second = backend.post("/contracts", {"data": api.world.sample("mobile-plan"), "invite": True}).json()
    middle = rfc3339(api.world.clock.now() - timedelta(hours=1))

    def ids(query: str) -> list[str]:
        return [item["id"] for item in backend.get(f"/contracts?{query}").json()["items"]]

    assert ids("state=drawn_up") == [first["id"]]
    assert ids("template=mobile-plan") == [second["id"]]
    assert ids("reference=A%201/x") == [first["id"]]
    assert ids(f"created_from={middle}") == [second["id"]]
    assert ids(f"created_before={middle}") == [first["id"]]
    assert ids(f"created_before={middle}&state=invited") == []


def test_a_cursor_is_good_for_its_own_list_only(api, backend):
    for number in range(3):
        backend.post("/contracts", {"data": api.world.sample("electricity-supply", reference=f"C-{number}")})
    cursor = backend.get("/contracts?limit=1").json()["next"]
    assert backend.get(f"/contracts?limit=1&after={cursor}").status_code == 200
    other = api.backend(tenant="other")
    for asking, path in (
        (backend, f"/contracts?state=drawn_up&after={cursor}"),
        (backend, f"/events?after={cursor}"),
        (other, f"/contracts?after={cursor}"),
        (backend, f"/contracts?after={cursor[:-2]}AA"),
        (backend, "/contracts?after=eyJ4IjoxfQ"),
    ):
        refused = asking.get(path)
        assert (refused.status_code, refused.json()["code"]) == (422, "api.cursor")


def test_events_of_all_contracts_come_in_order_and_are_continued(api, backend, contract):
    first = backend.get("/events?limit=1").json()
    assert first["items"][0]["contract"] == contract
    assert first["items"][0]["kind"] == "contract.drawn_up"
    rest = backend.get(f"/events?after={first['next']}").json()
    assert (rest["items"], rest["more"]) == ([], False)
    backend.post(f"/contracts/{contract}/invite", {})
    rest = backend.get(f"/events?after={rest['next']}").json()
    assert [item["kind"] for item in rest["items"]] == ["invitation.made"]
    assert rest["items"][0]["party"] == "signatory-1"


def test_another_tenant_sees_nothing(api, backend, contract):
    other = api.backend(tenant="other")
    assert other.get("/contracts").json()["items"] == []
    assert other.get("/events").json()["items"] == []
    mine, none = other.get(f"/contracts/{contract}"), other.get(f"/contracts/{UNKNOWN}")
    assert (mine.status_code, mine.json()) == (404, none.json())


def test_a_key_with_writing_alone_sees_only_what_it_made(api):
    writer = api.backend(Permission.CONTRACTS_WRITE)
    made = writer.post("/contracts", {"data": api.world.sample("electricity-supply")})
    assert made.status_code == 201
    assert writer.get(f"/contracts/{made.json()['id']}").status_code == 403
