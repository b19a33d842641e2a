"""Pictures of pages, made by a helper process with limits: a hostile file can spoil the helper, not the engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from esign.documents import helpers
from esign.documents.errors import RenderingFailed

WORKER = Path(__file__).with_name("render_worker.py")
SECONDS = 20
"""How long the helper may take by the clock on the wall."""
MAX_BYTES = 50_000_000
"""Larger files are not pictured."""


def render_page(pdf: bytes, page: int = 0, scale: float = 2.0) -> bytes:
    """Return one page as PNG.

    Args:
        pdf: The file.
        page: Index of the page, from 0.
        scale: Pixels a PDF point (2.0 is 144 an inch), from 0.1 to 6.

    Raises:
        RenderingFailed: Damaged file, no such page, or more time or memory needed than allowed.
        HelpersBusy: Too many files are being looked into right now.
    """
    if len(pdf) > MAX_BYTES or page < 0 or not 0.1 <= scale <= 6:
        raise RenderingFailed("not pictured: size, page or scale out of range")
    command = [sys.executable, "-I", str(WORKER), str(page), repr(float(scale))]
    try:
        done = helpers.run(command, pdf, seconds=SECONDS)
    except subprocess.TimeoutExpired:
        raise RenderingFailed("the helper took too long", seconds=SECONDS) from None
    if done.returncode != 0 or not done.stdout.startswith(b"\x89PNG"):
        raise RenderingFailed("the helper could not picture the page", status=done.returncode)
    return done.stdout
