"""Every role against every route against objects in every state: generated from the routes.

One installation holds an object of each kind in each of its states. Each role alone asks for each route with each of
them; so do a colleague of another company and somebody who names another party. What changes something is exactly what
:data:`CHANGES` says, for those who have the permission; everything else is refused, or has nothing to do, and leaves
the database as it was, to the last row. No answer is a fault of the server.

Whoever adds a route that changes an object says in which states it does.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from esign.access import ALLOWED, Role
from tests.company.browser import HTML, Browser
from tests.company.test_role_matrix import Route, routes_of
from tests.conftest import WEB
from tests.documents.own_documents import description
from tests.documents.pdf_making import made

Form = dict[str, Any]
PERSON = {
    "given_name": "Jana",
    "family_name": "Beispiel",
    "role": "Kundin",
    "email": "jana.neu@post.example",
    "street": "Lindenallee 12",
    "postal_code": "00124",
    "town": "Beispielstadt",
    "country": "DE",
    "birth_date": "1987-03-14",
    "consumer": "yes",
}

CHANGES: dict[str, set[str]] = {
    "company_accounts.roles": {"invited", "active", "locked"},
    "company_accounts.invite": {"invited", "active"},
    "company_accounts.lock": {"invited", "active"},
    "company_accounts.unlock": {"locked"},
    "company_accounts.close": {"invited", "active", "locked"},
    "company_account.end_session": set(),  # somebody else's login, for everybody
    "company_bulk.choose": {"uploaded", "checked"},
    "company_bulk.start": {"checked"},
    "company_bulk.cancel": {"uploaded", "checked", "running"},
    "company_cases.decide accept": {"referred"},
    "company_cases.decide refuse": {"referred"},
    "company_cases.decide close": {"referred", "asked"},
    "company_declarations.assign": {"open", "repeated"},
    "company_declarations.settle": {"open", "repeated"},
    "company_performance.record": {"concluded"},
    "company_performance.take_back": {"concluded"},
    "company_performance.task": {
        *("drawn_up", "invited", "partly_signed", "concluded", "failed", "declined", "cancelled", "expired"),
        *("ordered", "pending"),
    },
    "company_tasks.finish": {"open"},
    "company_tasks.revoke": set(),  # somebody else's link, for everybody
    "company_contracts.accept": {"ordered"},
    "company_contracts.turn_down": {"ordered"},
    "company_contracts.ask": {"drawn_up", "invited", "partly_signed"},
    "company_contracts.demand": set(),  # a contract that waits for whom no minor stands behind
    "company_contracts.invite": {"drawn_up"},
    "company_contracts.invite signatory-2": set(),  # invited as soon as the first one has signed
    "company_contracts.remind": {"invited"},
    "company_contracts.remind signatory-2": {"partly_signed"},
    "company_contracts.resend": {"invited", "expired"},
    "company_contracts.resend signatory-2": {"partly_signed"},
    "company_contracts.cancel": {"drawn_up", "invited", "partly_signed"},
    "company_contracts.correct": {"drawn_up", "invited"},
    "company_contracts.correct signatory-2": set(),  # the address stands in the document that somebody has signed
    "company_contracts.delegate": {"drawn_up", "invited"},
    "company_contracts.validity": {"drawn_up", "invited", "partly_signed", "expired"},
    "company_contracts.confirm": {"concluded"},
    "company_contracts.renew": {"expired", "declined", "cancelled", "failed"},
    "company_contracts.signed": set(),  # reads
    "company_contracts.dossier": {"concluded"},  # is recorded
    "company_create.document_sent": {"waiting"},
    "company_in_person.hand_over": {"drawn_up", "invited"},
    "company_in_person.this_device": {"drawn_up", "invited"},
    "company_keys.revoke": {"active", "over"},
    "company_templates.archive": {"in_use"},
    "company_templates.restore": {"retired"},
    "company_templates.save": {"in_use"},
    "company_templates.document": {"in_use"},
    "company_templates.import_version": set(),
    "company_templates.preview_draft": set(),
    "company_templates.contract_sent": set(),
    "company_webhooks.rotate": {"active", "disabled"},
    "company_webhooks.enable": {"disabled"},
    "company_webhooks.disable": {"active"},
    "company_webhooks.remove": {"active", "disabled"},
    "company_webhooks.test": {"active"},
    "company_webhooks.redeliver": {"active"},
}
"""Endpoint, and which of its forms: states of the object in which it changes something, for who may."""


def upload() -> tuple[io.BytesIO, str]:
    return io.BytesIO(made(pages=3)), "x.pdf"


FORMS: dict[str, dict[str, Callable[[Any, str], Form]]] = {
    "company_accounts.roles": {"": lambda house, state: {"roles": "legal"}},
    "company_cases.decide": {
        "accept": lambda house, state: {"decision": "accept"},
        "refuse": lambda house, state: {"decision": "refuse", "reason": "Leider nein."},
        "close": lambda house, state: {"decision": "close"},
    },
    "company_declarations.assign": {"": lambda house, state: {"reference": "DECLARED-1"}},
    "company_declarations.settle": {"": lambda house, state: {"words": "Erstattet."}},
    "company_performance.record": {
        "": lambda house, state: {"event": "fully_performed", "at": "2026-11-20", "complete": "yes"}
    },
    "company_performance.take_back": {"": lambda house, state: {"statement": house.statement}},
    "company_performance.task": {"": lambda house, state: {"title": "Anrufen", "due_on": "2027-01-31"}},
    "company_tasks.finish": {"": lambda house, state: {"words": "Angerufen."}},
    **{
        f"company_contracts.{step}": {
            "": lambda house, state: {},
            "signatory-2": lambda house, state: {"party": "signatory-2"},
        }
        for step in ("invite", "remind", "resend")
    },
    "company_contracts.ask": {"": lambda house, state: {"person": "Erika Beispiel", "email": "erika@post.example"}},
    "company_contracts.correct": {
        "": lambda house, state: {"email": "neu@post.example"},
        "signatory-2": lambda house, state: {"email": "neu@post.example", "party": "signatory-2"},
    },
    "company_contracts.delegate": {"": lambda house, state: PERSON},
    "company_contracts.validity": {"": lambda house, state: {"reminders": "2"}},
    "company_bulk.choose": {
        "": lambda house, state: {"column-0": "reference", "column-1": "signatory.given_name"},
    },
    "company_create.document_sent": {
        "": lambda house, state: {
            "title": "Rahmenvertrag",
            "type": "GEN-015",
            "level": "advanced",
            "lang": "de",
            "count": "1",
            "reference": "STATE-99",
            "paid": "no",
            "do": "send",
            **{f"p1.{name}": value for name, value in PERSON.items() if name != "birth_date"},
        }
    },
    "company_templates.save": {
        "": lambda house, state: {"description": json.dumps(description(name="Neu")), "newest": "1"}
    },
    "company_templates.document": {"": lambda house, state: {"file": upload()}},
    "company_webhooks.redeliver": {"": lambda house, state: {"delivery": house.deliveries[state]}},
}
"""Endpoint: its forms, and what each of them says; other endpoints take an empty one."""

SEEN = {200, 303, 409, 410}
"""Statuses of a page that somebody may see: there, elsewhere, or not in this state."""
REFUSED = {404, 409, 410, 413, 415, 422}
"""Statuses of a refusal to somebody who may: not there, not in this state, not this."""


@pytest.fixture
def house(states: Any) -> Any:
    """Everything in every state."""
    return states


class Asking:
    """Somebody at a browser who asks for one thing after another; the installation is brought back each time."""

    def __init__(self, house: Any, person: Any) -> None:
        self.house, self.browser = house, Browser(house, person)
        self.secret = self.browser.secret()
        self.kept = {name: self.browser.cookie(name) for name in ("esign_company", "esign_session")}

    def ask(self, route: Route, found: dict[str, str], form: Form) -> tuple[int, bool]:
        """Return the status, and whether anything is kept otherwise."""
        sent = {"query_string": form} if route.method == "GET" else {"data": {"csrf_token": self.secret, **form}}
        answer = self.browser.client.open(route.address(found), method=route.method, headers=HTML, **sent)
        changed = self.house.memory.changed()
        if changed:
            self.house.memory.bring_back()
            for name, value in self.kept.items():  # whoever hands the device over is logged out on it
                self.browser.client.set_cookie(name, value, domain="localhost")
        return answer.status_code, changed


def about_objects(house: Any) -> list[Route]:
    return [route for route in routes_of(house.apps[WEB]) if route.arguments and not route.access.public]


def each_state(house: Any, route: Route) -> Iterator[tuple[str, dict[str, str]]]:
    (name,) = route.arguments
    assert name in house.objects, f"{route}: say in tests/company/object_states.py in which states there is a {name}"
    for state, found in house.objects[name].items():
        yield state, {name: found}


def each_form(house: Any, route: Route, state: str) -> Iterator[tuple[str, Form]]:
    """Yield each form of a route, and by which name its changes are told."""
    for name, form in FORMS.get(route.endpoint, {"": lambda house, state: {}}).items():
        yield f"{route.endpoint} {name}".strip(), form(house, state)


def test_every_route_that_changes_an_object_says_in_which_states(house: Any) -> None:
    names = {
        name
        for route in about_objects(house)
        if route.method != "GET"
        for name, _ in each_form(house, route, next(each_state(house, route))[0])
    }
    assert names == CHANGES.keys()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_changes_what_its_permission_and_the_state_allow_and_nothing_else(house: Any, role: Role) -> None:
    person = Asking(house, house.persons[role])
    wrong = []
    for route in about_objects(house):
        may = route.access.permission is None or route.access.permission in ALLOWED[role]
        for state, found in each_state(house, route):
            if route.method == "GET":
                status, changed = person.ask(route, found, {})
                gone = state == "closed" and "account_id" in found
                fine = status in SEEN or (status == 404 and gone) if may else status == 403
                if changed or not fine:
                    wrong.append((str(route), state, status, changed))
                continue
            for name, form in each_form(house, route, state):
                status, changed = person.ask(route, found, form)
                if not may:
                    fine = (status, changed) == (403, False)
                elif state in CHANGES[name]:
                    fine = changed and status in (200, 303)
                else:
                    fine = not changed and (status in REFUSED or status in (200, 303))
                if not fine:
                    wrong.append((name, state, status, changed))
    assert not wrong, "\n".join(map(str, wrong))


def test_a_colleague_of_another_company_finds_none_in_any_state(house: Any) -> None:
    person, wrong = Asking(house, house.stranger), []
    for route in about_objects(house):
        for state, found in each_state(house, route):
            for name, form in each_form(house, route, state):
                status, changed = person.ask(route, found, form)
                if (status, changed) != (404, False):
                    wrong.append((name, route.method, state, status, changed))
    assert wrong == []


@pytest.mark.parametrize(
    "party", ["signatory-3", "signatory-0", "signatory-99999999999", "company", "Signatory-1", "ü"]
)
def test_who_names_a_party_that_is_none_changes_nothing_in_any_state(house: Any, party: str) -> None:
    person, wrong = Asking(house, house.everything), []
    with_party = {"invite", "remind", "resend", "correct", "delegate"}
    for route in about_objects(house):
        if route.endpoint.partition(".")[2] not in with_party and route.endpoint != "company_in_person.hand_over":
            continue
        if "contract_id" not in route.arguments or route.method == "GET":
            continue
        for state, found in each_state(house, route):
            for name, form in each_form(house, route, state):
                status, changed = person.ask(route, found, {**form, "party": party})
                if changed or status not in REFUSED:
                    wrong.append((name, state, status, changed))
    assert wrong == []


def test_pages_that_show_a_party_take_any_name_for_one(house: Any) -> None:
    person, wrong = Asking(house, house.everything), []
    for route in about_objects(house):
        if "contract_id" in route.arguments and route.method == "GET":
            for party in ("signatory-2", "signatory-99", "x", ""):
                for state, found in each_state(house, route):
                    status, changed = person.ask(route, found, {"party": party})
                    if changed or status not in SEEN:
                        wrong.append((str(route), state, party, status, changed))
    assert wrong == []
