"""A customer who is recognised at the identity provider finds the form filled in; nobody else's data are ever shown."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from certs.sandbox.identity_provider import FORMS_CLIENT
from esign.engine.forms.refusals import NotRecognised, PrefillNotConfigured
from esign.settings import Settings, SettingsError
from tests.conftest import SANDBOX, WEB
from tests.engine.test_engine_prefill import CUSTOMERS, PREFILL, entries

BACK = f"{WEB}/formulare/erkannt"
NOTHING = lambda tenant, form: ""  # noqa: E731 - a browser that holds no draft
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
    opened = desk.arrive(departure.token, state=came["state"], code=came["code"], issuer=came.get("iss"), holds=NOTHING)
    assert (opened.prefill, opened.prefilled["email"]) == ("found", "alt@post.example")
    assert [entry.facts["way"] for entry in entries(known, "form.prefilled")] == ["identity"]
    for token in (departure.token, "", "x" * 43):
        with pytest.raises(NotRecognised):
            desk.arrive(token, state=came["state"], code=came["code"], issuer=None, holds=NOTHING)


def test_whoever_is_not_exactly_one_customer_sees_nothing(known: Any) -> None:
    desk = known.application.recognition
    departure = desk.depart("default", "mobile-plan", redirect_uri=BACK)
    came = visit(known, departure.address, "karl-heinz-oesterreicher")
    opened = desk.arrive(departure.token, state=came["state"], code=came["code"], issuer=came.get("iss"), holds=NOTHING)
    assert (opened.prefill, opened.prefilled) == ("none", {})


def test_another_state_another_issuer_and_a_refusal_recognise_nobody(known: Any) -> None:
    desk = known.application.recognition
    for wrong in ({"state": "x"}, {"iss": "https://evil.example"}, {"code": ""}, {"state": "\udc80"}):
        departure = desk.depart("default", "mobile-plan", redirect_uri=BACK)
        came = {**visit(known, departure.address, SOPHIE), **wrong}
        with pytest.raises(NotRecognised):
            desk.arrive(departure.token, state=came["state"], code=came["code"], issuer=came.get("iss"), holds=NOTHING)
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


def test_another_sites_answer_leaves_the_visit_as_it_is(known: Any) -> None:
    """A state that is not this visit's is no answer: it neither recognises somebody nor ends the visit."""
    desk = known.application.recognition
    departure = desk.depart("default", "mobile-plan", redirect_uri=BACK)
    came = visit(known, departure.address, SOPHIE)
    others = desk.depart("default", "mobile-plan", redirect_uri=BACK)
    theirs = visit(known, others.address, "jana-beispiel")
    with pytest.raises(NotRecognised):
        desk.arrive(departure.token, state=theirs["state"], code=theirs["code"], issuer=None, holds=NOTHING)
    opened = desk.arrive(departure.token, state=came["state"], code=came["code"], issuer=None, holds=NOTHING)
    assert opened.prefilled["given_name"] == "Sophie"


def test_an_answer_counts_for_the_draft_with_which_it_began(known: Any) -> None:
    desk, forms = known.application.recognition, known.application.forms
    for before, after in (("", "x" * 43), ("x" * 43, ""), ("x" * 43, "y" * 43)):
        departure = desk.depart("default", "mobile-plan", redirect_uri=BACK, draft=before)
        came = visit(known, departure.address, SOPHIE)
        asked: list[tuple[str, str]] = []
        with pytest.raises(NotRecognised):
            desk.arrive(
                departure.token,
                state=came["state"],
                code=came["code"],
                issuer=None,
                holds=lambda tenant, form, after=after, asked=asked: asked.append((tenant, form)) or after,
            )
        assert asked == [("default", "mobile-plan")]
    assert entries(known, "form.prefilled") == []
    token = forms.begin("default", "mobile-plan").token
    departure = desk.depart("default", "mobile-plan", redirect_uri=BACK, draft=token)
    came = visit(known, departure.address, SOPHIE)
    opened = desk.arrive(departure.token, state=came["state"], code=came["code"], issuer=None, holds=lambda *_: token)
    assert opened.prefill == "found"


def leave(http: Any, path: str = "/formulare/mobile-plan", **more: Any) -> Any:
    """Press the button of a form's page; return the page that leads on."""
    page = http.get(f"{WEB}{path}")
    secret = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert secret is not None
    return http.post(f"{WEB}{path}/anmelden", data={"csrf_token": secret[1], **more})


def address_of(page: Any) -> str:
    assert page.status_code == 200, page.text
    found = str(page.headers["Refresh"])
    assert found.startswith("0; url=") and f'href="{escape(found[7:])}"' in page.text
    return found[7:]


def test_the_pages_lead_there_and_back(known: Any) -> None:
    http = known.http
    page = http.get(f"{WEB}/formulare/mobile-plan")
    assert 'action="/formulare/mobile-plan/anmelden"' in page.text
    leaving = address_of(leave(http))
    assert leaving.startswith(SANDBOX)
    came = visit(known, leaving, SOPHIE)
    back = http.get(BACK, params=came)
    assert (back.status_code, back.headers["Location"]) == (303, "/formulare/mobile-plan?hinweis=prefilled")
    form = http.get(f"{WEB}{back.headers['Location']}")
    assert "alt@post.example" in form.text and "/anmelden" not in form.text
    again = http.get(BACK, params=came)
    assert "alt@post.example" not in again.text and again.status_code == 303
    http.cookies.clear()
    assert "alt@post.example" not in http.get(f"{WEB}/formulare/mobile-plan").text


def test_recognition_begins_with_a_form_of_ours_and_its_secret(known: Any) -> None:
    """Login CSRF: no link and no form of another site sends a browser to the provider for this form."""
    http, path = known.http, f"{WEB}/formulare/mobile-plan/anmelden"
    page = {"Accept": "text/html"}
    followed = http.get(path, headers=page)
    assert (followed.status_code, followed.headers["Location"]) == (303, "/formulare/mobile-plan")
    assert "recognition" not in followed.headers.get("Set-Cookie", "")
    refused = [
        http.post(path, headers=page),
        http.post(path, data={"csrf_token": "x"}, headers=page),
    ]
    secret = re.search(r'name="csrf_token" value="([^"]+)"', http.get(f"{WEB}/formulare/mobile-plan").text)
    assert secret is not None
    refused.append(http.post(path, data={"csrf_token": secret[1]}, headers={**page, "Sec-Fetch-Site": "cross-site"}))
    for answer in refused:
        assert answer.status_code == 403 and "web.form_expired" in answer.text
        assert "Refresh" not in answer.headers and "recognition" not in answer.headers.get("Set-Cookie", "")
    with known.application.contracts.household.store.reading() as tx:
        assert tx._connection.exec_driver_sql("SELECT count(*) FROM login_flow").scalar() == 0


def test_the_attackers_visit_fills_nothing_in_for_the_victim(known: Any) -> None:
    """The attacker logs in at the provider and hands the answer to the victim, whose own visit is under way or not."""
    http = known.http
    attacker = known.application.recognition.depart("default", "mobile-plan", redirect_uri=BACK)
    theirs = visit(known, attacker.address, "jana-beispiel")
    without = http.get(BACK, params=theirs)
    assert (without.status_code, without.headers["Location"]) == (303, "/formulare")
    mine = visit(known, address_of(leave(http)), SOPHIE)
    during = http.get(BACK, params=theirs)
    assert during.headers["Location"] == "/formulare/mobile-plan?hinweis=not_recognised"
    assert not [name for name in http.cookies if "draft" in name] and entries(known, "form.prefilled") == []
    back = http.get(BACK, params=mine)  # the victim's own visit goes on
    assert back.headers["Location"] == "/formulare/mobile-plan?hinweis=prefilled"
    (entry,) = entries(known, "form.prefilled")
    assert entry.facts["way"] == "identity"


def test_what_was_begun_meanwhile_in_another_tab_is_not_put_aside(known: Any) -> None:
    http = known.http
    came = visit(known, address_of(leave(http)), SOPHIE)
    page = http.get(f"{WEB}/formulare/mobile-plan")
    secret = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert secret is not None
    typed = {"csrf_token": secret[1], "base": "", "action": "update", "f.given_name": "Selbst"}
    assert http.post(f"{WEB}/formulare/mobile-plan", data=typed).status_code == 303
    back = http.get(BACK, params=came)
    assert back.headers["Location"] == "/formulare/mobile-plan?hinweis=not_recognised"
    form = http.get(f"{WEB}/formulare/mobile-plan").text
    assert "Selbst" in form and "alt@post.example" not in form
    assert leave(http).headers["Location"] == "/formulare/mobile-plan", "who has begun is not sent away"


def test_pages_of_forms_without_recognition_do_not_offer_it(known: Any) -> None:
    assert "/anmelden" not in known.http.get(f"{WEB}/formulare/electricity-supply").text
    secret = re.search(r'name="csrf_token" value="([^"]+)"', known.http.get(f"{WEB}/formulare/mobile-plan").text)
    assert secret is not None
    for form in ("electricity-supply", "no-such-form"):
        answer = known.http.post(f"{WEB}/formulare/{form}/anmelden", data={"csrf_token": secret[1]})
        assert answer.status_code == 404
