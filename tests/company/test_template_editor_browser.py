"""The editor of page templates in a real browser: by mouse, by keyboard, on a phone, without script; axe clean."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect
from werkzeug.serving import WSGIRequestHandler, make_server

from tests import browsers
from tests.axe import violations
from tests.company.people import with_password
from tests.documents.own_documents import UPLOAD, description
from tests.documents.pdf_making import made
from web import create_app

pytestmark = [pytest.mark.browser, pytest.mark.network]

PHONE, DESKTOP, NARROW = {"width": 360, "height": 740}, {"width": 1280, "height": 900}, {"width": 320, "height": 640}
SHOTS = os.environ.get("ESIGN_SHOTS", "")


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@pytest.fixture
def site(world: Any) -> Any:
    """The installation on a free port, with a clerk."""
    server = make_server(
        "127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True, request_handler=Quiet
    )
    world.address = f"http://localhost:{server.port}"
    world.settings = world.settings.with_changes(web_url=world.address)
    world.start()
    app = create_app(world.application, agent_origin="http://localhost:8081", sandbox_url=None)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    world.clerk = with_password(world, "clerk", email="clerk@example.org")
    yield world
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def chromium(request: Any) -> Any:
    with browsers.chromium(whole=getattr(request.module, "WHOLE_CHROMIUM", False)) as instance:
        yield instance


@pytest.fixture
def opened(site: Any, chromium: Any) -> Any:
    """Open a browser in which the clerk is logged in."""
    contexts = []

    def open_one(size: dict[str, int] = DESKTOP, **options: Any) -> Any:
        context = chromium.new_context(viewport=size, locale="de-DE", accept_downloads=True, **options)
        context.add_cookies([{"name": "esign_company", "value": site.clerk.token, "url": site.address}])
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        return page

    yield open_one
    for context in contexts:
        context.close()


def pictured(page: Any) -> None:
    """Every picture of the page is there, also those further down."""
    page.evaluate(
        """() => {
            for (const each of document.images) each.loading = "eager";
            return Promise.all([...document.images].map((each) => each.decode()));
        }"""
    )


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def accessible(page: Any) -> None:
    """Axe finds nothing. What lies on the page's picture is as small as it is on paper: each has an equivalent of full
    size in the list beside it (WCAG 2.2, 2.5.8, exception "equivalent")."""
    found = violations(page, rules={"target-size": {"enabled": False}})
    beside = {"include": [["body"]], "exclude": [[".page-fields"]]}
    found += violations(page, where=beside, only={"type": "rule", "values": ["target-size"]})
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def template(world: Any, **changes: Any) -> str:
    return str(world.application.templates.create(world.clerk.actor, description(**changes), UPLOAD.pdf).id)


def kept(world: Any, template_id: str) -> dict[str, Any]:
    return dict(world.application.templates.get(world.clerk.actor, template_id).description)


def words_on(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)).replace(
        "\u200b", ""
    )


def numbers(page: Any) -> list[str]:
    return [page.locator(f"#field-{side}").input_value() for side in ("left", "top", "width", "height")]


def test_from_upload_to_a_saved_version_by_mouse_and_by_keyboard(site: Any, opened: Any, tmp_path: Path) -> None:
    page = opened()
    file = tmp_path / "Rahmenvertrag.pdf"
    file.write_bytes(made(pages=2))
    page.goto(f"{site.address}/company/templates/")
    page.get_by_role("link", name="Neue Vorlage").click()
    accessible(page)
    shot(page, "new-desktop")
    page.get_by_label("PDF-Datei").set_input_files(str(file))
    page.get_by_label("Name der Vorlage").fill("Rahmenvertrag <b>&</b> {{7*7}}")
    page.get_by_role("button", name="Hochladen und prüfen").click()
    expect(page.get_by_text("Die Datei ist geprüft und angenommen")).to_be_visible()
    sheet = page.locator(".page-fields")
    expect(sheet).to_be_visible()

    box = sheet.bounding_box()
    tool = page.get_by_role("button", name="Text", exact=True)
    start = tool.bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 100, steps=5)
    page.mouse.move(box["x"] + 300, box["y"] + 200, steps=5)
    page.mouse.up()
    field = sheet.get_by_role("button")
    expect(field).to_have_count(1)
    expect(field).to_be_focused()
    page.get_by_label("Text, Variablen in geschweiften Klammern").fill("Kunde:")
    page.get_by_label("Variable einfügen").select_option("+")
    expect(page.get_by_label("Text, Variablen in geschweiften Klammern")).to_have_value("Kunde: {variable}")

    was = numbers(page)
    place = field.bounding_box()
    page.mouse.move(place["x"] + 20, place["y"] + 8)
    page.mouse.down()
    page.mouse.move(place["x"] + 60, place["y"] + 48, steps=6)
    page.mouse.up()
    assert numbers(page)[:2] != was[:2] and numbers(page)[2:] == was[2:], "moved, not resized"
    corner = field.locator(".handle.se").bounding_box()
    page.mouse.move(corner["x"] + 12, corner["y"] + 12)
    page.mouse.down()
    page.mouse.move(corner["x"] + 52, corner["y"] + 32, steps=6)
    page.mouse.up()
    assert numbers(page)[2:] != was[2:], "resized"
    page.get_by_role("button", name="Rückgängig").click()
    assert numbers(page)[2:] == was[2:]
    page.get_by_role("button", name="Wiederholen").click()
    assert numbers(page)[2:] != was[2:]

    page.get_by_role("button", name="Unterschrift", exact=True).focus()
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("button", name=re.compile("^Unterschrift"))).to_be_focused()
    was = numbers(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("status").filter(has_text="Breite 71 mm")).to_be_attached()
    assert [float(each.replace(",", ".")) for each in numbers(page)] == [
        float(was[0].replace(",", ".")) + 2,
        pytest.approx(float(was[1].replace(",", ".")) + 0.1),
        71,
        20,
    ]
    for member, value in (("left", "30,5"), ("top", "200")):
        page.locator(f"#field-{member}").fill(value)
        page.keyboard.press("Tab")
    assert numbers(page)[:2] == ["30,5", "200"]
    page.locator("#field-left").fill("1e9")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Bitte eine Zahl ab 0")).to_be_visible()
    page.locator("#field-left").fill("30,5")
    page.keyboard.press("Tab")

    for kind in ("Betrag", "Datum", "Kreuz"):
        page.get_by_role("button", name=kind, exact=True).click()
    page.locator("#field-page").fill("2")
    page.keyboard.press("Tab")
    accessible(page)
    shot(page, "editor-desktop")

    with page.context.expect_page() as other:
        page.get_by_role("button", name="Vorschau in neuem Tab").click()
    preview = other.value
    preview.wait_for_load_state()
    expect(preview.get_by_role("heading", name="Vorschau")).to_be_visible()
    assert preview.locator("img.sheet-picture").count() == 2
    assert preview.evaluate("document.querySelector('img.sheet-picture').naturalWidth") == 1000
    accessible(preview)
    shot(preview, "preview-desktop")
    preview.close()

    page.get_by_role("button", name="Als Fassung 2 speichern").click()
    expect(page.get_by_text("Die neue Fassung ist gespeichert.")).to_be_visible()
    shot(page, "one-desktop")
    accessible(page)
    (view,) = site.application.templates.list(site.clerk.actor)
    saved = kept(site, view.id)
    assert view.version == 2 and saved["name"] == "Rahmenvertrag <b>&</b> {{7*7}}"
    assert [each["kind"] for each in saved["placements"]] == ["text", "signature", "text", "date", "check"]
    signature = saved["placements"][1]
    assert signature["box"][0] == pytest.approx(30.5 * 72 / 25.4, abs=0.01)
    assert signature["box"][3] == pytest.approx(842 - 200 * 72 / 25.4, abs=0.01)
    assert saved["placements"][4]["page"] == 2
    assert page.complaints == []


def test_the_same_works_as_a_form_of_numbers_without_a_script(site: Any, opened: Any) -> None:
    template_id = template(site, placements=[], variables=[])
    page = opened(java_script_enabled=False)
    page.goto(f"{site.address}/company/templates/{template_id}/edit")
    page.get_by_role("button", name="Variable hinzufügen").click()
    page.get_by_label("Kurzname").fill("kunde.name")
    page.get_by_label("Bezeichnung").fill("Name")
    page.get_by_label("Kommt woher").select_option("signatory-1.name")
    page.get_by_role("button", name="Text", exact=True).click()
    page.locator("#f-0-left").fill("zwanzig")
    page.locator("#f-0-top").fill("100,5")
    page.locator("#f-0-text").fill("Kunde: {kunde.name}")
    page.get_by_role("button", name="Unterschrift", exact=True).click()
    page.locator("#f-1-top").fill("200")
    shot(page, "form-desktop")
    page.get_by_role("button", name="Als Fassung 2 speichern").click()
    expect(page.get_by_text("Bitte eine Zahl ab 0")).to_be_visible()
    assert page.locator("#f-0-left").input_value() == "zwanzig" and page.locator("#f-1-top").input_value() == "200"
    page.locator("#f-0-left").fill("20")
    page.locator("#f-0-left").press("Enter")
    assert page.locator("#f-1-top").input_value() == "200", "Enter neither removes nor saves anything"
    page.get_by_role("button", name="Als Fassung 2 speichern").click()
    expect(page.get_by_text("Die neue Fassung ist gespeichert.")).to_be_visible()
    saved = kept(site, template_id)
    assert [each["kind"] for each in saved["placements"]] == ["text", "signature"]
    assert saved["placements"][0]["box"] == [56.69, 537.28, 283.46, 557.12]
    assert "Kunde: Erika Musterfrau" in words_on(site.application.templates.preview(site.clerk.actor, template_id))


def test_who_saves_second_is_told_and_loses_nothing(site: Any, opened: Any) -> None:
    template_id = template(site)
    page = opened()
    page.goto(f"{site.address}/company/templates/{template_id}/edit")
    page.get_by_role("button", name="Siegel des Unternehmens", exact=True).click()
    desk = site.application.templates
    desk.new_version(site.clerk.actor, template_id, description(name="Von jemand anderem"))
    page.get_by_role("button", name="Als Fassung 2 speichern").click()
    expect(page.get_by_role("alert").get_by_text("Die Vorlage wurde inzwischen geändert")).to_be_visible()
    assert desk.get(site.clerk.actor, template_id).version == 2
    expect(page.locator(".page-fields [data-field].seal")).to_have_count(1)
    shot(page, "conflict-desktop")
    page.get_by_role("button", name="Trotzdem speichern, als Fassung 3").click()
    expect(page.get_by_text("Die neue Fassung ist gespeichert.")).to_be_visible()
    assert kept(site, template_id)["placements"][-1]["party"] == "company"
    assert desk.get(site.clerk.actor, template_id, 2).description["name"] == "Von jemand anderem"


def test_what_cannot_be_saved_is_shown_at_its_field(site: Any, opened: Any) -> None:
    template_id = template(site)
    page = opened()
    page.goto(f"{site.address}/company/templates/{template_id}/edit")
    page.locator(".in-list.text").first.click()
    page.get_by_label("Text, Variablen in geschweiften Klammern").fill("{niemand}")
    page.keyboard.press("Tab")
    expect(page.get_by_text("verwendet die Variable „niemand“, die es nicht gibt")).to_be_visible()
    page.get_by_role("button", name="Als Fassung 2 speichern").click()
    refusal = page.get_by_role("alert")
    expect(refusal.get_by_text("Feld 1:")).to_be_visible()
    expect(refusal).to_be_focused()
    assert site.application.templates.get(site.clerk.actor, template_id).version == 1
    page.get_by_role("button", name="Rückgängig").click()
    page.get_by_role("button", name="Als Fassung 2 speichern").click()
    expect(page.get_by_text("Die neue Fassung ist gespeichert.")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, NARROW, DESKTOP], ids=["phone", "narrow", "desktop"])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_no_page_keeps_anybody_out(site: Any, opened: Any, size: dict[str, int], lang: str) -> None:
    """WCAG 2.2 AA as far as axe can tell; 320 pixels are 1280 at 400 %."""
    template_id = template(site)
    page = opened(size)
    for path in ("", "new", f"{template_id}/", f"{template_id}/edit", f"{template_id}/preview"):
        page.goto(f"{site.address}/company/templates/{path}?lang={lang}")
        pictured(page)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        shot(page, f"{path.rpartition('/')[2] or ('one' if path else 'list')}-{lang}-{size['width']}")
    assert page.complaints == []


def test_on_a_phone_the_list_and_the_numbers_do_what_dragging_does(site: Any, opened: Any) -> None:
    template_id = template(site)
    page = opened(PHONE, has_touch=True)
    page.goto(f"{site.address}/company/templates/{template_id}/edit")
    page.locator(".in-list.signature").tap()
    expect(page.locator("#field-left")).to_be_visible()
    page.locator("#field-left").fill("25")
    page.locator("#field-top").focus()
    expect(page.locator("#field-left")).to_have_value("25")
    page.get_by_role("button", name="Als Fassung 2 speichern").tap()
    expect(page.get_by_text("Die neue Fassung ist gespeichert.")).to_be_visible()
    assert kept(site, template_id)["placements"][-1]["box"][0] == pytest.approx(25 * 72 / 25.4, abs=0.01)


def test_forced_colours_leave_fields_and_choice_visible(site: Any, opened: Any) -> None:
    template_id = template(site)
    page = opened(forced_colors="active")
    page.goto(f"{site.address}/company/templates/{template_id}/edit")
    page.locator(".in-list").first.click()
    style = page.locator(".field.chosen").evaluate(
        "each => [getComputedStyle(each).borderStyle, getComputedStyle(each).outlineStyle]"
    )
    assert style == ["solid", "solid"]
    shot(page, "editor-forced")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_contract_is_made_out_of_a_template(site: Any, opened: Any, size: dict[str, int]) -> None:
    site.invite()  # how the company names itself is known from its contracts
    template_id = template(site)
    page = opened(size)
    page.goto(f"{site.address}/company/templates/{template_id}/")
    page.get_by_role("link", name="Vertrag erstellen").click()
    accessible(page)
    shot(page, f"contract-{size['width']}")
    page.get_by_label("Entgelt").fill("viel")
    page.get_by_label("Beginn").fill("2027-01-01")
    page.get_by_label("Werbung erlaubt").select_option("ja")
    page.get_by_label("Nein, es ist nichts zu zahlen").check()
    for name, value in {
        "given_name": "Jana",
        "family_name": "Beispiel",
        "role": "Kundin",
        "email": "jana.beispiel@post.example",
        "street": "Lindenallee 12",
        "postal_code": "00124",
        "town": "Beispielstadt",
    }.items():
        page.locator(f'[name="p1.{name}"]').fill(value)
    page.get_by_role("button", name="Prüfen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Entgelt")).to_have_attribute("aria-invalid", "true")
    expect(page.locator('[name="p1.street"]')).to_have_value("Lindenallee 12")
    page.get_by_label("Entgelt").fill("1.299,00")
    page.get_by_role("button", name="Prüfen").click()
    accessible(page)
    shot(page, f"contract-check-{size['width']}")
    page.get_by_role("button", name="Anlegen und einladen").click()
    expect(page.get_by_text("Jana Beispiel").first).to_be_visible()
    newest = site.application.contracts.list(site.clerk.actor)[0]
    assert (newest.template, newest.state) == ("own-document", "invited")
    assert page.complaints == [] or all("422" in said for said in page.complaints)
