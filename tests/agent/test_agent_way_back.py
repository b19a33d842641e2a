"""A customer whom the company handed on by link is offered the way back, and never sent there unasked."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.actors import COMPANY

pytestmark = [pytest.mark.browser, pytest.mark.network]

SHOP = "https://shop.example"


def handed_on(stack) -> tuple[str, str]:
    def work() -> tuple[str, str]:
        application = stack.application
        known = {address.origin for address in application.journeys.addresses(COMPANY)}
        if SHOP not in known:
            application.journeys.register(COMPANY, SHOP)
        contract = application.contracts.draw_up(COMPANY, stack.sample("electricity-supply"))
        made = application.journeys.link(COMPANY, contract, party="signatory-1", return_url=f"{SHOP}/orders/1")
        return contract, made.link

    return stack.call(work)


def test_after_a_no_the_way_back_is_offered(stack, phone, tmp_path):
    contract, link = handed_on(stack)
    phone.open(link)
    page = phone.page
    assert not page.locator("#way-back").is_visible()
    phone.tap("#decline")
    phone.wait("declining")
    phone.tap("#decline-confirm")
    phone.wait("declined")
    back = page.locator("#way-back-link")
    assert back.is_visible()
    assert back.inner_text().startswith("Zurück zu ")
    address = back.get_attribute("href")
    assert urlsplit(address).path.startswith("/return/")
    page.screenshot(path=str(tmp_path / "way-back.png"))
    answer = page.request.get(address, max_redirects=0)
    assert answer.status == 303
    location = answer.headers["location"]
    assert location.startswith(f"{SHOP}/orders/1?esign_contract={contract}")
    assert parse_qs(urlsplit(location).query)["esign_state"] == ["declined"]


def test_without_a_journey_there_is_no_way_back(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link)
    desktop.tap("#decline")
    desktop.wait("declining")
    desktop.tap("#decline-confirm")
    desktop.wait("declined")
    assert not desktop.page.locator("#way-back").is_visible()
