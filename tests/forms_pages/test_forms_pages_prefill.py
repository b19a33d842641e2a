"""What the company knows stands in the form, marked, once the customer wants it; corrections are the customer's."""

import pytest

from certs.sandbox.identity_provider import FORMS_CLIENT
from tests.actors import COMPANY
from tests.agent.stack import running
from tests.forms_pages.filling import Filler, answers_of

pytestmark = [pytest.mark.browser, pytest.mark.network]

CUSTOMERS = """number,given_name,family_name,birth_date,email,postal_code
K-1,Sophie,Müller-Lüdenscheidt,1995-06-21,sophie.mueller-luedenscheidt@post.example,00788
"""
PREFILL = """
[sources.customers]
kind = "csv"
file = "customers.csv"
encoding = "utf-8"
delimiter = ","

[uses.default.mobile-plan]
source = "customers"
token = {customer = "number"}
identity = {given_name = "given_name", family_name = "family_name", birth_date = "birth_date"}
fields = {given_name = "given_name", family_name = "family_name", email = "email", postal_code = "postal_code"}
"""


@pytest.fixture(scope="module")
def knowing(built_agent, tmp_path_factory):
    """An installation of a company that knows a customer."""
    folder = tmp_path_factory.mktemp("prefill")
    (folder / "customers.csv").write_text(CUSTOMERS, "utf-8")
    (folder / "prefill.toml").write_text(PREFILL)
    with running(folder, prefill_file=folder / "prefill.toml", prefill_idp_client_id=FORMS_CLIENT) as made:
        yield made


@pytest.fixture
def person(knowing, context_of):
    return Filler(context_of(locale="de-DE").new_page(), knowing.web, "mobile-plan")


def link(stack, customer="K-1"):
    return stack.call(lambda: stack.application.prefill.token(COMPANY, "mobile-plan", customer)).link


def test_a_link_with_a_token_fills_the_form_in_when_the_customer_wants_it(knowing, person):
    address = link(knowing)
    person.page.goto(address)
    person.ready()
    assert "#" not in person.page.url  # the token leaves the address at once
    assert person.value("given_name") == ""  # nothing is fetched before somebody asks for it
    with person.page.expect_navigation():
        person.page.locator("#prefill button").click()
    person.ready()
    assert person.value("given_name") == "Sophie" and person.value("town") == "Musterdorf am Rhein"
    marked = person.page.locator("#f-given_name-from")
    assert marked.inner_text() == "Aus unseren Unterlagen – bitte prüfen."
    assert "f-given_name-from" in person.page.locator("#f-given_name").get_attribute("aria-describedby")
    rest = answers_of("mobile-plan", given_name="Sofie")
    person.answer("given_name", "Sofie")
    assert marked.count() == 0  # it is the customer's own word from the first letter on
    person.fill(rest).check()
    person.page.go_back()
    person.ready()
    assert person.page.locator("#f-given_name-from").count() == 0  # it is the customer's own word now
    assert person.page.locator("#f-family_name-from").count() == 1
    person.check().send()
    person.page.context.clear_cookies()
    person.page.goto("about:blank")
    person.page.goto(address)  # it worked once
    person.ready()
    with person.page.expect_navigation():
        person.page.locator("#prefill button").click()
    assert person.path == "/formulare/mobile-plan?hinweis=refused"
    assert person.page.locator("#f-given_name").input_value() == ""


def test_who_is_not_known_fills_in_by_hand(knowing, person):
    person.page.goto(link(knowing, "K-9"))
    person.ready()
    with person.page.expect_navigation():
        person.page.locator("#prefill button").click()
    assert person.path == "/formulare/mobile-plan?hinweis=unknown"
    assert person.page.locator(".from").count() == 0


def test_who_is_recognised_at_the_identity_provider_finds_the_form_filled_in(knowing, person):
    person.open()
    with person.page.expect_navigation(url="**/idp/**"):
        person.page.locator(".recognise button").click()
    with person.page.expect_navigation(url="**/formulare/mobile-plan?*"):
        person.page.locator('button[value="sophie-mueller-luedenscheidt"]').click()
    person.ready()
    assert person.path == "/formulare/mobile-plan?hinweis=prefilled"
    assert person.value("email") == "sophie.mueller-luedenscheidt@post.example"
    assert person.page.locator(".from").count() == 4
    person.answer("family_name", "Anders").kept()
    person.page.goto(f"{knowing.web}/formulare/mobile-plan")
    assert person.page.locator(".recognise").count() == 0  # nothing takes somebody's own answers away
    assert person.value("family_name") == "Anders"
    assert person.complaints == []


def test_somebody_else_is_shown_nothing(knowing, person):
    person.open()
    with person.page.expect_navigation(url="**/idp/**"):
        person.page.locator(".recognise button").click()
    with person.page.expect_navigation(url="**/formulare/mobile-plan?*"):
        person.page.locator('button[value="jana-beispiel"]').click()
    assert person.path == "/formulare/mobile-plan?hinweis=not_known"
    assert person.page.locator(".from").count() == 0 and person.value("email") == ""
