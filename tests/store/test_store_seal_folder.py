"""Documents in folders: what is read lies where it may lie, and is given out to nobody who might not read it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from esign.sealing.batches.errors import InputChanged, InputNotAFile
from esign.store import seal_folder
from esign.store.seal_folder import FolderDocuments


def documents(folder: Path, *, large: int = 1 << 20, within: tuple[Path, ...] = ()) -> FolderDocuments:
    (folder / "out").mkdir(exist_ok=True)
    return FolderDocuments(os.fsencode(folder / "out"), large, tuple(os.fsencode(each) for each in within))


@pytest.mark.parametrize("large", [1, 1 << 20])
def test_nobody_may_read_the_sealed_document_who_may_not_read_the_document(tmp_path: Path, large: int) -> None:
    store, source = documents(tmp_path, large=large), tmp_path / "a.pdf"
    for mode, expected in ((0o600, 0o600), (0o640, 0o640), (0o400, 0o600), (0o755, 0o644)):
        source.unlink(missing_ok=True)
        source.write_bytes(b"document")
        source.chmod(mode)
        name = b"%o.pdf" % mode
        before = os.umask(0o022)
        try:
            staged = store.stage(store.read(os.fsencode(source), name), b" and seal", name)
        finally:
            os.umask(before)
        assert store.settle([staged]) == {}
        store.release(staged)
        store.discard(staged)
        made = tmp_path / "out" / os.fsdecode(name)
        assert (made.read_bytes(), stat.S_IMODE(made.stat().st_mode)) == (b"document and seal", expected)
    store.close()


def test_a_link_does_not_lead_out_of_the_folders_within_which_is_read(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "inside"
    for folder in (inside / "deep", outside):
        folder.mkdir(parents=True)
        (folder / "real.pdf").write_bytes(b"document")
    (inside / "secret.pdf").symlink_to(outside / "real.pdf")
    (inside / "other.pdf").symlink_to("deep/real.pdf")
    (inside / "far").symlink_to(outside, target_is_directory=True)
    store = documents(tmp_path, within=(inside,))
    for name in ("secret.pdf", "far/real.pdf"):
        with pytest.raises(InputNotAFile):
            store.read(os.fsencode(inside / name), b"x.pdf")
    for name in ("other.pdf", "deep/real.pdf"):
        assert store.read(os.fsencode(inside / name), b"x.pdf").data == b"document"
    assert documents(tmp_path).read(os.fsencode(inside / "secret.pdf"), b"x.pdf").data == b"document"


def test_a_large_document_that_changes_while_it_is_copied_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"document")
    copy: Callable[..., seal_folder.FolderDocument] = FolderDocuments._copy

    def meanwhile(self: FolderDocuments, *arguments: object) -> seal_folder.FolderDocument:
        made = copy(self, *arguments)
        source.write_bytes(b"changed!")
        os.utime(source, (1, 1))
        return made

    monkeypatch.setattr(FolderDocuments, "_copy", meanwhile)
    with pytest.raises(InputChanged):
        documents(tmp_path, large=1).read(os.fsencode(source), b"a.pdf")
    assert list((tmp_path / "out").iterdir()) == []
