"""What must not be there: digits before the first stroke, private keys in storage, scripts that scratch."""

import json

import pytest

from tests.agent.scratch_helpers import read_digits

pytestmark = [pytest.mark.browser, pytest.mark.network]

DARK = """() => {
  const canvas = document.getElementById('digits');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value !== 0);
}"""

DUMP = """() => new Promise((resolve) => {
  const request = indexedDB.open('esign-agent');
  request.onsuccess = () => {
    const found = [];
    const walk = (value, path) => {
      if (value instanceof CryptoKey) {
        found.push({ path, type: value.type, extractable: value.extractable, usages: value.usages });
      }
      else if (value && typeof value === 'object' && !ArrayBuffer.isView(value)) {
        for (const [name, inner] of Object.entries(value)) walk(inner, `${path}.${name}`);
      }
    };
    const table = request.result.transaction('kept').objectStore('kept');
    const cursor = table.openCursor();
    cursor.onsuccess = () => {
      if (!cursor.result) return resolve(found);
      walk(cursor.result.value, String(cursor.result.key).split(':')[0]);
      cursor.result.continue();
    };
  };
})"""


def test_the_digits_exist_nowhere_before_the_first_stroke(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock()
    page = desktop.page
    assert page.evaluate(DARK) is False
    page.mouse.move(*_point(desktop, 0.1))
    page.mouse.move(*_point(desktop, 0.9), steps=5)
    assert page.evaluate(DARK) is False  # moving over it is no stroke
    before = page.content()
    desktop.scratch_with_mouse()
    code = desktop.code()
    assert page.evaluate(DARK) is True
    assert code not in before and code not in page.content()


def test_events_made_by_a_script_scratch_nothing(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock()
    desktop.page.evaluate(
        """() => {
          const foil = document.getElementById('foil'), box = foil.getBoundingClientRect();
          const at = (type, x) => foil.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 1, button: 0,
            clientX: box.left + x, clientY: box.top + 30 }));
          at('pointerdown', 5);
          for (let x = 5; x < 300; x += 3) at('pointermove', x);
          const slider = document.getElementById('slider');
          for (let i = 1; i < 13; i++) { slider.value = String(i); slider.dispatchEvent(new Event('input')); }
          document.getElementById('order').dispatchEvent(new Event('submit', { cancelable: true }));
        }"""
    )
    desktop.page.wait_for_timeout(300)
    assert desktop.state == "scratch"
    assert desktop.page.evaluate(DARK) is False


def test_a_submit_event_made_by_a_script_orders_nothing(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock().scratch_with_mouse()
    stack.wire.seen.clear()
    desktop.page.evaluate(
        """(code) => {
          document.getElementById('code').value = code;
          document.getElementById('order').dispatchEvent(new Event('submit', { cancelable: true }));
        }""",
        desktop.code(),
    )
    desktop.page.wait_for_timeout(300)
    assert desktop.state == "revealed"
    assert "intent" not in stack.wire.types()


def test_holding_a_key_down_is_one_act_only(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock()
    page = desktop.page
    page.locator("#slider").focus()
    for _ in range(10):
        page.keyboard.down("ArrowRight")  # the second and later ones carry `repeat`
    page.keyboard.up("ArrowRight")
    page.wait_for_timeout(200)
    assert page.locator("#slider").input_value() == "1"
    page.keyboard.press("End")
    page.wait_for_timeout(100)
    assert page.locator("#slider").input_value() == "2"
    assert desktop.state == "scratching"


def test_a_tap_alone_is_not_enough(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock()
    desktop.page.mouse.click(*_point(desktop, 0.5))
    desktop.wait("scratching")
    assert desktop.page.locator("#order-button").is_disabled()
    assert desktop.page.locator("#code").is_disabled()


def test_behind_a_passkey_the_browser_keeps_no_private_signing_or_capsule_key(stack, desktop):
    _, link = stack.invite()
    desktop.open(link).begin().identify()
    kept = desktop.page.evaluate(DUMP)
    assert kept and not any(each["extractable"] for each in kept if each["type"] != "public")
    private = [each for each in kept if each["type"] == "private"]
    assert [each["path"] for each in private] == ["device.signing.privateKey"]
    secret = [each for each in kept if each["type"] == "secret"]
    assert [each["path"] for each in secret] == ["device.cover"]
    assert desktop.page.evaluate("() => JSON.stringify([{ ...localStorage }, document.cookie])") == '[{},""]'


def test_without_a_passkey_no_key_can_be_taken_out(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read()
    kept = desktop.page.evaluate(DUMP)
    assert {each["path"].split(".")[0] for each in kept} == {"device", "invitation"}
    assert not any(each["extractable"] for each in kept if each["type"] != "public")


def test_after_signing_the_keys_of_the_ceremony_are_gone_and_the_receipt_stays(stack, desktop):
    _, link = stack.invite()
    desktop.sign(link)
    assert {each["path"].split(".")[0] for each in desktop.page.evaluate(DUMP)} == {"device"}


def test_user_verification_is_for_exactly_this_transcript(stack, desktop):
    from hashlib import sha256

    from tests.agent.test_agent_journey import sent
    from tests.agent.test_agent_refusals import b64, unb64

    _, link = stack.invite()
    desktop.sign(link)
    intent = sent(stack, "intent")[0]
    client = json.loads(unb64(intent["user_verification"]["client_data"]))
    challenge = sha256(b"esign/1/user-verification" + bytes.fromhex(intent["transcript"])).digest()
    assert client["challenge"] == b64(challenge)
    assert client["origin"] == stack.agent


def test_the_passkeys_word_at_an_enrolment_is_for_nothing_else(stack, desktop):
    """A server that chose a transcript's challenge as the enrolment's nonce would get no word about the transcript."""
    from hashlib import sha256

    from tests.agent.test_agent_journey import sent
    from tests.agent.test_agent_refusals import b64, unb64

    _, link = stack.invite()
    desktop.sign(link)
    stack.wire.seen.clear()
    chosen = sha256(b"esign/1/user-verification" + bytes(32)).digest()

    def liar(answer):
        greeting = json.loads(answer)
        greeting["enrolment"]["nonce"] = b64(chosen)
        return json.dumps(greeting, separators=(",", ":"), sort_keys=True).encode()

    stack.wire.change["hello"] = liar
    _, link = stack.invite()
    desktop.page.goto("about:blank")
    desktop.open(link).begin()
    desktop.page.wait_for_url("**/idp/**")
    desktop.tap('button[value="jana-beispiel"]')
    desktop.wait("problem")
    passkey = sent(stack, "enrol")[0]["passkey"]
    client = json.loads(unb64(passkey["assertion"]["client_data"]))
    assert client["challenge"] == b64(sha256(b"esign/1/enrolment" + chosen).digest())


def _point(customer, share):
    box = customer._field()
    return box["x"] + box["width"] * share, box["y"] + box["height"] / 2


def test_the_digits_can_be_read_by_eye(stack, desktop):
    """The helper's reading of the canvas is what the person would type."""
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock().scratch_with_keyboard()
    desktop.wait("revealed")
    spoken = "".join(char for char in desktop.page.locator("#spoken").inner_text() if char.isdigit())
    desktop.page.wait_for_timeout(100)
    assert read_digits(desktop.page) == spoken
