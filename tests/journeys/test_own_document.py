"""A company's own document, uploaded or from a page template: the whole walk to B-LTA and a dossier both verify."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore

from esign.evidence import Outcome, verify_dossier
from tests.actors import COMPANY
from tests.documents.looking import pictures
from tests.documents.own_documents import UPLOAD, VALUES, contract, description, unpaid
from tests.documents.pdf_making import made
from tests.documents.test_documents_upload import OURS
from tests.verifier.helpers.both import Sample, differences, needs_node


def of_jana(world: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Return contract data that Jana signs at the advanced level."""
    return {**data, "signatory": world.sample("electricity-supply")["signatory"], "level": "advanced"}


def upload(world: Any, pdf: bytes) -> dict[str, Any]:
    return {"upload": world.application.uploads.accept(COMPANY, "Rahmenvertrag.pdf", pdf).id}


def templated(world: Any) -> dict[str, Any]:
    template = world.application.templates.create(COMPANY, description(), UPLOAD.pdf)
    return {"page_template": template.id, "version": 1, "values": VALUES}


def walk(world: Any, data: dict[str, Any], person: str = "jana-beispiel") -> tuple[str, bytes]:
    contract_id = world.application.contracts.draw_up(COMPANY, data)
    world.application.contracts.invite(COMPANY, contract_id)
    world.application.delivery.deliver_due()
    receipt = world.signatory(world.link(), person).run()
    world.application.delivery.deliver_due()
    assert receipt.document == world.application.contracts.signed_document(COMPANY, contract_id)
    return contract_id, receipt.document


def both_verify(world: Any, contract_id: str, folder: Path) -> None:
    anchors = world.application.contracts.household.trust.certificates
    dossier = world.application.dossiers.create(COMPANY, contract_id)
    report = verify_dossier(dossier, anchors=anchors)
    assert [(step.name, step.what) for step in report.steps if step.outcome is Outcome.FAILED] == []
    assert report.valid
    found, _ = differences([Sample(label="own document", data=dossier, anchors=anchors)], folder)
    assert found == []


@needs_node
@pytest.mark.parametrize("pdf", [made(pages=2), OURS], ids=["untagged", "tagged"])
def test_an_uploaded_document_is_signed_at_the_advanced_level_and_proves_itself(
    world: Any, tmp_path: Path, pdf: bytes
) -> None:
    contract_id, signed = walk(world, of_jana(world, contract(upload(world, pdf))))
    both_verify(world, contract_id, tmp_path / "verify")
    shown, taken = pictures(signed), pictures(pdf)
    assert len(shown) > len(taken)
    assert b"/DocTimeStamp" in signed and b"/DSS" in signed


@needs_node
def test_a_page_template_is_signed_on_its_own_pages_and_proves_itself(world: Any, tmp_path: Path) -> None:
    contract_id, signed = walk(world, of_jana(world, contract(templated(world))))
    both_verify(world, contract_id, tmp_path / "verify")
    words = pypdfium2.PdfDocument(signed)[0].get_textpage().get_text_bounded()
    assert "Kunde: Jana Beispiel" in words
    (field,) = PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures
    assert field.sig_field["/P"].get_object() == PdfFileReader(io.BytesIO(signed)).root["/Pages"]["/Kids"][1]


@needs_node
def test_at_the_simple_level_the_companys_seal_carries_it(world: Any, tmp_path: Path) -> None:
    contract_id, _ = walk(world, contract(upload(world, made())), "sophie-mueller-luedenscheidt")
    both_verify(world, contract_id, tmp_path / "verify")
    told = world.ledger(contract_id)
    assert told.count("contract.concluded") == 1 and "release.passed" in told


def test_a_document_that_costs_nothing_is_declared_in_english(world: Any) -> None:
    _, signed = walk(world, of_jana(world, unpaid(upload(world, made()), lang="en")))
    pages = pypdfium2.PdfDocument(signed)
    words = pages[len(pages) - 1].get_textpage().get_text_bounded()
    assert "make to" in words and "Your declaration" in words


def test_strangers_accept_the_signature(world: Any, tmp_path: Path) -> None:
    _, signed = walk(world, of_jana(world, contract(upload(world, OURS))))
    root = asn1_x509.Certificate.load(world.sandbox.trust_anchors[0])

    async def ask() -> tuple[Any, Any]:
        reader = PdfFileReader(io.BytesIO(signed))
        context = DocumentSecurityStore.read_dss(reader).as_validation_context(
            {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "require"}
        )
        (own,), (archive,) = reader.embedded_regular_signatures, reader.embedded_timestamp_signatures
        return await async_validate_pdf_signature(own, context), await async_validate_pdf_timestamp(archive, context)

    with ThreadPoolExecutor(1) as pool:
        own, archive = pool.submit(lambda: asyncio.run(ask())).result()
    assert own.bottom_line and own.modification_level.name == "LTA_UPDATES"
    assert archive.intact and archive.valid and archive.trusted
    if shutil.which("qpdf"):
        path = tmp_path / "signed.pdf"
        path.write_bytes(signed)
        assert subprocess.run(["qpdf", "--check", str(path)], capture_output=True).returncode == 0
