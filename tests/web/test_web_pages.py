"""The pages: German first, honest about the sandbox, and nothing personal shown."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from esign.engine.records import ContractState
from esign.foundation.digests import sha256
from esign.settings import Settings
from tests.actors import COMPANY
from web.problems import STATUS, status_of
from web.wording import LANGUAGES, catalogue

ROOT = Path(__file__).parents[2]


def html(client, path, **arguments):
    return client.get(path, headers={"Accept": "text/html"}, **arguments)


def test_pages_are_german_until_somebody_chooses(client):
    response = client.get("/", headers={"Accept-Language": "en-GB"})
    assert '<html lang="de">' in response.text
    assert "Verträge schließen" in response.text


def test_the_chosen_language_is_remembered_and_the_address_is_clean(client):
    response = client.get("/security?lang=en&x=1")
    assert (response.status_code, response.headers["Location"]) == (303, "/security?x=1")
    assert '<html lang="en">' in client.get("/security").text
    client.get("/?lang=de")
    assert '<html lang="de">' in client.get("/security").text


@pytest.mark.parametrize("lang", ["fr", "", "de'"])
def test_a_language_that_is_not_offered_changes_nothing(client, lang):
    response = client.get("/security", query_string={"lang": lang})
    assert response.status_code == 200
    assert '<html lang="de">' in response.text


def test_the_language_switch_leads_nowhere_else(client):
    for path in ("//evil.example/", "/%2fevil.example/"):
        response = client.get(f"{path}?lang=en")
        assert not response.headers.get("Location", "/").startswith("//")
        assert "evil.example" not in response.headers.get("Location", "") or response.status_code == 308


@pytest.mark.parametrize("page", ["/", "/security", "/privacy", "/agent/manifest", "/demo/contracts", "/nope"])
def test_every_page_of_a_sandbox_says_so(client, page):
    assert "<strong>SANDBOX</strong>" in html(client, page).text


def test_a_configured_installation_shows_no_sandbox_no_samples_and_no_contracts(engine, make_app, tmp_path):
    engine.settings = Settings(state_dir=tmp_path, trust="configured")
    client = make_app(engine, sandbox_url=None).test_client()
    for page in ("/", "/security", "/privacy"):
        assert "SANDBOX" not in html(client, page).text
    assert "Musterverträge" not in client.get("/").text
    assert html(client, "/demo/contracts").status_code == 404


def test_a_sandbox_that_is_reached_from_outside_has_no_demonstration(engine, make_app, tmp_path):
    engine.settings = Settings(
        state_dir=tmp_path, trust="sandbox", web_url="https://test.example", agent_url="https://sign.example"
    )
    client = make_app(engine).test_client()
    assert client.get("/demo/contracts", base_url="https://test.example").status_code == 404


def test_the_demonstration_answers_only_this_machine(client):
    response = html(client, "/demo/contracts", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert response.status_code == 404
    assert "web.demo_unavailable" in response.text


def test_the_start_page_offers_each_sample_with_its_level_and_person(client):
    text = client.get("/").text
    assert text.count("Vertrag ausfertigen und Einladung senden") == 2
    assert "Mehmet Yılmaz-Groß" in text
    assert "Fortgeschrittene Signatur" in text
    assert "Einfache Signatur" in text


def test_the_button_draws_up_and_invites_and_never_shows_the_link(client, engine, form_secret):
    response = client.post("/demo/contracts", data={"sample": "loan", "csrf_token": form_secret()})
    assert (response.status_code, response.headers["Location"]) == (303, "/demo/contracts/contract-1/invited")
    assert engine.contracts.view(COMPANY, "contract-1").state == "invited"
    page = client.get(response.headers["Location"])
    assert "Einladung ist unterwegs" in page.text
    assert 'href="http://localhost:8082/mailbox"' in page.text
    assert "secret-token" not in page.text


def test_an_unknown_sample_draws_up_nothing(client, engine, form_secret):
    response = client.post(
        "/demo/contracts", data={"sample": "../x", "csrf_token": form_secret()}, headers={"Accept": "text/html"}
    )
    assert (response.status_code, "web.sample_unknown" in response.text) == (404, True)
    assert engine.contracts.views == {}


def test_a_contract_offers_its_files_once_it_is_concluded(client, engine, samples):
    contract_id = engine.contracts.draw_up(COMPANY, samples[1].data)
    engine.contracts.invite(COMPANY, contract_id)
    before = client.get(f"/demo/contracts/{contract_id}")
    assert "signed.pdf" not in before.text
    assert client.get(f"/demo/contracts/{contract_id}/signed.pdf").status_code == 409
    engine.contracts.conclude(contract_id)
    after = client.get(f"/demo/contracts/{contract_id}")
    assert "signed.pdf" in after.text
    assert "22. November 2026, 10:30 Uhr" in after.text, "legal time in Germany"
    document = client.get(f"/demo/contracts/{contract_id}/signed.pdf")
    assert (document.data, document.mimetype) == (b"%PDF-1.7 signed", "application/pdf")
    assert document.headers["Content-Disposition"] == 'attachment; filename="A-2.pdf"'
    dossier = client.get(f"/demo/contracts/{contract_id}/dossier")
    assert (dossier.data, dossier.mimetype) == (b"dossier", "application/octet-stream")


@pytest.mark.parametrize("state", ["failed", "declined", "cancelled", "expired"])
def test_a_contract_that_did_not_come_about_says_so_and_offers_no_files(client, engine, samples, state):
    contract_id = engine.contracts.draw_up(COMPANY, samples[1].data)
    engine.contracts.views[contract_id] = replace(engine.contracts.view(COMPANY, contract_id), state=state)
    text = client.get(f"/demo/contracts/{contract_id}").text
    assert "Es gibt keinen Vertrag" in text
    assert "signed.pdf" not in text
    assert "Postfach der Sandbox öffnen" not in text


def test_a_contract_that_others_have_yet_to_sign_says_so(client, engine, samples):
    contract_id = engine.contracts.draw_up(COMPANY, samples[1].data)
    engine.contracts.views[contract_id] = replace(engine.contracts.view(COMPANY, contract_id), state="partly_signed")
    text = client.get(f"/demo/contracts/{contract_id}").text
    assert "Ein Teil der Unterschriften ist geleistet" in text
    assert "teilweise unterschrieben" in text


def test_every_state_of_the_engine_has_a_word():
    for state in ContractState:
        assert catalogue("de").known(f"state.{state.value}")


def test_an_unknown_contract_is_a_page_of_its_own(client):
    response = html(client, "/demo/contracts/unknown")
    assert (response.status_code, "engine.contract.unknown" in response.text) == (404, True)


def test_titles_from_outside_are_shown_as_text(client, engine, samples):
    engine.contracts.draw_up(COMPANY, {**samples[0].data, "title": "<script>alert(1)</script>"})
    text = client.get("/demo/contracts").text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_agents_published_hash_is_that_of_its_manifest(client, engine):
    manifest = engine.agent_manifest
    value = json.loads(client.get("/agent/manifest.json").data)
    assert value["manifest_sha256"] == sha256(manifest).hex()
    assert sha256(manifest).hex() in client.get("/agent/manifest").text
    assert "http://localhost:8081/manifest.json | sha256sum" in client.get("/agent/manifest").text


def test_without_a_built_agent_the_page_says_that_nobody_can_sign(engine, make_app, tmp_path):
    engine.settings = Settings(state_dir=tmp_path, trust="sandbox")
    client = make_app(engine).test_client()
    assert "unterschreiben kann hier niemand" in client.get("/agent/manifest").text
    assert json.loads(client.get("/agent/manifest.json").data)["manifest_sha256"] is None


def test_a_problems_address_explains_its_code_in_both_languages(client):
    assert "Der Code stimmt nicht" in client.get("/problems/ceremony.intent.wrong_code").text
    client.get("/?lang=en")
    assert "The code is wrong" in client.get("/problems/ceremony.intent.wrong_code").text


@pytest.mark.parametrize("code", ["nonsense", "Ceremony", "ceremony/../x", "a.b.c.d.e.f.g.h", "ceremony."])
def test_an_invented_code_has_no_page(client, code):
    assert client.get(f"/problems/{code}").status_code == 404


def test_both_catalogues_have_the_same_keys():
    german, english = (catalogue(language) for language in LANGUAGES)
    assert set(german.phrases) == set(english.phrases)
    assert set(german.problems) == set(english.problems)
    for key, text in german.phrases.items():
        assert re.findall(r"{\w+}", text) == re.findall(r"{\w+}", english.phrases[key]), key


def test_every_phrase_of_the_templates_stands_in_the_catalogues_and_none_is_left_over():
    source = "".join(path.read_text() for path in (ROOT / "web" / "templates").rglob("*.html"))
    source += "".join(path.read_text() for path in (ROOT / "web").glob("**/*.py") if "node_modules" not in path.parts)
    used = set(re.findall(r"""(?<!\w)t\(["']([a-z_]+\.[a-z_]+)["'](?! *~)""", source)) | {"state.other"}
    begun = set(re.findall(r"""(?<!\w)t\(["']([a-z_]+\.[a-z_]*)["'] *~""", source))
    known = set(catalogue("de").phrases)
    assert used <= known
    used |= known & set(re.findall(r"""["']([a-z_]+\.[a-z_]+)["']""", source))  # handed on as a key
    groups = (
        *("walk", "level", "state", "ended", "company", "role", "way", "account_state", "audit_kind"),
        *("templates", "editor"),
        *("desk_state", "desk_party_state", "bulk_state", "bulk_row", "hook_state", "hook_delivery", "timeline"),
    )
    assert [start for start in begun if not any(key.startswith(start) for key in known)] == []
    groups += tuple(re.findall(r"""said\(["']([a-z_]+)["']""", source))  # the words of one of the engine's lists
    built = {key for key in known if key.split(".")[0] in groups or key.startswith(tuple(begun))}
    assert known - used - built == set()


def test_the_nearest_code_gives_status_and_words():
    assert status_of("ceremony.intent.wrong_code") == 403
    assert status_of("ceremony.intent.brand_new") == STATUS["ceremony.intent"]
    assert status_of("unheard.of") == 500
    assert catalogue("de").problem("ceremony.intent.brand_new").title == "Die Erklärung wurde nicht angenommen"
    assert catalogue("de").problem("unheard.of") == catalogue("de").problems["internal"]
