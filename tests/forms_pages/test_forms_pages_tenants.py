"""Each company's forms have their own address, and nothing of one company's is known at another one's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from certs.sandbox.identity_provider import FORMS_CLIENT
from esign.access import system
from tests.conftest import WEB
from tests.engine.test_engine_prefill import CUSTOMERS, PREFILL, entries
from tests.engine.test_engine_recognition import BACK, SOPHIE, address_of, leave, visit
from tests.form_answers import answers_of

THEIRS, OURS = "/f/other", "/formulare"
FORM = "mobile-plan"
UNKNOWN = ("/f/default", "/f/nobody", "/f/-", "/f/Other", "/f/other%20", "/f/%2e%2e", "/f/other%00", "/f")


@pytest.fixture
def house(world: Any) -> Any:
    """Three companies; the second one knows customers."""
    (world.folder / "customers.csv").write_text(CUSTOMERS)
    (world.folder / "prefill.toml").write_text(PREFILL.replace("uses.default", "uses.other"))
    world.settings = world.settings.with_changes(
        tenants=("default", "other", "third"),
        prefill_file=world.folder / "prefill.toml",
        prefill_idp_client_id=FORMS_CLIENT,
    )
    world.start()
    return world


def page(house: Any, path: str) -> Any:
    return house.http.get(f"{WEB}{path}", headers={"Accept": "text/html"})


def hidden(answer: Any, name: str = "csrf_token") -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found is not None, answer.text
    return found[1]


def post(house: Any, path: str, data: dict[str, str] | None = None, at: str = "") -> Any:
    secret = hidden(page(house, at or f"{path.rsplit('/', 1)[0]}"))
    return house.http.post(f"{WEB}{path}", data={"csrf_token": secret, **(data or {})}, headers={"Accept": "text/html"})


def begin(house: Any, base: str = THEIRS, **answers: str) -> str:
    """Begin a form with some answers; return the draft's secret."""
    data = {"base": "", "action": "update", **{f"f.{name}": text for name, text in answers.items()}}
    answer = post(house, f"{base}/{FORM}", data, at=f"{base}/{FORM}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{base}/{FORM}?hinweis=saved"), answer.text
    return re.search(r"esign_draft_[^=]*=([^;]+)", answer.headers["Set-Cookie"])[1]


def form_rules(house: Any) -> dict[str, set[str]]:
    """Return the addresses of each form page, by endpoint."""
    found: dict[str, set[str]] = {}
    for rule in house.apps[WEB].url_map.iter_rules():
        if rule.endpoint.startswith("forms"):
            found.setdefault(rule.endpoint, set()).add(rule.rule)
    return found


def test_every_form_page_has_one_address_for_the_first_and_one_for_each_other(house: Any) -> None:
    for endpoint, rules in form_rules(house).items():
        if endpoint == "forms_recognised.arrive":
            assert rules == {"/formulare/erkannt"}
            continue
        short = {rule for rule in rules if rule.startswith(OURS)}
        assert rules == short | {rule.replace(OURS, "/f/<tenant>", 1) for rule in short}, endpoint


@pytest.mark.parametrize("base", UNKNOWN)
def test_no_company_has_a_second_address_and_none_that_is_not_there_has_one(house: Any, base: str) -> None:
    for path in (base, f"{base}/{FORM}", f"{base}/weiter", f"{base}/{FORM}/pruefen"):
        answer = page(house, path)
        assert (answer.status_code, "draft" in str(answer.headers)) == (404, False), path


def test_a_companys_pages_lead_to_its_own_pages_only(house: Any) -> None:
    begin(house, given_name="Vera")
    for path in ("", f"/{FORM}", f"/{FORM}/spaeter", "/weiter"):
        answer = page(house, f"{THEIRS}{path}")
        assert answer.status_code == 200
        led = re.findall(r'(?:href|action|data-(?:keep|towns|bank))="(/[^"#?]*)', answer.text)
        led = [each for each in led if not each.startswith(("/static", "/company", "/problems"))]
        assert [each for each in led if each.startswith(OURS)] == [], path
        assert [each for each in led if each.startswith(THEIRS)], path
    assert "/f/" not in page(house, f"{OURS}/{FORM}").text


def test_what_is_sent_at_a_companys_address_is_its_own(house: Any) -> None:
    begin(house, **answers_of(FORM))
    check = page(house, f"{THEIRS}/{FORM}/pruefen")
    sent = house.http.post(
        f"{WEB}{THEIRS}/{FORM}/absenden", data={"csrf_token": hidden(check), "seen": hidden(check, "seen")}
    )
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{THEIRS}/{FORM}/ergebnis")
    application = house.application
    (case,) = application.cases.list(system("other")).cases
    assert case.state == "accepted" and application.contracts.view(system("other"), case.contract_id).state == "invited"
    for tenant in ("default", "third"):
        assert application.cases.list(system(tenant)).cases == () == application.contracts.list(system(tenant))


def test_a_draft_is_unknown_at_another_companys_address(house: Any) -> None:
    """The secret of one company's draft, planted under every name that another one's pages read."""
    token = begin(house, given_name="Geheim")
    before = len(entries(house))
    for base, name in ((OURS, FORM), ("/f/third", f"third.{FORM}")):
        house.http.cookies.clear()
        cookie = {"Cookie": f"esign_draft_{name}={token}"}
        shown = house.http.get(f"{WEB}{base}/{FORM}", headers=cookie)
        assert shown.status_code == 200 and "Geheim" not in shown.text
        for path in ("pruefen", "spaeter", "ergebnis"):
            answer = house.http.get(f"{WEB}{base}/{FORM}/{path}", headers=cookie)
            assert answer.status_code == 303 and "Geheim" not in answer.text, path
        for path in ("absenden", "spaeter/link", "spaeter/mail", "verwerfen"):
            house.http.cookies.clear()
            secret = hidden(page(house, f"{base}/{FORM}"))
            session = house.http.cookies.get("esign_session")
            answer = house.http.post(
                f"{WEB}{base}/{FORM}/{path}",
                data={"csrf_token": secret, "seen": "x", "email": "a@post.example"},
                headers={"Cookie": f"esign_session={session}; esign_draft_{name}={token}"},
            )
            assert answer.status_code == 303 and "Geheim" not in answer.text, (path, answer.text)
    assert house.application.forms.read(token).answers == {"given_name": "Geheim"}, "nothing became of it"
    assert len(entries(house)) == before and house.application.delivery.deliver_due() == 0


def test_what_became_of_a_form_is_told_at_its_own_address_only(house: Any) -> None:
    forms = house.application.forms
    token = forms.begin("other", FORM).token
    forms.submit(token, answers_of(FORM))
    for name in (FORM, "electricity-supply"):
        cookie = {"Cookie": f"esign_draft_{name}={token}"}
        answer = house.http.get(f"{WEB}{OURS}/{name}/ergebnis", headers=cookie)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{OURS}/{name}/pruefen")
    cookie = {"Cookie": f"esign_draft_other.{FORM}={token}"}
    assert house.http.get(f"{WEB}{THEIRS}/{FORM}/ergebnis", headers=cookie).status_code == 200


def test_a_link_to_another_device_opens_at_its_companys_address_and_is_used_up_nowhere_else(house: Any) -> None:
    forms = house.application.forms
    token = forms.begin("other", FORM).token
    forms.save(token, {"given_name": "Geheim"})
    link = forms.resume_link(token).link
    assert link.startswith(f"{WEB}{THEIRS}/weiter#")
    secret = link.partition("#")[2]
    nobody = post(house, f"{OURS}/weiter", {"secret": "A" * 43}, at=f"{OURS}/weiter")
    for base in (OURS, "/f/third"):
        refused = post(house, f"{base}/weiter", {"secret": secret}, at=f"{base}/weiter")
        assert (refused.status_code, "draft" in str(refused.headers)) == (410, False)
    tidy = lambda text: re.sub(r'name="csrf_token" value="[^"]+"', "", text)  # noqa: E731 - one line
    refused = post(house, f"{OURS}/weiter", {"secret": secret}, at=f"{OURS}/weiter")
    assert tidy(refused.text) == tidy(nobody.text), "it tells that another company has such a draft"
    opened = post(house, f"{THEIRS}/weiter", {"secret": secret}, at=f"{THEIRS}/weiter")
    assert (opened.status_code, opened.headers["Location"]) == (303, f"{THEIRS}/{FORM}?hinweis=resumed")
    assert "Geheim" in page(house, f"{THEIRS}/{FORM}").text and "Geheim" not in page(house, f"{OURS}/{FORM}").text


def test_a_prefill_token_fills_in_its_companys_form_only(house: Any) -> None:
    made = house.application.prefill.token(system("other"), FORM, "K-1")
    assert made.link.startswith(f"{WEB}{THEIRS}/{FORM}#prefill=")
    for base in (OURS, "/f/third"):
        refused = post(house, f"{base}/{FORM}/vorausfuellen", {"secret": made.token})
        assert refused.headers["Location"] == f"{base}/{FORM}?hinweis=refused"
    taken = post(house, f"{THEIRS}/{FORM}/vorausfuellen", {"secret": made.token})
    assert taken.headers["Location"] == f"{THEIRS}/{FORM}?hinweis=prefilled"
    assert 'value="Sophie"' in page(house, f"{THEIRS}/{FORM}").text
    assert 'value="Sophie"' not in page(house, f"{OURS}/{FORM}").text


def test_who_is_recognised_comes_back_to_the_company_that_was_left(house: Any) -> None:
    assert "/anmelden" not in page(house, f"{OURS}/{FORM}").text, "this company knows nobody"
    came = visit(house, address_of(leave(house.http, f"{THEIRS}/{FORM}")), SOPHIE)
    refused = house.http.get(BACK, params={**came, "state": "x"})
    assert refused.headers["Location"] == f"{THEIRS}/{FORM}?hinweis=not_recognised"
    back = house.http.get(BACK, params=came)
    assert back.headers["Location"] == f"{THEIRS}/{FORM}?hinweis=prefilled"
    assert "alt@post.example" in page(house, f"{THEIRS}/{FORM}").text
    assert "alt@post.example" not in page(house, f"{OURS}/{FORM}").text


@pytest.mark.parametrize(
    "planted", ["", "x", "nobody.mobile-plan", f"other.{'x' * 80}", "other.//evil.example", "." * 90]
)
def test_the_way_back_leads_to_a_form_of_ours_and_nowhere_else(house: Any, planted: str) -> None:
    answer = house.http.get(BACK, params={"state": "x"}, headers={"Cookie": f"esign_recognition_form={planted}"})
    expected = THEIRS if planted.startswith("other.") else OURS
    assert (answer.status_code, answer.headers["Location"]) == (303, expected)
