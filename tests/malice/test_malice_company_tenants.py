"""A company with every right in its own house, and the identifiers of everything in another one's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from esign.access import Permission, system
from esign.engine.templates.refusals import TemplateUnknown, UploadUnknown
from tests.api.conftest import PREFIX, Api, Backend
from tests.company.browser import Browser
from tests.company.people import colleague
from tests.documents.own_documents import VALUES, contract, description
from tests.documents.pdf_making import made

UNKNOWN = "0123456789abcdefghijkl"


@pytest.fixture
def api(world: Any) -> Api:
    world.settings = world.settings.with_changes(api_rate=10_000, api_burst=10_000, tenants=("default", "other"))
    world.start()
    return Api(world)


@pytest.fixture
def thief(api: Api) -> Backend:
    return api.backend(tenant="other")


@pytest.fixture
def victim(api: Api) -> Backend:
    return api.backend()


def same(first: Any, second: Any) -> None:
    """Fail where two answers can be told apart by anything but what was asked."""
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert first.status_code in (404, 422), first.text


def test_contract_data_reach_no_upload_and_no_template_of_another_company(
    api: Api, victim: Backend, thief: Backend
) -> None:
    """The identifier stands in the body, where no address is looked at."""
    pdf = {"Content-Type": "application/pdf"}
    file = victim("POST", "/files", content=made(pages=2), headers=pdf).json()["id"]
    template = api.world.application.templates.create(system("default"), description(), file).id
    documents = (
        ({"upload": file}, {"upload": UNKNOWN}),
        ({"page_template": template, "values": VALUES}, {"page_template": UNKNOWN, "values": VALUES}),
        (
            {"page_template": template, "version": 1, "values": VALUES},
            {"page_template": UNKNOWN, "version": 1, "values": VALUES},
        ),
    )
    before = api.entries()
    for theirs, none in documents:
        same(
            thief.post("/contracts", {"data": contract(theirs)}),
            thief.post("/contracts", {"data": contract(none)}),
        )
    assert api.entries() == before
    assert victim.post("/contracts", {"data": contract(documents[0][0])}).status_code == 201


def test_a_template_is_made_of_the_own_uploads_only(api: Api, victim: Backend) -> None:
    pdf = {"Content-Type": "application/pdf"}
    file = victim("POST", "/files", content=made(pages=2), headers=pdf).json()["id"]
    desk, thief = api.world.application.templates, system("other")
    own = desk.create(thief, description(), made(pages=2)).id
    theirs = desk.create(system("default"), description(), file).id
    before = api.entries()
    for name in (file, UNKNOWN):
        with pytest.raises(UploadUnknown):
            desk.create(thief, description(), name)
        with pytest.raises(UploadUnknown):
            desk.new_version(thief, own, description(), name)
    for name in (theirs, UNKNOWN):
        with pytest.raises(TemplateUnknown):
            desk.new_version(thief, name, description(), made(pages=2))
        with pytest.raises(TemplateUnknown):
            desk.preview(thief, name)
        with pytest.raises(TemplateUnknown):
            desk.export(thief, name)
    assert api.entries() == before


def test_what_lies_inside_the_own_object_is_not_another_companys(api: Api, victim: Backend, thief: Backend) -> None:
    """My webhook with their delivery; my contract with their party's name, their way back."""
    theirs = victim.post("/webhooks", {"url": "https://hooks.example/a"}).json()["id"]
    delivery = victim.post(f"/webhooks/{theirs}/test").json()["id"]
    mine = thief.post("/webhooks", {"url": "https://hooks.example/b"}).json()["id"]
    before = api.entries()
    same(
        thief.post(f"/webhooks/{mine}/deliveries/{delivery}/redeliver"),
        thief.post(f"/webhooks/{mine}/deliveries/{UNKNOWN}/redeliver"),
    )
    assert thief.get(f"/webhooks/{mine}/deliveries").json()["items"] == []
    assert api.entries() == before
    assert victim.post("/return-addresses", {"origin": "https://shop.example"}).status_code == 201
    own = thief.post("/contracts", {"data": api.world.sample("electricity-supply"), "invite": True}).json()["id"]
    same(
        thief.post(f"/contracts/{own}/journey-links", {"party": "signatory-1", "return_url": "https://shop.example/x"}),
        thief.post(f"/contracts/{own}/journey-links", {"party": "signatory-1", "return_url": "https://none.example/x"}),
    )


def test_cursors_and_idempotency_keys_of_another_company_are_worth_nothing(
    api: Api, victim: Backend, thief: Backend
) -> None:
    webhook = victim.post("/webhooks", {"url": "https://hooks.example/a"}).json()["id"]
    for _ in range(2):
        victim.post(f"/webhooks/{webhook}/test")
        victim.post("/contracts", {"data": api.world.sample("mobile-plan")})
    own = thief.post("/webhooks", {"url": "https://hooks.example/b"}).json()["id"]
    for path, mine in (("/contracts", "/contracts"), ("/events", "/events")):
        cursor = victim.get(f"{path}?limit=1").json()["next"]
        assert cursor and thief.get(f"{mine}?after={cursor}").json()["code"] == "api.cursor"
    cursor = victim.get(f"/webhooks/{webhook}/deliveries?limit=1").json()["next"]
    assert thief.get(f"/webhooks/{own}/deliveries?after={cursor}").json()["code"] == "api.cursor"
    key = {"Idempotency-Key": "one-word"}
    kept = victim.post("/webhooks", {"url": "https://hooks.example/c"}, headers=key)
    again = thief.post("/webhooks", {"url": "https://hooks.example/c"}, headers=key)
    assert again.status_code == 201 and "Idempotency-Replayed" not in again.headers
    assert again.json()["secret"] != kept.json()["secret"]


def test_the_same_words_are_kept_under_other_names_in_each_company(api: Api, victim: Backend, thief: Backend) -> None:
    """A company cannot find another one's customer by asking for that customer's name in its own house."""
    data = api.world.sample("electricity-supply")
    drawn = [who.post("/contracts", {"data": data}).json()["id"] for who in (victim, thief)]
    from esign.engine.company import search as desk_search

    with api.world.application.contracts.household.store.reading() as tx:
        word = data["signatory"]["family_name"].lower()
        indexes = [desk_search.tokens(tx.vault, tenant, [word]) for tenant in ("default", "other")]
        assert not indexes[0] & indexes[1]
    assert thief.get(f"/contracts?reference={data['reference']}").json()["items"][0]["id"] == drawn[1]
    assert len(thief.get("/contracts").json()["items"]) == 1


FIELDS = {
    "X-HTTP-Method-Override": "DELETE",
    "X-Method-Override": "DELETE",
    "X-Original-URL": "/api/v1/contracts",
    "X-Rewrite-URL": "/api/v1/contracts",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-User": "administrator",
    "X-Tenant": "default",
    "Forwarded": "host=evil.example;proto=http",
}


def test_no_field_of_a_request_makes_it_another_one(api: Api, victim: Backend, thief: Backend) -> None:
    webhook = victim.post("/webhooks", {"url": "https://hooks.example/a"}).json()
    plain = victim.get(f"/webhooks/{webhook['id']}")
    assert victim.get(f"/webhooks/{webhook['id']}", headers=FIELDS).json() == plain.json()
    assert thief.get(f"/webhooks/{webhook['id']}", headers=FIELDS).status_code == 404
    assert thief.get("/contracts?tenant=default").status_code == 422
    made_contract = victim.post("/contracts", {"data": api.world.sample("mobile-plan")}, headers=FIELDS)
    assert made_contract.headers["Location"].startswith("http://localhost:8080/api/v1/contracts/")
    assert "evil" not in json.dumps(dict(made_contract.headers)) + made_contract.text


@pytest.mark.parametrize(
    "path",
    ["/../company/", "/contracts/../webhooks", "//contracts", "/contracts/%2e%2e/webhooks", "/contracts;x=1", "/%00"],
)
def test_crooked_paths_lead_nowhere(api: Api, victim: Backend, path: str) -> None:
    client = api.world.apps["http://localhost:8080"].test_client()
    bearer = {"Authorization": f"Bearer {victim.secret}"}
    answer = client.get(f"/api/v1{path}", headers=bearer)
    assert answer.status_code in (303, 400, 404), (path, answer.status)
    assert answer.headers.get("Location", "/company/login").startswith("/company/login")


def test_each_door_has_its_own_key(api: Api, victim: Backend) -> None:
    """An API key opens no page, and the cookie of a login opens nothing of the interface."""
    page = api.world.http.get(
        "http://localhost:8080/company/", headers={"Authorization": f"Bearer {victim.secret}", "Accept": "text/html"}
    )
    assert (page.status_code, page.headers["location"]) == (303, "/company/login")
    person = colleague(api.world, *("administrator", "clerk", "legal"))
    browser = Browser(api.world, person)
    assert browser.get("/company/").status_code == 200
    assert browser.client.get(f"{PREFIX.removeprefix('http://localhost:8080')}/contracts").status_code == 401
    as_key = {"Authorization": f"Bearer {person.token}"}
    assert browser.client.get("/api/v1/contracts", headers=as_key).status_code == 401


def test_a_key_that_draws_up_makes_no_template_and_reads_no_document(api: Api, victim: Backend) -> None:
    """Scopes do not grow by what they lead to: uploads and templates are used, not made or read."""
    writer = api.backend(Permission.CONTRACTS_WRITE)
    template = api.world.application.templates.create(system("default"), description(), made(pages=2)).id
    drawn = writer.post("/contracts", {"data": contract({"page_template": template, "values": VALUES})})
    assert drawn.status_code == 201
    name = drawn.json()["id"]
    for path in ("/templates", f"/templates/{template}", f"/contracts/{name}", f"/contracts/{name}/documents/draft"):
        assert writer.get(path).status_code == 403, path
    assert writer.get(f"/contracts/{name}/data").status_code == 403
    assert writer.get("/events").status_code == 403
