"""The information before a declaration as files: PDF/A, deterministic, attached to the contract's document."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pikepdf
import pypdfium2
import pytest

from esign.contracts import ContractData
from esign.contracts.duties import information
from esign.contracts.policy_tests import samples
from esign.documents import Enclosure, draw_up, draw_up_information
from esign.documents.information import clause_in
from esign.documents.lint import lint_pdf
from esign.foundation.digests import sha256

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def enclosed(name: str, *, sandbox: bool = True) -> tuple[ContractData, tuple[Enclosure, ...]]:
    contract = ContractData.parse(dict(samples())[name])
    told = information(contract)
    assert told is not None
    return contract, draw_up_information(contract, told, drawn_up_at=AT, sandbox=sandbox)


def words(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def mobile() -> tuple[ContractData, tuple[Enclosure, ...]]:
    return enclosed("mobile-plan-sophie-mueller-luedenscheidt.json")


def test_the_files_are_deterministic_and_lint_clean(mobile: tuple[ContractData, tuple[Enclosure, ...]]) -> None:
    contract, files = mobile
    told = information(contract)
    assert told is not None
    assert draw_up_information(contract, told, drawn_up_at=AT, sandbox=True) == files
    assert [list(lint_pdf(each.pdf)) for each in files] == [[], []]


def test_the_telecom_summary_is_a_file_of_one_page_in_the_order_of_the_eu_template(
    mobile: tuple[ContractData, tuple[Enclosure, ...]],
) -> None:
    """TKG § 54 (3); Implementing Regulation (EU) 2019/2243, annex."""
    _, files = mobile
    summary = files[1]
    assert (summary.kind, summary.name, summary.pages) == ("contract_summary", "Vertragszusammenfassung.pdf", 1)
    said = words(summary.pdf)
    order = ["Dienste und Geräte", "Geschwindigkeiten", "Preis", "Laufzeit", "Funktionsmerkmale", "Sonstige relevante"]
    places = [said.index(part) for part in order]
    assert places == sorted(places)


def test_the_information_names_clauses_withdrawal_function_and_no_confirmation(
    mobile: tuple[ContractData, tuple[Enclosure, ...]],
) -> None:
    """BGB § 309 No. 12 (b): nobody confirms having read anything."""
    said = words(mobile[1][0].pdf)
    assert "EGBGB Art. 246a § 1 (1) Nr. 15" in said
    assert "/vertrag-widerrufen" in said
    assert "Muster-Widerrufsformular" in said
    assert "SANDBOX" in said
    assert "gelesen und verstanden" not in said


def test_the_contract_carries_the_files_and_its_draft_names_their_digests(
    mobile: tuple[ContractData, tuple[Enclosure, ...]],
) -> None:
    contract, files = mobile
    draft = draw_up(contract, drawn_up_at=AT, enclosed=files)
    assert {each.name: each.sha256 for each in draft.attachments[1:]} == {each.name: sha256(each.pdf) for each in files}
    assert list(lint_pdf(draft.pdf)) == []
    with pikepdf.open(io.BytesIO(draft.pdf)) as document:
        assert [str(each.AFRelationship) for each in document.Root.AF] == ["/Data", "/Supplement", "/Supplement"]
        attached = {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}
    assert {name: attached[name] for name in attached if name != "contract.json"} == {
        each.name: each.pdf for each in files
    }


def test_an_installation_that_is_no_sandbox_does_not_call_itself_one() -> None:
    _, files = enclosed("electricity-jana-beispiel.json", sandbox=False)
    assert "SANDBOX" not in words(files[0].pdf)


def test_clauses_are_written_in_the_readers_language() -> None:
    assert clause_in("EnWG § 41 (1) Nos. 2, 6", "de") == "EnWG § 41 (1) Nr. 2, 6"
    assert clause_in("EnWG § 41 (1) Nos. 2, 6", "en") == "EnWG § 41 (1) Nos. 2, 6"
