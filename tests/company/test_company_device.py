"""A device of the company is handed over: the clerk is out on it before the link is shown, which keeps nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.actors import COMPANY
from tests.company.browser import Browser
from tests.company.people import Colleague, colleague


@pytest.fixture
def person(world: Any) -> Colleague:
    return colleague(world, "clerk")


def drawn_up(world: Any, template: str = "electricity-supply", **changes: Any) -> str:
    return str(world.application.contracts.draw_up(COMPANY, world.sample(template, **changes)))


def test_the_login_ends_before_the_link_is_shown(world: Any, person: Colleague) -> None:
    contract, clerk = drawn_up(world), Browser(world, person)
    path = f"/company/contracts/{contract}/in-person/this-device"
    clerk.get(f"{path}?lang=en")
    assert "Jana Beispiel" in clerk.get(path).text
    answer = clerk.post(path, {"party": "signatory-1"})
    assert answer.status_code == 200
    assert re.search(
        r'href="http://localhost:8081/\?lang=de#in-person\.[A-Za-z0-9_-]{43}" rel="noreferrer"', answer.text
    )
    assert "Please pass the device on now" in answer.text
    assert "Jana" not in answer.text and "Änne" not in answer.text and "/company/contracts" not in answer.text
    assert (answer.headers["Cache-Control"], answer.headers["Clear-Site-Data"]) == ("no-store", '"cache", "storage"')
    assert world.application.sessions.find(person.token) is None, "the login is still good on the server"
    assert clerk.cookie("esign_company") == ""
    again = clerk.get(path)
    assert again.status_code == 303 and "/company/login" in again.headers["Location"]
    clerk.log_in(person)  # whoever kept the cookie
    assert clerk.get(path).status_code == 303
    assert world.ledger(contract)[-1] == "handover.offered"


def test_where_it_is_refused_the_clerk_stays_logged_in_and_nothing_is_handed_over(
    world: Any, person: Colleague
) -> None:
    contract, clerk = drawn_up(world, "mobile-plan"), Browser(world, person)
    path = f"/company/contracts/{contract}/in-person/this-device"
    assert clerk.post(path, {"party": "signatory-1"}).status_code == 409
    contract = drawn_up(world)
    path = f"/company/contracts/{contract}/in-person/this-device"
    world.settings = world.settings.with_changes(signature_policy_company_device="")
    world.start()
    clerk = Browser(world, person)
    assert "Dieses Gerät übergeben" not in clerk.get(f"/company/contracts/{contract}/in-person/").text
    answer = clerk.post(path, {"party": "signatory-1"})
    assert answer.status_code == 409 and "Auf einem Gerät des Unternehmens nicht möglich" in answer.text
    assert "in-person." not in answer.text
    assert world.application.sessions.find(person.token) is not None
    assert "handover.offered" not in world.ledger(contract)
