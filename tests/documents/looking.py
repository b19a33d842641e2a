"""Judges of a normalised PDF: our lint, both agents' checks, and the eye."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops

from certs.signatory.document_checks import _check_content
from esign.documents import lint_pdf

NOT_OURS = {
    "not_tagged",
    "no_language",
    "no_title",
    "no_output_intent",
    "no_pdfa_claim",
    "no_pdfua_claim",
    "tab_order",
}
"""What only a document of our own making promises."""
NODE = shutil.which("node")


def pictures(pdf: bytes, scale: float = 1.0) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    return [page.render(scale=scale).to_pil().convert("RGB") for page in document]


def difference(first: bytes, second: bytes) -> float:
    """Return the mean difference of the pages' pixels, 0 to 255; 255 where pages or sizes differ."""
    worst = 0.0
    before, after = pictures(first), pictures(second)
    if [each.size for each in before] != [each.size for each in after]:
        return 255.0
    for one, other in zip(before, after, strict=True):
        histogram = ImageChops.difference(one, other).convert("L").histogram()
        worst = max(worst, sum(value * count for value, count in enumerate(histogram)) / sum(histogram))
    return worst


def faults(pdf: bytes) -> list[str]:
    """Return what lint and the browserless signatory have against a normalised file."""
    found = [finding.kind for finding in lint_pdf(pdf) if finding.kind not in NOT_OURS]
    _check_content(pdf, [])
    return found


def browser_says(folder: Path, *pdfs: bytes) -> list[str]:
    """Return what the browser's agent says to each file."""
    paths = []
    for number, pdf in enumerate(pdfs):
        paths.append(folder / f"{number}.pdf")
        paths[-1].write_bytes(pdf)
    script = Path(__file__).with_name("agent_reads.mjs")
    done = subprocess.run(["node", str(script), *map(str, paths)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    said: list[str] = json.loads(done.stdout.splitlines()[-1])
    return said


def size_of(picture: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(picture)).size
