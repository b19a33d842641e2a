"""Two states of a document side by side: pictures of the pages that differ, made by a helper process with limits."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from esign.documents import helpers
from esign.documents.compare_worker import SIZE
from esign.documents.errors import RenderingFailed
from esign.documents.render import MAX_BYTES

WORKER = Path(__file__).with_name("compare_worker.py")
SECONDS = 30
"""How long the helper may take by the clock on the wall."""
SCALE = 1.3
"""Pixels a PDF point (about 94 an inch)."""
MOST_PAIRS = 6
"""Pairs of pages that are pictured."""
_PNG = b"\x89PNG"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePair:
    """One page before and after, with differences marked.

    Args:
        before: Index of the page before, from 0; None for a page that was added.
        after: Index of the page after; None for a page that was taken out.
        before_picture: PNG; None where there is no such page.
        after_picture: PNG; None where there is no such page.
    """

    before: int | None
    after: int | None
    before_picture: bytes | None
    after_picture: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two states of a document, for the eye.

    Args:
        pairs: The first pages that differ.
        differing: How many pages differ among those that were compared.
        complete: Whether all pages of both were compared.
    """

    pairs: tuple[PagePair, ...]
    differing: int
    complete: bool


def compare_pages(before: bytes, after: bytes, *, most: int = MOST_PAIRS) -> Comparison:
    """Return pictures of the pages that differ.

    Args:
        before: A PDF.
        after: Another state of it.
        most: Pairs that are pictured.

    Raises:
        RenderingFailed: A damaged file, or more time or memory needed than allowed.
        HelpersBusy: Too many files are being looked into right now.
    """
    if len(before) + len(after) > 2 * MAX_BYTES:
        raise RenderingFailed("not pictured: too large")
    command = [sys.executable, "-I", str(WORKER), repr(SCALE), str(most)]
    try:
        done = helpers.run(command, SIZE.pack(len(before)) + before + after, seconds=SECONDS)
    except subprocess.TimeoutExpired:
        raise RenderingFailed("the helper took too long", seconds=SECONDS) from None
    if done.returncode != 0:
        raise RenderingFailed("the helper could not compare the pages", status=done.returncode)
    try:
        return _read(done.stdout)
    except (ValueError, KeyError, TypeError, IndexError) as error:  # whatever a spoiled helper answers
        raise RenderingFailed("the helper answered something else") from error


def _read(answer: bytes) -> Comparison:
    length = int.from_bytes(answer[: SIZE.size], "big")
    head = json.loads(answer[SIZE.size : SIZE.size + length])
    at = SIZE.size + length
    pairs = []
    for entry in head["pairs"]:
        pictures: list[bytes | None] = []
        for size in entry["sizes"]:
            picture = answer[at : at + int(size)] or None
            if picture is not None and not picture.startswith(_PNG):
                raise ValueError("no picture")
            pictures.append(picture)
            at += int(size)
        before, after = (None if entry[side] is None else int(entry[side]) for side in ("before", "after"))
        pairs.append(PagePair(before=before, after=after, before_picture=pictures[0], after_picture=pictures[1]))
    return Comparison(pairs=tuple(pairs), differing=int(head["differing"]), complete=bool(head["complete"]))
