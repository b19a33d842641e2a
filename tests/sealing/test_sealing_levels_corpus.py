"""Invoices of the corpus at every level, accepted by our verdict and by qpdf; skipped without ``ESIGN_CORPUS``."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from esign.pdf import Pdf
from esign.sealing import DocumentError
from esign.validation.process import Indication, Material
from tests.sealing.helpers.levels_world import LEVELS, LevelsWorld

FOLDER = os.environ.get("ESIGN_CORPUS", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="ESIGN_CORPUS is not set")
INVOICES = sorted((Path(FOLDER) / "invoice").glob("*.pdf")) if FOLDER else []


@pytest.fixture(scope="module")
def opened():
    with LevelsWorld().open() as found:
        yield found


@pytest.mark.parametrize("invoice", INVOICES, ids=lambda path: path.stem)
def test_an_invoice_reaches_every_level(opened, invoice, tmp_path):
    document = invoice.read_bytes()
    before = {seal.field for seal in opened.verdict(document, material=Material()).signatures}
    for level in LEVELS:
        try:
            sealed = opened.seal(document, level)
        except DocumentError as error:
            pytest.skip(f"not sealed at any level: {error.code}")
        assert sealed.startswith(document)
        verdict = opened.verdict(sealed, material=Material() if level in ("B-LT", "B-LTA") else None)
        (seal,) = [each for each in verdict.signatures if each.field not in before]
        assert (seal.level, seal.indication) == (f"PAdES-BASELINE-{level[2:]}", Indication.TOTAL_PASSED)
        assert Pdf(sealed).anomalies == Pdf(document).anomalies
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed)
    if shutil.which("qpdf"):
        (tmp_path / "before.pdf").write_bytes(document)
        codes = [
            subprocess.run(["qpdf", "--check", path], capture_output=True, check=False).returncode
            for path in (tmp_path / "before.pdf", file)
        ]
        assert codes[1] <= codes[0]
