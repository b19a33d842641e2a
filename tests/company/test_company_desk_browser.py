"""The desk in a real browser, as a clerk uses it: every page looked at on phone and desktop, in German and English."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from esign.access import Role, system
from esign.engine.accounts.setting_up import Holder
from tests.company.authenticator import Authenticator
from tests.company.examples import case
from tests.company.people import invited, token_of
from tests.company.test_company_browser import Person, chromium, site
from tests.documents.pdf_making import made
from tests.form_answers import answers_of

pytestmark = [pytest.mark.browser, pytest.mark.network]
__all__ = ["chromium", "site"]

COMPANY = system("default")
HEAD = "reference;signatory.given_name;signatory.family_name;signatory.email;signatory.street;signatory.postal_code;"


def at_desk(site: Any, chromium: Any, *roles: Role, script: bool = True) -> Person:
    linked = invited(site, *roles, email=f"{roles[0].value}@example.org", send=False)
    own, device = site.application.own_account, Authenticator(origin=site.settings.web_url)
    holder = Holder(account_id=linked.account_id, link=token_of(linked.link))
    challenge = own.begin_passkey(holder)
    opened = own.add_passkey(holder, challenge.token, device.make(dict(challenge.options)), "Telefon")
    person = Person(chromium, script=script)
    cookie = {"name": "esign_company", "value": opened.token, "domain": "localhost", "path": "/"}
    person.context.add_cookies([cookie])
    return person


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_clerk_creates_from_a_form_and_an_upload_corrects_reminds_and_cancels(
    site: Any, chromium: Any, tmp_path: Path, script: bool
) -> None:
    person = at_desk(site, chromium, Role.CLERK, script=script)
    page = person.page
    page.goto(f"{site.address}/company/contracts/")
    if script:
        person.look("contracts-empty")
    page.get_by_role("link", name="Neuer Vertrag").click()
    if script:
        person.look("create")
    page.get_by_role("link", name="Mobilfunktarif bestellen").click()
    page.get_by_role("button", name="Prüfen").click()
    assert page.get_by_role("alert").first.is_visible()
    if script:
        person.look("create-form")
    for _ in range(4):  # without a script, what is asked only then comes with the next page
        for name, value in answers_of("mobile-plan").items():
            fill(page, name, value)
        page.get_by_role("button", name="Prüfen").click()
        if page.get_by_role("button", name="Anlegen und einladen").count():
            break
    assert "zahlungspflichtig bestellen" in page.locator("main").inner_text()
    if script:
        person.look("create-check")
    page.get_by_role("button", name="Anlegen und einladen").click()
    assert page.get_by_role("status").inner_text() == "Der Vertrag ist angelegt."
    if script:
        person.look("contract")

    page.get_by_role("link", name="Erinnern").click()
    if script:
        person.look("remind")
    page.get_by_role("button", name="Erinnerung senden").click()
    page.get_by_role("link", name="Adresse korrigieren").click()
    page.get_by_label("E-Mail-Adresse").fill("richtig@post.example")
    if script:
        person.look("correct")
    page.get_by_role("button", name="Korrigieren").click()
    assert "richtig@post.example" in page.locator("main").inner_text()
    page.get_by_role("link", name="Andere Person einsetzen").click()
    if script:
        person.look("delegate")
    page.get_by_role("link", name="Abbrechen").click()
    page.get_by_role("link", name="Vertrag stornieren").click()
    page.get_by_label("Grund").fill("Doppelt angelegt")
    page.get_by_role("button", name="Endgültig stornieren").click()
    assert "Storniert" in page.locator("main").inner_text()

    file = tmp_path / "Rahmenvertrag.pdf"
    file.write_bytes(made(pages=2))
    page.goto(f"{site.address}/company/create/upload")
    if script:
        person.look("upload")
    page.get_by_label("PDF-Datei").set_input_files(file)
    page.get_by_role("button", name="Hochladen und prüfen").click()
    page.wait_for_load_state("load")
    assert page.locator("img.sheet").evaluate("each => each.naturalWidth") >= 300
    page.get_by_label("Titel").fill("Vertraulichkeit")
    fields = {
        "given_name": "Jana",
        "family_name": "Beispiel",
        "role": "Kundin",
        "email": "jana.beispiel@post.example",
        "street": "Lindenallee 12",
        "postal_code": "00124",
        "town": "Beispielstadt",
    }
    for name, value in fields.items():
        page.locator(f'[name="p1.{name}"]').fill(value)
    page.get_by_label("Nein, es ist nichts zu zahlen").check()
    if script:
        person.look("document")
    page.get_by_role("button", name="Prüfen").click()
    page.get_by_role("button", name="Anlegen und einladen").click()
    assert "Vertraulichkeit" in page.locator("h1").inner_text()
    page.get_by_role("link", name="Vor Ort unterschreiben").click()
    if script:
        person.look("in-person")
    page.get_by_role("button", name="QR-Code zeigen").click()
    assert page.get_by_role("img", name="QR-Code").is_visible()
    if script:
        person.look("in-person-code")
    page.goto(f"{site.address}/company/contracts/")
    page.get_by_label("Name oder E-Mail-Adresse").fill("Jana Beispiel")
    page.get_by_role("button", name="Suchen").click()
    assert page.get_by_role("link", name="Vertraulichkeit").count() == 1 and "Jana" not in page.url
    if script:
        person.look("contracts")
    assert [said for said in person.complaints if "422" not in said] == []


def fill(page: Any, name: str, value: str) -> None:
    """Answer a question of a form, whatever stands there for it; what is not asked is left alone."""
    control = page.locator(f'[name="f.{name}"]')
    if control.count() == 0:
        return
    kind = control.first.evaluate("each => each.type || each.tagName")
    if kind == "radio":
        page.locator(f'[name="f.{name}"][value="{value}"]').check()
    elif kind == "checkbox":
        control.set_checked(value == "yes")
    elif kind.startswith("select"):
        control.select_option(value)
    else:
        control.fill(value)


def test_twenty_rows_with_three_bad_ones_are_checked_and_sent(site: Any, chromium: Any, tmp_path: Path) -> None:
    person = at_desk(site, chromium, Role.CLERK)
    page = person.page
    pattern = site.application.contracts.draw_up(COMPANY, site.sample("mobile-plan"))
    rows = [
        f"R-{n};Vera;Beispiel {chr(64 + n)};v{n}@post.example;Lindenallee {n};00124;Beispielstadt" for n in range(1, 21)
    ]
    rows[2] = rows[2].replace("Vera", "")
    rows[7] = rows[7].replace("@post.example", "")
    rows[14] = rows[1]
    file = tmp_path / "kunden.csv"
    file.write_text("\r\n".join((HEAD + "signatory.town", *rows)), "windows-1252")
    page.goto(f"{site.address}/company/bulk/")
    person.look("bulk")
    page.get_by_text("Oder nach dem Muster").click()
    page.get_by_label("Kennung des Vertrags").fill(pattern)
    page.get_by_label("CSV-Datei").set_input_files(file)
    page.get_by_role("button", name="Hochladen und prüfen").click()
    assert "mit Fehlern: 3" in page.locator("main").inner_text()
    person.look("bulk-checked")
    page.get_by_role("button", name="17 Verträge anlegen und einladen").click()
    while site.application.bulk.run_due():
        pass
    page.get_by_role("link", name="Stand neu laden").click()
    assert "angelegt und eingeladen: 17" in page.locator("main").inner_text()
    edge = "each => getComputedStyle(each).borderInlineStartWidth"
    assert page.locator("td .state.done").first.evaluate(edge) == "1px", "a state is a pill like the others, no notice"
    person.look("bulk-done")
    with page.expect_download() as download:
        page.get_by_role("link", name="Ergebnis als CSV").click()
    assert len(Path(download.value.path()).read_text("utf-8-sig").splitlines()) == 21
    assert person.complaints == []


def test_columns_that_fit_nothing_are_chosen_without_a_script(site: Any, chromium: Any, tmp_path: Path) -> None:
    person = at_desk(site, chromium, Role.CLERK)
    page = person.page
    pattern = site.application.contracts.draw_up(COMPANY, site.sample("mobile-plan"))
    file = tmp_path / "kunden.csv"
    head = "Auftragsnummer;Vorname;Zuname;Mailadresse;Straße;PLZ;Wohnort;Gültig bis;Bemerkung intern"
    until = site.clock.now().date() + timedelta(days=39)
    cells = f"K-1;Vera;Müller;vera@post.example;Lindenallee 1;00124;Beispielstadt;{until:%d.%m.%Y};=2+3"
    file.write_text(f"{head}\r\n{cells}\r\n", "windows-1252")
    page.goto(f"{site.address}/company/bulk/")
    page.get_by_text("Oder nach dem Muster").click()
    page.get_by_label("Kennung des Vertrags").fill(pattern)
    page.get_by_text("Frist und Erinnerungen").click()
    page.get_by_label("Tage je Einladung").fill("21")
    person.look("bulk-validity")
    page.get_by_label("CSV-Datei").set_input_files(file)
    page.get_by_role("button", name="Hochladen und prüfen").click()
    assert page.get_by_role("heading", name="Spalten zuordnen").is_visible()
    main = page.locator("main").inner_text()
    assert "Windows-1252" in main and "Semikolon" in main and "Müller" in main
    assert page.locator("script").count() == 0, "nothing here needs a script"
    person.look("bulk-columns")
    chosen = {column: page.get_by_label(column, exact=True).input_value() for column in head.split(";")}
    assert chosen == {
        "Auftragsnummer": "reference",
        "Vorname": "signatory.given_name",
        "Zuname": "signatory.family_name",
        "Mailadresse": "signatory.email",
        "Straße": "signatory.street",
        "PLZ": "signatory.postal_code",
        "Wohnort": "signatory.town",
        "Gültig bis": "sign_by",
        "Bemerkung intern": "",
    }
    page.get_by_label("Bemerkung intern").select_option("signatory.street")
    page.get_by_role("button", name="Zeilen prüfen").click()
    assert "Zwei Spalten enthalten dasselbe" in page.locator("main").inner_text()
    person.look("bulk-columns-twice")
    page.get_by_label("Bemerkung intern").select_option("")
    page.get_by_role("button", name="Zeilen prüfen").click()
    assert "bereit: 1" in page.locator("main").inner_text()
    person.look("bulk-mapped")
    page.get_by_role("link", name="Spalten anders zuordnen").click()
    assert page.get_by_label("Zuname", exact=True).input_value() == "signatory.family_name"
    page.get_by_role("button", name="Zeilen prüfen").click()
    page.get_by_role("button", name="1 Verträge anlegen und einladen").click()
    while site.application.bulk.run_due():
        pass
    newest = site.application.contracts.list(COMPANY)[0]
    assert (newest.reference, str(newest.valid_until)) == ("K-1", f"{until}")
    page.goto(f"{site.address}/company/contracts/{newest.id}/validity")
    person.look("validity")
    site.application.contracts.cancel(COMPANY, newest.id)
    page.goto(f"{site.address}/company/contracts/{newest.id}")
    page.get_by_role("link", name="Neu auflegen").click()
    person.look("renew")
    page.get_by_role("button", name="Neu erstellen und einladen").click()
    assert page.get_by_role("status").inner_text() == "Der Vertrag ist neu aufgelegt."
    assert [said for said in person.complaints if "422" not in said] == []


def test_legal_takes_the_dossier_and_sees_nothing_to_change(site: Any, chromium: Any) -> None:
    site.settings = site.settings.with_changes(web_url="http://localhost:8080")
    site.start()
    contract, link = site.invite()
    site.signatory(link).run()
    person = at_desk(site, chromium, Role.LEGAL)
    page = person.page
    page.goto(f"{site.address}/company/contracts/{contract}")
    person.look("contract-concluded")
    assert page.get_by_role("link", name="Adresse korrigieren").count() == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Beweisdossier").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")


def test_keys_webhooks_and_cases_are_for_everybody_to_read(site: Any, chromium: Any) -> None:
    person = at_desk(site, chromium, Role.ADMINISTRATOR, Role.CLERK)
    page = person.page
    page.goto(f"{site.address}/company/keys/new")
    person.look("key-new")
    page.get_by_label("Name", exact=True).fill("Tarifrechner")
    page.get_by_label("Verträge lesen").check()
    page.get_by_role("button", name="Schlüssel anlegen").click()
    person.look("key-made")
    page.goto(f"{site.address}/company/webhooks/new")
    person.look("webhook-new")
    kinds = page.locator("input[name=kinds]").evaluate_all("all => all.map(each => each.value)")
    assert [kind for kind in kinds if page.get_by_label(f"{kind} {kind}", exact=True).count()] == [], "words for each"
    page.get_by_label("Adresse (https)").fill("https://hooks.example.org/esign")
    page.get_by_role("button", name="Anlegen und Geheimnis zeigen").click()
    person.look("webhook")
    case_id = case(site, "default")
    page.goto(f"{site.address}/company/cases/")
    person.look("cases")
    page.goto(f"{site.address}/company/cases/{case_id}")
    person.look("case")
    page.goto(f"{site.address}/company/contracts/?lang=en")
    person.look("contracts-en")
    assert page.locator("html").get_attribute("lang") == "en"
    assert person.complaints == []
