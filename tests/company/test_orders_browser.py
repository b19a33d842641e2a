"""Orders and approvals in a real browser: the clerk's decision, the representative's and the customer's pages."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from certs.signatory import SandboxSignatory
from esign.access import Role
from esign.engine.formation import declaring
from tests.company.test_company_browser import Person, chromium, site
from tests.company.test_company_desk_browser import at_desk
from tests.engine.test_engine_rights import CLERK

pytestmark = [pytest.mark.browser, pytest.mark.network]
__all__ = ["chromium", "site"]

PATIENCE = 20_000
YOUNG = date(2010, 5, 1)


def walked(site: Any, template: str, person: str, *steps: str, **changes: Any) -> tuple[str, Any]:
    """Invite a sandbox customer to a sample and let the customer take these steps."""
    contract, link = site.invite(template, **changes)
    manifest = site.application.agent_manifest
    signatory = SandboxSignatory(
        site.http, link=link, api=site.address, person_id=person, clock=site.clock, manifest=manifest
    )
    for step in steps:
        getattr(signatory, step)()
    return str(contract), signatory


def state(site: Any, contract: str) -> str:
    return str(site.application.contracts.view(CLERK, contract).state)


def page_of(site: Any, words: str) -> str:
    """Return the address of the page in the newest mail whose subject has these words."""
    numbers = [n for n in range(len(site.post.mails)) if words in site.post.subject(n)]
    found = re.search(r"https?://\S+/zustimmung/\S+", site.post.text(numbers[-1]))
    assert found is not None
    return f"{site.address}/zustimmung/{found.group().rpartition('/')[2]}"


def test_a_clerk_accepts_and_turns_down_orders_with_the_keyboard(site: Any, chromium: Any) -> None:
    """BGB §§ 145, 147, 148: the buttons stand on the contract's page; each leads over a page that says what it does."""
    offer = {**site.sample("electricity-supply")["offer"], "by": "customer"}
    made = []
    for reference in ("A-1", "A-2"):
        steps = ("hello", "open", "document", "declare")
        changes = {"offer": offer, "level": "simple", "reference": reference}
        made.append(walked(site, "electricity-supply", "jana-beispiel", *steps, **changes)[0])
    site.application.clocks.run_due()
    clerk = at_desk(site, chromium, Role.CLERK)
    page = clerk.page
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.address}/company/tasks/")
    assert page.get_by_role("link", name="Bestellung: annehmen oder ablehnen").count() == 2
    page.goto(f"{site.address}/company/contracts/{made[0]}")
    assert "Bestellt, wartet auf Annahme" in page.inner_text("main")
    clerk.look("order")
    page.get_by_role("link", name="Annehmen", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/accept")
    clerk.look("order-accept")
    page.get_by_role("button", name="Annehmen", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{made[0]}")
    assert "Die Annahme ist erklärt und noch nicht überall zugegangen." in page.inner_text("main")
    clerk.look("order-accepted")
    site.application.delivery.deliver_due()
    page.reload()
    assert state(site, made[0]) == "concluded" and "Annahme durch das Unternehmen" in page.inner_text("main")
    clerk.look("order-concluded")

    page.goto(f"{site.address}/company/contracts/{made[1]}")
    page.get_by_role("link", name="Ablehnen", exact=True).click()
    clerk.look("order-turn-down")
    page.get_by_label("Grund").fill("Leider ausverkauft")
    page.get_by_role("button", name="Ablehnen", exact=True).click()
    page.wait_for_url(f"**/{made[1]}")
    assert state(site, made[1]) == "declined"
    assert clerk.complaints == []


def test_a_representative_and_a_customer_decide_on_pages_of_their_own(
    site: Any, chromium: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BGB §§ 107, 108; TKG § 54 (3): asked at the desk, answered without a login, with the keyboard."""
    identified = declaring.identified
    monkeypatch.setattr(
        declaring, "identified", lambda house, tx, record, party, _: identified(house, tx, record, party, YOUNG)
    )
    young = {n: v for n, v in site.sample("electricity-supply")["signatory"].items() if n != "birth_date"}
    contract, signatory = walked(site, "electricity-supply", "jana-beispiel", signatory=young)
    clerk = at_desk(site, chromium, Role.CLERK)
    page = clerk.page
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.address}/company/contracts/{contract}")
    page.get_by_role("link", name="Gesetzliche Vertretung fragen").click()
    clerk.look("ask")
    page.get_by_label("Name der gesetzlichen Vertretung").fill("Erika Beispiel")
    page.get_by_label("E-Mail-Adresse").fill("erika@post.example")
    page.get_by_role("button", name="E-Mail senden").click()
    page.wait_for_url(f"**/{contract}")
    site.application.delivery.deliver_due()

    mother = Person(chromium, passkeys=False, width=360, height=780)
    other = mother.page
    other.set_default_timeout(PATIENCE)
    other.goto(page_of(site, "Bitte um Ihre Einwilligung"))
    assert "willige als gesetzliche Vertretung von Jana Beispiel ein" in other.inner_text("main")
    mother.look("consent")
    with other.expect_download() as download:
        other.get_by_role("link", name="Das Dokument als PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")

    for step in ("hello", "enrol", "open", "document", "declare", "sign"):
        getattr(signatory, step)()
    site.application.delivery.deliver_due()
    page.reload()
    assert "Dieser Vertrag wartet auf eine Genehmigung" in page.inner_text("main")
    clerk.look("pending")
    page.get_by_role("link", name="Zur Genehmigung auffordern").click()
    clerk.look("demand")
    page.get_by_role("button", name="Auffordern").click()
    page.wait_for_url(f"**/{contract}")
    site.application.delivery.deliver_due()
    other.goto(page_of(site, "Aufforderung"))
    assert "als verweigert (§ 108 Absatz 2 BGB)" in other.inner_text("main")
    mother.look("approval")
    button = other.get_by_role("button", name="Vertrag genehmigen")
    button.focus()
    other.keyboard.press("Enter")
    other.get_by_role("status").wait_for()
    assert "Ihre Genehmigung ist eingegangen." in other.inner_text("main")
    mother.look("approved")
    assert state(site, contract) == "concluded"

    offer = {**site.sample("mobile-plan")["offer"], "summary_later": "Bestellung am Telefon"}
    steps = ("hello", "open", "document", "declare")
    plan, _ = walked(site, "mobile-plan", "sophie-mueller-luedenscheidt", *steps, offer=offer, level="simple")
    site.application.delivery.deliver_due()
    other.goto(page_of(site, "Vertragszusammenfassung und Genehmigung"))
    mother.look("summary-approval")
    other.get_by_role("button", name="Vertrag genehmigen").click()
    other.get_by_role("status").wait_for()
    assert state(site, plan) == "concluded"
    other.goto(f"{site.address}/zustimmung/x.1.y")
    mother.look("approval-unknown")
    assert [said for person in (clerk, mother) for said in person.complaints if "404" not in said] == []
