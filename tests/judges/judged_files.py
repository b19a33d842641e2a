"""Files that other people's judges look at: documents sealed in every way, and what the product writes itself."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from esign.sealing import Sealer, SealProfile, VisibleSeal, sealed_document, sealer
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.invoices import render_xrechnung
from esign.sealing.levels import lengthening
from tests.pades import small_world
from tests.sealing import invoice_samples
from tests.sealing.helpers.levels_world import LEVELS, LevelsWorld

AT = small_world.NOW
LATER = AT + timedelta(minutes=10)
"""When the files are judged: their certificates are still valid."""
CORPUS = Path(os.environ["ESIGN_CORPUS"]) / "invoice" if os.environ.get("ESIGN_CORPUS") else None
VISIBLE = VisibleSeal(box=(20, 20, 180, 60), picture=small_world.picture())


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """A sealed document.

    Args:
        source: Name of the document.
        how: In which way it was sealed.
        levels: Level of each seal, in their order: ``B-B`` …
        data: The sealed file.
    """

    source: str
    how: str
    levels: tuple[str, ...]
    data: bytes

    @property
    def name(self) -> str:
        """A name for tests and files."""
        return f"{self.source}, {self.how}, {' and '.join(self.levels)}"


def sources() -> dict[str, bytes]:
    """Return documents that declare PDF/A and keep it: the invoices of the corpus, if it is there, and our own."""
    generate, disable = pikepdf.ObjectStreamMode.generate, pikepdf.ObjectStreamMode.disable
    return {
        "draft": small_world.draft(),
        "object streams": _saved(object_stream_mode=generate),
        "linearised": _saved(object_stream_mode=disable, linearize=True),
        "XRechnung CII": render_xrechnung(invoice_samples.cii("XRECHNUNG"), at=AT),
        "XRechnung UBL": render_xrechnung(invoice_samples.ubl(), at=AT),
        "Factur-X XML": render_xrechnung(invoice_samples.cii("EXTENDED"), at=AT),
        **{path.stem: path.read_bytes() for path in (sorted(CORPUS.glob("*.pdf")) if CORPUS else ())},
    }


def _saved(**options: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(small_world.draft())) as opened:
        opened.save(out, preserve_pdfa=True, **options)
    return out.getvalue()


def sealed_files(opened: LevelsWorld, documents: dict[str, bytes]) -> Iterator[SealedFile]:
    """Yield every document at every level, visible, twice, and by the library as well as by our own writer."""
    profile = SealProfile(name="Muster GmbH", reserved=8_000)
    for name, data in documents.items():
        for level in LEVELS:
            yield SealedFile(source=name, how="invisible", levels=(level,), data=opened.seal(data, level))
        for way in ("visible", "visible by library", "by library"):
            looks = replace(profile, visible=VISIBLE if "visible" in way else None)
            with _library(closed="library" in way):
                sealed = Sealer(opened.key, looks).seal(data, claimed_at=AT)
            assert sealed.path == "library" or "library" not in way
            yield SealedFile(source=name, how=way, levels=("B-B",), data=sealed_document(data, sealed))
        with _library(closed=True):
            lasting = opened.seal(data, "B-LTA")
        yield SealedFile(source=name, how="by library", levels=("B-LTA",), data=lasting)
        first = opened.seal(data, "B-LT")
        yield SealedFile(source=name, how="twice", levels=("B-LT", "B-LTA"), data=opened.seal(first, "B-LTA"))


@contextmanager
def _library(*, closed: bool) -> Iterator[None]:
    """Close the way of our own writer, so that the library's is taken."""

    def unusual(*_: object, **__: object) -> None:
        raise Unusual("closed")

    with pytest.MonkeyPatch.context() as patch:
        if closed:
            patch.setattr(sealer, "Source", unusual)
            for step in ("store_revision", "archive_revision"):
                patch.setattr(lengthening, step, unusual)
        yield
