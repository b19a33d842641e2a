"""From the form to the signed contract in a real browser, on a phone, with script and without, on two devices."""

import re
from datetime import timedelta

import pytest

from tests.actors import COMPANY
from tests.agent.scratch_helpers import DESKTOP, Customer
from tests.forms_pages.filling import PEOPLE, answers_of

pytestmark = [pytest.mark.browser, pytest.mark.network]
WHOLE_CHROMIUM = True


def contracts(stack):
    return {item.id for item in stack.call(lambda: stack.application.contracts.list(COMPANY))}


def links_of(stack, step):
    """The links that are mailed because of a step in the browser."""
    stack.call(stack.application.delivery.deliver_due)
    before = len(stack.post.mails)
    step()
    stack.call(stack.application.delivery.deliver_due)
    return stack.links(before)


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_form_contract_signature_on_a_phone(stack, at, name):
    before = contracts(stack)
    person = at(name)
    person.open().fill(answers_of(name)).check()
    assert person.path == f"/formulare/{name}/pruefen"
    (link,) = links_of(stack, person.send)
    assert person.heading == "Jetzt fehlt nur noch Ihre Unterschrift"
    (contract,) = contracts(stack) - before
    signatory = Customer(person.page.context.new_page())
    signatory.sign(link, person=PEOPLE[name], scratch="finger")
    assert stack.state(contract) == "concluded"
    assert stack.signed(contract).startswith(b"%PDF-")
    assert person.complaints == [] and signatory.complaints == []


def test_the_whole_form_without_any_script(stack, at):
    before = contracts(stack)
    person = at(device=DESKTOP, java_script_enabled=False)
    answers = answers_of("electricity-supply")
    person.open()
    assert not person.shown("previous_supplier") and not person.shown("iban")
    first = {
        name: value
        for name, value in answers.items()
        if name not in ("previous_supplier", "iban", "own_account", "mandate")
    }
    person.fill(first).press("update")
    assert "hinweis=saved" in person.path
    assert person.value("delivery_town") == "Beispielstadt"  # it follows from the postal code
    assert person.shown("previous_supplier") and person.shown("iban") and not person.shown("mandate")
    person.fill({name: answers[name] for name in ("previous_supplier", "iban", "own_account")}).check()
    assert person.said("mandate") == [
        "Bitte kreuzen Sie dieses Kästchen an. Ohne diese Erklärung können wir nicht fortfahren."
    ]
    assert person.page.locator("#problems li").count() == 1
    assert ".:" not in person.page.locator("#problems").inner_text()  # a sentence that ends needs no colon
    person.answer("mandate", "yes").check()
    assert person.path.endswith("/pruefen")
    assert person.page.get_by_text("1.046,56").count() == 1
    person.send()
    assert len(contracts(stack) - before) == 1


def test_continue_on_a_second_device_with_the_link_on_the_screen(stack, at):
    answers = answers_of("mobile-plan")
    first = at("mobile-plan", device=DESKTOP)
    half = dict(list(answers.items())[:6])
    first.open().fill(half).press("later")
    assert first.path == "/formulare/mobile-plan/spaeter"
    with first.page.expect_navigation():
        first.page.locator("form[action$='/link'] button").click()
    link = first.page.locator("#link").inner_text().replace("\n", "")
    assert link.startswith(f"{stack.web}/formulare/weiter#")
    assert first.page.locator("svg.qr").count() == 1

    second = at("mobile-plan")
    second.page.goto(link)
    second.page.wait_for_selector("[data-ready]:visible")
    assert "#" not in second.page.url  # the secret leaves the address at once
    with second.page.expect_navigation():
        second.page.locator("#continue button").click()
    second.ready()
    assert second.value("family_name") == half["family_name"]
    second.fill(answers).check()
    assert second.path.endswith("/pruefen")
    second.send()

    third = at("mobile-plan")
    third.page.goto(link)  # it worked once
    with third.page.expect_navigation():
        third.page.locator("#continue button").click()
    assert third.page.locator("#refusal").is_visible()
    first.page.goto(f"{stack.web}/formulare/mobile-plan")  # the first device learns what became of it
    assert first.path == "/formulare/mobile-plan/ergebnis"


def test_continue_by_mail_without_a_script(stack, at):
    first = at(device=DESKTOP)
    first.open().answer("given_name", "Jana").press("later")
    first.page.locator("#email").fill("keine adresse")
    with first.page.expect_navigation():
        first.page.locator("form[action$='/mail'] button").click()
    assert first.page.locator("#refusal").is_visible()
    stack.call(stack.application.delivery.deliver_due)
    before = len(stack.post.mails)
    first.page.locator("#email").fill("jana.beispiel@post.example")
    with first.page.expect_navigation():
        first.page.locator("form[action$='/mail'] button").click()
    assert first.page.locator(".notice.saved").is_visible()
    stack.call(stack.application.delivery.deliver_due)
    (mail,) = stack.post.mails[before:]
    import email
    import email.policy

    text = email.message_from_bytes(mail, policy=email.policy.default).get_body(("plain",)).get_content()
    link = re.search(re.escape(stack.web) + r"/formulare/weiter#\S+", text)[0]
    second = at(java_script_enabled=False)
    second.page.goto(link)
    second.page.locator("#secret").fill(link)  # no script reads the fragment: the person pastes the link
    with second.page.expect_navigation():
        second.page.locator("#continue button").click()
    assert second.value("given_name") == "Jana"


def test_sent_twice_there_is_one_contract(stack, at):
    before = contracts(stack)
    person = at("mobile-plan")
    person.open().fill(answers_of("mobile-plan")).check()
    other = person.page.context.new_page()
    other.goto(person.page.url)
    links = links_of(stack, person.send)
    with other.expect_navigation(url="**/ergebnis"):
        other.locator("form.send button").click()  # the same page in a second tab
    links += links_of(stack, lambda: None)
    assert len(contracts(stack) - before) == 1 and len(links) == 1


def test_sent_at_the_same_instant_there_is_one_contract(stack, at):
    before = contracts(stack)
    person = at("mobile-plan")
    person.open().fill(answers_of("mobile-plan")).check()
    statuses = person.page.evaluate(
        """async () => {
          const form = document.querySelector("form.send");
          const send = () => fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))});
          const answers = await Promise.all([send(), send(), send()]);
          return answers.map((answer) => [answer.status, answer.url]);
        }"""
    )
    assert {status for status, _ in statuses} == {200}
    assert all(url.endswith("/ergebnis") for _, url in statuses)
    assert len(contracts(stack) - before) == 1


def test_the_back_button_shows_what_became_of_it(stack, at):
    before = contracts(stack)
    person = at("mobile-plan")
    person.open().fill(answers_of("mobile-plan")).check()
    person.page.go_back()
    person.ready()
    assert person.value("given_name") == "Sophie"
    person.answer("given_name", "Sofie").check()
    assert person.page.get_by_text("Sofie", exact=True).count() == 1
    person.send()
    person.page.go_back()  # the page is asked for again: it is never kept by the browser
    assert person.path == "/formulare/mobile-plan/ergebnis"
    assert len(contracts(stack) - before) == 1


def test_what_was_changed_in_another_tab_is_shown_before_it_is_sent(stack, at):
    person = at("mobile-plan")
    person.open().fill(answers_of("mobile-plan")).check()
    other = at("mobile-plan")
    other.page = person.page.context.new_page()
    other.open().answer("family_name", "Anders").check()
    with person.page.expect_navigation():
        person.page.locator("form.send button").click()
    assert person.path == "/formulare/mobile-plan/pruefen?hinweis=changed"
    assert person.page.get_by_text("Anders", exact=True).count() == 1


def test_an_expired_draft_loses_nothing_that_was_just_typed(stack, at):
    person = at("mobile-plan", device=DESKTOP)
    person.open().fill(answers_of("mobile-plan"))
    person.kept()
    stack.clock.offset = timedelta(days=stack.settings.draft_days, minutes=1)
    stack.call(stack.application.forms.forget_due)
    person.check()
    assert person.path == "/formulare/mobile-plan?hinweis=expired"
    assert person.value("family_name") == "Müller-Lüdenscheidt"


def test_an_expired_draft_is_gone(stack, at):
    person = at("mobile-plan", device=DESKTOP)
    person.open().fill({"family_name": "Vergessen"}).kept()
    stack.clock.offset = timedelta(days=stack.settings.draft_days, minutes=1)
    person.open()
    assert person.value("family_name") == ""
    person.page.goto(f"{stack.web}/formulare/mobile-plan/pruefen")
    assert "hinweis=expired" in person.path


def test_what_is_typed_is_kept_quietly(stack, at):
    person = at("mobile-plan")
    person.open().fill({"family_name": "Leise", "number_kind": "port"})
    person.kept()
    person.answer("family_name", "Laut")
    with person.page.expect_response("**/merken"), person.page.expect_navigation():
        person.page.locator(".languages a[lang=en]").click()  # leaving the page keeps it, too
    person.page.locator("html[lang=en]").wait_for(state="attached")
    person.ready()
    person.page.reload()
    person.ready()
    assert person.value("family_name") == "Laut"
    assert person.page.locator("h1").inner_text() == "Order a mobile plan"
    with person.page.expect_navigation():
        person.page.locator(".small-print button").click()
    assert person.value("family_name") == ""
    assert person.complaints == []


@pytest.mark.parametrize(
    ("name", "change", "title", "says"),
    [
        (
            "household-insurance",
            {"lived_in": "no"},
            "Das können wir Ihnen leider nicht anbieten",
            "Ferienwohnungen",
        ),
        ("household-insurance", {"flooding": "yes"}, "Jemand von uns sieht sich das an", "prüft eine Fachkraft"),
        ("mobile-plan", {"own_number": "no"}, "Wir brauchen noch etwas von Ihnen", "Mitnehmen kann eine Nummer nur"),
    ],
)
def test_each_outcome_gives_its_reason_in_plain_words(stack, at, name, change, title, says):
    before = contracts(stack)
    person = at(name)
    person.open().fill(answers_of(name, **change)).check()
    person.send()
    assert person.heading == title
    assert says in person.page.locator(".reason").first.inner_text()
    assert contracts(stack) == before


def test_what_is_asked_for_is_corrected_and_goes_on(stack, at):
    before = contracts(stack)
    person = at("mobile-plan")
    person.open().fill(answers_of("mobile-plan", own_number="no")).check().send()
    with person.page.expect_navigation():
        person.page.locator(".reason a").first.click()
    assert person.page.evaluate("document.querySelector(':target').name") == "f.own_number"
    person.ready().answer("own_number", "yes").check().send()
    assert person.heading == "Jetzt fehlt nur noch Ihre Unterschrift"
    assert len(contracts(stack) - before) == 1
