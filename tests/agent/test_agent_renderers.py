"""Two renderers agree: what pdf.js shows in the customer's browser is what pdfium pictures on the server.

Both pictures are taken at the same size and compared cell by cell (a cell is 3 × 3 PDF points, about half a character):
the mean brightness of each cell, smoothed over its neighbours, may differ by what antialiasing differs. A control shows
how sharp that is: of all digits on a page nine in ten are noticed when that digit alone is taken out.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageFilter

from esign.documents.render import render_page
from tests.actors import COMPANY
from tests.agent.scratch_helpers import Customer
from tests.documents.own_documents import UPLOAD, VALUES, contract, description
from tests.documents.pdf_making import made

pytestmark = [pytest.mark.browser, pytest.mark.network]

SCREEN = {"viewport": {"width": 1280, "height": 900}, "device_scale_factor": 3, "locale": "de-DE"}
CELL = 3
"""Side of a cell in PDF points."""
APART = 11
"""How far apart (of 255) a cell may be; antialiasing makes up to 10."""

Picture = Image.Image


def grey(png: bytes) -> Picture:
    return Image.open(io.BytesIO(png)).convert("L")


def cells(picture: Picture, scale: float) -> Picture:
    """Return the mean brightness of each cell, smoothed over its neighbours."""
    size = (round(picture.width / scale / CELL), round(picture.height / scale / CELL))
    return picture.resize(size, Image.Resampling.BOX).filter(ImageFilter.Kernel((3, 3), (1, 2, 1, 2, 4, 2, 1, 2, 1)))


def distance(one: Picture, other: Picture, scale: float) -> int:
    """Return by how much the two differ in the cell where they differ most: 0 the same, 255 black for white."""
    frame = (0, 0, min(one.width, other.width), min(one.height, other.height))
    difference = ImageChops.difference(cells(one.crop(frame), scale), cells(other.crop(frame), scale))
    return int(difference.getextrema()[1])


def shown(customer: Customer) -> list[Picture]:
    """Return what stands on each page's canvas, once it has come into view."""
    page, pictures = customer.page, []
    pages = page.locator("#pages .page")
    for number in range(pages.count()):
        pages.nth(number).scroll_into_view_if_needed()
        page.wait_for_function("n => document.querySelectorAll('#pages .page')[n].matches('.drawn')", arg=number)
        url = pages.nth(number).locator("canvas").evaluate("canvas => canvas.toDataURL('image/png')")
        pictures.append(grey(base64.b64decode(url.partition(",")[2])))
    return pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One page, shown by the agent and pictured by the server, at so many pixels a point."""

    browser: Picture
    server: Picture
    scale: float


def pairs(customer: Customer) -> tuple[bytes, list[Pair]]:
    """Return the document that the customer is shown, and both pictures of each of its pages."""
    customer.wait("reading", "unlock", "scratch")
    pictures = shown(customer)
    pdf = customer.download("#download-draft")
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == len(pictures) > 0
    found = []
    for number, browser in enumerate(pictures):
        scale = browser.width / document[number].get_width()
        server = grey(render_page(pdf, number, scale))
        assert max(abs(browser.width - server.width), abs(browser.height - server.height)) <= 1
        found.append(Pair(browser=browser, server=server, scale=scale))
    return pdf, found


def same(customer: Customer) -> list[Pair]:
    """Require that every page looks the same; return the pages."""
    _, pages = pairs(customer)
    apart = [distance(page.browser, page.server, page.scale) for page in pages]
    assert max(apart) <= APART, apart
    return pages


def reader(context_of: Any, link: str, person: str | None) -> Customer:
    customer = Customer(context_of(**SCREEN).new_page()).open(link).begin()
    return customer if person is None else customer.identify(person)


@pytest.mark.parametrize(
    ("sample", "person"),
    [
        ("cost-approval-karl-heinz-oesterreicher", "karl-heinz-oesterreicher"),
        ("electricity-jana-beispiel", "jana-beispiel"),
        ("household-insurance-mehmet-yilmaz-gross", "mehmet-yilmaz-gross"),
        ("mobile-plan-sophie-mueller-luedenscheidt", None),
        ("representative-cost-approval-oesterreicher", "annika-oesterreicher"),
    ],
)
def test_every_sample_contract_looks_the_same(stack: Any, context_of: Any, sample: str, person: str | None) -> None:
    _, link = stack.invite(sample)
    same(reader(context_of, link, person))


def test_both_pictures_of_two_signatories_look_the_same(stack: Any, context_of: Any) -> None:
    """The second one's document holds the first one's signature, which both renderers have to paint."""
    made_up, link = stack.invite("two-customers-electricity-sommerfeld")
    first = reader(context_of, link, "mira-sommerfeld")
    before = same(first)
    first.read().unlock().scratch_with_mouse().type().order().done()
    (link,) = stack.mailed(lambda: None) or stack.links()[-1:]
    second = reader(context_of, link, "david-sommerfeld")
    after = same(second)
    assert stack.state(made_up) == "partly_signed"
    changed = [distance(one.server, other.server, one.scale) for one, other in zip(before, after, strict=True)]
    assert max(changed) > APART, "the second is shown the first one's signature"


@pytest.mark.parametrize("kind", ["upload", "page template"])
def test_a_companys_own_pages_look_the_same(stack: Any, context_of: Any, kind: str) -> None:
    def draw_up() -> str:
        if kind == "upload":
            document = {"upload": stack.application.uploads.accept(COMPANY, "plan.pdf", made(pages=3)).id}
        else:
            template = stack.application.templates.create(COMPANY, description(), UPLOAD.pdf)
            document = {"page_template": template.id, "version": 1, "values": VALUES}
        return str(stack.application.contracts.draw_up(COMPANY, contract(document)))

    made_up = stack.call(draw_up)
    (link,) = stack.mailed(lambda: stack.application.contracts.invite(COMPANY, made_up))
    same(reader(context_of, link, None))


def test_a_single_digit_less_would_be_noticed(stack: Any, context_of: Any) -> None:
    """The comparison is sharp enough: each digit of a page is taken out of the picture once; a few thin ones pass."""
    _, link = stack.invite("mobile-plan-sophie-mueller-luedenscheidt")
    pdf, pages = pairs(reader(context_of, link, None))
    page = pages[0]
    sheet = pypdfium2.PdfDocument(pdf)[0]
    text, missed, tried = sheet.get_textpage(), [], 0
    height = sheet.get_height()
    for index in range(text.count_chars()):
        letter = text.get_text_range(index, 1)
        if not letter.isdigit():
            continue
        left, bottom, right, top = text.get_charbox(index)
        box = tuple(round(page.scale * value) for value in (left, height - top, right, height - bottom))
        if page.server.crop(box).getextrema()[0] > 100:
            continue  # small print in grey
        without = page.server.copy()
        ground = without.getpixel((box[0] - 2, box[1] - 2))
        without.paste(ground, box)
        tried += 1
        if distance(page.browser, without, page.scale) <= APART:
            missed.append((letter, distance(page.browser, without, page.scale)))
    assert tried > 30
    assert len(missed) < tried / 10, missed
