"""An uploaded file that unpacks to too much, or costs too much, is refused before it does harm."""

from __future__ import annotations

import zlib
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Name

from esign.documents import upload as room
from tests.documents.pdf_making import made
from tests.documents.test_documents_upload import OURS, code


def bomb(filters: list[str], data: bytes) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        stream = document.make_stream(b"")
        stream.write(data, filter=Array([Name(each) for each in filters]))
        document.pages[0].obj["/Contents"] = stream

    return made(change, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    zeros = zlib.compress(b"\0" * 70_000_000, 9)
    assert len(zeros) < 100_000
    assert code(bomb(["/FlateDecode"], zeros)) == "expansion"


def test_filters_over_filters_are_refused() -> None:
    once = zlib.compress(b"q Q")
    assert code(bomb(["/FlateDecode", "/FlateDecode"], zlib.compress(once))) == "expansion"


def test_an_object_stream_that_explodes_is_refused() -> None:
    packed = zlib.compress(b" " * 80_000_000, 9)
    head = b"%%PDF-1.7\n1 0 obj\n<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
    assert code(head + packed + b"\nendstream\nendobj\nstartxref\n0\n%%EOF") == "expansion"


def test_more_bytes_than_allowed_are_refused_unread() -> None:
    assert code(b"%PDF-1.7" + b" " * room.MAX_BYTES) == "too_large"


def test_a_helper_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SECONDS", 0.01)
    assert code(OURS) == "too_complex"


def test_a_helper_that_dies_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dying = tmp_path / "worker.py"
    dying.write_text("import os; os.abort()")
    monkeypatch.setattr(room, "WORKER", dying)
    assert code(OURS) == "too_complex"
