"""The whole way in a real browser, from the link in the e-mail to the signed copy."""

import hashlib
import json
from base64 import urlsafe_b64decode

import pytest

from tests.agent.scratch_helpers import DESKTOP, PHONE, Customer
from tests.browsers import until

pytestmark = [pytest.mark.browser, pytest.mark.network]
WHOLE_CHROMIUM = True

NEW_DEVICE = ["hello", "enrol", "open", "document", "intent", "signature", "result"]
SIMPLE = ["hello", "open", "document", "intent", "result"]


def payload(request):
    part = request.body.split(b".")[1]
    return json.loads(urlsafe_b64decode(part + b"=" * (-len(part) % 4)))


def sent(stack, kind):
    return [payload(each) for each in stack.wire.seen if each.type == kind]


def test_on_a_new_phone_with_a_finger(stack, phone):
    contract, link = stack.invite()
    phone.sign(link, scratch="finger")
    assert stack.wire.types() == NEW_DEVICE
    assert {each.status for each in stack.wire.seen} == {200}
    assert phone.download() == stack.signed(contract)
    assert stack.state(contract) == "concluded"
    telemetry = sent(stack, "intent")[0]["telemetry"]
    assert telemetry["mode"] == "touch" and telemetry["typos"] == 0 and telemetry["pages"] >= 1
    assert 60 <= telemetry["coverage"] <= 100
    assert phone.complaints == [] and phone.violations() == []
    assert phone.taps <= 6  # the link and the passkey's two confirmations are the other ones


def test_whether_a_message_may_be_sent_is_asked_while_the_person_reads(stack, desktop):
    """A preflight for each type, once, and before the message waits for it."""
    _, link = stack.invite()
    bare = []
    desktop.page.on("request", lambda each: bare.append(each.headers) if each.method == "HEAD" else None)
    desktop.open(link)
    until(desktop.page, lambda: len(stack.wire.preflights) >= 4)
    assert sorted(stack.wire.preflights) == ["document", "enrol", "hello", "open"]
    desktop.begin().identify().read()
    until(desktop.page, lambda: len(stack.wire.preflights) >= len(NEW_DEVICE))
    assert stack.wire.types() == ["hello", "enrol", "open", "document"]
    desktop.unlock().scratch_with_mouse().type().order().done()
    assert sorted(stack.wire.preflights) == sorted(NEW_DEVICE)
    assert stack.wire.types() == NEW_DEVICE
    until(desktop.page, lambda: len(bare) >= 6)
    assert len(bare) == 6 and all(each["authorization"] == "Bearer" for each in bare)  # no token goes along
    assert desktop.complaints == []


def test_at_the_simple_level_with_a_mouse(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    desktop.open(link)
    assert "Einfache elektronische Signatur" in desktop.page.locator("#landing").inner_text()
    desktop.begin().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.wire.types() == SIMPLE
    assert desktop.download() == stack.signed(contract)
    assert "weder fortgeschritten noch qualifiziert" in desktop.page.locator("#result").inner_text()
    assert desktop.taps == 3
    assert desktop.complaints == [] and desktop.violations() == []


def test_with_the_keyboard_alone(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    page = desktop.page
    desktop.open(link)

    def tab_to(selector, limit=40):
        for _ in range(limit):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement?.matches(s)", selector):
                return
        raise AssertionError(f"{selector} is not reached")

    tab_to("#begin")
    page.keyboard.press("Enter")
    desktop.wait("reading", "scratch")
    tab_to("#download-draft")  # reaching the end with the focus counts as having reached it
    desktop.wait("scratch")
    tab_to("#slider")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    desktop.wait("revealed")
    assert page.evaluate("document.activeElement.id") == "code"
    page.keyboard.type(desktop.code())
    page.keyboard.press("Enter")
    desktop.done()
    assert sent(stack, "intent")[0]["telemetry"]["mode"] == "keyboard"
    assert stack.state(contract) == "concluded"


def test_a_known_device_signs_its_second_contract(stack, phone):
    _, link = stack.invite()
    phone.sign(link)
    stack.wire.seen.clear()
    phone.taps = 0
    second, link = stack.invite()
    phone.page.goto("about:blank")
    phone.sign(link)
    assert stack.wire.types() == NEW_DEVICE
    assert stack.state(second) == "concluded"
    assert phone.taps <= 6
    credentials = phone.cdp.send("WebAuthn.getCredentials", {"authenticatorId": phone.authenticator})["credentials"]
    assert len(credentials) == 1  # the passkey of the first ceremony is used again
    passkey = sent(stack, "enrol")[0]["passkey"]
    assert set(passkey) == {"credential_id", "public_key", "algorithm", "assertion", "prf"} and passkey["prf"] is True


def test_a_known_device_whose_passkey_is_gone_makes_a_new_one(stack, phone):
    _, link = stack.invite()
    phone.sign(link)
    phone.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": phone.authenticator})
    second, link = stack.invite()
    phone.page.goto("about:blank")
    phone.open(link).begin()
    phone.page.locator("#new-passkey").wait_for()
    assert "nicht bestätigt" in phone.page.locator("#landing-notice").inner_text()
    stack.wire.seen.clear()
    phone.tap("#new-passkey")
    phone.identify().read().unlock().scratch_with_mouse().type().order().done()
    assert "attestation_object" in sent(stack, "enrol")[0]["passkey"]
    assert stack.state(second) == "concluded"


def test_a_second_link_in_the_same_tab_opens_the_second_contract(stack, desktop):
    _, first = stack.invite("mobile-plan")
    _, second = stack.invite("mobile-plan", reference="MP-2026-SECOND")
    desktop.open(first)
    desktop.page.goto(second)
    desktop.page.wait_for_function(
        "() => document.getElementById('landing-reference').textContent === 'MP-2026-SECOND'"
    )


def test_the_token_leaves_the_address_bar_and_is_sent_nowhere_else(stack, desktop):
    _, link = stack.invite("mobile-plan")
    token = link.partition("#")[2]
    urls = []
    desktop.page.on("request", lambda request: urls.append(request.url + json.dumps(request.headers)))
    desktop.open(link)
    assert desktop.page.url == f"{stack.agent}/"
    desktop.page.reload()
    desktop.wait("landing")
    carriers = [each for each in urls if token in each]
    assert carriers and all(each.startswith(f"{stack.web}/ceremony/v1/") for each in carriers)
    assert all(f'"authorization": "Bearer {token}"' in each for each in carriers)
    assert token not in "".join(each.body.decode() for each in stack.wire.seen)


def test_without_prf_the_passkey_still_verifies_the_person(stack, context_of):
    customer = Customer(context_of(**DESKTOP).new_page(), hasPrf=False)
    contract, link = stack.invite()
    customer.sign(link)
    assert sent(stack, "enrol")[0]["passkey"]["prf"] is False
    assert "user_verification" in sent(stack, "intent")[0]
    assert stack.state(contract) == "concluded"


def test_a_device_that_cannot_verify_its_user_does_not_get_past_the_first_page(stack, context_of):
    customer = Customer(context_of(**DESKTOP).new_page(), hasUserVerification=False, isUserVerified=False)
    contract, link = stack.invite()
    customer.open(link).begin()
    customer.page.locator("#landing-notice").wait_for()
    assert customer.state == "landing"
    assert not customer.page.locator("#no-passkey").is_visible()
    assert stack.wire.types() == ["hello"]
    assert stack.state(contract) == "invited"


def test_where_the_policy_only_records_it_the_person_may_go_on_without_a_passkey(recorded_stack, context_of):
    stack = recorded_stack
    stack.wire.seen.clear()
    customer = Customer(context_of(**DESKTOP).new_page(), hasUserVerification=False, isUserVerified=False)
    contract, link = stack.invite()
    customer.open(link).begin()
    customer.page.locator("#no-passkey").wait_for()
    customer.tap("#no-passkey")
    customer.identify().read().unlock().scratch_with_mouse().type().order().done()
    assert "passkey" not in sent(stack, "enrol")[0]
    assert "user_verification" not in sent(stack, "intent")[0]
    assert stack.state(contract) == "concluded"


def test_the_signed_contract_is_shown_again_on_the_same_device(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    desktop.sign(link)
    receipt = desktop.page.locator("#receipt").inner_text()
    desktop.page.goto("about:blank")
    desktop.open(link, state="done")
    assert desktop.page.locator("#receipt").inner_text() == receipt
    assert desktop.download() == stack.signed(contract)
    digest = hashlib.sha256(stack.signed(contract)).hexdigest()
    assert desktop.page.locator("#receipt-file").inner_text().replace(" ", "") == digest


def test_the_words_change_language_without_losing_the_place(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read()
    page = desktop.page
    page.locator("#language").click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    assert "Your declaration" in page.locator("#declaring-title").inner_text()
    assert desktop.state == "scratch"
    assert page.locator("#order-button").text_content() == "zahlungspflichtig bestellen"  # the contract's language
    assert "lang=en" in page.url
    page.reload()
    desktop.wait("landing")
    assert page.locator("#begin").inner_text() == "Read the document"


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_comes_from_anywhere_else(stack, context_of, device):
    customer = Customer(context_of(**device).new_page())
    origins = set()
    customer.page.on("request", lambda request: origins.add(request.url.split("/")[2] if "//" in request.url else ""))
    _, link = stack.invite("mobile-plan")
    customer.sign(link)
    assert origins - {""} == {stack.agent.removeprefix("http://"), stack.web.removeprefix("http://")}
    assert customer.page.context.cookies() == []
