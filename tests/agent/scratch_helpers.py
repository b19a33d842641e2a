"""A customer at the agent's page: opens the link, identifies, reads, scratches, types, orders.

For every test that needs a browser: ``Customer(page)`` drives one tab. Nothing here reaches into the page's code; the
only thing that is read from outside is ``data-state`` on the body. The code of the scratch field is read the way a
person reads it: from the canvas (:func:`read_digits`), or from the spoken text in keyboard mode.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError

from tests.axe import violations
from tests.browsers import PATIENCE

ROOT = Path(__file__).parents[2]
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "de-DE",
}
DESKTOP = {"viewport": {"width": 1280, "height": 900}, "locale": "de-DE"}


def add_authenticator(page: Any, **changes: Any) -> tuple[Any, str]:
    """Give the tab a device that verifies its user; return the driver's session and the authenticator's name."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "hasPrf": True,
        **changes,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


class Customer:
    """One person at one tab."""

    def __init__(self, page: Any, *, authenticator: bool = True, **device: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.went: list[str] = []
        """What became of the tab: addresses that it came to, and whether it crashed."""
        self.taps = 0
        page.on("framenavigated", lambda frame: self.went.append(frame.url.partition("#")[0]))
        page.on("crash", lambda _: self.went.append("crashed"))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.add_init_script(
            "window.violations=[];document.addEventListener('securitypolicyviolation',"
            "e=>violations.push(e.violatedDirective+' '+e.blockedURI))"
        )
        if authenticator:
            self.cdp, self.authenticator = add_authenticator(page, **device)

    # --- where the page stands

    @property
    def state(self) -> str:
        return str(self.page.evaluate("document.body?.dataset.state"))

    def standing(self) -> str:
        """Say where the page stands, for whoever reads of a failure; a page that hangs does not answer."""
        try:
            answer = self.page.wait_for_function(_STANDING, timeout=10_000, polling=100).json_value()
        except PlaywrightError as error:
            answer = f"the page does not answer ({str(error).splitlines()[0]})"
        return f"{answer}; came to {self.went}; complaints {self.complaints}"

    def wait(self, *states: str, timeout: float = PATIENCE) -> str:
        """Wait for one of the states; a refusal that nobody waits for ends the test with its code."""
        wanted = [*states, "problem"]
        try:
            self.page.wait_for_function("w => w.includes(document.body?.dataset.state)", arg=wanted, timeout=timeout)
        except PlaywrightError as error:
            raise AssertionError(f"wanted {states}: {self.standing()}") from error
        state = self.state
        if state == "problem" and "problem" not in states:
            raise AssertionError(f"refused: {self.problem}; {self.complaints}")
        return state

    @property
    def problem(self) -> str:
        return str(self.page.evaluate("document.body.dataset.problem || ''"))

    def tap(self, selector: str) -> None:
        self.taps += 1
        self.page.locator(selector).click()

    def again(self, state: str) -> Customer:
        """Press the button of a refusal; the page is loaded anew."""
        with self.page.expect_navigation():
            self.tap("#again")
        self.wait(state)
        return self

    # --- the way

    def open(self, link: str, state: str = "landing") -> Customer:
        self.page.goto(link)
        self.wait(state)
        return self

    def begin(self) -> Customer:
        self.tap("#begin")
        return self

    def identify(self, person: str = "jana-beispiel") -> Customer:
        """Log in at the sandbox's identity provider and come back."""
        self.page.wait_for_url("**/idp/**")
        self.tap(f'button[value="{person}"]')
        self.wait("reading", "unlock", "scratch")
        return self

    def read(self) -> Customer:
        """Scroll through the document to its end, as a reader does."""
        self.wait("reading", "unlock", "scratch")
        pages = self.page.locator("#pages .page")
        of = pages.count()
        try:
            for number in range(of):
                pages.nth(number).scroll_into_view_if_needed()
                self.page.wait_for_timeout(40)
            self.page.locator("#end-of-document").scroll_into_view_if_needed()
        except PlaywrightError as error:
            raise AssertionError(f"after page {number} of {of}: {self.standing()}") from error
        self.wait("unlock", "scratch")
        return self

    def unlock(self) -> Customer:
        if self.wait("unlock", "scratch") == "unlock":
            self.tap("#unlock-button")
        self.wait("scratch")
        return self

    # --- the scratch field

    def _field(self) -> dict[str, float]:
        field = self.page.locator("#foil")
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        assert box is not None
        return box

    def _rows(self, rows: int) -> list[tuple[float, float, float]]:
        box = self._field()
        margin = box["height"] * 0.17
        step = (box["height"] - 2 * margin) / max(1, rows - 1)
        return [(box["x"] + 3, box["x"] + box["width"] - 3, box["y"] + margin + row * step) for row in range(rows)]

    def scratch_with_mouse(self, rows: int = 3) -> Customer:
        mouse = self.page.mouse
        for number, (left, right, y) in enumerate(self._rows(rows)):
            start, end = (left, right) if number % 2 == 0 else (right, left)
            mouse.move(start, y)
            if number == 0:
                mouse.down()
            mouse.move(end, y, steps=8)
        mouse.up()
        return self

    def scratch_with_finger(self, rows: int = 3) -> Customer:
        session = self.page.context.new_cdp_session(self.page)

        def touch(kind: str, *points: tuple[float, float]) -> None:
            marks = [{"x": x, "y": y, "id": 1} for x, y in points]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": marks})

        for left, right, y in self._rows(rows):
            touch("touchStart", (left, y))
            for step in range(1, 9):
                touch("touchMove", (left + (right - left) * step / 8, y))
            touch("touchEnd")
        return self

    def scratch_with_keyboard(self, presses: int = 8) -> Customer:
        self.page.locator("#slider").focus()
        for _ in range(presses):
            self.page.keyboard.press("ArrowRight")
            self.page.wait_for_timeout(30)
        return self

    def code(self) -> str:
        """The digits, from the spoken text if there is one, else from the canvas under the foil."""
        self.wait("revealed", "typo")
        spoken = re.sub(r"\D", "", self.page.locator("#spoken").text_content() or "")
        return spoken or read_digits(self.page)

    def type(self, code: str | None = None) -> Customer:
        self.page.locator("#code").fill(code if code is not None else self.code())
        return self

    def order(self) -> Customer:
        self.tap("#order-button")
        return self

    def done(self, timeout: float = PATIENCE) -> Customer:
        self.wait("done", timeout=timeout)
        return self

    def download(self, selector: str = "#download-signed") -> bytes:
        """Save what the link offers and return its bytes."""
        with self.page.expect_download() as caught:
            self.tap(selector)
        return Path(caught.value.path()).read_bytes()

    def sign(self, link: str, person: str = "jana-beispiel", *, scratch: str = "mouse") -> Customer:
        """The whole way, on a new or a known device."""
        self.open(link).begin()
        self.page.wait_for_function(
            "() => !document.body?.dataset.state"
            " || ['reading', 'unlock', 'scratch', 'problem'].includes(document.body.dataset.state)",
        )
        if "/idp/" in self.page.url:
            self.identify(person)
        self.read().unlock()
        getattr(self, f"scratch_with_{scratch}")()
        return self.type().order().done()

    # --- judging the page

    def violations(self) -> list[str]:
        return list(self.page.evaluate("window.violations || []"))

    def accessibility(self) -> list[str]:
        """Run axe-core on the page as it stands; one line a finding.

        Where colours are forced they are the person's own, and axe reads the page's: contrast is judged elsewhere.
        """
        contrast = self.page.evaluate("!matchMedia('(forced-colors: active)').matches")
        return [
            f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for rule in violations(self.page, rules={"color-contrast": {"enabled": contrast}})
            for node in rule["nodes"]
        ]


_STANDING = """() => JSON.stringify({
  ...document.body?.dataset,
  pages: document.querySelectorAll('#pages .page').length,
  drawn: document.querySelectorAll('#pages .drawn').length,
  load: performance.getEntriesByType('navigation')[0]?.type,
  age: Math.round(performance.now()),
  visible: document.visibilityState,
})"""

_READ = """() => {
  const canvas = document.getElementById('digits');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const count = 6, margin = 18 / 360 * canvas.width, step = (canvas.width - 2 * margin) / count;
  const style = getComputedStyle(document.getElementById('scratch'));
  const font = style.getPropertyValue('--font-mono').trim() || 'monospace';
  const scale = canvas.width / 360;
  const shape = (digit) => {
    const own = document.createElement('canvas');
    own.width = Math.round(step); own.height = canvas.height;
    const brush = own.getContext('2d');
    brush.fillStyle = '#fff'; brush.fillRect(0, 0, own.width, own.height);
    brush.scale(scale, scale);
    brush.fillStyle = '#000'; brush.font = `700 54px ${font}`;
    brush.textAlign = 'center'; brush.textBaseline = 'middle';
    brush.fillText(digit, own.width / scale / 2, 54 + 3);
    return brush.getImageData(0, 0, own.width, own.height).data;
  };
  const shapes = Array.from('0123456789', shape);
  let code = '';
  for (let at = 0; at < count; at++) {
    const left = Math.round(margin + step * at), width = Math.round(step);
    let best = [Infinity, ''];
    shapes.forEach((other, digit) => {
      let error = 0;
      for (let y = 0; y < canvas.height; y++) for (let x = 0; x < width; x++) {
        const here = data.data[(y * canvas.width + Math.min(canvas.width - 1, left + x)) * 4] / 255;
        error += Math.abs(here - other[(y * width + x) * 4] / 255);
      }
      if (error < best[0]) best = [error, String(digit)];
    });
    code += best[1];
  }
  return code;
}"""


def read_digits(page: Any) -> str:
    """Read the digits from the canvas by comparing shapes, as an eye does."""
    return str(page.evaluate(_READ))
