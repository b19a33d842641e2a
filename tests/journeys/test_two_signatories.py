"""Two customers and the company's seal: strangers accept every signature, and one dossier holds all of them."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore

from certs.signatory import SignatoryRefused
from certs.signatory.document_checks import check_prepared
from esign.documents import lint_pdf
from esign.evidence import Outcome, verify_dossier
from esign.evidence.dossier_container import read_container
from esign.evidence.dossier_parts import Dossier, PartError
from esign.evidence.dossier_verify import FRAME
from tests.actors import COMPANY
from tests.samples import COUPLE, sample

AGENT = "http://localhost:8081"
PERSONS = ("mira-sommerfeld", "david-sommerfeld")


def data(**changes: Any) -> dict[str, Any]:
    return sample(COUPLE, **changes)


def newest_link(world: Any) -> str:
    world.application.delivery.deliver_due()
    found = re.search(re.escape(AGENT) + r"/#[A-Za-z0-9_-]{43}", world.post.text())
    assert found is not None
    return found.group()


def conclude(world: Any, **changes: Any) -> tuple[str, bytes]:
    contract = world.application.contracts.draw_up(COMPANY, data(**changes))
    world.application.contracts.invite(COMPANY, contract)
    for person in PERSONS:
        receipt = world.signatory(newest_link(world), person).run()
    world.application.delivery.deliver_due()
    return contract, receipt.document


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(not (shutil.which("pdfsig") and shutil.which("certutil")), reason="poppler or nss is missing")
def test_poppler_accepts_all_three_signatures(world: Any, tmp_path: Path) -> None:
    _, pdf = conclude(world)
    path, store, root = tmp_path / "contract.pdf", tmp_path / "nss", tmp_path / "root.pem"
    path.write_bytes(pdf)
    store.mkdir()
    root.write_bytes(x509.load_der_x509_certificate(world.sandbox.trust_anchors[0]).public_bytes(Encoding.PEM))
    assert run("certutil", "-N", "-d", store, "--empty-password").returncode == 0
    assert run("certutil", "-A", "-d", store, "-n", "sandbox", "-t", "CT,C,C", "-i", root).returncode == 0
    said = run("pdfsig", "-no-ocsp", "-nssdir", store, path).stdout
    for number in (1, 2, 3):
        part = said.split(f"Signature #{number}:")[1].split("Signature #")[0]
        assert "Signature Validation: Signature is Valid." in part, said
        assert "Certificate Validation: Certificate is Trusted." in part, said
    assert "Digest Mismatch" not in said


def test_pyhanko_says_bottom_line_true_for_every_signature(world: Any) -> None:
    _, pdf = conclude(world)
    root = asn1_x509.Certificate.load(world.sandbox.trust_anchors[0])

    async def ask() -> tuple[list[Any], Any]:
        reader = PdfFileReader(io.BytesIO(pdf))
        context = DocumentSecurityStore.read_dss(reader).as_validation_context(
            {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "require"}
        )
        (archive,) = reader.embedded_timestamp_signatures
        own = [await async_validate_pdf_signature(each, context) for each in reader.embedded_regular_signatures]
        return own, await async_validate_pdf_timestamp(archive, context)

    with ThreadPoolExecutor(1) as pool:
        own, archive = pool.submit(lambda: asyncio.run(ask())).result()
    assert [status.bottom_line for status in own] == [True, True, True]
    assert [status.modification_level.name for status in own] == ["FORM_FILLING", "FORM_FILLING", "LTA_UPDATES"]
    assert archive.intact and archive.valid and archive.trusted
    assert archive.coverage.name == "ENTIRE_FILE"


def test_the_draft_is_still_what_it_declares(world: Any) -> None:
    _, pdf = conclude(world)
    assert not [finding for finding in lint_pdf(pdf) if finding.kind not in ("revisions",)]


def test_one_dossier_holds_all_signatories_and_is_valid(world: Any) -> None:
    contract, _ = conclude(world)
    dossier = world.application.dossiers.create(COMPANY, contract, world.sandbox.dispute_private_keys_pem)
    report = verify_dossier(dossier, anchors=world.application.contracts.household.trust.certificates)
    assert [(step.name, step.part, step.what) for step in report.steps if step.outcome is Outcome.FAILED] == []
    assert report.valid
    assert report.signatories == ("Mira Sommerfeld", "David Sommerfeld")
    passed = {step.name for step in report.steps if step.outcome is Outcome.PASSED}
    assert {"signatories", "signatory-2.intent", "signatory-2.ledger", "signatory-2.disclosure", "verdict"} <= passed
    parts = read_container(dossier)
    assert "signatories/2/transcript.json" in parts
    assert "signatories/2/certificates/signer.der" in parts
    assert parts["certificates/signer.der"] != parts["signatories/2/certificates/signer.der"]


def test_a_dossier_in_free_order_and_without_a_seal_is_valid(world: Any) -> None:
    contract = world.application.contracts.draw_up(COMPANY, data(signing_order="free", company_signature="none"))
    invited = world.application.contracts.invite(COMPANY, contract)
    world.signatory(invited.further[0].link, "david-sommerfeld").run()
    world.signatory(invited.link, "mira-sommerfeld").run()
    world.application.delivery.deliver_due()
    report = verify_dossier(
        world.application.dossiers.create(COMPANY, contract),
        anchors=world.application.contracts.household.trust.certificates,
    )
    assert [(step.name, step.what) for step in report.steps if step.outcome is Outcome.FAILED] == []
    assert report.valid


def test_a_signatory_taken_out_of_the_dossier_is_missed(world: Any) -> None:
    contract, _ = conclude(world)
    parts = read_container(world.application.dossiers.create(COMPANY, contract))
    inner = {name: content for name, content in parts.items() if name not in FRAME and name != "mimetype"}
    whole = Dossier.from_parts(inner)
    assert whole.signatories == 2
    with pytest.raises(PartError):
        Dossier.from_parts({name: content for name, content in inner.items() if not name.startswith("signatories/")})
    alone = dataclasses.replace(whole, further=())
    assert "signatories/2/transcript.json" not in alone.parts()


@pytest.fixture
def second(world: Any) -> tuple[bytes, dict[str, Any]]:
    """The prepared document of the second signatory, and what the transcript claims of it."""
    contract = world.application.contracts.draw_up(COMPANY, data())
    world.application.contracts.invite(COMPANY, contract)
    world.signatory(newest_link(world), "mira-sommerfeld").run()
    david = world.signatory(newest_link(world), "david-sommerfeld")
    for step in (david.hello, david.enrol, david.open):
        step()
    return david.document(), dict(david._attempt.claims["document"])


def drop(revisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return revisions[:-1]


def forget_signature(revisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [revisions[0], revisions[2]]


def rename(revisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [revisions[0], {**revisions[1], "kind": "security_store"}, revisions[2]]


def invent(revisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*revisions[:2], {**revisions[2], "kind": "signature"}]


def other_digest(revisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [revisions[0], {**revisions[1], "sha256": "00" * 32}, revisions[2]]


def other_length(revisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [revisions[0], {**revisions[1], "length": revisions[1]["length"] - 1}, revisions[2]]


def another_draft(revisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "kind": "draft"} for each in revisions]


@pytest.mark.parametrize("lie", [drop, forget_signature, rename, invent, other_digest, other_length, another_draft])
def test_a_second_signatory_refuses_another_history_of_the_document(
    second: tuple[bytes, dict[str, Any]], lie: Any
) -> None:
    pdf, claim = second
    check_prepared(pdf, claim)
    with pytest.raises(SignatoryRefused) as refusal:
        check_prepared(pdf, {**claim, "revisions": lie(claim["revisions"])})
    assert refusal.value.reason_code in ("agent.document.revisions", "agent.document.revision_kind")
