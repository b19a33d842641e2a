"""Every page of a customer's form against a draft in every state: generated from the routes.

What changes something is exactly what :data:`CHANGES` says; everything else leads to where the customer can go on, and
leaves the database as it was, to the last row. No answer is a fault of the server, and what was sent in is changed by
none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.company.object_states import Memory
from tests.conftest import WEB, installation
from tests.form_answers import answers_of
from web.forms.desk import fingerprint

FORM = "mobile-plan"
COOKIE = f"esign_draft_{FORM}"
GOOD = answers_of(FORM)
REFERS = answers_of(FORM, own_account="no", account_holder="Max Muster")
ASKS = answers_of(FORM, "somebody else's number")
HTML = {"Accept": "text/html"}

OPEN = {"begun", "complete", "asked"}
CHANGES: dict[str, set[str]] = {
    "forms.fill_in": {"none", "over", "discarded", "accepted", "referred", *OPEN},  # what is typed is never lost
    "forms.prefill": set(),  # the secret is none
    "forms.discard": OPEN,
    "forms_review.send": {"complete", "asked"},
    "forms_outcome.once_more": set(),
    "forms_later.link": OPEN,
    "forms_later.mail": OPEN,
    "forms_later.resume": set(),  # the secret is none
    "forms_lookup.towns": set(),
    "forms_lookup.bank": set(),
    "forms_lookup.keep_quietly": {"none", "over", "discarded", *OPEN},
    "forms_recognition.leave": set(),
}
"""Endpoint: states of the browser's draft in which it changes something."""

SENT: dict[str, dict[str, str]] = {
    "forms.fill_in": {"base": "", "action": "update", "f.given_name": "Neu"},
    "forms.prefill": {"secret": "x"},
    "forms_later.mail": {"email": "a@post.example"},
    "forms_later.resume": {"secret": "A" * 43},
    "forms_lookup.towns": {"code": "00124"},
    "forms_lookup.bank": {"code": "37040044"},
    "forms_lookup.keep_quietly": {"f.given_name": "Neu"},
}
"""Endpoint: what its form says."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Any) -> Iterator[Any]:
    """One installation with a draft in each state."""
    with installation(tmp_path_factory.mktemp("drafts"), sandbox_folder) as world:
        forms = world.application.forms

        def draft(answers: dict[str, str], *, sent: bool = False) -> str:
            token = str(forms.begin("default", FORM).token)
            forms.save(token, answers)
            if sent:
                forms.submit(token, answers)
            return token

        world.drafts = {"over": draft({"given_name": "Alt"})}
        world.clock.offset += timedelta(days=15)
        world.drafts |= {
            "none": "",
            "begun": draft({"given_name": "Sophie"}),
            "complete": draft(GOOD),
            "asked": draft(ASKS, sent=True),
            "accepted": draft(GOOD, sent=True),
            "referred": draft(REFERS, sent=True),
            "discarded": draft(GOOD),
        }
        forms.discard(world.drafts["discarded"])
        world.seen = {"complete": fingerprint(GOOD), "asked": fingerprint(ASKS)}
        world.memory = Memory(world)
        yield world


def routes(house: Any) -> Iterator[tuple[str, str, str]]:
    """Yield endpoint, method and address of each page of a form."""
    for rule in house.apps[WEB].url_map.iter_rules():
        if rule.endpoint.startswith("forms") and rule.rule.startswith("/formulare"):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, re.sub(r"<name>", FORM, rule.rule)


def test_every_route_that_sends_something_says_when_it_changes_something(house: Any) -> None:
    assert {endpoint for endpoint, method, _ in routes(house) if method == "POST"} == CHANGES.keys()


def test_each_page_does_what_the_drafts_state_allows_and_nothing_else(house: Any) -> None:
    wrong = []
    for state, token in house.drafts.items():
        client = house.apps[WEB].test_client()
        secret = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/formulare/weiter").text)
        assert secret is not None
        for endpoint, method, address in routes(house):
            if token:
                client.set_cookie(COOKIE, token, domain="localhost")
            else:
                client.delete_cookie(COOKIE, domain="localhost")
            data = {"csrf_token": secret[1], "seen": house.seen.get(state, "x"), **SENT.get(endpoint, {})}
            if endpoint not in ("forms_review.send",):
                del data["seen"]
            sent = {"data": data} if method == "POST" else {}
            answer = client.open(address, method=method, headers=HTML, **sent)
            changed = house.memory.changed()
            if changed:
                house.memory.bring_back()
            expected = method == "POST" and state in CHANGES.get(endpoint, set())
            if changed is not expected or answer.status_code not in (200, 303, 404, 410):
                wrong.append((method, endpoint, state, answer.status_code, changed))
    assert not wrong, "\n".join(map(str, wrong))
