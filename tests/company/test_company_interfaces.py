"""API keys and webhooks at the desk: what is secret is shown once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from esign.access import Permission, Role
from esign.engine.api.errors import ApiKeyRefused
from tests.company.browser import Browser
from tests.company.people import colleague


@pytest.fixture
def administrator(world: Any) -> Browser:
    return Browser(world, colleague(world, Role.ADMINISTRATOR, email="admin@example.org"))


def secret_in(page: str) -> str:
    found = re.search(r'<code class="secret" tabindex="0">([^<]+)</code>', page)
    assert found is not None, page[-2000:]
    return found[1]


def test_a_key_is_shown_once_works_and_is_revoked(world: Any, administrator: Browser) -> None:
    form = {"name": "Tarifrechner", "scopes": ["contracts:read", "root:everything"], "days": "30"}
    made = administrator.post("/company/keys/new", form)
    secret = secret_in(made.text)
    actor = world.application.api_keys.authenticate(secret)
    assert actor.permissions == {Permission.CONTRACTS_READ}
    listed = administrator.get("/company/keys/").text
    assert secret not in listed and "Tarifrechner" in listed
    (key,) = re.findall(r"/company/keys/([\w-]+)/revoke", listed)
    assert administrator.post(f"/company/keys/{key}/revoke").status_code == 303
    with pytest.raises(ApiKeyRefused):
        world.application.api_keys.authenticate(secret)
    assert "widerrufen" in administrator.get("/company/keys/").text


def test_a_key_without_a_scope_is_refused_and_nothing_is_made(administrator: Browser) -> None:
    answer = administrator.post("/company/keys/new", {"name": "x", "days": "30"})
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert "Noch kein Schlüssel" in administrator.get("/company/keys/").text


def test_a_webhook_is_made_tested_switched_off_and_deleted(world: Any, administrator: Browser) -> None:
    form = {"url": "https://hooks.example.org/esign", "kinds": ["contract.concluded"]}
    made = administrator.post("/company/webhooks/new", form)
    secret = secret_in(made.text)
    (view,) = world.application.webhooks.list(administrator_actor(world))
    base = f"/company/webhooks/{view.id}"
    assert secret not in administrator.get(base).text
    assert secret_in(administrator.post(f"{base}/rotate").text) != secret
    assert administrator.post(f"{base}/test").status_code == 303
    page = administrator.get(base).text
    assert "webhook.test" in page and "wartet" in page
    assert administrator.post(f"{base}/disable").status_code == 303
    refused = administrator.post(f"{base}/test")
    assert refused.status_code == 409 and 'role="alert"' in refused.text
    assert administrator.post(f"{base}/redeliver", {"delivery": "unknown"}).status_code in (404, 409)
    assert administrator.post(f"{base}/remove").status_code == 303
    assert administrator.get(base).status_code == 404


def administrator_actor(world: Any) -> Any:
    from tests.actors import COMPANY

    assert world.application
    return COMPANY


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.org/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "javascript:1", ""],
)
def test_a_webhook_to_a_private_or_plain_address_is_refused(administrator: Browser, url: str) -> None:
    answer = administrator.post("/company/webhooks/new", {"url": url})
    assert answer.status_code in (400, 422) and "<script" not in answer.text
    assert "Noch keine" in administrator.get("/company/webhooks/").text


def test_words_that_are_shown_back_are_never_markup(administrator: Browser) -> None:
    evil = "<script>alert(1)</script>{{7*7}}"
    answer = administrator.post("/company/keys/new", {"name": evil, "scopes": ["contracts:read"], "days": "30"})
    assert "<script>alert" not in answer.text and "49" not in re.findall(r"<strong>(.*?)</strong>", answer.text)[0]
