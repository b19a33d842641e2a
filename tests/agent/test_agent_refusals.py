"""What the agent refuses, in the browser: each time for its reason, and nothing is signed."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from esign.engine.formation import declaring
from esign.foundation.canonical import canonical
from tests.agent.scratch_helpers import DESKTOP, Customer
from tests.agent.test_agent_journey import sent
from tests.browsers import until

pytestmark = [pytest.mark.browser, pytest.mark.network]


def b64(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def changed(change):
    """Turn a change of a JSON object into a change of an answer."""

    def apply(answer):
        value = json.loads(answer)
        change(value)
        return canonical(value)

    return apply


def transcript(change):
    def apply(value):
        inside = json.loads(unb64(value["transcript"]))
        change(inside)
        value["transcript"] = b64(canonical(inside))

    return changed(apply)


def other_key(value):
    value["signatory"]["capsule_key"] = "f" * 64


OPENINGS = [
    ("agent.transcript.other_site", transcript(lambda t: t.update(aud="https://evil.example"))),
    ("agent.transcript.other_agent", transcript(lambda t: t.update(agent="0" * 64))),
    ("agent.transcript.stale", transcript(lambda t: t.update(client_nonce="0" * 64))),
    ("agent.transcript.other_person", transcript(lambda t: t["signatory"].update(name="Eve Beispiel"))),
    ("agent.transcript.other_keys", transcript(other_key)),
    ("agent.transcript.other_level", transcript(lambda t: t["statement"].update(level="advanced"))),
    ("agent.transcript.other_trust", transcript(lambda t: t["statement"].update(trust="configured"))),
    ("agent.transcript.malformed", transcript(lambda t: t.update(note="x"))),
    ("agent.transcript.declaration", changed(lambda v: v.update(declaration=v["declaration"] + "!"))),
    ("agent.transcript.summary", changed(lambda v: v.update(summary=b64(b"{}")))),
    ("agent.transcript.policy", changed(lambda v: v.update(policy=b64(b"x")))),
    ("agent.network.unexpected_answer", lambda answer: b"<html>"),
]


@pytest.mark.parametrize(("code", "change"), OPENINGS, ids=[code for code, _ in OPENINGS])
def test_a_transcript_that_is_not_ours_ends_the_ceremony_before_the_document(stack, desktop, code, change):
    contract, link = stack.invite("mobile-plan")
    stack.wire.change["open"] = change
    desktop.open(link).begin()
    desktop.wait("problem")
    assert desktop.problem == code
    assert stack.wire.types() == ["hello", "open"]
    assert stack.state(contract) == "invited"
    assert "Es wurde nichts unterschrieben." in desktop.page.locator("#problem").inner_text()
    assert desktop.page.evaluate("() => document.activeElement.id") == "problem-title"


def flip(at):
    return lambda pdf: pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


DOCUMENTS = [
    (r"agent\.document\.(other|revisions)", flip(5000)),
    (r"agent\.document\.length", lambda pdf: pdf + b"\n"),
    (r"agent\.document\.length", lambda pdf: pdf[:-100]),
    (r"agent\.network\.unexpected_answer|agent\.document\.length", lambda pdf: b""),
]


@pytest.mark.parametrize(("code", "change"), DOCUMENTS, ids=["one bit", "longer", "shorter", "empty"])
def test_another_document_is_never_shown(stack, desktop, code, change):
    import re

    contract, link = stack.invite("mobile-plan")
    stack.wire.change["document"] = change
    desktop.open(link).begin()
    desktop.wait("problem")
    assert re.fullmatch(code, desktop.problem)
    assert desktop.page.locator("#pages .page").count() == 0
    assert stack.state(contract) == "invited"


def ready(stack, customer, template="electricity-supply"):
    contract, link = stack.invite(template)
    customer.open(link).begin()
    customer.page.wait_for_function(
        "() => !document.body?.dataset.state || ['reading', 'scratch'].includes(document.body.dataset.state)"
    )
    if "/idp/" in customer.page.url:
        customer.identify()
    customer.read().unlock()
    return contract


def test_other_attributes_are_not_signed_and_the_reason_has_a_name(stack, desktop):
    contract = ready(stack, desktop)

    def other_document(value):
        attributes = bytearray(unb64(value["attributes"]))
        at = attributes.index(bytes.fromhex("06092a864886f70d010904")) + 15 + 10
        attributes[at] ^= 1
        value["attributes"] = b64(bytes(attributes))

    stack.wire.change["intent"] = changed(other_document)
    desktop.scratch_with_mouse().type().order()
    desktop.wait("problem")
    assert desktop.problem == "agent.attributes.differ"
    assert "messageDigest differs" in desktop.page.locator("#problem-code").inner_text()
    assert "signature" not in stack.wire.types()
    assert stack.state(contract) == "invited"
    assert "Es wurde nichts unterschrieben." in desktop.page.locator("#problem").inner_text()


def test_a_capsule_for_somebody_else_stays_shut(stack, desktop):
    contract, link = stack.invite("mobile-plan")

    def bend(value):
        ct = bytearray(unb64(value["capsule"]["ct"]))
        ct[0] ^= 1
        value["capsule"]["ct"] = b64(bytes(ct))

    stack.wire.change["open"] = changed(bend)
    desktop.open(link).begin().read().unlock()
    box = desktop._field()
    desktop.page.mouse.move(box["x"] + 20, box["y"] + 20)
    desktop.page.mouse.down()
    desktop.wait("problem")
    assert desktop.problem == "agent.capsule.not_for_us"
    assert stack.state(contract) == "invited"


def test_another_finished_document_is_not_handed_over_as_ours(stack, desktop):
    ready(stack, desktop, "mobile-plan")
    stack.wire.change["result"] = flip(5000)
    desktop.scratch_with_mouse().type().order()
    desktop.wait("problem")
    assert desktop.problem == "agent.result.other_document"
    assert not desktop.page.locator("#download-signed").is_visible()


def test_a_certificate_for_another_name_is_refused(stack, desktop):
    contract, link = stack.invite()
    stack.wire.change["hello"] = changed(lambda v: v["signatory"].update(given_name="Johanna"))
    desktop.open(link).begin()
    desktop.page.wait_for_url("**/idp/**")
    desktop.tap('button[value="jana-beispiel"]')
    desktop.wait("problem")
    assert desktop.problem == "agent.certificate.other_name"
    assert stack.state(contract) == "invited"


def test_somebody_else_at_the_identity_provider_is_refused(stack, desktop):
    contract, link = stack.invite()
    desktop.open(link).begin()
    desktop.page.wait_for_url("**/idp/**")
    desktop.tap('button[value="karl-heinz-oesterreicher"]')
    desktop.wait("problem")
    assert desktop.problem.startswith("identity.person")
    assert stack.state(contract) == "invited"
    desktop.again("landing").begin().identify().read()
    assert desktop.state == "unlock"


def test_leaving_the_identity_provider_without_identification_is_said_plainly(stack, desktop):
    _, link = stack.invite()
    desktop.open(link).begin()
    desktop.page.wait_for_url("**/idp/**")
    desktop.tap('button[name="cancel"]')
    desktop.wait("problem")
    assert desktop.problem == "agent.identification.cancelled"
    assert "Ausweisen abgebrochen" in desktop.page.locator("#problem-title").inner_text()
    desktop.again("landing")


def test_an_identity_provider_that_is_not_this_installations_is_refused(stack, desktop):
    _, link = stack.invite()
    stack.wire.change["hello"] = changed(lambda v: v["identification"].update(issuer="https://evil.example/idp"))
    desktop.open(link).begin()
    desktop.wait("problem")
    assert desktop.problem == "agent.identification.foreign_provider"
    assert "evil.example" not in desktop.page.url


def test_an_answer_of_the_identity_provider_that_nobody_waits_for_is_refused(stack, desktop):
    desktop.page.goto(f"{stack.agent}/#code=abc&state=def")
    desktop.wait("problem")
    assert desktop.problem == "agent.link.missing"
    assert desktop.page.url == f"{stack.agent}/"


@pytest.mark.parametrize(
    ("fragment", "code"),
    [("", "agent.link.missing"), ("#short", "agent.link.missing"), ("#" + "A" * 43, "ceremony.invitation.unknown")],
)
def test_a_link_that_is_none(stack, desktop, fragment, code):
    desktop.page.goto(f"{stack.agent}/{fragment}")
    desktop.wait("problem")
    assert desktop.problem == code
    assert not desktop.page.locator("#again").is_visible()


def test_an_invitation_whose_time_is_over_is_closed(stack, desktop):
    from datetime import timedelta

    contract, link = stack.invite("mobile-plan")
    stack.clock.offset = timedelta(days=60)
    desktop.page.goto(link)
    desktop.wait("problem")
    assert desktop.problem in ("closed", "engine.invitation.closed", "ceremony.invitation.unknown")
    assert stack.state(contract) != "concluded"


def test_a_typing_error_is_no_attempt(stack, desktop):
    contract = ready(stack, desktop, "mobile-plan")
    desktop.scratch_with_mouse()
    code = desktop.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for number in range(6):
        desktop.type(wrong if number % 2 else "123").order()
        desktop.wait("typo")
        assert desktop.page.evaluate("() => document.activeElement.id") == "code"
    assert "zählt nicht als Versuch" in desktop.page.locator("#code-error").inner_text()
    desktop.type("").order()
    assert "6 Ziffern" in desktop.page.locator("#code-error").inner_text()
    assert "intent" not in stack.wire.types()
    desktop.type(f" {code[:3]} {code[3:]} ").order().done()
    assert sent(stack, "intent")[0]["telemetry"]["typos"] == 6
    assert stack.state(contract) == "concluded"


def cancel_once(customer):
    """The person closes the device's next question."""
    customer.page.evaluate(
        """() => {
          const ask = navigator.credentials.get.bind(navigator.credentials);
          navigator.credentials.get = async (options) => {
            navigator.credentials.get = ask;
            throw new DOMException('closed', 'NotAllowedError');
          };
        }"""
    )


def test_a_lost_passkey_leads_to_setting_the_device_up_anew(stack, desktop):
    contract, link = stack.invite()
    desktop.open(link).begin().identify().read()
    desktop.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": desktop.authenticator})
    desktop.tap("#unlock-button")
    desktop.page.locator("#unlock-anew").wait_for()
    with desktop.page.expect_navigation():
        desktop.tap("#unlock-anew")
    desktop.wait("landing")
    desktop.begin().identify().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.wire.types().count("enrol") == 2
    assert stack.state(contract) == "concluded"


def test_a_passkey_that_is_not_confirmed_can_be_tried_again(stack, desktop):
    contract, link = stack.invite()
    desktop.open(link).begin().identify().read()
    cancel_once(desktop)
    desktop.tap("#unlock-button")
    desktop.page.locator("#unlock-notice").wait_for()
    assert desktop.state == "unlock"
    assert "intent" not in stack.wire.types()
    desktop.unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"


def test_a_passkey_that_serves_a_second_contract_leaves_the_first_certificate_usable(stack, desktop):
    _, first = stack.invite()
    _, second = stack.invite()
    desktop.open(first).begin().identify()
    desktop.page.goto("about:blank")
    desktop.open(second).begin().identify()
    desktop.page.goto("about:blank")
    desktop.open(first)
    assert desktop.page.locator("#begin").inner_text() == "Dokument lesen"


def test_a_script_that_was_changed_on_the_way_does_not_run(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.page.route("**/agent.js*", lambda route: route.fulfill(body="document.body.dataset.state='evil'"))
    desktop.page.goto(link)
    desktop.page.wait_for_timeout(800)
    assert desktop.state == "loading"


def test_a_document_viewer_that_was_changed_on_the_way_shows_nothing(stack, desktop):
    contract, link = stack.invite("mobile-plan")

    def change(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.body() + b"\n//")

    desktop.page.route("**/pdf.worker.min.mjs*", change)
    desktop.open(link).begin()
    desktop.wait("problem")
    assert desktop.problem == "agent.viewer.unavailable"
    assert stack.state(contract) == "invited"


def test_english_words_that_were_changed_on_the_way_are_not_shown(stack, desktop):
    """English is a file of its own with an integrity value; without it the page stays German and usable."""
    _, link = stack.invite("mobile-plan")

    def change(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.body().replace(b"Decline the contract", b"Go on to the bargain"))

    page = desktop.page
    page.route("**/texts.en.json*", change)
    desktop.open(link.replace("/#", "/?lang=en#"))
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.locator("#decline").inner_text() == "Vertrag ablehnen"
    page.locator("#language").click()
    page.wait_for_function("() => document.getElementById('status').textContent.includes('englischen Texte')")
    assert page.evaluate("document.documentElement.lang") == "de"
    page.unroute("**/texts.en.json*")
    page.locator("#language").click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    assert page.locator("#decline").inner_text() == "Decline the contract"


def test_whoever_reads_german_loads_no_english(stack, desktop):
    _, link = stack.invite("mobile-plan")
    loaded = []
    desktop.page.on("request", lambda each: loaded.append(each.url))
    desktop.sign(link)
    assert not [each for each in loaded if "texts.en" in each]


def test_a_viewer_that_takes_longer_than_a_minute_is_waited_for(stack, desktop):
    """On a very slow line the program that shows the document comes late; that is no reason to give up."""
    contract, link = stack.invite("mobile-plan")
    held = []
    desktop.page.clock.install()
    desktop.page.route("**/pdf.min.mjs*", lambda route: held.append(route))
    desktop.open(link).begin()
    until(desktop.page, lambda: held)
    desktop.page.clock.fast_forward(90_000)
    desktop.page.wait_for_timeout(300)
    assert desktop.state == "loading"
    for route in held:
        route.continue_()
    desktop.read().unlock().scratch_with_keyboard().type().order().done()
    assert stack.state(contract) == "concluded"


def test_an_older_browser_is_told_so(stack, context_of):
    customer = Customer(context_of(**DESKTOP).new_page())
    customer.page.add_init_script("delete window.DecompressionStream")
    _, link = stack.invite("mobile-plan")
    customer.page.goto(link)
    customer.wait("problem")
    assert customer.problem == "agent.browser.too_old"


def test_what_the_law_refuses_stands_on_the_page_with_clause_and_consequence_in_both_languages(
    stack, desktop, monkeypatch
):
    contract = ready(stack, desktop, "mobile-plan")
    press = declaring.made.press
    monkeypatch.setattr(declaring.made, "press", lambda *given, **named: press(*given, **{**named, "label": "Weiter"}))
    desktop.scratch_with_mouse().type().order()
    desktop.wait("problem")
    assert desktop.problem == "engine.formation.refused"
    law = desktop.page.locator("#problem-law")
    assert law.inner_text().startswith("Vorschrift: BGB § 312j (3), (4). Folge: kein Vertrag;")
    assert "So hätte Ihre Erklärung keine Wirkung" in desktop.page.locator("#problem-title").inner_text()
    desktop.page.locator("#language").click()
    until(desktop.page, lambda: law.inner_text().startswith("Clause: BGB § 312j (3), (4). Consequence: no contract"))
    assert stack.state(contract) == "invited"
    assert desktop.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
