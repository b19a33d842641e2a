"""Documents in folders: what is read lies where it may lie, and is given out to nobody who might not read it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from esign.foundation.errors import EsignError
from esign.sealing.batches.errors import InputChanged, InputNotAFile, OutputExists, OutputNameUnusable
from esign.store import seal_folder, seal_folder_tree
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


def give_out(store: FolderDocuments, name: bytes, data: bytes = b"document") -> None:
    staged = store.stage(seal_folder.FolderDocument(data), b" and seal", name)
    try:
        assert store.settle([staged]) == {}
        store.release(staged)
        store.confirm()
    finally:
        store.discard(staged)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(params=["nameless", "hidden", "hidden, no hard links"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How a file system lets a file be written before it has its name."""
    if request.param != "nameless":
        monkeypatch.delattr(os, "O_TMPFILE")
    if request.param == "hidden, no hard links":

        def no_links(*args: object, **more: object) -> None:
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(os, "link", no_links)
    return str(request.param)


@pytest.mark.parametrize("name", [b"sub/a.pdf", b"sub/deep/a.pdf", b"real/sub/a.pdf", b"sub/../elsewhere.pdf"])
def test_a_link_planted_as_a_folder_leads_no_sealed_document_out(tmp_path: Path, way: str, name: bytes) -> None:
    store, elsewhere = documents(tmp_path), tmp_path / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "a.pdf").write_bytes(b"theirs")
    (tmp_path / "out" / "real").mkdir()
    for planted in ("sub", "real/sub"):
        (tmp_path / "out" / planted).symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(OutputNameUnusable):
        give_out(store, name)
    assert (store.exists(name), store.digest(name), store.content(name, 9)) == (False, None, None)
    give_out(store, b"b.pdf")
    store.close()
    assert sorted(each.name for each in elsewhere.rglob("*")) == ["a.pdf", "deep"]
    assert (tmp_path / "out" / "b.pdf").read_bytes() == b"document and seal"


def test_a_link_that_takes_the_place_of_a_folder_meanwhile_is_not_followed(tmp_path: Path, way: str) -> None:
    store, moved = documents(tmp_path), tmp_path / "moved"
    give_out(store, b"sub/a.pdf")
    (tmp_path / "out" / "sub").rename(moved)
    (tmp_path / "out" / "sub").symlink_to(moved, target_is_directory=True)
    with pytest.raises(OutputNameUnusable):
        give_out(store, b"sub/b.pdf")
    assert store.digest(b"sub/a.pdf") is None
    (tmp_path / "out" / "sub").unlink()
    staged = store.stage(seal_folder.FolderDocument(b"document"), b" and seal", b"sub/c.pdf")
    (tmp_path / "out" / "sub").rename(tmp_path / "again")  # between writing and giving out
    (tmp_path / "out" / "sub").symlink_to(moved, target_is_directory=True)
    store.release(staged)
    store.discard(staged)
    store.close()
    assert [each.name for each in moved.iterdir()] == ["a.pdf"]


def test_a_folder_that_was_taken_away_is_made_again(tmp_path: Path, way: str) -> None:
    store, before = documents(tmp_path), open_files()
    give_out(store, b"day/a.pdf")
    (tmp_path / "out" / "day").rename(tmp_path / "archive")
    give_out(store, b"day/b.pdf")
    (tmp_path / "out" / "day" / "b.pdf").unlink()
    (tmp_path / "out" / "day").rmdir()
    give_out(store, b"day/c.pdf")
    store.close()
    assert [each.name for each in (tmp_path / "out" / "day").iterdir()] == ["c.pdf"]
    assert [each.name for each in (tmp_path / "archive").iterdir()] == ["a.pdf"]
    assert open_files() == before


def test_many_folders_are_not_all_kept_open(tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal_folder_tree, "_MOST", 8)
    store, before = documents(tmp_path), open_files()
    most = 0
    for number in range(16):
        give_out(store, b"%d/%d/a.pdf" % (number % 8, number))
        most = max(most, open_files() - before)
    store.close()
    assert (most < 16, open_files()) == (True, before)
    assert len(list((tmp_path / "out").glob("*/*/a.pdf"))) == 16


def test_the_output_folder_itself_may_be_a_link_of_the_operators(tmp_path: Path, way: str) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk", target_is_directory=True)
    store = documents(tmp_path)
    give_out(store, b"sub/a.pdf")
    assert store.exists(b"sub/a.pdf") and store.content(b"sub/a.pdf", 99) == b"document and seal"
    store.close()
    assert (tmp_path / "disk" / "sub" / "a.pdf").read_bytes() == b"document and seal"


@pytest.mark.parametrize("leads_to", ["nothing", "theirs.pdf"])
def test_a_link_that_has_an_output_name_is_a_strangers(tmp_path: Path, way: str, leads_to: str) -> None:
    store = documents(tmp_path)
    (tmp_path / "theirs.pdf").write_bytes(b"theirs")
    (tmp_path / "out" / "a.pdf").symlink_to(tmp_path / leads_to)
    with pytest.raises(OutputExists):
        give_out(store, b"a.pdf")
    assert store.exists(b"a.pdf") and store.digest(b"a.pdf") is None
    store.close()
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["a.pdf"]
    assert (tmp_path / "theirs.pdf").read_bytes() == b"theirs" and not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    "name", [b"/a.pdf", b"a//b.pdf", b"./a.pdf", b"a/../b.pdf", b"", b"a\0b/c.pdf", b"d/" * 300 + b"a"]
)
def test_names_that_lead_elsewhere_are_none(tmp_path: Path, name: bytes) -> None:
    store = documents(tmp_path)
    with pytest.raises(EsignError) as refused:
        give_out(store, name)
    assert refused.value.code == "sealing.output.name"
    store.close()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [b".esign-seal", b".esign-seal/journal.sqlite-wal", b".Esign-Seal/a.pdf", b".esign-x.part", b"a/.esign-.part"],
)
def test_names_that_the_program_keeps_for_itself_are_given_to_no_document(tmp_path: Path, name: bytes) -> None:
    store = documents(tmp_path)
    with pytest.raises(OutputNameUnusable):
        give_out(store, name)
    give_out(store, b"a/.esign-seal/.esign-part")
    assert store.sweep() == 0
    store.close()
    assert [each.name for each in (tmp_path / "out").rglob("*") if each.is_file()] == [".esign-part"]
