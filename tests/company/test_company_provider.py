"""Logging in by the company's identity provider, against the sandbox's one: code, PKCE, state, nonce, secret."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from esign.access import system
from esign.access.errors import LoginExpired
from esign.engine.refusals import AccountExists
from tests.company.browser import Browser
from tests.company.people import colleague, invited, token_of

RETURN = "/company/login/provider/return"


@pytest.fixture
def house(world: Any) -> Any:
    """An installation whose staff has an identity provider, with a client of its own that has a secret."""
    secret = world.folder / "company-idp.secret"
    secret.write_text(world.sandbox.staff_client_secret + "\n", "utf-8")
    world.settings = world.settings.with_changes(
        company_idp_issuer=world.sandbox.identity_provider.issuer, company_idp_secret_file=secret
    )
    world.start()
    return world


def visit(house: Any, address: str, person: str = "jana-beispiel") -> str:
    """Log in at the sandbox's provider; return where it sends the browser."""
    page = house.http.get(address)
    handle = re.search(r'name="request" value="([^"]+)"', page.text)
    assert handle is not None, page.text
    answer = house.http.post("http://localhost:8082/idp/login", data={"request": handle[1], "person": person})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def address_of(browser: Browser, start: str) -> str:
    """Return where a browser is sent: by a link to log in, by a form of ours to connect an account."""
    if start == "/company/login/provider":
        departure = browser.get(start)
        assert departure.status_code == 303, departure.text
        return str(departure.headers["Location"])
    page = browser.post(start)
    assert page.status_code == 200, page.text
    refresh = page.headers["Refresh"]
    assert refresh.startswith("0; url=http://localhost:8082/")
    return str(refresh.removeprefix("0; url="))


def walk(house: Any, browser: Browser, start: str, person: str = "jana-beispiel") -> Any:
    back = urlsplit(visit(house, address_of(browser, start), person))
    assert back.path == RETURN
    return browser.get(f"{back.path}?{back.query}")


def set_up(house: Any, person: str = "jana-beispiel", **account: Any) -> Browser:
    browser = Browser(house)
    linked = invited(house, "clerk", send=False, **account)
    assert browser.get(f"/company/invitation/{token_of(linked.link)}").status_code == 303
    answer = walk(house, browser, "/company/setup/provider", person)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/company/account/")
    return browser


def test_an_account_is_linked_once_and_then_known(house: Any) -> None:
    set_up(house)
    (view,) = house.application.accounts.list(system("default"))
    assert (view.state, view.ways) == ("active", ("provider",))
    browser = Browser(house)
    answer = walk(house, browser, "/company/login/provider")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/company/")
    page = browser.get("/company/")
    assert page.status_code == 200 and "Änne Admin" in page.text


def test_whom_nobody_linked_gets_nowhere_whatever_the_name(house: Any) -> None:
    set_up(house)
    browser = Browser(house)
    answer = walk(house, browser, "/company/login/provider", "karl-heinz-oesterreicher")
    assert answer.status_code == 403 and browser.cookie("esign_company") == ""
    trail = house.application.accounts.audit(system("default"), limit=1)
    assert (trail[0].kind, trail[0].facts["method"]) == ("account.login_refused", "provider")


def test_the_request_carries_everything_that_protects_it(house: Any) -> None:
    browser = Browser(house)
    address = browser.get("/company/login/provider").headers["Location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert query["client_id"] == "esign-company" and query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256" and query["scope"] == "openid"
    assert len(query["state"]) == len(query["nonce"]) == len(query["code_challenge"]) == 43
    assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3
    again = parse_qs(urlsplit(browser.get("/company/login/provider").headers["Location"]).query)
    assert again["state"][0] != query["state"]


@pytest.mark.parametrize("change", ["state", "iss", "code", "no code", "error", "other browser", "twice"])
def test_an_answer_that_is_not_the_one_that_was_asked_for_logs_nobody_in(house: Any, change: str) -> None:
    set_up(house)
    browser = Browser(house)
    back = urlsplit(visit(house, browser.get("/company/login/provider").headers["Location"]))
    query = {name: values[0] for name, values in parse_qs(back.query).items()}
    asked = browser
    if change == "state":
        query["state"] = "A" * 43
    elif change == "iss":
        query["iss"] = "https://evil.example"
    elif change == "code":
        query["code"] = "A" * 43
    elif change == "no code":
        query["code"] = ""
    elif change == "error":
        query.pop("code")
        query["error"] = "access_denied"
    elif change == "other browser":
        asked = Browser(house)
    else:
        assert browser.get(RETURN, query_string=query).status_code == 303
        asked = Browser(house)
        asked.client.set_cookie("esign_login", "A" * 43, domain="localhost")
    answer = asked.get(RETURN, query_string=query)
    assert answer.status_code in (403, 410, 503)
    assert asked.cookie("esign_company") == ""


def test_another_sites_answer_ends_nobodys_visit(house: Any) -> None:
    set_up(house)
    browser = Browser(house)
    back = urlsplit(visit(house, browser.get("/company/login/provider").headers["Location"]))
    foreign = browser.get(RETURN, query_string={"state": "A" * 43, "code": "A" * 43})
    assert foreign.status_code == 410 and browser.cookie("esign_company") == ""
    assert browser.get(f"{back.path}?{back.query}").headers["Location"] == "/company/"


def test_a_code_is_worth_nothing_without_the_clients_secret(house: Any) -> None:
    set_up(house)
    (house.folder / "company-idp.secret").write_text("wrong", "utf-8")
    house.start()
    browser = Browser(house)
    answer = walk(house, browser, "/company/login/provider")
    assert answer.status_code == 503 and browser.cookie("esign_company") == ""


def test_one_person_at_the_provider_has_one_account(house: Any) -> None:
    set_up(house)
    browser = Browser(house)
    linked = invited(house, "clerk", send=False, email="second@example.org")
    browser.get(f"/company/invitation/{token_of(linked.link)}")
    answer = walk(house, browser, "/company/setup/provider")
    assert answer.status_code == 409 and AccountExists.code in answer.text
    assert house.application.accounts.view(system("default"), linked.account_id).state == "invited"


def test_a_locked_account_is_not_let_in(house: Any) -> None:
    set_up(house)
    (view,) = house.application.accounts.list(system("default"))
    house.application.accounts.lock(system("default"), view.id)
    assert walk(house, Browser(house), "/company/login/provider").status_code == 403


def test_the_provider_confirms_and_can_be_added_to_an_account(house: Any) -> None:
    person = colleague(house, "administrator")
    browser = Browser(house, person)
    answer = walk(house, browser, "/company/account/provider")
    assert answer.headers["Location"] == "/company/account/"
    assert person.actor.session and house.application.accounts.view(system("default"), person.id).ways == (
        "passkey",
        "provider",
    )
    departure = browser.get("/company/confirm/provider")
    query = parse_qs(urlsplit(departure.headers["Location"]).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    old = browser.cookie("esign_company")
    back = urlsplit(visit(house, departure.headers["Location"]))
    assert browser.get(f"{back.path}?{back.query}").status_code == 303
    assert browser.cookie("esign_company") not in ("", old)


def test_another_site_connects_no_account_with_whom_it_logged_in_at_the_provider(house: Any) -> None:
    """A link elsewhere, followed by somebody who has just logged in here, begins no visit that adds a way to log in."""
    person = colleague(house, "administrator")
    browser = Browser(house, person)
    followed = browser.get("/company/account/provider", headers={"Sec-Fetch-Site": "cross-site"})
    assert followed.status_code == 200 and "Refresh" not in followed.headers and browser.cookie("esign_login") == ""
    for options in ({"secret": False}, {"headers": {"Sec-Fetch-Site": "cross-site"}}):
        sent = browser.post("/company/account/provider", **options)
        assert sent.status_code == 403 and "Refresh" not in sent.headers and browser.cookie("esign_login") == ""
    stranger = Browser(house)
    linked = invited(house, "clerk", send=False, email="second@example.org")
    stranger.get(f"/company/invitation/{token_of(linked.link)}")
    assert stranger.get("/company/setup/provider").status_code == 405
    assert stranger.post("/company/setup/provider", secret=False).status_code == 403
    assert house.application.accounts.view(system("default"), person.id).ways == ("passkey",)


def test_a_visit_for_one_purpose_serves_no_other(house: Any) -> None:
    desk = house.application.logins
    departure = desk.provider.depart("login", redirect_uri=f"http://localhost:8080{RETURN}")
    with pytest.raises(LoginExpired):
        desk.finish_passkey(departure.token, "{}")
