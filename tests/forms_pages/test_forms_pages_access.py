"""The form pages for everybody: axe-core, reflow, targets, keyboard alone, names for screen readers, forced colours."""

import pytest

from tests.agent.scratch_helpers import DESKTOP, Customer
from tests.forms_pages.filling import answers_of, form_of

pytestmark = [pytest.mark.browser, pytest.mark.network]

PHONE = {"viewport": {"width": 360, "height": 740}, "locale": "de-DE", "is_mobile": True, "has_touch": True}
ZOOMED = {"viewport": {"width": 320, "height": 256}, "locale": "de-DE"}
"""1280 × 1024 at 400 % (WCAG 2.2, 1.4.10)."""
FORCED = {**DESKTOP, "forced_colors": "active"}
DEVICES = {"phone": PHONE, "desktop": DESKTOP, "zoomed": ZOOMED, "forced": FORCED}

SMALL = """() => [...document.querySelectorAll('main a, main button, main input, main select, main textarea')]
  .filter((e) => e.offsetParent && e.type !== 'hidden' && getComputedStyle(e).display !== 'inline')
  .map((e) => [e.id || e.textContent.trim(), ((e) => {
      const own = e.getBoundingClientRect();
      const of = ['radio', 'checkbox'].includes(e.type) ? e.closest('.option').getBoundingClientRect() : own;
      return Math.min(of.width, of.height); })(e)])
  .filter(([, size]) => size < 40)"""


def judged(person, *, reflow=True):
    """Return what is wrong with the page as it stands."""
    page = person.page
    found = Customer(page, authenticator=False).accessibility()
    if reflow and page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"scrolls sideways: {page.url}")
    found += [f"small: {item}" for item in page.evaluate(SMALL)]
    heads = page.evaluate("[...document.querySelectorAll('h1')].filter((e) => e.offsetParent).length")
    return [*found, *([f"{heads} first headings"] if heads != 1 else []), *person.complaints]


@pytest.mark.parametrize("device", sorted(DEVICES))
def test_every_page_of_the_way_on_every_device(stack, at, device):
    person = at(device=DEVICES[device])
    person.page.goto(f"{stack.web}/formulare")
    assert judged(person) == []
    person.open()
    assert judged(person) == []
    person.check()
    person.ready()
    assert judged(person) == []
    person.fill(answers_of("electricity-supply", delivery_postal_code="00127", consumption="9000", second_person="yes"))
    person.page.locator("#f-delivery_town-said button").first.wait_for()
    assert judged(person) == []
    person.fill({"delivery_postal_code": "00124", "consumption": "2.800", "second_person": "no"}).check()
    assert person.path.endswith("/pruefen")
    assert judged(person) == []
    person.page.goto(f"{stack.web}/formulare/electricity-supply/spaeter")
    assert judged(person) == []
    with person.page.expect_navigation():
        person.page.locator("form[action$='/link'] button").click()
    assert judged(person) == []
    person.page.goto(f"{stack.web}/formulare/weiter")
    assert judged(person) == []
    person.page.goto(f"{stack.web}/formulare/electricity-supply/pruefen")
    person.send()
    assert judged(person) == []


@pytest.mark.parametrize("name", ["cost-approval", "household-insurance", "mobile-plan"])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_form_in_both_languages(stack, at, name, lang):
    person = at(name, device=PHONE)
    person.open(f"?lang={lang}")
    assert judged(person) == []
    person.check()
    assert judged(person) == []
    person.ready().fill(answers_of(name)).check()
    assert judged(person) == []
    assert person.page.locator("html").get_attribute("lang") == lang


@pytest.mark.parametrize("change", [{"lived_in": "no"}, {"flooding": "yes"}])
def test_every_outcome(stack, at, change):
    person = at("household-insurance", device=PHONE)
    person.open().fill(answers_of("household-insurance", **change)).check().send()
    assert judged(person) == []


def test_the_whole_form_by_keyboard_alone(stack, at):
    """Tab, letters, arrows, space and Enter are enough; the focus is always seen and goes in the form's order."""
    person = at("mobile-plan", device=DESKTOP)
    page = person.open().page
    answers, order = answers_of("mobile-plan"), []
    page.locator("body").focus()
    for _ in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement; return {name: e.name ?? '', type: e.type ?? '',"
            " value: e.value ?? '', outline: getComputedStyle(e).outlineStyle}; }"
        )
        assert here["outline"] != "none", here
        field = here["name"].removeprefix("f.")
        if here["name"] == "action" and here["value"] == "check":
            with page.expect_navigation():
                page.keyboard.press("Enter")
            break
        if not here["name"].startswith("f.") or field not in answers:
            continue
        order.append(field)
        if here["type"] == "radio":
            page.keyboard.press("Space")
            for _ in range(6):
                if page.evaluate("document.activeElement.value") == answers[field]:
                    break
                page.keyboard.press("ArrowDown")
        elif here["type"] == "checkbox":
            page.keyboard.press("Space")
        elif field != "town":
            page.keyboard.type(answers[field])
    assert person.path.endswith("/pruefen"), page.locator("#problems").all_inner_texts()
    wanted = [field.name for field in form_of("mobile-plan").fields if field.name in order]
    assert order == wanted
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('form.send button')"):
            with page.expect_navigation(url="**/ergebnis"):
                page.keyboard.press("Enter")
            break
    assert person.heading == "Jetzt fehlt nur noch Ihre Unterschrift"


def test_a_screen_reader_hears_name_hint_and_mistake_of_each_field(at):
    person = at("electricity-supply", device=DESKTOP).open()
    person.answer("delivery_postal_code", "0124")
    session = person.page.context.new_cdp_session(person.page)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    heard = {}
    for node in nodes:
        role = node.get("role", {}).get("value")
        if not node.get("ignored") and role in ("textbox", "radiogroup", "combobox", "checkbox"):
            said = {item["name"]: item["value"].get("value") for item in node.get("properties", [])}
            heard[node["name"]["value"]] = (role, node.get("description", {}).get("value", ""), said)
    visible = [
        field.label["de"]
        for field in form_of("electricity-supply").fields
        if person.shown(field.name) and field.label["de"] in heard
    ]
    assert len(visible) >= 17
    assert all(heard[name][2].get("required") for name in visible if name != "Telefon")
    role, described, said = heard["Postleitzahl"]
    assert role == "textbox" and said["invalid"] == "true"
    assert described.startswith("Beispiel: 00124") and "Eine deutsche Postleitzahl hat fünf Ziffern" in described
    assert heard["Anrede"][0] == "radiogroup"
    assert "Dorthin schicken wir die Einladung" in heard["E-Mail-Adresse"][1]
    assert heard["Telefon (freiwillig)"][2].get("required") is not True


def test_browsers_fill_in_what_they_know_and_phones_show_the_right_keys(at):
    person = at().open()
    purposes = {field.name: field.autocomplete for field in form_of("electricity-supply").fields if field.autocomplete}
    for name, purpose in purposes.items():
        assert person.page.locator(f'[name="f.{name}"]').get_attribute("autocomplete") == purpose
    keys = {"delivery_postal_code": "numeric", "email": "email", "phone": "tel", "consumption": "numeric"}
    for name, mode in keys.items():
        assert person.page.locator(f'[name="f.{name}"]').get_attribute("inputmode") == mode
