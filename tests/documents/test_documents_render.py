"""Pictures of pages come from a helper process that hostile files cannot use against the engine."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime

import pikepdf
import pytest
from PIL import Image

from esign.contracts import ContractData
from esign.contracts.policy_tests import samples
from esign.documents import RenderingFailed, draw_up, render_page
from esign.documents import render as room

DRAFT = draw_up(ContractData.parse(samples()[0][1]), drawn_up_at=datetime(2026, 11, 20, tzinfo=UTC))


def test_a_page_becomes_a_picture_of_the_asked_size() -> None:
    picture = Image.open(io.BytesIO(render_page(DRAFT.pdf, 1, 1.0)))
    assert (picture.format, picture.mode) == ("PNG", "RGB")
    assert picture.size == (596, 842)
    assert len(picture.getcolors(1_000_000)) > 10


def test_the_same_page_gives_the_same_picture() -> None:
    assert render_page(DRAFT.pdf, 0, 0.5) == render_page(DRAFT.pdf, 0, 0.5)


@pytest.mark.parametrize("pdf", [b"", b"not a pdf", DRAFT.pdf[:500], b"%PDF-1.7\n%%EOF"])
def test_damaged_files_are_refused(pdf: bytes) -> None:
    with pytest.raises(RenderingFailed) as caught:
        render_page(pdf)
    assert caught.value.code == "documents.rendering"


@pytest.mark.parametrize(("page", "scale"), [(-1, 1.0), (99, 1.0), (0, 0.0), (0, 7.0), (0, float("nan")), (0, -1.0)])
def test_pages_and_scales_out_of_range_are_refused(page: int, scale: float) -> None:
    with pytest.raises(RenderingFailed):
        render_page(DRAFT.pdf, page, scale)


def test_a_giant_page_is_refused() -> None:
    stream = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(14400, 14400))
        document.save(stream)
    with pytest.raises(RenderingFailed):
        render_page(stream.getvalue(), 0, 2.0)


def test_a_helper_that_takes_too_long_is_ended(monkeypatch) -> None:
    monkeypatch.setattr(room, "SECONDS", 0.001)
    with pytest.raises(RenderingFailed) as caught:
        render_page(DRAFT.pdf)
    assert "took too long" in caught.value.detail


def test_the_helper_knows_neither_the_engine_nor_the_environment() -> None:
    source = room.WORKER.read_text("utf-8")
    assert "import esign" not in source
    assert "from esign" not in source
    done = subprocess.run(
        [sys.executable, "-I", str(room.WORKER), "0", "1.0"], input=b"", capture_output=True, check=False, env={}
    )
    assert done.returncode == 4
    assert done.stdout == b""
