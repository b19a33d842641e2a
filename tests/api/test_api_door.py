"""Who gets in, and in which form requests must be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from esign.access import AccessDenied, ConfirmationNeeded, Permission, system
from esign.access.errors import LoginNeeded
from esign.engine.api.errors import ApiKeyInvalid, ApiKeyRefused, ApiKeyUnknown
from tests.api.conftest import PREFIX, PROBLEM
from tests.company.people import colleague
from tests.conftest import AGENT
from web.api import door


def test_unknown_expired_revoked_and_missing_keys_get_the_very_same_answer(api):
    desk = api.world.application.api_keys
    unknown = api.key()
    unknown_id = api.actor(unknown).id
    with api.world.application.contracts.household.store.transaction() as tx:
        record = tx.api_keys.get(unknown_id)
        tx.api_keys.update(replace(record, digest=b"\0" * 32))
    revoked, expired = api.key(), api.key(days=1)
    desk.revoke(system("default"), api.actor(revoked).id)
    expiring = api.actor(expired)
    assert expiring.tenant == "default"
    api.world.clock.offset += timedelta(days=2)
    answers = [
        api.stranger(secret).get("/key")
        for secret in (None, "", "esk_", "x" * 56, unknown, revoked, expired, unknown[:-1] + "0")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["code"] == "api.key"
    assert answers[0].headers["WWW-Authenticate"] == 'Bearer realm="esign", error="invalid_token"'


def test_a_revoked_key_is_refused_at_once(api):
    secret = api.key()
    backend = api.stranger(secret)
    assert backend.get("/key").status_code == 200
    api.world.application.api_keys.revoke(system("default"), api.actor(secret).id)
    assert backend.get("/key").status_code == 401


def test_a_key_shows_itself_and_the_day_of_its_last_use_but_not_its_secret(api):
    secret = api.key(Permission.CONTRACTS_READ)
    backend = api.stranger(secret)
    backend.get("/key")
    shown = backend.get("/key").json()
    assert shown["prefix"] == secret[:12]
    assert shown["scopes"] == ["contracts:read"]
    assert shown["last_used"] == api.world.application.contracts.household.today().isoformat()
    assert secret not in backend.get("/key").text


def test_of_a_key_only_the_digest_is_kept(api):
    secret = api.key()
    for file in api.world.settings.state_dir.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("name", "scopes", "days", "place"),
    [
        ("", {Permission.CONTRACTS_READ}, 1, "name"),
        ("a\nb", {Permission.CONTRACTS_READ}, 1, "name"),
        ("ok", set(), 1, "scopes"),
        ("ok", {Permission.CONTRACTS_READ}, 0, "expires_at"),
        ("ok", {Permission.CONTRACTS_READ}, 733, "expires_at"),
    ],
)
def test_a_key_has_a_name_a_scope_and_an_end_within_two_years(api, name, scopes, days, place):
    before = api.entries()
    with pytest.raises(ApiKeyInvalid) as refused:
        api.world.application.api_keys.create(
            system("default"), name=name, scopes=scopes, expires_at=api.world.clock.now() + timedelta(days=days)
        )
    assert refused.value.facts["place"] == place
    assert api.entries() == before


def test_no_key_makes_or_revokes_keys_whatever_its_scopes(api):
    """Otherwise a stolen key with ``accounts:manage`` would outlive its own revocation."""
    desk, before = api.world.application.api_keys, api.entries()
    thief = api.actor(api.key())
    victim = api.actor(api.key(Permission.CONTRACTS_READ))
    entries = api.entries()
    assert entries == before + 2
    with pytest.raises(AccessDenied):
        desk.create(thief, name="x", scopes=set(Permission), expires_at=api.world.clock.now() + timedelta(days=1))
    with pytest.raises(AccessDenied):
        desk.revoke(thief, victim.id)
    assert api.entries() == entries


def test_a_stolen_session_makes_no_key_without_a_fresh_proof(api):
    admin = colleague(api.world)
    until = api.world.clock.now() + timedelta(days=1)
    api.world.clock.offset += timedelta(minutes=11)
    before = api.entries()
    with pytest.raises(ConfirmationNeeded):
        api.world.application.api_keys.create(admin.actor, name="x", scopes={Permission.AUDIT_READ}, expires_at=until)
    assert api.entries() == before
    fresh = admin.log_in().actor
    api.world.application.accounts.lock(system("default"), admin.id)
    with pytest.raises(LoginNeeded):
        api.world.application.api_keys.create(fresh, name="x", scopes={Permission.AUDIT_READ}, expires_at=until)
    assert api.world.application.api_keys.list(system("default")) == ()


def test_another_tenant_s_key_is_unknown(api):
    key_id = api.actor(api.key(tenant="other")).id
    with pytest.raises(ApiKeyUnknown):
        api.world.application.api_keys.revoke(system("default"), key_id)
    with pytest.raises(ApiKeyRefused):
        api.world.application.api_keys.own(system("default"))


def test_no_cookie_is_read_and_none_is_set(api, backend):
    """A browser that is logged in somewhere here has no right at this door: there is nothing to forge."""
    cookies = {"esign_session": "x", "__Host-esign_session": "y", "esk": backend.secret}
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    stranger = api.stranger()
    assert stranger.get("/contracts", headers={"Cookie": header}).status_code == 401
    answer = backend.post("/contracts", {"data": api.world.sample("mobile-plan")}, headers={"Cookie": header})
    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_no_other_origin_s_page_may_call(api, backend):
    for origin in (AGENT, "https://evil.example", "null"):
        answer = backend.get("/contracts", headers={"Origin": origin})
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
        preflight = backend(
            "OPTIONS", "/contracts", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        )
        assert preflight.status_code == 405
        assert not [name for name in preflight.headers if name.lower().startswith("access-control")]


def test_a_key_in_the_address_or_in_another_scheme_is_none(api):
    secret = api.key()
    stranger = api.stranger()
    assert stranger.get(f"/contracts?key={secret}").status_code == 401
    assert stranger.get("/contracts", headers={"Authorization": f"Basic {secret}"}).status_code == 401
    assert stranger.get("/contracts", headers={"Authorization": secret}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "web.page_unknown"),
        ("PUT", "/contracts", 405, "web.method_not_allowed"),
        ("GET", "/contracts/", 404, "web.page_unknown"),
        ("GET", "/contracts//data", 404, "web.page_unknown"),
        ("POST", "/openapi.json", 405, "web.method_not_allowed"),
    ],
)
def test_errors_of_http_are_problem_objects_too(backend, method, path, status, code):
    answer = backend(method, path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == PROBLEM
    assert ("Allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{}", {"Content-Type": "text/plain"}, 415, "web.media_type_unsupported"),
        (b"{}", {"Content-Type": ""}, 415, "web.media_type_unsupported"),
        (b"{}", {"Content-Type": "application/json; charset=latin-1"}, 415, "web.media_type_unsupported"),
        (b"{}", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415, "web.media_type_unsupported"),
        (b"", {}, 400, "api.request.not_json"),
        (b"{", {}, 400, "api.request.not_json"),
        (b'{"data":NaN}', {}, 400, "api.request.not_json"),
        (b'{"data":1e999}', {}, 400, "api.request.not_json"),
        (b'{"data":99999999999999999999}', {}, 400, "api.request.not_json"),
        (b'{"data":' + b"9" * 5000 + b"}", {}, 400, "api.request.not_json"),
        (b'{"data":"\\u0000"}', {}, 400, "api.request.not_json"),
        (b'{"data":"\\ud800"}', {}, 400, "api.request.not_json"),
        (b'{"data":"\xff"}', {}, 400, "api.request.not_json"),
        (b'{"data":{},"data":{}}', {}, 400, "api.request.not_json"),
        (b"[" * 100_000, {}, 400, "api.request.not_json"),
        (b'{"data":' + b"[" * 60 + b"]" * 60 + b"}", {}, 400, "api.request.not_json"),
        (b"[]", {}, 422, "api.request"),
        (b'{"data":{},"more":1}', {}, 422, "api.request"),
        (b" " * (256 * 1024 + 1), {}, 413, "web.body_too_large"),
        (b"{}", {"Accept": "application/pdf"}, 406, "api.not_acceptable"),
    ],
)
def test_bodies_that_are_not_as_described_are_refused(api, backend, content, headers, status, code):
    before = api.entries()
    answer = backend("POST", "/contracts", content=content, headers={"Content-Type": "application/json", **headers})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert api.entries() == before


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "limit=1&limit=2", "limit=-1", "limit=1_0", "state=gone", "x=1"]  # noqa: RUF005 - one list of questions
    + ["created_from=2026-02-30T00:00:00Z", "created_from=yesterday", "after=", "limit=%D9%A1"],
)
def test_parameters_that_are_not_as_described_are_refused(backend, query):
    refused = backend.get(f"/contracts?{query}")
    assert (refused.status_code, refused.json()["code"]) == (422, "api.request")


def test_what_a_request_said_is_not_in_its_refusal(backend):
    secret = "jana.beispiel@example.org"
    for answer in (
        backend.post("/contracts", {"data": {"signatory": secret}}),
        backend.get(f"/contracts?state={secret}"),
        backend.get(f"/contracts/{secret}"),
    ):
        assert answer.status_code == 422
        assert secret not in answer.text


def test_a_request_for_another_host_is_refused(api):
    answer = api.world.http.get(f"{PREFIX}/key", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (421, "web.host_unknown")


def test_every_answer_says_how_many_requests_are_left_and_too_many_are_told_to_wait(api):
    api.world.settings = api.world.settings.with_changes(api_rate=1, api_burst=3)
    api.world.start()
    backend = api.backend()
    answers = [backend.get("/key") for _ in range(5)]
    assert [answer.status_code for answer in answers[:3]] == [200, 200, 200]
    assert answers[0].headers["RateLimit-Policy"] == '"key";q=3;w=3'
    assert answers[0].headers["RateLimit"].startswith('"key";r=2;t=')
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["code"] == "api.rate"
    assert refused[0].headers["Retry-After"] == "1"
    assert api.backend().get("/key").status_code == 200


def test_strangers_are_told_to_wait_while_keys_go_on(api, backend, monkeypatch):
    monkeypatch.setattr(door, "STRANGERS", 0.001)  # nothing comes back meanwhile, however slow the machine is
    stranger = api.stranger("esk_nothing")
    statuses = [stranger.get("/key").status_code for _ in range(130)]
    assert statuses[0] == 401
    assert 429 in statuses
    assert backend.get("/key").status_code == 200


def test_the_limit_is_one_for_all_processes_of_a_machine(api, tmp_path):
    from esign.store.rates import SharedRates

    clock = [1000.0]
    processes = [SharedRates(tmp_path / "rates.sqlite", now=lambda: clock[0]) for _ in range(2)]
    taken = [processes[number % 2].take("k", capacity=4, per_second=2.0) for number in range(6)]
    assert [each.allowed for each in taken] == [True, True, True, True, False, False]
    assert [each.remaining for each in taken] == [3, 2, 1, 0, 0, 0]
    assert taken[-1].reset == 1
    clock[0] += 1.0
    assert [processes[0].take("k", capacity=4, per_second=2.0).allowed for _ in range(3)] == [True, True, False]


def test_what_cannot_be_counted_is_let_through(tmp_path):
    from esign.store.rates import SharedRates

    (tmp_path / "rates.sqlite").write_bytes(b"no database" * 200)
    assert SharedRates(tmp_path / "rates.sqlite").take("k", capacity=1, per_second=1.0).allowed


def test_the_description_is_served_without_a_key_and_is_the_one_that_is_checked(api):
    stranger = api.world.http
    answer = stranger.get(f"{PREFIX}/openapi.json")
    document = json.loads(answer.content)
    assert document["openapi"] == "3.1.0"
    assert "$ref" not in document["components"]["schemas"]["ContractData"]
    page = stranger.get(f"{PREFIX}/")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "http://" not in page.text.replace("http://localhost", "").replace("http://(", "")
    for operation in ("createContract", "listEvents", "testWebhook"):
        assert f'id="{operation}"' in page.text
