"""``esign seal``: every document has a line that is true, whatever it is called and wherever it lies."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from esign.cli import program
from esign.cli.seal_inputs import Inputs
from esign.seal_works import FolderBatch
from esign.seal_works.locks import hold
from esign.seal_works.order import JOURNAL_FOLDER
from esign.sealing import Sealed, check_sealed
from tests.pades import small_world
from tests.sealing.helpers.seal_files import certificate_of, seal_file

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs/schemas/seal.schema.json").read_text("utf-8")))
DRAFT = small_world.draft()


def document(number: int) -> bytes:
    return DRAFT + b"%%%d\n" % number


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in; documents are sealed by threads of this process."""
    monkeypatch.chdir(tmp_path)
    run = FolderBatch.run

    def here(self: FolderBatch, items: Any, *, jobs: int, **more: Any) -> Any:
        assert jobs >= 1
        return run(self, items, jobs=0, **more)

    monkeypatch.setattr(FolderBatch, "run", here)
    seal_file(tmp_path / "key")
    return tmp_path


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def seal(capsys: pytest.CaptureFixture[str], *arguments: object, device: str = "file:key/seal.p12") -> Any:
    """Run the command; returns its status and lines."""
    more = ("--out", "out", "--json", "--device", device, "--policy", "none")
    status = program.run(["seal", *map(str, arguments), *more])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        assert not list(SCHEMA.iter_errors(line)), line
    return status, lines


def by_input(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {line["input"]: line for line in lines}


def test_a_folder_keeps_its_structure_and_each_bad_document_has_a_line(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(place / "in/a/one.pdf", document(1))
    put(place / "in/b/one.pdf", document(2))
    put(place / "in/empty.pdf", b"")
    put(place / "in/text.txt", b"hello")
    put(place / "in/.hidden/x.pdf", document(3))
    (place / "in/dangling.pdf").symlink_to("nowhere")
    os.mkfifo(place / "in/pipe")
    status, lines = seal(capsys, "in")
    assert status == 1
    said = by_input(lines)
    assert {name: line["error"] and line["error"]["code"] for name, line in said.items()} == {
        "in/a/one.pdf": None,
        "in/b/one.pdf": None,
        "in/empty.pdf": "sealing.document.empty",
        "in/text.txt": "sealing.document.not_pdf",
        "in/dangling.pdf": "sealing.input.missing",
        "in/pipe": "sealing.input.not_a_file",
    }
    for name, number in (("a/one.pdf", 1), ("b/one.pdf", 2)):
        sealed, line = (place / "out" / name).read_bytes(), said[f"in/{name}"]
        assert sealed.startswith(document(number))
        tail = Sealed(sealed[len(document(number)) :], (0, 0, 0, 0), b"", "incremental")
        check_sealed(document(number), tail, certificate=certificate_of())
        assert line["sandbox"] is True and line["level"] == "B-B" and line["output"] == name
    assert sorted(path.name for path in (place / "out").iterdir()) == [JOURNAL_FOLDER, "a", "b"]


def test_the_same_command_again_has_nothing_to_do(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(place / "in/one.pdf", document(1))
    _, (first,) = seal(capsys, "in")
    status, (second,) = seal(capsys, "in")
    assert status == 0
    assert (first["again"], second["again"]) == (False, True)
    assert first["sha256_out"] == second["sha256_out"]


def test_names_that_are_no_text_and_names_with_line_ends(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = os.fsencode(place) + b"/in/\xff\xfe.pdf"
    put(place / "in/line\nend.pdf", document(1))
    Path(os.fsdecode(odd)).write_bytes(document(2))
    status, lines = seal(capsys, "in")
    assert status == 0
    no_text = next(line for line in lines if "input_bytes" in line)
    assert base64.b64decode(no_text["input_bytes"]) == b"in/\xff\xfe.pdf"
    assert base64.b64decode(no_text["output_bytes"]) == b"\xff\xfe.pdf"
    assert Path(os.fsdecode(os.fsencode(place) + b"/out/\xff\xfe.pdf")).is_file()
    assert (place / "out/line\nend.pdf").is_file()


@pytest.mark.parametrize("divider", [b"\n", b"\x00", b"\r\n"])
def test_a_list_on_standard_input(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, divider: bytes
) -> None:
    names = [b"x/one.pdf", b"x/t\xc3\xbc two.pdf"]
    for number, name in enumerate(names):
        put(place / name.decode(), document(number))

    class Standard:
        buffer = io.BytesIO(divider.join(names) + divider)

    monkeypatch.setattr(sys, "stdin", Standard())
    status, lines = seal(capsys, "-")
    assert status == 0
    assert [line["output"] for line in lines] == ["one.pdf", "tü two.pdf"]


def test_patterns_keep_what_their_wildcards_stand_for_and_base_names_the_rest(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(place / "in/a/one.pdf", document(1))
    put(place / "in/b/two.pdf", document(2))
    put(place / "other/one.pdf", document(3))
    status, lines = seal(capsys, "in/*/*.pdf", "nothing/*.pdf")
    assert status == 1
    assert sorted(line["output"] or line["error"]["code"] for line in lines) == [
        "a/one.pdf",
        "b/two.pdf",
        "sealing.input.missing",
    ]
    status, (line,) = seal(capsys, "other/one.pdf", "--base", ".")
    assert (status, line["output"]) == (0, "other/one.pdf")


def test_same_names_from_two_places(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(place / "x/one.pdf", document(1))
    put(place / "y/one.pdf", document(2))
    put(place / "z/one.pdf", document(1))
    status, lines = seal(capsys, "x/one.pdf", "y/one.pdf", "z/one.pdf")
    assert status == 1
    assert [line["error"] and line["error"]["code"] for line in lines] == [None, "sealing.output.exists", None]
    assert lines[2]["again"] and lines[2]["sha256_out"] == lines[0]["sha256_out"]


def test_a_folder_that_may_not_be_read_is_a_line_and_the_rest_goes_on(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(place / "in/closed/one.pdf", document(1))
    put(place / "in/open/two.pdf", document(2))
    scandir = os.scandir

    def closed(path: Any) -> Any:
        if path == b"in/closed":
            raise PermissionError(13, "no")
        return scandir(path)

    monkeypatch.setattr("esign.cli.seal_inputs.os.scandir", closed)
    status, lines = seal(capsys, "in")
    assert status == 1
    said = by_input(lines)
    assert said["in/closed"]["error"]["code"] == "sealing.input.unreadable"
    assert said["in/open/two.pdf"]["state"] == "sealed"


def test_the_folder_of_the_sealed_ones_is_never_an_input(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(place / "one.pdf", document(1))
    (place / "key/seal.p12").rename(place / ".seal.p12")
    (place / "key/root.der").unlink()
    for _ in range(2):
        _, lines = seal(capsys, ".", device="file:.seal.p12")
        assert [line["output"] for line in lines] == ["one.pdf"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "cli.usage"),
        (("in", "--level", "B-T"), "cli.usage"),
        (("in", "--level", "B-T", "--tsa", "http://127.0.0.1:9/"), "cli.usage"),
        (("in", "--device", "file:missing.p12"), "sealing.key.unreadable"),
        (("in", "--policy", "no-such-policy"), "policy.not_found"),
        (("in", "--watch", "--evidence-record", "--tsa", "http://127.0.0.1:9/"), "cli.usage"),
    ],
)
def test_wrong_use_begins_nothing(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: str
) -> None:
    put(place / "in/one.pdf", document(1))
    more = () if "--device" in arguments else ("--device", "file:key/seal.p12")
    assert program.run(["seal", *arguments, "--out", "out", *more]) == 2
    said = capsys.readouterr()
    assert said.out == "" and f"({code})" in said.err
    assert not (place / "out").exists()


def test_within_an_installation_its_seal_is_the_default(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(place / "in/one.pdf", document(1))
    (place / "state").mkdir()
    put(place / "esign.toml", b'state_dir = "state"\nseal = "file:../key/seal.p12"\n')
    assert program.run(["seal", "in", "--out", "out", "--policy", "none", "--json"]) == 0
    (line,) = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert line["state"] == "sealed"


def test_processes_log_faults_without_the_words_of_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    import logging

    from esign.cli.logs import log_faults

    before, level = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        log_faults()
        try:
            raise KeyError("text of an invoice")
        except KeyError as error:
            logging.getLogger("esign.sealing").error("document not sealed", exc_info=error, extra={"item": 7})
        logging.getLogger("esign.jobs").warning("worker processes ended")
    finally:
        logging.getLogger().handlers[:] = before
        logging.getLogger().setLevel(level)
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (said["message"], said["exception"], said["item"]) == ("document not sealed", "KeyError", 7)
    assert "invoice" not in line


def test_two_commands_do_not_seal_into_one_folder(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import fcntl
    from contextlib import ExitStack

    put(place / "in/one.pdf", document(1))
    (place / "out" / JOURNAL_FOLDER).mkdir(parents=True)
    with ExitStack() as stack:
        hold(stack, place / "out" / JOURNAL_FOLDER / "lock", fcntl.LOCK_EX)
        assert program.run(["seal", "in", "--out", "out", "--device", "file:key/seal.p12"]) == 2
    assert "(sealing.batch.running)" in capsys.readouterr().err
    assert not (place / "out/one.pdf").exists()


def test_a_journal_of_a_newer_version_is_left_alone(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    put(place / "in/one.pdf", document(1))
    assert seal(capsys, "in")[0] == 0
    with sqlite3.connect(place / "out" / JOURNAL_FOLDER / "journal.sqlite") as journal:
        journal.execute("PRAGMA user_version = 99")
    assert program.run(["seal", "in", "--out", "out", "--device", "file:key/seal.p12"]) == 2
    assert "(sealing.batch.journal_newer)" in capsys.readouterr().err


def test_a_sample_gets_the_full_verdict(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(place / "in/one.pdf", document(1))
    status, (line,) = seal(capsys, "in", "--sample", 100)
    assert (status, line["state"]) == (0, "sealed")


def test_without_json_only_what_was_set_aside_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(place / "in/one.pdf", document(1))
    put(place / "in/\x1b[2Jtext.pdf", b"text")
    status = program.run(["seal", "in", "--out", "out", "--device", "file:key/seal.p12", "--policy", "none"])
    said = capsys.readouterr()
    assert status == 1 and said.out == ""
    assert "SANDBOX" in said.err and "1 sealed, 1 set aside" in said.err
    assert "The document is not a PDF (sealing.document.not_pdf)" in said.err and "\x1b" not in said.err


def test_processes_end_in_order_and_the_next_call_goes_on(tmp_path: Path) -> None:
    device = seal_file(tmp_path / "key")
    for number in range(300):
        put(tmp_path / f"in/{number:03}.pdf", document(number))
    command = [sys.executable, "-m", "esign.cli", "seal", "in", "--out", "out", "--device", device, "--policy", "none"]
    command += ["--jobs", "2", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, env=environment) as first:
        assert first.stdout is not None
        first.stdout.readline()
        first.send_signal(signal.SIGTERM)
        first.stdout.read()
    there = len(list((tmp_path / "out").glob("*.pdf")))
    assert first.returncode in (0, 130) and (first.returncode == 0) == (there == 300)
    second = subprocess.run(command, cwd=tmp_path, capture_output=True, env=environment, check=False)
    lines = [json.loads(line) for line in second.stdout.splitlines()]
    assert second.returncode == 0
    assert [line["output"] for line in lines if line["state"] == "sealed"] == [line["output"] for line in lines]
    assert len({line["output"] for line in lines}) == 300
    assert sum(line["again"] for line in lines) == there


def test_what_is_listed_is_a_stream() -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb", buffering=0) as listed, os.fdopen(write, "wb", buffering=0) as out:
        items = iter(Inputs(["-"], listed, b"out"))
        out.write(b"/one.pdf\n/two")
        assert next(items).output == b"one.pdf"  # before the list has ended
        thread = threading.Thread(target=lambda: (out.write(b".pdf\n"), out.close()))
        thread.start()
        assert [item.output for item in items] == [b"two.pdf"]
        thread.join()


def test_links_that_others_plant_in_the_output_folder_lead_nothing_out(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(place / "in/sub/one.pdf", document(1))
    put(place / "in/two.pdf", document(2))
    put(place / "in/three.pdf", document(3))
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (place / "out").mkdir()
    (place / "out/sub").symlink_to(elsewhere, target_is_directory=True)
    (place / "out/two.pdf").symlink_to(elsewhere / "two.pdf")
    status, lines = seal(capsys, "in")
    assert status == 1
    assert {name: line["error"] and line["error"]["code"] for name, line in by_input(lines).items()} == {
        "in/sub/one.pdf": "sealing.output.name",
        "in/two.pdf": "sealing.output.exists",
        "in/three.pdf": None,
    }
    assert list(elsewhere.iterdir()) == []
    (place / "out" / JOURNAL_FOLDER).rename(elsewhere / "journal")
    (place / "out" / JOURNAL_FOLDER).symlink_to(elsewhere / "journal", target_is_directory=True)
    assert seal(capsys, "in") == (2, [])
    assert not (place / "out/sub").joinpath("one.pdf").exists()
