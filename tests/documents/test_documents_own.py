"""A contract on a company's own pages: these first, then our sheet; no claim that nobody checked."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from certs.signatory.document_checks import _check_content
from esign.contracts import ContractData, ContractsError, declaration_text, order_summary
from esign.documents import Draft, OwnPages, PagesDiffer, Upload, draw_up, fill_in, lint_pdf, normalise
from esign.policy import policies_root
from tests.documents.looking import NODE, browser_says, pictures
from tests.documents.own_documents import UPLOAD, VALUES, contract, template, unpaid
from tests.documents.pdf_making import changed
from tests.documents.test_documents_page_templates import text
from tests.documents.test_documents_upload import DRAFT, without_files

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TAGGED: Upload = normalise(changed(DRAFT, without_files))


def pages_of(upload: Upload) -> OwnPages:
    return OwnPages(pdf=upload.pdf, pages=upload.pages, digest=upload.digest_of_original)


def document(own: OwnPages, **changes: Any) -> dict[str, Any]:
    named = {"name": "Rahmenvertrag", "pages": own.pages, "sha256": own.digest.hex(), "upload": "upload-1"}
    return {**named, **changes}


def drawn(upload: Upload = UPLOAD, **changes: Any) -> Draft:
    own = pages_of(upload)
    return draw_up(ContractData.parse(contract(document(own), **changes)), drawn_up_at=AT, own=own)


def code(data: dict[str, Any]) -> str:
    with pytest.raises(ContractsError) as caught:
        ContractData.parse(data)
    return caught.value.code


def test_the_declaration_names_title_pages_digest_and_level() -> None:
    said = declaration_text(ContractData.parse(contract(document(pages_of(UPLOAD)))))
    digest = UPLOAD.digest_of_original.hex(" ", 4)
    assert (
        f"bestelle zahlungspflichtig zu den Bedingungen des Dokuments „Rahmenvertrag“ (2\u00a0Seiten, SHA-256 {digest})"
        in said
    )
    assert "einfache elektronische Signatur" in said


def test_above_the_order_button_stands_what_the_law_wants() -> None:
    shown = order_summary(ContractData.parse(contract(document(pages_of(UPLOAD)))))
    assert [line.label for line in shown.lines] == [
        "Dokument",
        "Leistung",
        "Gesamtpreis",
        "Kosten im Monat",
        "Weitere Kosten",
        "Laufzeit und Kündigung",
        "Mindestlaufzeit",
        "Widerruf",
    ]
    assert shown.label == "zahlungspflichtig bestellen"


def test_a_paid_consumer_contract_without_order_price_or_withdrawal_is_refused() -> None:
    data = contract(document(pages_of(UPLOAD)))
    without = {**data, "terms": {"document": data["terms"]["document"]}}
    assert code(without) == "contracts.data.order_information"
    assert code({name: value for name, value in data.items() if name != "price"}) == "contracts.data.schema"
    no_right = {**data, "withdrawal": {"right": False, "reason": "no_paid_consumer_contract"}}
    assert code(no_right) == "contracts.data.withdrawal"
    assert code({**data, "order": {"label": "Jetzt unterschreiben"}}) == "contracts.data.order_label"
    assert code({**data, "type": "GEN-003"}) == "contracts.form.excluded"


def test_a_document_comes_from_an_upload_or_a_template_and_not_from_both() -> None:
    own = pages_of(UPLOAD)
    assert code(contract({**document(own), "page_template": "abcdefgh", "version": 1, "values": {}})) == (
        "contracts.data.schema"
    )
    assert code(contract({"name": "x", "pages": 1, "sha256": "00" * 32})) == "contracts.data.schema"


def test_a_document_that_is_not_named_completely_is_no_contract_yet() -> None:
    for data in ({"upload": "abcdefgh"}, {"page_template": "abcdefgh", "name": "x", "pages": 1, "sha256": "00" * 32}):
        assert code(contract(data)) == "contracts.data.schema"


def test_the_companys_pages_come_first_and_look_as_before() -> None:
    draft = drawn()
    before, after = pictures(UPLOAD.pdf), pictures(draft.pdf)
    assert len(after) == draft.pages > 2
    assert [each.tobytes() for each in after[:2]] == [each.tobytes() for each in before]
    (field,) = draft.fields
    assert field.name == "Signatory1" and field.page == draft.pages - 1
    assert "Widerrufsbelehrung" in text(draft.pdf, 3) + text(draft.pdf, 2)
    assert f"Seite 3 von {draft.pages}" in text(draft.pdf, 2)


@pytest.mark.parametrize("upload", [UPLOAD, TAGGED], ids=["untagged", "tagged"])
def test_nothing_is_claimed_and_the_agents_have_nothing_against_it(upload: Upload, tmp_path: Path) -> None:
    draft = drawn(upload)
    kinds = {finding.kind for finding in lint_pdf(draft.pdf)}
    assert kinds <= {"no_pdfa_claim", "no_pdfua_claim", "no_output_intent", "not_tagged"}
    assert ("not_tagged" in kinds) == (upload is UPLOAD)
    assert b"pdfaid" not in draft.pdf and b"not declared as PDF/A" in metadata(draft.pdf)
    _check_content(draft.pdf, [(each.name, each.sha256.hex()) for each in draft.attachments])
    with pikepdf.open(io.BytesIO(draft.pdf)) as opened:
        assert bytes(opened.attachments["contract.json"].get_file().read_bytes()).startswith(b'{"company"')
        tree = opened.Root["/StructTreeRoot"]
        assert len(tree["/K"]) == 1 if isinstance(tree["/K"], pikepdf.Array) else True
        keys = [int(each) for each in list(tree["/ParentTree"]["/Nums"])[::2]]
        used = [int(page.obj["/StructParents"]) for page in opened.pages if "/StructParents" in page.obj]
        assert len(set(keys)) == len(keys) and set(used) <= set(keys) and len(set(used)) == len(used)
    if NODE:
        assert browser_says(tmp_path, draft.pdf)[0] in ("accepted", "agent.document.attachments {}")


def metadata(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return bytes(opened.Root["/Metadata"].read_bytes())


def test_the_same_contract_and_instant_give_the_same_bytes() -> None:
    assert drawn().pdf == drawn().pdf


def test_who_signs_on_the_companys_pages_signs_there() -> None:
    data = contract({})
    own = fill_in(template(), VALUES, data)
    named = {"name": "Rahmenvertrag", "pages": 2, "sha256": own.digest.hex()}
    named |= {"page_template": "template-1", "version": 1, "values": VALUES}
    draft = draw_up(
        ContractData.parse({**data, "terms": {**data["terms"], "document": named}}), drawn_up_at=AT, own=own
    )
    (field,) = draft.fields
    assert (field.name, field.page, field.box) == ("Signatory1", 1, (60.0, 100.0, 290.0, 166.0))
    assert "Unterschrift auf Seite 2" in text(draft.pdf, draft.pages - 1)


def test_a_document_that_obliges_to_nothing_needs_no_price() -> None:
    own = pages_of(UPLOAD)
    for lang in ("de", "en"):
        contract_data = ContractData.parse(unpaid(document(own), lang=lang))
        draft = draw_up(contract_data, drawn_up_at=AT, own=own)
        assert draft.pages == 3
        words = {"de": "gebe gegenüber der", "en": "make to"}[lang]
        assert words in declaration_text(contract_data)


def test_other_pages_than_those_named_are_refused() -> None:
    own = pages_of(UPLOAD)
    data = ContractData.parse(contract(document(own)))
    other = OwnPages(pdf=own.pdf, pages=own.pages, digest=b"\0" * 32)
    for wrong in (other, None, OwnPages(pdf=own.pdf, pages=3, digest=own.digest)):
        with pytest.raises(PagesDiffer) as caught:
            draw_up(data, drawn_up_at=AT, own=wrong)
        assert caught.value.code == "documents.draft.pages"
    (path,) = (policies_root() / "samples").glob("mobile-plan*.json")
    with pytest.raises(PagesDiffer):
        draw_up(ContractData.parse(path.read_bytes()), drawn_up_at=AT, own=own)
