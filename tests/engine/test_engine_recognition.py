"""A customer who is recognised at the identity provider finds the form filled in; nobody else's data are ever shown."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from certs.sandbox.identity_provider import FORMS_CLIENT
from esign.engine.forms.refusals import NotRecognised, PrefillNotConfigured
from esign.settings import Settings, SettingsError
from tests.conftest import SANDBOX, WEB
from tests.engine.test_engine_cases import CUSTOMERS, PREFILL, entries

BACK = f"{WEB}/formulare/erkannt"
SOPHIE = "sophie-mueller-luedenscheidt"


@pytest.fixture
def known(world: Any) -> Any:
    (world.folder / "customers.csv").write_text(CUSTOMERS)
    (world.folder / "prefill.toml").write_text(PREFILL)
    world.settings = world.settings.with_changes(
        prefill_file=world.folder / "prefill.toml", prefill_idp_client_id=FORMS_CLIENT
    )
    world.start()
    return world


def visit(world: Any, address: str, person: str) -> dict[str, str]:
    """Log in at the provider as a person; return what comes back in the address."""
    page = world.http.get(address)
    assert page.status_code == 200, page.text
    action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
    handle = re.search(r'name="request" value="([^"]+)"', page.text)
    assert action is not None and handle is not None
    target = unescape(action[1])
    target = target if target.startswith("http") else f"{SANDBOX}{target}"
    answer = world.http.post(target, data={"request": handle[1], "person": person})
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def test_who_is_recognised_finds_the_form_filled_in(known: Any) -> None:
    desk = known.application.recognition
    departure = desk.depart("default", "mobile-plan", redirect_uri=BACK)
    query = parse_qs(urlsplit(departure.address).query)
    assert query["client_id"] == [FORMS_CLIENT] and query["code_challenge_method"] == ["S256"]
    assert query["client_id"] != [known.settings.idp_client_id], "no token of a form leads to a certificate"
    came = visit(known, departure.address, SOPHIE)
    opened = desk.arrive(departure.token, state=came["state"], code=came["code"], issuer=came.get("iss"))
    assert (opened.prefill, opened.prefilled["email"]) == ("found", "alt@post.example")
    assert [entry.facts["way"] for entry in entries(known, "form.prefilled")] == ["identity"]
    for token in (departure.token, "", "x" * 43):
        with pytest.raises(NotRecognised):
            desk.arrive(token, state=came["state"], code=came["code"], issuer=None)


def test_whoever_is_not_exactly_one_customer_sees_nothing(known: Any) -> None:
    desk = known.application.recognition
    departure = desk.depart("default", "mobile-plan", redirect_uri=BACK)
    came = visit(known, departure.address, "karl-heinz-oesterreicher")
    opened = desk.arrive(departure.token, state=came["state"], code=came["code"], issuer=came.get("iss"))
    assert (opened.prefill, opened.prefilled) == ("none", {})


def test_another_state_another_issuer_and_a_refusal_recognise_nobody(known: Any) -> None:
    desk = known.application.recognition
    for wrong in ({"state": "x"}, {"iss": "https://evil.example"}, {"code": ""}, {"state": "\udc80"}):
        departure = desk.depart("default", "mobile-plan", redirect_uri=BACK)
        came = {**visit(known, departure.address, SOPHIE), **wrong}
        with pytest.raises(NotRecognised):
            desk.arrive(departure.token, state=came["state"], code=came["code"], issuer=came.get("iss"))
    assert entries(known, "form.prefilled") == []


def test_a_form_without_identity_and_an_installation_without_client_recognise_nobody(known: Any) -> None:
    with pytest.raises(PrefillNotConfigured):
        known.application.recognition.depart("default", "electricity-supply", redirect_uri=BACK)
    known.settings = known.settings.with_changes(prefill_idp_client_id="")
    known.start()
    with pytest.raises(PrefillNotConfigured):
        known.application.recognition.depart("default", "mobile-plan", redirect_uri=BACK)
    assert not any(each.prefill for each in known.application.forms.offered("default"))


def test_the_client_is_never_the_one_of_certificates(known: Any) -> None:
    with pytest.raises(SettingsError):
        known.settings.with_changes(prefill_idp_client_id=known.settings.idp_client_id)
    assert isinstance(known.settings, Settings)


def test_the_pages_lead_there_and_back(known: Any) -> None:
    http = known.http
    page = http.get(f"{WEB}/formulare/mobile-plan")
    assert "/formulare/mobile-plan/anmelden" in page.text
    leaving = http.get(f"{WEB}/formulare/mobile-plan/anmelden")
    assert leaving.status_code == 303 and leaving.headers["Location"].startswith(SANDBOX)
    came = visit(known, leaving.headers["Location"], SOPHIE)
    back = http.get(BACK, params=came)
    assert (back.status_code, back.headers["Location"]) == (303, "/formulare/mobile-plan?hinweis=prefilled")
    form = http.get(f"{WEB}{back.headers['Location']}")
    assert "alt@post.example" in form.text and "/anmelden" not in form.text
    again = http.get(BACK, params=came)
    assert "alt@post.example" not in again.text and again.status_code == 303
    http.cookies.clear()
    assert "alt@post.example" not in http.get(f"{WEB}/formulare/mobile-plan").text


def test_pages_of_forms_without_recognition_do_not_offer_it(known: Any) -> None:
    assert "/anmelden" not in known.http.get(f"{WEB}/formulare/electricity-supply").text
    assert known.http.get(f"{WEB}/formulare/electricity-supply/anmelden").status_code == 404
    assert known.http.get(f"{WEB}/formulare/no-such-form/anmelden").status_code == 404
