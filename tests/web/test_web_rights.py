"""The two public doors: labels of the statute, no login, no cookie, no script; nothing revealed, nothing lost."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.engine.test_engine_forms import entries
from tests.engine.test_engine_rights import CLERK, JANA, ORDINARY, STRANGER, concluded, said

WITHDRAW, TERMINATE = "/vertrag-widerrufen", "/vertraege-hier-kuendigen"
RECEIVED = ("right.withdrawal_received", "right.termination_received")


@pytest.fixture
def app(world: Any) -> Flask:
    found: Flask = world.apps["http://localhost:8080"]
    return found


@pytest.fixture
def door(app: Flask) -> FlaskClient:
    """A browser that keeps no cookies."""
    return app.test_client(use_cookies=False)


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def buttons(page: str) -> list[str]:
    return [html.unescape(each.strip()) for each in re.findall(r"<button[^>]*>([^<]*)</button>", page)]


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def received(world: Any) -> list[Any]:
    return entries(world, *RECEIVED)


@pytest.mark.parametrize(
    "path", ["/", "/security", "/privacy", "/formulare", WITHDRAW, TERMINATE, "/company/login", "/no"]
)
def test_both_doors_stand_in_the_footer_of_every_page_with_the_words_of_the_statute(
    door: FlaskClient, path: str
) -> None:
    """BGB § 356a (1), § 312k (2)."""
    page = door.get(path, follow_redirects=True, headers={"Accept": "text/html"}).get_data(as_text=True)
    foot = page.partition('<footer class="foot">')[2]
    assert re.findall(r'<a href="(/ver[^"]+)">([^<]+)</a>', foot) == [
        (WITHDRAW, "Vertrag widerrufen"),
        (TERMINATE, "Verträge hier kündigen"),
    ]


def test_a_withdrawal_takes_two_steps_without_login_or_cookie(world: Any, door: FlaskClient) -> None:
    """BGB § 356a (2), (3)."""
    page = door.get(WITHDRAW).get_data(as_text=True)
    assert re.findall(r'<(?:input|textarea)[^>]* name="([^"]+)"', page) == ["name", "contract", "email"]
    assert "required" not in re.sub(r"aria-required", "", page) and "<script" not in page
    second = door.post(WITHDRAW, data=JANA)
    page = second.get_data(as_text=True)
    assert second.status_code == 200 and buttons(page)[0] == "Widerruf bestätigen"
    assert "noch nicht abgegeben" in page and all(value in plain(page) for value in JANA.values())
    assert received(world) == [], "nothing is declared before the second step"
    sent = hidden(page)
    assert set(sent) == {*JANA, "press"}
    third = door.post(f"{WITHDRAW}/bestaetigen", data=sent)
    page = plain(third.get_data(as_text=True))
    assert third.status_code == 200 and "Ihr Widerruf ist eingegangen" in page and JANA["email"] in page
    assert re.search(r"Eingegangen am .* \d\d:\d\d:\d\d Uhr \((MEZ|MESZ)\)", page)
    assert len(received(world)) == 1 and "Set-Cookie" not in third.headers
    assert world.application.delivery.deliver_due() == 1


def test_what_was_typed_can_be_changed_before_it_is_confirmed(world: Any, door: FlaskClient) -> None:
    page = door.post(WITHDRAW, data={**JANA, "change": "1"}).get_data(as_text=True)
    assert 'value="Jana Beispiel"' in page and "Weiter zur Bestätigung" in buttons(page) and received(world) == []


def test_a_termination_is_one_page_and_the_declaration_can_be_stored(world: Any, door: FlaskClient) -> None:
    """BGB § 312k (2), (3)."""
    page = door.get(TERMINATE).get_data(as_text=True)
    assert buttons(page) == ["jetzt kündigen"]
    names = re.findall(r'<(?:input|textarea)[^>]* name="([^"]+)"', page)
    assert list(dict.fromkeys(names)) == ["press", "how", "reason", "name", "contract", "wished", "email"]
    assert "checked" not in page, "nothing is chosen beforehand"
    done = door.post(f"{TERMINATE}/bestaetigen", data={**JANA, **ORDINARY, **hidden(page)})
    page = done.get_data(as_text=True)
    assert "Ihre Kündigung ist eingegangen" in page and buttons(page) == ["Erklärung als PDF speichern"]
    file = door.post(f"{TERMINATE}/erklaerung", data=hidden(page))
    assert file.mimetype == "application/pdf" and "attachment" in file.headers["Content-Disposition"]
    shown = re.search(r"(\d\d:\d\d:\d\d) Uhr", plain(page))
    assert shown and shown[1] in said(file.data) and "„jetzt kündigen“" in said(file.data)
    for forged in ({}, {"kept": "x"}, {"kept": hidden(page)["kept"][:-2]}, {"kept": "a" + hidden(page)["kept"]}):
        assert door.post(f"{TERMINATE}/erklaerung", data=forged).status_code == 403


def test_what_is_missing_is_asked_for_and_what_was_typed_stays(world: Any, door: FlaskClient) -> None:
    for path in (WITHDRAW, f"{WITHDRAW}/bestaetigen"):
        answer = door.post(path, data={**JANA, "email": "jana"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and 'href="#email"' in page and 'value="Jana Beispiel"' in page
    answer = door.post(f"{TERMINATE}/bestaetigen", data={**JANA, "how": "extraordinary"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'href="#reason"' in page and 'value="extraordinary" checked' in page
    assert received(world) == []


def test_the_answer_is_the_same_whether_there_is_a_contract_or_not(world: Any, door: FlaskClient) -> None:
    """Enumeration by the answer: status, headers and words."""
    concluded(world)
    seen = []
    for number, contract in enumerate((JANA["contract"], "LW-2026-009999")):
        answer = door.post(f"{WITHDRAW}/bestaetigen", data={**STRANGER, "contract": contract, "press": str(number)})
        page = answer.get_data(as_text=True).replace(contract, "…")
        page = re.sub(r"\d\d:\d\d:\d\d|Vorgang [A-Za-z0-9_-]+", "…", page)
        seen.append((answer.status_code, sorted(key for key, _ in answer.headers), page))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
@pytest.mark.parametrize("path", [f"{WITHDRAW}/bestaetigen", f"{TERMINATE}/bestaetigen"])
def test_what_another_sites_page_sends_is_no_declaration(
    world: Any, door: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    """CSRF."""
    assert door.post(path, data={**JANA, **ORDINARY}, headers=headers).status_code == 403
    assert received(world) == []


@pytest.mark.parametrize(
    "headers", [{"Origin": "null"}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}]
)
def test_our_own_pages_declare_and_an_old_page_loses_nothing(
    world: Any, door: FlaskClient, headers: dict[str, str]
) -> None:
    """No secret of a session expires: a page that stood open overnight works at 23:59:59 too."""
    door.get(WITHDRAW)
    world.clock.offset += timedelta(hours=30)
    assert door.post(f"{WITHDRAW}/bestaetigen", data=JANA, headers=headers).status_code == 200
    assert len(received(world)) == 1


def test_a_reload_and_a_second_click_declare_once(world: Any, door: FlaskClient) -> None:
    sent = {**JANA, "press": "the word of one page"}
    pages = [plain(door.post(f"{WITHDRAW}/bestaetigen", data=sent).get_data(as_text=True)) for _ in range(3)]
    assert pages[0] == pages[1] == pages[2] and len(received(world)) == 1
    door.post(f"{WITHDRAW}/bestaetigen", data={**sent, "press": ""})
    assert len(received(world)) == 2, "another page is another declaration, recognised as the same"


def test_what_is_typed_is_text_on_the_page(world: Any, door: FlaskClient) -> None:
    evil = '"><script>alert(1)</script>{{ 7*7 }}'
    for path in (WITHDRAW, f"{WITHDRAW}/bestaetigen"):
        page = door.post(path, data={**JANA, "contract": evil}).get_data(as_text=True)
        assert "<script" not in page and "{{ 7*7 }}" in page and "&lt;script&gt;" in page


def test_pages_that_were_answers_lead_back_and_speak_both_languages(app: Flask) -> None:
    client = app.test_client()
    for path in (f"{WITHDRAW}/bestaetigen", f"{TERMINATE}/bestaetigen", f"{TERMINATE}/erklaerung"):
        assert client.get(path).status_code == 303
    client.get(f"{WITHDRAW}?lang=en")
    page = client.get(WITHDRAW).get_data(as_text=True)
    assert "<h1>withdraw from contract here</h1>" in page and "terminate contracts here" in page
    assert buttons(client.post(WITHDRAW, data=JANA).get_data(as_text=True))[0] == "confirm withdrawal"
    assert buttons(client.get(TERMINATE).get_data(as_text=True)) == ["terminate now"]


def test_another_companys_address_is_its_own_door(world: Any, door: FlaskClient) -> None:
    assert door.get(f"{WITHDRAW}/von/unknown").status_code == 404
    assert door.post(f"{WITHDRAW}/von/unknown/bestaetigen", data=JANA).status_code == 404
    assert received(world) == []


def test_too_large_a_body_is_refused_before_it_is_read(world: Any, door: FlaskClient) -> None:
    assert door.post(f"{WITHDRAW}/bestaetigen", data={**JANA, "contract": "x" * 70_000}).status_code == 413
    assert door.post(f"{WITHDRAW}/bestaetigen", data={**JANA, "contract": "x" * 1001}).status_code == 422
    assert received(world) == [] and world.application.declarations.list(CLERK).declarations == ()
