"""What the pages of the company's side hold against: fixation, foreign forms, detours, other hosts, stale tokens."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from esign.access import system
from tests.company.authenticator import Authenticator
from tests.company.browser import Browser
from tests.company.people import PASSWORD, colleague, invited, token_of, with_password

EVIL = [
    "https://evil.example/",
    "//evil.example/company/",
    "/\\evil.example",
    "/company//evil.example",
    "/company/../..//evil.example",
    "/company/\\evil",
    "javascript:alert(1)",
    "/company/%0d%0aSet-Cookie:x",
    "/company/audit/\r\nX: y",
    "/companyevil",
    "/demo/contracts",
    "/company/" + "a" * 400,
    " /company/",
    "/company/audit/#@evil.example",
]


def log_in(browser: Browser, person: Any, **data: str) -> Any:
    return browser.passkey("/company/login/passkey", person.device, data)


def test_a_login_gets_a_fresh_token_and_a_fresh_form_secret(world: Any) -> None:
    """Session fixation: whatever the browser brought along is worth nothing after the login."""
    person = colleague(world, "clerk")
    browser = Browser(world)
    browser.client.set_cookie("esign_company", "planted-by-somebody-else-" + "A" * 20, domain="localhost")
    secret = browser.secret()
    assert log_in(browser, person).status_code == 303
    first = browser.cookie("esign_company")
    assert len(first) == 43 and not first.startswith("planted")
    stale = browser.client.post("/company/logout", data={"csrf_token": secret}, headers={"Accept": "text/html"})
    assert stale.status_code == 403 and world.application.sessions.find(first) is not None
    other = Browser(world)
    log_in(other, person)
    assert other.cookie("esign_company") not in ("", first)


def test_a_planted_token_of_the_attackers_does_not_become_the_victims(world: Any) -> None:
    attacker, victim = colleague(world, "agent"), colleague(world, "clerk", email="v@example.org")
    browser = Browser(world, attacker)
    browser.client.delete_cookie("esign_company", domain="localhost")
    planted = attacker.token
    browser.client.set_cookie("esign_company", planted, domain="localhost")
    token = world.application.logins.begin_passkey()
    browser.client.set_cookie("esign_login", token.token, domain="localhost")
    browser.post("/company/login/passkey", {"answer": victim.device.use(dict(token.options))})
    assert browser.cookie("esign_company") != planted
    assert world.application.sessions.find(planted).account.id == attacker.id
    assert world.application.sessions.find(browser.cookie("esign_company")).account.id == victim.id


def test_cookies_are_for_this_host_only_and_no_script_reads_them(world: Any) -> None:
    person = colleague(world, "clerk")
    browser = Browser(world)
    set_cookies = log_in(browser, person).headers.getlist("Set-Cookie")
    (found,) = [line for line in set_cookies if line.startswith("esign_company=")]
    assert "HttpOnly" in found and "SameSite=Lax" in found and "Path=/" in found and "Domain" not in found
    world.settings = world.settings.with_changes(web_url="https://sign.example")
    world.start()
    challenge = world.application.logins.begin_passkey()
    person.device.origin = "https://sign.example"
    client = world.apps["http://localhost:8080"].test_client()
    page = client.get("/company/login", base_url="https://sign.example")
    secret = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert secret is not None
    client.set_cookie("__Host-esign_login", challenge.token, domain="sign.example")
    answer = client.post(
        "/company/login/passkey",
        base_url="https://sign.example",
        data={"csrf_token": secret[1], "answer": person.device.use(dict(challenge.options))},
    )
    assert answer.status_code == 303
    (found,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-esign_company=")]
    assert "Secure" in found and "HttpOnly" in found and "Path=/" in found and "Domain" not in found


@pytest.mark.parametrize("wanted", EVIL)
def test_next_leads_to_pages_of_this_side_only(world: Any, wanted: str) -> None:
    person = colleague(world, "legal")
    browser = Browser(world)
    assert wanted not in browser.get("/company/login", query_string={"next": wanted}).text
    answer = log_in(browser, person, next=wanted)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/company/")
    again = browser.get("/company/login", query_string={"next": wanted})
    assert again.headers["Location"] == "/company/"
    confirmed = browser.passkey("/company/confirm/passkey", person.device, {"next": wanted})
    assert confirmed.headers["Location"] == "/company/account/"


def test_next_leads_back_to_where_somebody_was(world: Any) -> None:
    person = colleague(world, "legal")
    browser = Browser(world)
    detour = browser.get("/company/audit/?before=7").headers["Location"]
    assert detour == "/company/login?next=%2Fcompany%2Faudit%2F%3Fbefore%3D7"
    assert log_in(browser, person, next="/company/audit/?before=7").headers["Location"] == "/company/audit/?before=7"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:8080@evil.example", ""])
def test_another_host_is_not_served_and_stands_in_no_link(world: Any, host: str) -> None:
    browser = Browser(world)
    answer = browser.get("/company/login", environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 421
    linked = invited(world, "clerk")
    assert linked.link.startswith("http://localhost:8080/company/invitation/")
    forwarded = browser.get("/company/", headers={"X-Forwarded-Host": "evil.example"})
    assert forwarded.headers["Location"].startswith("/company/login")


def test_the_policy_lets_only_our_own_modules_run(world: Any) -> None:
    answer = Browser(world).get("/company/login")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "publickey-credentials-get=(self)" in answer.headers["Permissions-Policy"]
    assert "publickey-credentials-get=()" in Browser(world).get("/").headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Frame-Options"] == "DENY"
    assert "<script>" not in answer.text and " style=" not in answer.text and " onclick" not in answer.text


def test_a_link_leaves_the_address_at_once_and_mail_scanners_use_nothing_up(world: Any) -> None:
    linked = invited(world, "clerk", send=False)
    path = f"/company/invitation/{token_of(linked.link)}"
    for _ in range(3):
        answer = Browser(world).get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/company/setup")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    browser = Browser(world)
    browser.get(path)
    page = browser.get("/company/setup")
    assert "Änne Admin" in page.text and token_of(linked.link) not in page.text
    device = Authenticator()
    assert browser.passkey("/company/setup/passkey", device).status_code == 303
    assert browser.cookie("esign_link") == ""
    assert Browser(world).get(path).status_code == 410
    assert Browser(world).get("/company/setup").status_code == 410


@pytest.mark.parametrize("token", ["A" * 43, "..%2f..", "%00", "x" * 5000])
def test_a_guessed_link_opens_nothing(world: Any, token: str) -> None:
    assert Browser(world).get(f"/company/invitation/{token}").status_code in (404, 410)


def test_password_pages_say_what_is_wrong_and_offer_a_fresh_seed(world: Any) -> None:
    linked = invited(world, "clerk", send=False)
    browser = Browser(world)
    browser.get(f"/company/invitation/{token_of(linked.link)}")
    page = browser.get("/company/setup/password")
    first = re.search(r'class="digest">([^<]+)<', page.text)
    assert first is not None and "viewBox" in page.text
    wrong = browser.post("/company/setup/password", {"password": "kurz", "code": "000000"})
    assert wrong.status_code == 422 and "zu leicht zu erraten" in wrong.text
    second = re.search(r'class="digest">([^<]+)<', wrong.text)
    assert second is not None and second[1] != first[1]


def test_a_blocked_login_says_when_to_come_back_and_nothing_else(world: Any) -> None:
    person = with_password(world, "clerk")
    browser = Browser(world)
    pages = set()
    for email in (person.email, "nobody@example.org"):
        for _ in range(5):
            answer = browser.post("/company/login/password", {"email": email, "password": "x", "code": "1"})
            assert answer.status_code == 403
        blocked = browser.post("/company/login/password", {"email": email, "password": PASSWORD, "code": person.code()})
        assert blocked.status_code == 429
        text = re.sub(r'name="csrf_token" value="[^"]+"|[0-9]+ Sekunden', "", blocked.text).replace(email, "")
        pages.add(text)
    assert len(pages) == 1


def test_who_is_locked_in_the_middle_is_out(world: Any) -> None:
    person = colleague(world, "clerk")
    browser = Browser(world, person)
    assert browser.get("/company/").status_code == 200
    world.application.accounts.lock(system("default"), person.id)
    assert browser.get("/company/").headers["Location"].startswith("/company/login")


def test_an_idle_login_is_over_and_the_form_is_not_sent(world: Any) -> None:
    person = colleague(world, "administrator")
    browser = Browser(world, person)
    world.clock.offset += timedelta(minutes=31)
    answer = browser.post("/company/account/language", {"language": "en"})
    assert answer.status_code == 401 and "access.login_needed" in answer.text


def test_names_are_shown_as_text(world: Any) -> None:
    admin = colleague(world)
    world.application.accounts.create(
        admin.actor, name="<script>alert(1)</script>", email="x@example.org", roles=("clerk",), send=False
    )
    page = Browser(world, admin).get("/company/accounts/").text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 30, "1;DROP TABLE audit", "²"])
def test_a_place_in_the_audit_trail_that_is_none_is_the_beginning(world: Any, before: str) -> None:
    person = colleague(world, "legal")
    answer = Browser(world, person).get("/company/audit/", query_string={"before": before})
    assert answer.status_code == 200 and "Konto angelegt" in answer.text
