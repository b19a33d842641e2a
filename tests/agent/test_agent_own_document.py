"""A company's own document in a real browser: the agent shows it page by page, and the customer signs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors import COMPANY
from tests.documents.own_documents import UPLOAD, VALUES, contract, description
from tests.documents.pdf_making import made

pytestmark = [pytest.mark.browser, pytest.mark.network]

FILE_NAME = "Rahmenvertrag_Mobilfunk_Privatkunden_2026-11-22_mit_Anlagen_endgueltig_v3.pdf"


def drawn_up(stack: Any, document: Any) -> str:
    return str(stack.call(lambda: stack.application.contracts.draw_up(COMPANY, contract(document()))))


def test_an_uploaded_document_is_read_and_signed_on_a_phone(stack: Any, phone: Any) -> None:
    desk = stack.application.uploads
    made_up = drawn_up(stack, lambda: {"upload": desk.accept(COMPANY, FILE_NAME, made(pages=2)).id})
    (link,) = stack.mailed(lambda: stack.application.contracts.invite(COMPANY, made_up))
    phone.open(link).begin().read()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the page"
    assert (
        "zu den Bedingungen des Dokuments „Rahmenvertrag_Mobilfunk" in phone.page.locator("#declaration").inner_text()
    )
    phone.unlock().scratch_with_finger().type().order().done()
    assert stack.state(made_up) == "concluded"
    assert phone.download() == stack.signed(made_up)
    assert phone.violations() == []


def test_a_page_template_is_read_and_signed_on_a_desk(stack: Any, desktop: Any) -> None:
    desk = stack.application.templates

    def document() -> dict[str, Any]:
        template = desk.create(COMPANY, description(), UPLOAD.pdf)
        return {"page_template": template.id, "version": 1, "values": VALUES}

    made_up = drawn_up(stack, document)
    (link,) = stack.mailed(lambda: stack.application.contracts.invite(COMPANY, made_up))
    desktop.open(link).begin().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(made_up) == "concluded"
    assert desktop.download() == stack.signed(made_up)
