"""PINs that were refused: known to other processes, by the file that they came from, and never as they are."""

from __future__ import annotations

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from esign.foundation import refused_pins
from esign.foundation.refused_pins import Trial, one_at_a_time


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(refused_pins.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    monkeypatch.setattr(refused_pins, "_refused", set())
    (tmp_path / "tmp").mkdir()
    (tmp_path / "pin").write_text("4711\n")
    return tmp_path / "pin"


def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused_pins, "_refused", set())


def trial(file: Path | None, pin: str | None = "4711", token: str = "seals") -> Trial:
    return Trial(file=file, token=token, pin=pin)


def test_what_was_refused_is_known_to_other_processes_that_read_the_same_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not trial(file).refused_before()
    trial(file).remember()
    assert trial(file).refused_before()
    another_process(monkeypatch)
    assert trial(file).refused_before()
    assert not trial(file, "4712").refused_before() and not trial(file, token="others").refused_before()
    assert not trial(file.with_name("other pin")).refused_before()
    written = file.with_name("pin.refused")
    assert stat.S_IMODE(written.stat().st_mode) == 0o600 and b"4711" not in written.read_bytes()
    written.unlink()  # a person wants it to be tried again
    assert not trial(file).refused_before()


def test_a_pin_of_a_person_is_known_to_this_process_only_and_a_keypad_is_left_alone(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial(None).remember()
    trial(None, None).remember()
    assert trial(None).refused_before() and not trial(None, None).refused_before()
    another_process(monkeypatch)
    assert not trial(None).refused_before()
    assert sorted(each.name for each in file.parent.iterdir()) == ["pin", "tmp"]


def test_where_nothing_can_be_written_beside_the_file_it_is_written_for_this_user_elsewhere(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.with_name("pin.refused").symlink_to("elsewhere")  # as good as a folder that may not be written
    trial(file).remember()
    another_process(monkeypatch)
    assert trial(file).refused_before()
    (folder,) = (file.parent / "tmp").iterdir()
    assert folder.name == f"esign-pins-{os.getuid()}" and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not file.with_name("elsewhere").exists()


def test_a_folder_that_others_may_write_is_not_used(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.with_name("pin.refused").symlink_to("elsewhere")
    folder = file.parent / "tmp" / f"esign-pins-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)
    trial(file).remember()
    assert list(folder.iterdir()) == [] and trial(file).refused_before()


def test_what_somebody_else_wrote_there_is_no_refusal_and_no_fault(file: Path) -> None:
    for strange in (b"", b"\xff\n", b"zz yy\n", b"00 11\n" * 9, bytes(100)):
        file.with_name("pin.refused").write_bytes(strange)
        assert not trial(file).refused_before()


def _tries(file: Path, log: Path) -> None:
    with one_at_a_time(file):
        if not trial(file).refused_before():
            with log.open("a") as told:
                told.write("tried\n")
            trial(file).remember()


def test_of_many_processes_at_a_time_one_tries(file: Path) -> None:
    log = file.with_name("log")
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_tries, args=(file, log)) for _ in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * 8
    assert log.read_text() == "tried\n"


def test_somebody_who_does_not_come_back_is_not_waited_for_without_end(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_pins, "_PATIENCE", 0.02)
    with one_at_a_time(file):
        monkeypatch.setattr(refused_pins, "_lock", refused_pins.threading.Lock())  # as another process has it
        with pytest.raises(TimeoutError), one_at_a_time(file):
            raise AssertionError("both at once")


def test_a_file_that_is_not_there_is_no_obstacle(tmp_path: Path) -> None:
    with one_at_a_time(tmp_path / "nothing"):
        assert not trial(tmp_path / "nothing").refused_before()
