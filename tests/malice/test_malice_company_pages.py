"""What the pages of the company's side give away to whoever comes later, and what they do with what nobody types."""

from __future__ import annotations

import re
from typing import Any

import pytest

from esign.access import Permission, Role
from tests.company.browser import Browser
from tests.company.people import colleague
from tests.company.test_role_matrix import QUERIES, examples_once, guarded

INLINE = {"image/png", "application/json", "text/html"}
"""Kinds that no browser runs: everything else is only saved."""
RUN = re.compile(r"<script(?![^>]+(?:src=|type=.application/json))|\son[a-z]+=|javascript:")
"""What would run where the policy did not forbid it."""


@pytest.fixture
def house(world: Any) -> Any:
    world.settings = world.settings.with_changes(tenants=("default", "other"))
    world.start()
    return world


def test_no_answer_is_kept_run_or_read_by_another_page(house: Any) -> None:
    """Every page: not kept by any cache, not sniffed, not framed; files are saved, never opened."""
    person = colleague(house, *[role.value for role in Role], email="everything@example.org")
    seen: dict[str, int] = {}
    for route in guarded(house):
        if route.method != "GET":
            continue
        browser = Browser(house, person.log_in())
        found = examples_once(house, route)
        answer = browser.get(route.address(found), query_string=QUERIES.get(route.endpoint, {}))
        seen[str(route)] = answer.status_code
        headers = answer.headers
        assert headers["Cache-Control"] == "no-store", route
        assert headers["X-Content-Type-Options"] == "nosniff", route
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], route
        assert "unsafe-inline" not in headers["Content-Security-Policy"], route
        assert headers["Referrer-Policy"] == "no-referrer", route
        if answer.status_code == 200 and answer.mimetype not in INLINE:
            assert headers["Content-Disposition"].startswith("attachment"), route
        if answer.mimetype == "text/html":
            assert not RUN.search(answer.text), route
    assert list(seen.values()).count(200) > 10, seen
    assert not [route for route, status in seen.items() if status >= 500]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "x" * 1000, "２０２６-01-01", "-1", "1-1-1"])
def test_days_that_nobody_means_are_no_fault_of_ours(house: Any, day: str) -> None:
    browser = Browser(house, colleague(house, "clerk"))
    fields = dict.fromkeys(("created_from", "created_to", "concluded_from", "concluded_to"), day)
    asked = browser.post("/company/contracts/search", fields)
    assert asked.status_code == 303
    assert browser.get(asked.headers["Location"]).status_code == 200


WORDS = ("%", "_", "\\", "' OR 1=1 --", "*", "\U0001f600" * 40, "a\u0000b", "\u202e", "{{7*7}}", "<b>x</b>")


@pytest.mark.parametrize("text", WORDS)
def test_words_that_are_searched_are_words(house: Any, text: str) -> None:
    browser = Browser(house, colleague(house, "clerk"))
    for name in ("text", "party"):
        asked = browser.post("/company/contracts/search", {name: text})
        assert asked.status_code == 303 and (len(text.strip()) < 2 or text not in asked.headers["Location"])
        page = browser.get(asked.headers["Location"])
        assert page.status_code in (200, 422) and "<b>x</b>" not in page.text and ">49<" not in page.text


def test_who_reads_no_documents_gets_none_by_another_door(house: Any) -> None:
    """A clerk reads documents, an administrator none, whoever else the account was once."""
    from tests.company.examples import contract

    name = contract(house, "default")
    admin = Browser(house, colleague(house, "administrator"))
    assert Permission.DOCUMENTS_READ.value == "documents:read"
    for path in (f"/company/contracts/{name}", f"/company/contracts/{name}/draft.pdf", "/company/contracts/"):
        assert admin.get(path).status_code == 403, path
    for path in (f"/company/contracts/{name}/signed.pdf", f"/company/contracts/{name}/dossier"):
        assert admin.post(path).status_code == 403, path
