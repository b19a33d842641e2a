"""A company's own PDF: taken in one form that can be signed, or refused with the exact reason."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from esign.documents import helpers
from esign.documents.upload_errors import REFUSALS, UploadTooComplex, UploadTooLarge
from esign.foundation.digests import sha256

WORKER = Path(__file__).parent / "intake" / "worker.py"
SECONDS = 9
"""How long the helper may take by the clock on the wall."""
MAX_BYTES = 15_000_000
"""The largest file that is looked into, and the largest that may come of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadWarning:
    """Something that the company should know about its file."""

    kind: str
    """``font_not_embedded``, ``form_flattened``, ``annotations_drawn``, ``links`` or ``not_tagged``."""
    values: tuple[str, ...]
    """Names of typefaces; how many; addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A PDF in the form in which it can be signed: one revision, classic structure, nothing that acts or hides."""

    pdf: bytes
    pages: int
    sizes: tuple[tuple[float, float], ...]
    """Width and height of each page in PDF points, as it is seen."""
    warnings: tuple[UploadWarning, ...]
    digest_of_original: bytes
    """SHA-256 of the file as it came."""


def normalise(original: bytes) -> Upload:
    """Return an uploaded PDF in the form in which it can be signed.

    Every page looks as before; what cannot be kept without changing that, or would act, hide or depend on the
    viewer, is refused. The work is done by a process with limits of memory and time.

    Args:
        original: The file as it came.

    Raises:
        UploadRefused: One of its kinds says why; the facts may name the page, and further reasons (``also``).
        HelpersBusy: Too many files are being looked into right now.

    Source: ISO 32000-1; docs/ceremony-spec.md section 5.
    """
    if len(original) > MAX_BYTES:
        raise UploadTooLarge(limit=MAX_BYTES)
    command = [sys.executable, "-I", str(WORKER)]
    try:
        done = helpers.run(command, original, seconds=SECONDS)
    except subprocess.TimeoutExpired:
        raise UploadTooComplex(seconds=SECONDS) from None
    line, _, pdf = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line:
        raise UploadTooComplex(status=done.returncode)
    answer = json.loads(line)
    if "refused" in answer:
        raise REFUSALS[answer["refused"]](**answer["facts"])
    if len(pdf) > MAX_BYTES:
        raise UploadTooLarge(limit=MAX_BYTES)
    return Upload(
        pdf=pdf,
        pages=answer["pages"],
        sizes=tuple((float(width), float(height)) for width, height in answer["sizes"]),
        warnings=tuple(UploadWarning(kind=each["kind"], values=tuple(each["values"])) for each in answer["warnings"]),
        digest_of_original=sha256(original),
    )
