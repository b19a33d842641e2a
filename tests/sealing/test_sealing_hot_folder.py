"""Hot folders: complete files only, each once, put away as asked for; what cannot be sealed lies aside with why."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from esign.seal_works import FolderBatch, SealOrder
from esign.seal_works.hot_folder import HotFolder
from esign.sealing.batches import Item, ItemResult, ItemState, NewItem
from tests.pades import small_world
from tests.sealing.helpers.seal_files import seal_file

DRAFT = small_world.draft()


def hot(folder: Path, *, processed: Path | None = None, settle: float = 2.0, look: float = 10.0) -> HotFolder:
    (folder / "in").mkdir(exist_ok=True)

    def item(path: bytes, top: bytes) -> NewItem:
        return NewItem(source=path, output=os.path.relpath(path, top))

    return HotFolder(
        folders=[os.fsencode(folder / "in")],
        ignored=[os.fsencode(folder / "in/out")],
        set_aside=folder / "aside",
        processed=processed,
        item=item,
        settle=settle,
        look=look,
    )


def taken(folder: HotFolder, now: float) -> list[bytes]:
    return [item.output for item in folder.complete(now)]


def result(path: Path, output: bytes, code: str = "") -> ItemResult:
    state = ItemState.SET_ASIDE if code else ItemState.SEALED
    return ItemResult(item=Item(number=1, attempt=1, source=os.fsencode(path), output=output), state=state, code=code)


def test_a_file_is_taken_when_nothing_about_it_has_changed_for_a_while(tmp_path: Path) -> None:
    folder = hot(tmp_path)
    path = tmp_path / "in/one.pdf"
    path.write_bytes(b"%PDF-half")
    assert taken(folder, 0.0) == []
    path.write_bytes(b"%PDF-half and whole")
    assert taken(folder, 2.5) == []
    assert taken(folder, 4.4) == []
    assert taken(folder, 4.6) == [b"one.pdf"]
    assert taken(folder, 9.0) == []


def test_a_file_that_was_written_elsewhere_and_moved_in_is_taken_at_once(tmp_path: Path) -> None:
    folder = hot(tmp_path)
    (tmp_path / "in/deep").mkdir()
    made = tmp_path / "made.pdf"
    made.write_bytes(DRAFT)
    os.utime(made, (time.time() - 60, time.time() - 60))
    made.rename(tmp_path / "in/deep/one.pdf")
    assert taken(folder, 0.0) == [b"deep/one.pdf"]


def test_a_file_that_somebody_has_open_for_writing_is_not_taken(tmp_path: Path) -> None:
    folder = hot(tmp_path)
    path = tmp_path / "in/one.pdf"
    with path.open("wb") as writing:
        writing.write(b"%PDF-")
        writing.flush()
        os.utime(path, (time.time() - 60, time.time() - 60))
        assert taken(folder, 0.0) == []
        assert taken(folder, 99.0) == []
    assert taken(folder, 200.0) == [b"one.pdf"]


def test_names_of_unfinished_files_hidden_ones_and_ignored_folders_are_passed_over(tmp_path: Path) -> None:
    folder = hot(tmp_path)
    (tmp_path / "in/out").mkdir()
    for name in (".one.pdf", "~one.pdf", "one.pdf.tmp", "ONE.PART", "one.pdf~", "one.crdownload", "out/sealed.pdf"):
        (tmp_path / "in" / name).write_bytes(DRAFT)
    (tmp_path / "in/one.pdf").write_bytes(DRAFT)
    taken(folder, 0.0)
    assert taken(folder, 99.0) == [b"one.pdf"]


def test_another_document_under_the_same_name_is_taken_again(tmp_path: Path) -> None:
    folder = hot(tmp_path)
    path = tmp_path / "in/one.pdf"
    path.write_bytes(DRAFT)
    taken(folder, 0.0)
    assert taken(folder, 5.0) == [b"one.pdf"]
    path.write_bytes(DRAFT + b"%")
    taken(folder, 6.0)
    assert taken(folder, 12.0) == [b"one.pdf"]


def test_sealed_ones_stay_or_go_where_they_are_to_go(tmp_path: Path) -> None:
    path = tmp_path / "in/a/one.pdf"
    staying = hot(tmp_path)
    path.parent.mkdir()
    path.write_bytes(DRAFT)
    staying.put_away(result(path, b"a/one.pdf"), {})
    assert path.is_file()
    going = hot(tmp_path, processed=tmp_path / "done")
    going.put_away(result(path, b"a/one.pdf"), {})
    assert not path.exists() and (tmp_path / "done/a/one.pdf").read_bytes() == DRAFT
    path.write_bytes(DRAFT + b"%")
    going.put_away(result(path, b"a/one.pdf"), {})
    assert (tmp_path / "done/a/one~2.pdf").read_bytes() == DRAFT + b"%"


def test_what_cannot_be_sealed_lies_aside_with_its_reason(tmp_path: Path) -> None:
    folder = hot(tmp_path)
    path = tmp_path / "in/text.pdf"
    path.write_bytes(b"text")
    folder.put_away(
        result(path, b"text.pdf", "sealing.document.not_pdf"), {"error": {"code": "sealing.document.not_pdf"}}
    )
    assert not path.exists() and (tmp_path / "aside/text.pdf").read_bytes() == b"text"
    reason = json.loads((tmp_path / "aside/text.pdf.reason.json").read_text("utf-8"))
    assert reason["error"]["code"] == "sealing.document.not_pdf"


def test_what_changed_while_it_was_read_is_looked_at_again(tmp_path: Path) -> None:
    folder = hot(tmp_path)
    path = tmp_path / "in/one.pdf"
    path.write_bytes(DRAFT)
    taken(folder, 0.0)
    assert taken(folder, 5.0) == [b"one.pdf"]
    folder.put_away(result(path, b"one.pdf", "sealing.input.changed"), {})
    assert path.exists() and not (tmp_path / "aside").exists()
    taken(folder, 6.0)
    assert taken(folder, 12.0) == [b"one.pdf"]


def test_a_folder_that_is_gone_for_a_while_does_not_end_the_watch(tmp_path: Path) -> None:
    folder = hot(tmp_path)
    (tmp_path / "in").rename(tmp_path / "away")
    assert taken(folder, 0.0) == []
    (tmp_path / "away").rename(tmp_path / "in")
    (tmp_path / "in/one.pdf").write_bytes(DRAFT)
    taken(folder, 1.0)
    assert taken(folder, 9.0) == [b"one.pdf"]


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[tuple[Path, list[ItemResult]]]:
    order = SealOrder(device=seal_file(tmp_path / "key"), out=tmp_path / "out", threads=1)
    (tmp_path / "out").mkdir()
    folder = hot(tmp_path, processed=tmp_path / "done", settle=0.1, look=0.2)
    stop, seen = threading.Event(), list[ItemResult]()

    def told(results: object, counts: object) -> None:
        for each in results:  # type: ignore[attr-defined]  # a sequence of results
            seen.append(each)
            folder.put_away(each, {"error": each.code})

    def work() -> None:
        with FolderBatch(order=order) as batch:
            batch.watch(folder.blocks(stop), jobs=0, told=told, stop=stop, every=0.02)

    thread = threading.Thread(target=work)
    thread.start()
    yield tmp_path, seen
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def _until(true: object, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]  # a function
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


def test_what_comes_is_sealed_and_told_and_the_journal_forgets_what_is_told(
    watching: tuple[Path, list[ItemResult]],
) -> None:
    place, seen = watching
    (place / "in/one.pdf").write_bytes(DRAFT)
    _until(lambda: (place / "done/one.pdf").exists())
    (place / "in/two.pdf").write_bytes(DRAFT + b"%")
    (place / "in/text.pdf").write_bytes(b"text")
    _until(lambda: (place / "done/two.pdf").exists() and (place / "aside/text.pdf.reason.json").exists())
    (place / "in/one.pdf").write_bytes(DRAFT)  # the same once more
    _until(lambda: (place / "done/one~2.pdf").exists())
    assert sorted((each.item.output, each.code, each.again) for each in seen) == [
        (b"one.pdf", "", False),
        (b"one.pdf", "", True),
        (b"text.pdf", "sealing.document.not_pdf", False),
        (b"two.pdf", "", False),
    ]
    assert sorted(path.name for path in (place / "out").glob("*.pdf")) == ["one.pdf", "two.pdf"]


def test_a_link_that_somebody_left_where_the_reason_goes_is_not_followed(tmp_path: Path) -> None:
    folder = hot(tmp_path)
    precious = tmp_path / "precious"
    precious.write_text("untouched", "utf-8")
    planted, bad = tmp_path / "in/bad.pdf.reason.json", tmp_path / "in/bad.pdf"
    planted.symlink_to(precious)
    bad.write_bytes(b"no pdf")
    taken(folder, 0.0)
    assert sorted(taken(folder, 99.0)) == [b"bad.pdf", b"bad.pdf.reason.json"]
    for path in (planted, bad):
        folder.put_away(result(path, os.fsencode(path.name), "sealing.document.not_pdf"), {"why": "bad"})
    assert precious.read_text("utf-8") == "untouched"
    assert (tmp_path / "aside/bad.pdf.reason.json").is_symlink()
    assert json.loads((tmp_path / "aside/bad.pdf~2.reason.json").read_text("utf-8")) == {"why": "bad"}


@pytest.mark.parametrize("code", ["", "sealing.document.not_pdf"])
def test_a_document_that_came_meanwhile_under_the_name_is_not_put_away_for_the_one_that_was_worked_on(
    tmp_path: Path, code: str
) -> None:
    folder = hot(tmp_path, processed=tmp_path / "done")
    path = tmp_path / "in/one.pdf"
    path.write_bytes(b"one")
    os.utime(path, (0, 0))
    assert taken(folder, 0.0) == [b"one.pdf"]
    path.write_bytes(b"another")
    os.utime(path, (1, 1))
    folder.put_away(result(path, b"one.pdf", code), {})
    assert path.read_bytes() == b"another" and not (tmp_path / "done").exists() and not (tmp_path / "aside").exists()
    assert taken(folder, 9.0) == [b"one.pdf"]
