"""What every answer carries, and who is not served."""

import logging
import stat
import threading

import pytest
from flask import Flask

from esign.settings import Settings
from web import security
from web.session_key import NAME, session_key

PAGES = ("/", "/security", "/privacy", "/agent/manifest", "/demo/contracts", "/nothing-here")
OTHERS = ("/healthz", "/agent/manifest.json", "/ceremony/v1/hello", "/static/style.css")


@pytest.mark.parametrize("page", [*PAGES, *OTHERS])
def test_every_answer_is_protected(client, page):
    headers = client.get(page, headers={"Accept": "text/html"}).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "base-uri 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("page", PAGES)
def test_pages_run_no_script_and_load_nothing_from_elsewhere(client, page):
    response = client.get(page, headers={"Accept": "text/html"})
    policy = response.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "<script" not in response.text
    assert "style=" not in response.text
    assert 'src="http' not in response.text


def test_an_unknown_host_is_not_served(client):
    for host in ("evil.example", "localhost.evil.example", "localhost:8080@evil.example", ""):
        response = client.get("/", headers={"Host": host})
        assert response.status_code in (400, 421), host
        assert b"evil.example" not in response.data


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"])
def test_this_machines_names_are_served(client, host):
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_the_one_cookie_is_for_this_site_only_and_out_of_scripts_reach(client):
    response = client.get("/?lang=en")
    cookies = response.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    assert cookies[0].startswith("esign_session=")
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Strict" in cookies[0]
    assert "Path=/" in cookies[0]
    assert "Domain" not in cookies[0]
    assert "Expires" not in cookies[0]


def test_reading_pages_without_forms_sets_no_cookie(client):
    for page in ("/security", "/privacy", "/agent/manifest", "/healthz"):
        assert "Set-Cookie" not in client.get(page).headers


def test_behind_https_the_cookie_is_bound_to_the_host_and_browsers_remember_https(engine, make_app, tmp_path):
    engine.settings = Settings(
        state_dir=tmp_path, web_url="https://contracts.example", agent_url="https://sign.example", trust="configured"
    )
    client = make_app(engine, agent_origin="https://sign.example", sandbox_url=None).test_client()
    response = client.get("/?lang=en", base_url="https://contracts.example")
    assert response.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert response.headers["Set-Cookie"].startswith("__Host-esign_session=")
    assert "Secure" in response.headers["Set-Cookie"]
    assert client.get("/", base_url="https://localhost").status_code == 421


def test_a_form_without_its_secret_does_nothing(client, engine):
    response = client.post("/demo/contracts", data={"sample": "subscription"}, headers={"Accept": "text/html"})
    assert response.status_code == 403
    assert "web.form_expired" in response.text
    assert engine.contracts.views == {}


def test_a_form_sent_by_another_site_does_nothing(client, engine, form_secret):
    response = client.post(
        "/demo/contracts",
        data={"sample": "subscription", "csrf_token": form_secret()},
        headers={"Sec-Fetch-Site": "cross-site", "Accept": "text/html"},
    )
    assert response.status_code == 403
    assert engine.contracts.views == {}


def test_the_session_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    key = session_key(tmp_path / "state")
    assert len(key) == 32
    assert session_key(tmp_path / "state") == key
    path = tmp_path / "state" / NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.iterdir()] == [NAME]


def test_processes_that_start_together_agree_on_the_session_key(tmp_path):
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(session_key(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1


def test_a_damaged_session_key_is_not_used(tmp_path):
    (tmp_path / NAME).write_bytes(b"short")
    with pytest.raises(ValueError, match="damaged"):
        session_key(tmp_path)


def test_the_log_keeps_the_rule_of_the_address_and_nothing_of_the_person(client, caplog):
    with caplog.at_level(logging.INFO):
        client.get("/demo/contracts/contract-of-jana?mail=jana@example.org", environ_base={"REMOTE_ADDR": "127.0.0.1"})
        client.get("/jana/beispiel")
    lines = [record for record in caplog.records if record.name == "web.request"]
    assert [(line.method, line.route, line.status) for line in lines] == [
        ("GET", "/demo/contracts/<contract_id>", 404),
        ("GET", None, 404),
    ]
    everything = " ".join(str(vars(record)) for record in caplog.records)
    assert "jana" not in everything
    assert "127.0.0.1" not in everything


@pytest.mark.parametrize(
    "path", ["//static/style.css", "//security", "///privacy", "//healthz", "//evil.example/%2e%2e"]
)
def test_two_slashes_are_not_one(client, path):
    """A proxy that keeps strangers from a path must not be passed by writing it in another way."""
    environ = {"PATH_INFO": path, "QUERY_STRING": "lang=en"}
    answer = client.get("/", environ_overrides=environ, headers={"Accept": "text/html"})
    assert answer.status_code == 404 and "Location" not in answer.headers


def test_a_redirect_keeps_the_scheme_of_the_installation_whatever_a_request_says():
    """Behind a proxy with TLS the server itself is asked by http: nobody is sent there."""
    app = Flask("scheme")
    security.install(app, web_url="https://sign.example")
    app.add_url_rule("/folder/", "folder", lambda: "")
    answer = app.test_client().get("/folder", base_url="http://sign.example", headers={"X-Forwarded-Proto": "ftp"})
    assert (answer.status_code, answer.headers["Location"]) == (308, "https://sign.example/folder/")
