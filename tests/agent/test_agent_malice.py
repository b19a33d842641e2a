"""A lying server before the real agent in a real browser: one of each class of lie that the tables hold.

The many variants go through the agent's modules in ``tests/malice``; here each class goes the whole way, over a wire
that knows the seed and seals the capsule to what it made of the transcript. Each ends in a refusal with its own code,
with nothing declared and nothing signed, and then the honest ceremony goes on in the same browser.
"""

import copy
import json
from hashlib import sha256

import pytest

from certs.signatory.words import new_key, spki
from esign.engine.ceremony import attempts
from esign.foundation.canonical import canonical
from tests.malice.server import Offer, b64, payload, unb64
from tests.malice.variants import PDF_LIES, SWAPS, appended, attribute_lies, rewritten

pytestmark = [pytest.mark.browser, pytest.mark.network]

DONE = {"intent.declared", "signature.received", "signature.embedded", "contract.concluded"}
PDF, JSON = "application/pdf", "application/json"


class Liar:
    """Stands behind the wire: answers some messages itself, hands the others on."""

    def __init__(self, stack):
        self.stack, self.app = stack, stack.wire.app
        self.instead = {}
        """By type of message: from its body to an answer."""
        self.offer = None
        stack.wire.app = self

    def __call__(self, environ, start_response):
        kind = environ["PATH_INFO"].rpartition("/")[2]
        if environ["REQUEST_METHOD"] != "POST" or kind not in self.instead:
            return self.app(environ, start_response)
        answer = self.instead[kind](environ["wsgi.input"].read())
        headers = [
            ("Content-Type", PDF if kind in ("document", "result") else JSON),
            ("Content-Length", str(len(answer))),
            ("Access-Control-Allow-Origin", self.stack.agent),
        ]
        start_response("200 OK", headers)
        return [answer]

    def honest(self):
        self.instead.clear()
        self.stack.wire.change.clear()

    def capsule_key(self):
        said = (payload(request.body) for request in reversed(self.stack.wire.seen))
        return unb64(next(each["capsule_key"] for each in said if "capsule_key" in each))

    def offers(self, change):
        """Change the offer and its document, and seal the capsule to what came of it."""

        def opened(answer):
            tau = sha256(b"esign/1/transcript" + unb64(json.loads(answer)["transcript"])).hexdigest()
            self.offer = Offer.read(answer, self.prepared(tau)).committed()
            change(self.offer)
            return self.offer.answer(self.capsule_key())

        self.stack.wire.change["open"] = opened
        self.instead["document"] = lambda body: self.offer.document

    def prepared(self, tau):
        def read():
            house = self.stack.application.contracts.household
            with house.store.reading() as tx:
                kept = attempts.load(tx, tau)
                return tx.safe.open(kept.contract_id, "prepared", house.documents.get(kept.contents.prepared))

        return self.stack.call(read)


@pytest.fixture
def liar(stack):
    made = Liar(stack)
    yield made
    stack.wire.app = made.app


def ledger(stack, contract):
    def read():
        with stack.application.contracts.household.store.reading() as tx:
            return {str(entry.kind) for entry in tx.ledger.of_contract(contract)}

    return stack.call(read)


def refused(stack, customer, contract):
    """Wait for the refusal; return its code, with the proof that nothing happened."""
    customer.wait("problem")
    assert "signature" not in stack.wire.types()
    assert not {"signature.received", "signature.embedded", "contract.concluded"} & ledger(stack, contract)
    assert "Es wurde nichts unterschrieben." in customer.page.locator("#problem").inner_text()
    return customer.problem


def anew(customer, state="landing"):
    """Load the page again, as a person does whom no button is offered."""
    customer.page.reload()
    customer.wait(state)
    return customer


def claim(*place, value):
    def change(offer):
        offer.claims = copy.deepcopy(offer.claims)
        inside = offer.claims
        for step in place[:-1]:
            inside = inside[step]
        inside[place[-1]] = value

    return change


def draft(what):
    hide, _ = PDF_LIES[what]
    return lambda offer: offer.with_document(rewritten(offer.draft(), hide), swap=SWAPS.get(what))


def words(**members):
    return lambda offer: [setattr(offer, name, value) for name, value in members.items()]


LIES = {
    "other person": ("agent.transcript.other_person", claim("signatory", "name", value="Sophie Müller")),
    "other button": ("agent.transcript.order_label", claim("order", "label", value="Weiter")),
    "other bundle": ("agent.transcript.other_agent", claim("agent", value="0" * 64)),
    "other declaration": ("agent.transcript.declaration", words(declaration="Ich bestelle zwei.")),
    "other summary": ("agent.transcript.summary", words(summary=b'{"lang":"de","lines":[],"title":"Gratis"}')),
    "replayed nonce": ("agent.transcript.stale", claim("client_nonce", value="a" * 64)),
    "JavaScript": ("agent.document.active", draft("JavaScript")),
    "open action": ("agent.document.active", draft("open action")),
    "hidden layer": ("agent.document.active", draft("hidden words")),
    "undeclared attachment": ("agent.document.attachments", draft("undeclared attachment")),
    "extra revision": ("agent.document.revisions", lambda offer: offer.with_document(appended(offer.draft()))),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_that_only_the_agent_can_see_is_refused_and_the_honest_ceremony_goes_on(stack, liar, desktop, lie):
    code, change = LIES[lie]
    contract, link = stack.invite("mobile-plan")
    liar.offers(change)
    desktop.open(link).begin()
    assert refused(stack, desktop, contract) == code
    assert "intent" not in stack.wire.types()
    assert desktop.page.locator("#pages canvas").count() == 0, "nothing of it was shown"
    liar.honest()
    anew(desktop).begin().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"


def test_another_code_than_was_promised_and_a_swapped_capsule_are_refused_at_the_first_stroke(stack, liar, desktop):
    contract, link = stack.invite("mobile-plan")
    lies = {
        "agent.capsule.commitment": words(seed=bytes(32)),
        "agent.capsule.not_for_us": lambda offer: setattr(
            offer, "capsule", json.loads(copy.copy(offer).answer(other_key()))["capsule"]
        ),
    }
    desktop.open(link)
    for code, change in lies.items():
        liar.offers(change)
        desktop.begin().read().unlock()
        box = desktop._field()
        desktop.page.mouse.move(box["x"] + 20, box["y"] + 20)
        desktop.page.mouse.down()
        assert refused(stack, desktop, contract) == code
        desktop.page.mouse.up()
        assert "intent" not in stack.wire.types()
        liar.honest()
        anew(desktop)
    desktop.begin().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"


def other_key():
    return spki(new_key())


def test_one_customer_meets_a_liar_at_every_step_of_the_advanced_level_and_signs_in_the_end(stack, liar, desktop):
    """Swapped certificate, forged ID token, downgraded user verification, other attributes, other files."""
    contract, link = stack.invite("electricity-supply")
    page = desktop.page
    desktop.open(link)

    def forge(route):
        answer = route.fetch()
        tokens = answer.json()
        head, claims, signature = tokens["id_token"].split(".")
        said = json.loads(unb64(claims))
        said["family_name"] = "Beispiel-Betrug"
        tokens["id_token"] = ".".join((head, b64(json.dumps(said).encode()), signature))
        route.fulfill(response=answer, json=tokens)

    page.route(f"{stack.sandbox_url}/**/token", forge)
    desktop.begin()
    identify(desktop)
    assert refused(stack, desktop, contract).startswith("identity.")
    assert "enrolment.granted" not in ledger(stack, contract)
    page.unroute(f"{stack.sandbox_url}/**/token")

    desktop.again("landing")
    stack.wire.change["enrol"] = lambda answer: canonical({**json.loads(answer), **foreign_certificate(answer)})
    desktop.begin()
    identify(desktop)
    assert refused(stack, desktop, contract).startswith("agent.certificate.")
    liar.honest()

    liar.offers(claim("user_verification", value="none"))
    anew(desktop).begin()  # a refused certificate is nothing to go on from
    identify(desktop)
    assert refused(stack, desktop, contract) == "agent.transcript.user_verification"
    liar.honest()

    anew(desktop).begin().read().unlock().scratch_with_mouse().type()
    right = []

    def bend(answer):
        right.append(unb64(json.loads(answer)["attributes"]))
        return canonical({"attributes": b64(dict(attribute_lies(right[0]))["added signing time"])})

    stack.wire.change["intent"] = bend
    desktop.order()
    assert refused(stack, desktop, contract) == "agent.attributes.differ"
    assert "1.2.840.113549.1.9.5 unexpected" in page.locator("#problem-code").inner_text()
    liar.honest()

    def listen(answer):
        right.append(unb64(json.loads(answer)["attributes"]))
        return answer

    anew(desktop).begin().read().unlock().scratch_with_mouse().type()
    stack.wire.change["intent"] = listen
    desktop.order().done()
    assert stack.state(contract) == "concluded"
    assert right[-1][4:].hex() in desktop.download().decode("latin-1").lower(), "what was shown is what was signed"


def identify(customer, person="jana-beispiel"):
    customer.page.wait_for_url("**/idp/**")
    customer.tap(f'button[value="{person}"]')


def foreign_certificate(answer):
    """Another certificate of the same authority: the last of the chain that came along."""
    found = json.loads(answer)
    other = found["chain"][0]
    return {"certificate": other, "certificate_id": sha256(unb64(other)).hexdigest()}
