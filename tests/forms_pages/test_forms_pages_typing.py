"""Mistakes are caught while somebody types, next to their field, without nagging; what follows is filled in."""

import pytest

from tests.agent.scratch_helpers import DESKTOP
from tests.forms_pages.filling import answers_of

pytestmark = [pytest.mark.browser, pytest.mark.network]

FOUR = "Eine deutsche Postleitzahl hat fünf Ziffern, Ihre hat 4. Bitte ergänzen oder kürzen Sie sie."


def test_nobody_is_told_off_before_anything_is_typed(at):
    person = at().open()
    for name in ("given_name", "family_name", "email", "delivery_postal_code"):
        person.page.locator(f"#f-{name}").focus()
        person.page.keyboard.press("Tab")
    assert person.page.locator(".said p").count() == 0
    assert person.page.locator("[aria-invalid]").count() == 0


def test_a_postal_code_of_four_digits_is_caught_on_leaving_and_forgiven_while_typing(at):
    person = at().open()
    field = person.page.locator("#f-delivery_postal_code")
    field.press_sequentially("0124")
    assert person.said("delivery_postal_code") == []  # still typing
    field.blur()
    assert person.said("delivery_postal_code") == [FOUR]
    assert field.get_attribute("aria-invalid") == "true"
    assert "f-delivery_postal_code-said" in field.get_attribute("aria-describedby")
    field.focus()
    field.press("Home")
    field.press_sequentially("0")
    assert person.said("delivery_postal_code") == []  # right now: said at once
    assert field.get_attribute("aria-invalid") is None


def test_what_is_certainly_wrong_is_said_at_once(at):
    person = at().open()
    person.page.locator("#f-delivery_postal_code").press_sequentially("00X")
    assert person.said("delivery_postal_code") == [
        "Eine Postleitzahl besteht nur aus Ziffern. Bitte prüfen Sie Ihre Eingabe."
    ]


def test_the_town_follows_from_the_postal_code_and_follows_another(at):
    person = at().open()
    with person.page.expect_response("**/-/ort") as asked:
        person.answer("delivery_postal_code", "00124")
    assert asked.value.request.method == "POST" and "00124" not in asked.value.url
    person.page.wait_for_function("() => document.getElementById('f-delivery_town').value === 'Beispielstadt'")
    person.answer("delivery_postal_code", "00456")
    person.page.wait_for_function("() => document.getElementById('f-delivery_town').value === 'Musterhafen'")
    person.answer("delivery_postal_code", "9876")
    assert person.value("delivery_town") == ""


def test_of_several_towns_the_customer_chooses(at):
    person = at().open().answer("delivery_postal_code", "00127")
    buttons = person.page.locator("#f-delivery_town-said button")
    buttons.first.wait_for()
    assert buttons.count() > 1
    name = buttons.nth(1).inner_text().split("„")[1].split("“")[0]
    buttons.nth(1).click()
    assert person.value("delivery_town") == name
    assert person.said("delivery_town") == []
    assert person.page.locator("#f-delivery_town-list option").count() == buttons.count() or buttons.count() == 0


def test_an_iban_names_its_bank_and_stands_in_groups(at):
    person = at().open().answer("payment", "direct_debit").answer("iban", "DE89370400440532013000")
    person.page.locator("#f-iban-said p.note").wait_for()
    assert "Commerzbank" in person.said("iban")[0]
    assert person.value("iban") == "DE89 3704 0044 0532 0130 00"
    person.answer("iban", "DE88 3704 0044 0532 0130 00")
    assert person.said("iban") == [
        "In der IBAN steckt ein Tippfehler: Die Prüfziffern passen nicht. "
        "Bitte vergleichen Sie sie mit Ihrer Bankkarte."
    ]


def test_no_iban_and_no_name_is_sent_to_look_something_up(at):
    person = at()
    asked = []
    person.page.on("request", lambda each: asked.append((each.url, each.post_data or "")))
    person.open().fill(answers_of("electricity-supply"))
    person.kept()
    looked_up = [(url, body) for url, body in asked if "/-/" in url]
    assert looked_up
    for url, _ in asked:
        assert "Beispiel" not in url and "DE18" not in url and "?" not in url
    for _, body in looked_up:
        assert "DE18" not in body and "Jana" not in body


def test_questions_appear_and_go_with_the_answers(at):
    person = at().open()
    assert not person.shown("iban")
    person.answer("payment", "direct_debit")
    assert person.shown("iban") and not person.shown("mandate")
    person.answer("own_account", "yes")
    assert person.shown("mandate") and not person.shown("account_holder")
    person.answer("payment", "transfer")
    assert not person.shown("iban") and not person.shown("mandate")


def test_the_price_follows_the_answers(at):
    person = at("electricity-supply", device=DESKTOP).open()
    price = person.page.locator('[data-figure="total_cents"]')
    assert price.inner_text() == "–"
    person.answer("persons", "2").answer("consumption", "2.800").answer("tariff", "lichtstrom-fix-12")
    assert price.inner_text().replace("\u00a0", " ") == "1.046,56 €"
    person.answer("tariff", "lichtstrom-fix-24")
    assert price.inner_text().replace("\u00a0", " ") == "1.044,56 €"


def test_the_browser_and_the_server_write_figures_alike(at):
    """Both write by CLDR; the same words stand there before and after the module runs."""
    for lang in ("de", "en"):
        person = at(device=DESKTOP).open()
        person.page.goto(f"{person.web}/formulare/{person.name}?lang={lang}")
        person.ready().fill(answers_of(person.name)).press("later")
        person.open()
        mine = person.page.locator("[data-figure]").all_inner_texts()
        plain = at(device=DESKTOP, java_script_enabled=False)
        plain.page.context.add_cookies(person.page.context.cookies())
        plain.page.goto(person.page.url)
        assert plain.page.locator("[data-figure]").all_inner_texts() == mine
        assert "–" not in mine


def test_a_typing_error_in_the_mail_address_has_its_remedy(at):
    person = at().open().answer("email", "jana@gmial.com")
    button = person.page.locator("#f-email-said button")
    assert button.count() == 1
    button.click()
    assert person.value("email") == "jana@gmail.com"
    assert person.page.evaluate("document.activeElement.id") == "f-email"


def test_wrong_answers_come_back_with_a_summary_that_leads_to_each(at):
    person = at(device=DESKTOP).open()
    wrong = answers_of("electricity-supply", birth_date="31.02.1987", iban="DE00 1", delivery_postal_code="0124")
    person.fill(wrong).check()
    assert person.path == "/formulare/electricity-supply?geprueft=1"
    assert person.page.evaluate("document.activeElement.id") == "problems"
    assert person.page.title().startswith("4 Angaben fehlen oder stimmen nicht")
    links = person.page.locator("#problems a")
    assert links.count() == 4  # the town does not follow from half a postal code
    for number in range(4):
        links.nth(number).click()
        assert person.page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    person.ready().fill(answers_of("electricity-supply")).check()
    assert person.path.endswith("/pruefen")


def test_another_language_shows_what_was_just_typed(at):
    person = at("mobile-plan").open()
    person.page.locator("#f-family_name").fill("Eben")
    with person.page.expect_navigation():
        person.page.locator(".languages a[lang=en]").click()  # nothing was kept yet
    person.ready()
    assert person.page.locator("html").get_attribute("lang") == "en"
    assert person.value("family_name") == "Eben"


def test_what_is_being_kept_does_not_overtake_what_is_sent(at):
    """The first answer and the whole form would each begin a draft; the later one must not be lost to the earlier."""
    person = at("mobile-plan").open()
    slow = []

    def late(route):
        slow.append(route)
        person.page.wait_for_timeout(800)
        route.continue_()

    person.page.route("**/merken", late)
    person.page.locator("#f-given_name").fill("Sophie")
    with person.page.expect_request("**/merken"):
        pass
    person.page.locator("#f-family_name").fill("Zuletzt")
    person.check().ready()
    assert slow and person.path == "/formulare/mobile-plan?geprueft=1"
    assert (person.value("given_name"), person.value("family_name")) == ("Sophie", "Zuletzt")
    assert len([item for item in person.page.context.cookies() if "draft" in item["name"]]) == 1
