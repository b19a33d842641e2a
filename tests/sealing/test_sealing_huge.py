"""A document of 500 MB is sealed where it lies, never copied; what is not understood is refused at once."""

from __future__ import annotations

import mmap
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from esign.sealing import DocumentTooLarge, Sealer, check_sealed
from tests.pades import small_world
from tests.pdf.writer import page_objects, part
from tests.sealing.sealing_worlds import PROFILE, seal_key

SIZE = 500 << 20
HEAD = b"%PDF-1.7\n"
OPENED = b"5 0 obj\n<</Length %d>>\nstream\n" % SIZE
CLOSED = b"\nendstream\nendobj\n"


@contextmanager
def huge(path: Path, row_end: bytes = b" \n") -> Iterator[mmap.mmap]:
    """Write a file with a hole, which takes no room on the disk, and map it."""
    start = len(HEAD)
    behind = start + len(OPENED) + SIZE + len(CLOSED)
    rest = part(page_objects(), behind, size=6).replace(b" \n", row_end)
    with path.open("w+b") as file:
        file.write(HEAD + OPENED)
        file.seek(behind - len(CLOSED))
        file.write(CLOSED + rest)
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped


def test_500_mb_are_sealed_and_checked_without_being_copied(tmp_path: Path) -> None:
    key = seal_key()
    sealer = Sealer(key, PROFILE)
    with huge(tmp_path / "huge.pdf") as document:
        tracemalloc.start()
        sealed = sealer.seal(document, claimed_at=small_world.NOW)
        check_sealed(document, sealed, certificate=key.certificate, chain=key.chain)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert sealed.path == "incremental" and sealed.byte_range[1] > SIZE
    assert peak < 1 << 20


def test_500_mb_that_the_library_would_have_to_read_are_refused_and_the_key_is_not_used(tmp_path: Path) -> None:
    key = seal_key()
    with huge(tmp_path / "huge.pdf", row_end=b"\n") as document, pytest.raises(DocumentTooLarge) as refused:
        Sealer(key, PROFILE).seal(document, claimed_at=small_world.NOW)
    assert refused.value.code == "sealing.document.too_large" and key.used == 0
