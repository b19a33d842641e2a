"""What comes out of the walk, in the eyes of programs that have never heard of us."""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore

from esign.documents import lint_pdf
from tests.actors import COMPANY

TEMPLATES = ("electricity-supply", "household-insurance", "mobile-plan", "cost-approval")
PERSONS = {
    "electricity-supply": "jana-beispiel",
    "household-insurance": "mehmet-yilmaz-gross",
    "mobile-plan": "sophie-mueller-luedenscheidt",
    "cost-approval": "karl-heinz-oesterreicher",
}


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@pytest.fixture(params=TEMPLATES)
def signed(request: pytest.FixtureRequest, world: Any, tmp_path: Path) -> Path:
    """A sample contract, signed by the browserless signatory."""
    _, link = world.invite(request.param)
    path = tmp_path / f"{request.param}.pdf"
    path.write_bytes(world.signatory(link, PERSONS[request.param]).run().document)
    return path


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120)


@needs("pdfsig")
@needs("certutil")
def test_poppler_with_the_sandbox_root_says_valid_and_trusted(world: Any, signed: Path, tmp_path: Path) -> None:
    store = tmp_path / "nss"
    store.mkdir()
    root = tmp_path / "root.pem"
    root.write_bytes(x509.load_der_x509_certificate(world.sandbox.trust_anchors[0]).public_bytes(Encoding.PEM))
    assert run("certutil", "-N", "-d", store, "--empty-password").returncode == 0
    added = run("certutil", "-A", "-d", store, "-n", "sandbox", "-t", "CT,C,C", "-i", root)
    assert added.returncode == 0, added.stderr
    # without a network: the responders that the certificates name are not there to be asked
    said = run("pdfsig", "-no-ocsp", "-nssdir", store, signed).stdout
    first = said.split("Signature #2")[0]
    assert "Signature Validation: Signature is Valid." in first, said
    assert "Certificate Validation: Certificate is Trusted." in first, said
    assert "SANDBOX" in first
    assert "Digest Mismatch" not in said


@needs("qpdf")
def test_qpdf_finds_no_fault_and_the_draft_is_still_what_it_declares(signed: Path) -> None:
    checked = run("qpdf", "--check", signed)
    assert checked.returncode == 0, checked.stderr
    pdf = signed.read_bytes()
    assert pdf.startswith(b"%PDF-1.7")
    assert not [finding for finding in lint_pdf(pdf) if finding.kind not in ("revisions",)], lint_pdf(pdf)


@needs("openssl")
def test_openssl_verifies_the_cades_signature_of_the_first_revision(world: Any, signed: Path, tmp_path: Path) -> None:
    pdf = signed.read_bytes()
    found = re.search(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)", pdf)
    assert found is not None
    first, second, third = map(int, found.groups())
    raw = bytes.fromhex(pdf[first + 1 : second - 1].decode())
    content = cms.ContentInfo.load(raw, strict=False)
    (tmp_path / "sig.der").write_bytes(raw[: len(content.dump())])
    (tmp_path / "data.bin").write_bytes(pdf[:first] + pdf[second : second + third])
    root = tmp_path / "root.pem"
    root.write_bytes(x509.load_der_x509_certificate(world.sandbox.trust_anchors[0]).public_bytes(Encoding.PEM))
    done = run(
        *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", tmp_path / "sig.der"),
        *("-content", tmp_path / "data.bin", "-CAfile", root, "-purpose", "any", "-out", os.devnull),
    )
    assert done.returncode == 0, done.stderr
    assert "CAdES Verification successful" in done.stderr


def test_pyhanko_says_bottom_line_true_for_signature_and_archive_timestamp(world: Any, signed: Path) -> None:
    root = asn1_x509.Certificate.load(world.sandbox.trust_anchors[0])

    async def ask() -> tuple[Any, Any]:
        reader = PdfFileReader(io.BytesIO(signed.read_bytes()))
        store = DocumentSecurityStore.read_dss(reader)
        context = store.as_validation_context(
            {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "require"}
        )
        (archive,) = reader.embedded_timestamp_signatures
        (own,) = reader.embedded_regular_signatures
        return await async_validate_pdf_signature(own, context), await async_validate_pdf_timestamp(archive, context)

    with ThreadPoolExecutor(1) as pool:
        status, archive = pool.submit(lambda: asyncio.run(ask())).result()
    assert status.bottom_line, status.pretty_print_details()
    assert status.modification_level.name == "LTA_UPDATES"
    assert archive.intact and archive.valid and archive.trusted
    assert archive.coverage.name == "ENTIRE_FILE"


def stranger(interpreter: str) -> tuple[str, ...] | None:
    """Return the words that start `esign` as the user "nobody" on a machine without a network; None if they cannot."""
    root = Path(__file__).parents[2]
    path = os.pathsep.join([str(root), *(item for item in sys.path if item.endswith("site-packages"))])
    outside = ("unshare", "--net", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    alone = (*outside, "env", "-i", f"PYTHONPATH={path}", "PYTHONDONTWRITEBYTECODE=1", "LANG=C.UTF-8")
    words = (*alone, interpreter, "-c", "import sys; from esign.cli import main; sys.exit(main())")
    return words if run(*words, "--version").returncode == 0 else None


def test_a_stranger_on_the_same_machine_verifies_the_dossier_without_network_or_installation(
    world: Any, tmp_path: Path
) -> None:
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("another user and a machine without network take root here")
    contract, link = world.invite("electricity-supply")
    world.signatory(link).run()
    world.application.delivery.deliver_due()
    folder = Path("/var/tmp") / f"esign-stranger-{os.getpid()}"
    folder.mkdir(mode=0o755)
    try:
        (folder / "one.dossier").write_bytes(world.application.dossiers.create(COMPANY, contract))
        world.sandbox.write_trust(folder / "trust")
        words = ("dossier", "verify", folder / "one.dossier", "--trust", folder / "trust")
        interpreter = stranger(sys.executable) or stranger("/usr/bin/python3")
        if interpreter is None:
            pytest.skip("the stranger may not read this installation")
        done = run(*interpreter, *words)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.startswith("SANDBOX")
        assert "one.dossier: valid" in done.stdout.lower()
        damaged = bytearray((folder / "one.dossier").read_bytes())
        with zipfile.ZipFile(folder / "one.dossier") as parts:
            declaration = parts.read("declaration.txt")
        damaged[damaged.index(declaration) + 5] ^= 1
        (folder / "one.dossier").write_bytes(damaged)
        changed = run(*interpreter, *words)
        assert changed.returncode in (1, 2)
        assert "declaration.txt" in changed.stdout + changed.stderr, "the changed part is named"
    finally:
        shutil.rmtree(folder)
