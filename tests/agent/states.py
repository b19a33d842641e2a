"""Every state of the agent's page, on four screens, in two languages: each is reached, judged, and none is forgotten.

``AGENT_SHOTS=<folder>`` photographs each of them.
"""

import json
import re
from contextlib import contextmanager
from datetime import timedelta

from tests.actors import COMPANY
from tests.agent.inspector import Inspector, large_enough_for_a_finger
from tests.agent.scratch_helpers import DESKTOP, PHONE, ROOT, Customer
from tests.agent.test_agent_parties import COUPLE, MIRA, drawn_up

SOURCES = ROOT / "web" / "agent" / "src"
SMALL_PHONE = {**PHONE, "viewport": {"width": 360, "height": 740}}
SCREENS = {
    "phone": ({**SMALL_PHONE}, "de"),
    "desktop": ({**DESKTOP}, "en"),
    "magnified": ({**DESKTOP, "viewport": {"width": 320, "height": 256}}, "de"),  # 1280 x 1024 at 400 per cent
    "forced": ({**SMALL_PHONE, "forced_colors": "active", "color_scheme": "dark"}, "en"),
}
TEXTS = {lang: (SOURCES / f"texts.{lang}.js").read_text("utf-8") for lang in ("de", "en")}


def sentences(lang):
    """The sentences of one language, by key."""
    return {key: json.loads(f'"{text}"') for key, text in re.findall(r'^  "([^"]+)": "(.*)",$', TEXTS[lang], re.M)}


REFUSALS = sorted(
    key[len("problem.") : -len(".title")]
    for key in sentences("de")
    if key.endswith(".title") and key.startswith("problem.")
)
"""Every refusal that has words of its own."""


def nearest(words, code, part):
    """What a more general code says where this one has no words of its own."""
    while f"problem.{code}.{part}" not in words:
        code = code.rpartition(".")[0]
    return words[f"problem.{code}.{part}"]


LATER = {"engine.message.in_progress"}
"""The agent asks again by itself before it says so."""

PARTS = set(re.findall(r'<section id="(\w+)"', (SOURCES / "index.html").read_text("utf-8")))

THROW_ONCE = """(kind) => {
  const ask = navigator.credentials[kind].bind(navigator.credentials);
  navigator.credentials[kind] = async () => {
    navigator.credentials[kind] = ask;
    throw new DOMException('closed', 'NotAllowedError');
  };
}"""


class Walk:
    """Customers on one kind of screen in one language, and everything that was seen there."""

    def __init__(self, stack, context_of, screen):
        self.stack, self.context_of, self.screen = stack, context_of, screen
        self.device, self.lang = SCREENS[screen]
        self.findings, self.states, self.parts, self.said = [], set(), set(), set()

    def customer(self, context=None, **options):
        return Customer((context or self.context_of(**self.device)).new_page(), **options)

    def invite(self, template="electricity-supply", **changes):
        return self.speaking(self.stack.invite(template, **changes)[1])

    def speaking(self, link):
        return link.replace("/#", f"/?lang={self.lang}#")

    def look(self, customer, name, **how):
        inspector = Inspector(customer, self.screen)
        inspector.look(name, **how)
        self.findings += inspector.findings
        self.note(customer)

    def note(self, customer):
        page = customer.page
        if page.evaluate("() => !document.body.dataset.state"):
            return
        self.states.add(customer.state)
        self.parts |= set(
            page.evaluate(
                "() => [...document.querySelectorAll('main > section')].filter((s) => !s.hidden).map((s) => s.id)"
            )
        )
        assert page.evaluate("() => document.documentElement.lang") == self.lang

    @contextmanager
    def without_a_line(self, customer, kind):
        """Lose every message of this kind until the page was looked at, however long that takes."""
        lost = self.stack.wire.lose_before
        lost.extend([kind] * 99)
        yield
        lost.clear()
        customer.page.evaluate("() => dispatchEvent(new Event('online'))")

    def waiting(self, customer):
        customer.page.wait_for_function("() => document.body?.dataset.connection === 'waiting'")


def scroll_to(customer, selector):
    customer.page.locator(selector).scroll_into_view_if_needed()


def the_straight_way(walk):
    customer = walk.customer()
    page = customer.page
    with walk.without_a_line(customer, "hello"):
        page.goto(walk.invite())
        walk.waiting(customer)
        walk.look(customer, "loading")
    customer.wait("landing")
    walk.look(customer, "landing")
    page.evaluate(THROW_ONCE, "create")
    customer.begin()
    page.locator("#landing-notice").wait_for()
    walk.look(customer, "landing-passkey-cancelled")
    customer.begin()
    page.wait_for_url("**/idp/**")
    walk.look(customer, "identity-provider", own=False)
    customer.tap('button[value="jana-beispiel"]')
    customer.wait("reading")
    walk.look(customer, "reading")
    customer.read()
    walk.look(customer, "unlock")
    page.evaluate(THROW_ONCE, "get")
    customer.tap("#unlock-button")
    page.locator("#unlock-notice").wait_for()
    walk.look(customer, "unlock-cancelled")
    page.locator("details summary").click()
    walk.look(customer, "details")
    page.locator("details summary").click()
    customer.unlock()
    walk.look(customer, "scratch")
    large_enough_for_a_finger(customer)
    customer.scratch_with_mouse(rows=1)
    customer.wait("scratching")
    walk.look(customer, "scratching")
    customer.scratch_with_mouse()
    customer.wait("revealed")
    scroll_to(customer, "#code")
    walk.look(customer, "revealed")
    code = customer.code()
    customer.type("").order()
    customer.wait("typo")
    walk.look(customer, "code-empty")
    for number in range(5):
        customer.type(f"{(int(code) + 1 + number) % 1_000_000:06d}").order()
        customer.wait("typo")
    walk.look(customer, "code-wrong")
    with walk.without_a_line(customer, "signature"):
        customer.type(code).order()
        walk.waiting(customer)
        walk.look(customer, "progress")
    customer.done()
    walk.look(customer, "done")
    page.goto("about:blank")
    customer.open(walk.invite())
    walk.look(customer, "landing-known")
    page.evaluate(THROW_ONCE, "get")
    customer.begin()
    page.locator("#new-passkey").wait_for()
    walk.look(customer, "landing-passkey-unused")


def the_simple_way_by_keyboard(walk):
    customer = walk.customer()
    link = walk.invite("mobile-plan")
    customer.open(link)
    walk.look(customer, "landing-simple")
    customer.begin().read()
    customer.scratch_with_keyboard(3)
    customer.wait("scratching")
    walk.look(customer, "scratching-keyboard")
    customer.scratch_with_keyboard()
    customer.wait("revealed")
    walk.look(customer, "revealed-keyboard")
    customer.type().order().done()
    walk.look(customer, "done-simple")
    customer.page.goto("about:blank")
    customer.open(link, state="done")
    walk.look(customer, "done-again")


def the_line_breaks(walk):
    stack, customer = walk.stack, walk.customer()
    link = walk.invite()
    customer.open(link).begin().identify().read().unlock().scratch_with_mouse().type()
    stack.wire.lose_before.extend(["intent"] * 8)
    customer.order()
    walk.waiting(customer)
    walk.look(customer, "progress-declared")
    customer.page.goto("about:blank")
    stack.wire.lose_before.clear()
    customer.open(link, state="resuming")
    walk.look(customer, "resuming")
    customer.page.evaluate(THROW_ONCE, "get")
    customer.tap("#resume")
    customer.page.locator("#resuming-notice").wait_for()
    walk.look(customer, "resuming-cancelled")
    customer.tap("#resume")
    customer.done()


def another_device_and_another_window(walk):
    stack, context = walk.stack, walk.context_of(**walk.device)
    customer = walk.customer(context)
    page = customer.page
    link = walk.invite("mobile-plan")
    page.clock.install()
    customer.open(link)
    customer.tap("#handover-open")
    customer.wait("handover")
    further = page.locator("#handover-link").input_value()
    walk.look(customer, "handover")
    customer.tap("#handover-copy")
    page.clock.run_for(1_000)
    walk.look(customer, "handover-copied")
    page.clock.run_for(605_000)
    page.locator("#handover-over").wait_for()
    walk.look(customer, "handover-over")
    customer.tap("#handover-back")
    customer.wait("landing")
    second = walk.customer(context, authenticator=False)
    second.page.goto(link)
    second.wait("elsewhere")
    walk.look(second, "elsewhere")
    second.tap("#take-over")
    second.wait("landing")
    customer.wait("moved")
    walk.look(customer, "moved")
    other = walk.customer()
    other.page.goto(link)
    other.wait("problem")
    assert other.problem == "ceremony.invitation.bound"
    walk.look(other, "bound")
    third = walk.customer()
    third.sign(walk.speaking(further), scratch="mouse")
    second.page.reload()
    second.wait("done")
    walk.look(second, "done-elsewhere")
    plain = walk.customer(authenticator=False)
    plain.page.add_init_script("delete window.PublicKeyCredential")
    plain.page.goto(walk.invite())
    plain.wait("problem")
    assert plain.problem == "agent.passkey.unavailable"
    walk.look(plain, "wrong-device")
    stack.clock.offset = timedelta(0)


def other_answers(walk):
    stack, customer = walk.stack, walk.customer()
    contract = drawn_up(stack, COUPLE)
    (first,) = stack.mailed(lambda: stack.application.contracts.invite(COMPANY, contract))
    (second,) = stack.mailed(lambda: stack.application.contracts.invite(COMPANY, contract, "signatory-2"))
    waits = walk.customer().open(walk.speaking(second), state="waiting")
    walk.look(waits, "not-yet")
    waits.tap("#decline-waiting")
    waits.wait("declining")
    waits.page.locator("#decline-reason").fill("Wir haben uns anders entschieden. " * 8)
    walk.look(waits, "declining")
    waits.tap("#decline-back")
    mira = walk.customer().open(walk.speaking(first)).begin().identify(MIRA).read().unlock()
    mira.scratch_with_mouse().type().order().done()
    walk.look(mira, "done-first-of-two")
    waits.page.reload()
    waits.wait("landing")
    waits.begin().identify("david-sommerfeld")
    waits.wait("reading")
    walk.look(waits, "reading-earlier-signature")

    link = walk.invite("mobile-plan")
    customer.open(link)
    customer.tap("#decline")
    customer.tap("#decline-confirm")
    customer.wait("declined")
    walk.look(customer, "declined")

    contract = drawn_up(stack, "representative-cost-approval-oesterreicher")
    (link,) = stack.mailed(lambda: stack.application.contracts.invite(COMPANY, contract))
    annika = walk.customer().open(walk.speaking(link))
    walk.look(annika, "landing-representative")
    annika.begin()
    annika.page.wait_for_function("() => !document.body?.dataset.state || document.body.dataset.state === 'reading'")
    if "/idp/" in annika.page.url:
        annika.identify("annika-oesterreicher")
    annika.read()
    scroll_to(annika, "#declaration")
    walk.look(annika, "declaration-representative")

    contract, link = stack.invite("mobile-plan")
    stack.call(lambda: stack.application.contracts.cancel(COMPANY, contract, "Angebot zurückgezogen"))
    gone = walk.customer()
    gone.page.goto(walk.speaking(link))
    gone.wait("problem")
    walk.look(gone, "cancelled")
    gone.page.goto("about:blank")
    gone.open(walk.invite("mobile-plan"))
    stack.clock.offset = timedelta(days=60)
    gone.page.reload()
    gone.wait("problem")
    assert gone.problem == "closed.expired"
    walk.look(gone, "expired")
    stack.clock.offset = timedelta(0)


def without_a_passkey_where_the_policy_allows_it(walk, recorded_stack):
    weak = walk.customer(hasUserVerification=False, isUserVerified=False)
    link = walk.speaking(recorded_stack.invite()[1])
    weak.open(link).begin()
    weak.page.locator("#no-passkey").wait_for()
    walk.look(weak, "landing-passkey-failed")
    weak.tap("#no-passkey")
    weak.identify().read()
    walk.look(weak, "scratch-without-passkey")


def on_a_device_of_the_company(walk):
    stack, customer = walk.stack, walk.customer(authenticator=False)
    page = customer.page
    page.clock.install()
    contract = stack.call(lambda: stack.application.contracts.draw_up(COMPANY, stack.sample("electricity-supply")))
    handed = stack.call(
        lambda: stack.application.in_person.hand_over(COMPANY, contract, "signatory-1", company_device=True)
    )
    customer.open(walk.speaking(handed.link))
    walk.look(customer, "landing-company-device")
    with page.context.expect_page() as opened:
        customer.begin()
    opened.value.wait_for_url("**/idp/**")
    walk.look(customer, "beside")
    with opened.value.expect_event("close"):
        opened.value.locator("button[name=cancel]").click()
    customer.wait("landing")
    page.locator("#landing-notice").wait_for()
    walk.look(customer, "landing-not-identified")
    page.clock.fast_forward(185_000)
    page.locator("#idle").wait_for(state="visible")
    walk.look(customer, "idle")
    customer.tap("#idle-stop")
    page.wait_for_url("**/?ended=stopped*")
    customer.wait("ended-stopped")
    walk.look(customer, "ended")


def judge_every_state(stack, recorded_stack, context_of, screen):
    """Reach every state on a screen and judge it; none may be left out."""
    walk = Walk(stack, context_of, screen)
    the_straight_way(walk)
    the_simple_way_by_keyboard(walk)
    the_line_breaks(walk)
    another_device_and_another_window(walk)
    other_answers(walk)
    without_a_passkey_where_the_policy_allows_it(walk, recorded_stack)
    on_a_device_of_the_company(walk)
    assert not walk.findings, "\n".join(walk.findings)
    assert walk.parts == PARTS
    assert walk.states == {
        *("loading", "landing", "reading", "unlock", "scratch", "scratching", "revealed", "typo", "done"),
        *("progress-declared", "progress-signed", "resuming", "handover", "elsewhere", "moved", "waiting"),
        *("declining", "declined", "problem", "beside", "ended-stopped"),
    }


def judge_every_refusal(stack, context_of, screen):
    """Each code that has words of its own, as the server's answer to the first message."""
    walk = Walk(stack, context_of, screen)
    customer, words, judged = walk.customer(), sentences(walk.lang), set()
    link = walk.invite("mobile-plan")
    customer.page.goto(f"{stack.agent}/?lang={walk.lang}")
    for words_of in REFUSALS:
        code = f"{words_of}.still" if words_of in LATER else words_of
        stack.wire.refuse["hello"] = code
        customer.page.goto("about:blank")
        customer.page.goto(link)
        customer.wait("problem")
        assert customer.problem == code
        for each in ("title", "text", "next"):
            assert customer.page.locator(f"#problem-{each}").inner_text() == nearest(words, code, each)
        walk.look(customer, f"problem-{words_of}", judged=judged)
    assert not walk.findings, "\n".join(walk.findings)
