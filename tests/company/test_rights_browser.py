"""The customer's rights in a real browser: from the order to the acknowledgement, and what the clerk makes of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from certs.signatory import SandboxSignatory
from esign.access import Role
from tests.company.test_company_browser import Person, chromium, site
from tests.company.test_company_desk_browser import at_desk
from tests.engine.test_engine_rights import CLERK, said

pytestmark = [pytest.mark.browser, pytest.mark.network]
__all__ = ["chromium", "site"]

PATIENCE = 20_000


def ordered(site: Any, template: str = "electricity-supply", person: str = "jana-beispiel") -> str:
    """Let a sandbox customer order; deliver receipt and confirmation."""
    contract, link = site.invite(template)
    manifest = site.application.agent_manifest
    SandboxSignatory(
        site.http, link=link, api=site.address, person_id=person, clock=site.clock, manifest=manifest
    ).run()
    site.application.delivery.deliver_due()
    return str(contract)


def test_from_the_order_to_the_acknowledgement_of_the_withdrawal(site: Any, chromium: Any) -> None:
    """BGB §§ 312f, 312i, 355, 356a; the clerk's side with tasks, period, calendar."""
    contract = ordered(site)
    confirmed = site.post.message()
    assert next(part.get_content_type() for part in confirmed.iter_attachments()) == "application/pdf"
    assert "Vertrag widerrufen: https://www.lichtwerk.example/vertrag-widerrufen" in site.post.text()
    site.clock.offset += timedelta(days=3)

    customer = Person(chromium, passkeys=False, width=360, height=780)
    page = customer.page
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.address}/security")
    page.get_by_role("link", name="Vertrag widerrufen", exact=True).click()
    assert page.locator("form input:not([type=hidden]), form textarea").count() == 3, (
        "exactly three things are asked for"
    )
    customer.look("withdraw")
    page.get_by_role("button").last.click()  # refused: nothing was typed
    assert page.get_by_role("alert").is_visible() and page.locator("[aria-invalid=true]").count() == 3
    customer.look("withdraw-refused")
    page.get_by_label("Ihr Name").fill("Jana Beispiel")
    page.get_by_label("Welcher Vertrag?").fill("Strom LW-2026-004711")
    page.get_by_label("Ihre E-Mail-Adresse").fill("jana.beispiel@post.example")
    page.get_by_role("button").last.click()
    customer.look("withdraw-confirm")
    assert next(button.inner_text() for button in page.get_by_role("button").all()) == "Widerruf bestätigen"
    page.get_by_role("button", name="Widerruf bestätigen", exact=True).click()
    assert re.search(r"\d{2}:\d{2}:\d{2} Uhr", page.get_by_role("status").inner_text())
    customer.look("withdrawn")
    assert customer.context.cookies() == []
    assert site.application.delivery.deliver_due() == 1
    (file,) = [part.get_content() for part in site.post.message().iter_attachments()]
    assert "Eingangsbestätigung Ihres Widerrufs" in said(file) and "Strom LW-2026-004711" in said(file)
    site.application.clocks.run_due()

    clerk = at_desk(site, chromium, Role.CLERK)
    page = clerk.page
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.address}/company/tasks/")
    clerk.look("tasks")
    page.get_by_role("link", name="Widerruf: prüfen und erstatten").click()
    assert "Rückzahlung spätestens am" in page.inner_text("main") and "nicht belegt" in page.inner_text("main")
    clerk.look("task")
    page.get_by_role("link", name="Widerrufsfrist und Leistung").click()
    assert "Rechnerisches Ende" in page.inner_text("main")
    page.locator("summary").first.click()
    clerk.look("performance")
    page.get_by_label("Was ist geschehen?").select_option("performance_begun")
    page.get_by_label("Tag", exact=True).fill("2199-01-01")
    page.get_by_role("button", name="Ereignis erfassen").click()
    assert page.get_by_role("alert").is_visible() and page.locator("#at[aria-invalid=true]").count() == 1
    page.get_by_label("Tag", exact=True).fill("2026-11-22")
    page.get_by_role("button", name="Ereignis erfassen").click()
    assert "Leistung begonnen" in page.inner_text("main")
    page.get_by_role("button", name="Zurücknehmen").click()
    assert "zurückgenommen" in page.inner_text("main")
    clerk.look("performance-corrected")
    page.goto(f"{site.address}/company/contracts/{contract}")
    assert "Widerruf möglich bis vor" in page.inner_text("main")
    clerk.look("contract-with-period")
    page.goto(f"{site.address}/company/declarations/")
    clerk.look("declarations")
    page.get_by_role("link", name="Erklärung aus Brief, E-Mail oder Telefon erfassen").click()
    clerk.look("declaration-new")
    page.get_by_label("Zugegangen am").fill("2026-11-22")
    page.get_by_role("button", name="Erfassen und bestätigen").click()
    assert page.get_by_role("alert").is_visible()
    clerk.look("declaration-new-refused")
    page.get_by_label("Name", exact=True).fill("Unbekannt")
    page.get_by_role("button", name="Erfassen und bestätigen").click()
    assert "Von Hand erfasst: Brief" in page.inner_text("main")
    clerk.look("declaration-by-letter")
    page.goto(f"{site.address}/company/tasks/calendar")
    page.get_by_role("button", name="Link anlegen").click()
    address = page.get_by_label("Adresse für den Kalender").input_value()
    clerk.look("calendar")
    feed = site.http.get(address)
    assert feed.status_code == 200 and "LW-2026-004711" in feed.text and "Jana" not in feed.text
    page.get_by_role("button", name="Link widerrufen").click()
    assert site.http.get(address).status_code == 404
    page.goto(f"{site.address}/company/tasks/")
    page.get_by_role("link", name="Widerruf: prüfen und erstatten").first.click()
    page.get_by_label("Vermerk").fill("Erstattet.")
    page.get_by_role("button", name="Als erledigt vermerken").click()
    assert "Erledigt von" in page.inner_text("main")
    clerk.look("task-done")
    refused = [said for person in (clerk, customer) for said in person.complaints if "422" not in said]
    assert refused == [], "beside the pages that ask again nothing complains"


def test_a_termination_on_one_page_with_the_keyboard_and_without_a_script(site: Any, chromium: Any) -> None:
    """BGB § 312k: one page, the button on it from the start, a file to keep, the confirmation with the end."""
    ordered(site)
    customer = Person(chromium, script=False, passkeys=False)
    page, keys = customer.page, customer.page.keyboard
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.address}/security")
    page.get_by_role("link", name="Verträge hier kündigen", exact=True).focus()
    keys.press("Enter")
    page.wait_for_url("**/vertraege-hier-kuendigen")
    assert page.get_by_role("button", name="jetzt kündigen", exact=True).is_visible()
    page.locator("#how").focus()
    keys.press("Space")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.name") == "reason"
    for typed in ("Jana Beispiel", "LW-2026-004711"):
        keys.press("Tab")
        keys.type(typed)
    page.locator("#email").focus()  # behind the parts of a day, of which browsers make stops of their own
    keys.type("jana.beispiel@post.example")
    page.get_by_role("button", name="jetzt kündigen", exact=True).focus()
    keys.press("Enter")
    page.wait_for_url("**/bestaetigen")
    with page.expect_download() as download:
        page.locator("main form button").press("Enter")
    assert "Ihre Kündigungserklärung" in said(download.value.path().read_bytes())
    assert site.application.delivery.deliver_due() == 1
    assert "Das Vertragsverhältnis endet mit Ablauf des" in site.post.text()
    assert customer.complaints == []


def test_both_doors_in_both_languages_on_every_screen_with_the_keyboard(site: Any, chromium: Any) -> None:
    """Each state of the pages is judged (axe; 320, 360, 1280 px); nothing but the keyboard is used, with a script."""
    ordered(site)
    customer = Person(chromium, passkeys=False)
    page, keys = customer.page, customer.page.keyboard
    page.set_default_timeout(PATIENCE)

    def press(name: str, landed: str) -> None:
        page.get_by_role("button", name=name, exact=True).focus()
        keys.press("Enter")
        page.wait_for_url(landed)

    page.goto(f"{site.address}/vertraege-hier-kuendigen")
    customer.look("terminate-de")
    press("jetzt kündigen", "**/bestaetigen")
    assert page.get_by_role("alert").is_visible()
    customer.look("terminate-refused-de")
    page.goto(f"{site.address}/vertraege-hier-kuendigen?lang=en")
    page.get_by_label("Your name").focus()
    keys.type("Jana Beispiel")
    keys.press("Tab")
    keys.type("LW-2026-004711")
    page.locator("#how").focus()
    keys.press("Space")
    page.locator("#email").focus()
    keys.type("jana.beispiel@post.example")
    customer.look("terminate-en")
    press("terminate now", "**/bestaetigen")
    assert page.locator("html").get_attribute("lang") == "en"
    assert re.search(r"\d{2}:\d{2}:\d{2}", page.get_by_role("status").inner_text())
    customer.look("terminated-en")
    assert site.application.delivery.deliver_due() == 1

    page.get_by_role("link", name="withdraw from contract here", exact=True).focus()
    keys.press("Enter")
    page.wait_for_url("**/vertrag-widerrufen")
    first = page.locator("main input:not([type=hidden]), main textarea").first
    first.focus()
    for typed in ("Jana Beispiel", "LW-2026-004711", "jana.beispiel@post.example"):
        keys.type(typed)
        keys.press("Tab")
    customer.look("withdraw-en")
    keys.press("Enter")  # the focus has come to the button
    page.get_by_role("button", name="confirm withdrawal", exact=True).wait_for()
    customer.look("withdraw-confirm-en")
    press("confirm withdrawal", "**/bestaetigen")
    customer.look("withdrawn-en")
    assert site.application.delivery.deliver_due() == 1 and "withdraw" in site.post.subject().lower()
    assert [said for said in customer.complaints if "422" not in said] == []


def test_what_needs_paper_or_a_notary_is_refused_on_the_page_with_clause_and_consequence(
    site: Any, chromium: Any
) -> None:
    """BGB §§ 125, 126 (3), 311b: nothing is drawn up; what was typed stays; in both languages."""
    clerk = at_desk(site, chromium, Role.CLERK)
    page = clerk.page
    page.set_default_timeout(PATIENCE)
    data = site.sample("electricity-supply")
    for kind, level, name, words in (
        ("GEN-003", "qualified", "form-notary", ("§ 311b(1) BGB", "nichtig")),
        ("CAR-001", "qualified", "form-paper", ("§ 6 WBVG", "Abweichungen unwirksam")),
        ("EMP-004", "advanced", "form-level", ("§ 14(4) TzBfG", "gilt unbefristet", "qualifizierte")),
    ):
        page.goto(f"{site.address}/company/create/data")
        page.locator("#data").fill(json.dumps({**data, "type": kind, "level": level}))
        page.get_by_role("button", name="Prüfen").click()
        said_so = page.get_by_role("alert").inner_text()
        assert all(word in said_so for word in words), said_so
        assert f'"{kind}"' in page.locator("#data").input_value(), "what was typed stays"
        clerk.look(name)
    page.goto(f"{site.address}/company/create/data")
    page.locator("#data").fill(json.dumps(site.sample("consumer-credit")))
    page.get_by_role("button", name="Prüfen").click()
    said_so = page.get_by_role("alert").inner_text()
    assert "§ 492(1) BGB n.F." in said_so and "nichtig/geheilt" in said_so and "bietet keine" in said_so
    clerk.look("form-not-offered")
    page.goto(f"{site.address}/company/create/data?lang=en")
    page.locator("#data").fill(json.dumps({**data, "type": "GEN-003"}))
    page.get_by_role("button").last.click()
    assert "void" in page.get_by_role("alert").inner_text()
    clerk.look("form-notary-en")
    assert site.application.contracts.list(CLERK) == ()
    assert [said for said in clerk.complaints if "422" not in said] == []
