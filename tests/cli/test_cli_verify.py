"""``esign verify``: exit statuses, JSON lines, people's words, wrong use."""

from __future__ import annotations

import importlib.util
import json
import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from certs.trusted_lists import ListWorld
from esign.cli.verify import _ORDER, verify
from esign.cli.verify_text import lines
from esign.validation import isolation as room
from esign.validation.verdict import verify as in_process
from tests.validation.in_process import InProcess
from tests.validation.verdicts import fits


def _small_world() -> Any:
    name = "esign_tests_small_world"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "pades" / "small_world.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Files of every kind, and the root that signed the good ones."""
    small, place = _small_world(), tmp_path_factory.mktemp("verify")
    walked = small.walk()
    files = place / "files"
    (files / "below").mkdir(parents=True)
    (files / "good.pdf").write_bytes(walked.finished)
    (files / "below" / "GOOD2.PDF").write_bytes(walked.finished)
    (files / "letter.txt").write_bytes(b"no PDF")
    (place / "changed.pdf").write_bytes(walked.finished.replace(b"/Lang", b"/Lank", 1))
    (place / "revoked.pdf").write_bytes(small.walk(walked.world, revoked=True).finished)
    (place / "bare.pdf").write_bytes(small.walk(walked.world, with_crls=False).stored)
    (place / "unsigned.pdf").write_bytes(small.draft())
    (place / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing")
    (place / "empty").mkdir()
    (place / "trust").mkdir()
    small.write_pem(place / "trust" / "root.pem", walked.world.root.der)
    (place / "root.crl").write_bytes(walked.world.crl(walked.world.root))
    (place / "issuing.crl").write_bytes(walked.world.crl(walked.world.authority))
    (place / "at").write_text((walked.world.now + timedelta(minutes=10)).isoformat())
    return place


@pytest.fixture
def helpers() -> None:
    """Asks for real helpers."""


@pytest.fixture(autouse=True)
def without_helpers(request, monkeypatch):
    """Verdicts in this process, but for the tests that ask for helpers."""
    monkeypatch.delenv("ESIGN_CONFIG", raising=False)
    if "helpers" in request.fixturenames:
        return

    monkeypatch.setattr(room, "Isolation", InProcess)


def run(folder: Path, *arguments: str, trust: bool = True) -> Any:
    more = ("--trust", str(folder / "trust")) if trust else ()
    at = () if "--at" in arguments else ("--at", (folder / "at").read_text())
    return CliRunner().invoke(verify, [*arguments, *more, *at], standalone_mode=False)


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["files/good.pdf"], 0),
        (["changed.pdf"], 1),
        (["unsigned.pdf"], 1),
        (["broken.pdf"], 2),
        (["nowhere.pdf"], 2),
        (["empty/../trust/root.pem"], 2),
        (["bare.pdf"], 3),
        (["revoked.pdf"], 3),
        (["files/good.pdf", "bare.pdf"], 3),
        (["bare.pdf", "changed.pdf", "files/good.pdf"], 1),
        (["changed.pdf", "bare.pdf", "broken.pdf", "files/good.pdf"], 2),
    ],
)
def test_the_exit_status_is_the_first_of_2_1_3_0_that_occurs(folder, names, status):
    found = run(folder, *(str(folder / name) for name in names), "--json")
    assert (found.exception, found.return_value) == (None, status)
    objects = [fits(json.loads(line)) for line in found.stdout.splitlines()]
    assert [item["file"] for item in objects] == [str(folder / name) for name in names]
    assert _ORDER == (2, 1, 3, 0)


def test_folders_are_walked_through_by_several_helpers_in_order(folder, helpers):
    found = run(folder, str(folder / "files"), str(folder / "changed.pdf"), "--json", "--jobs", "2")
    objects = [fits(json.loads(line)) for line in found.stdout.splitlines()]
    assert [(Path(item["file"]).name, item["clean"]) for item in objects] == [
        ("GOOD2.PDF", True),
        ("good.pdf", True),
        ("changed.pdf", False),
    ]
    assert found.return_value == 1


def test_more_files_than_helpers_take_at_a_time_keep_their_order(folder):
    names = [str(folder / name) for name in ("broken.pdf", "unsigned.pdf")] * 8
    found = run(folder, *names, "--json", "--jobs", "1")
    assert [json.loads(line)["file"] for line in found.stdout.splitlines()] == names


def test_revocation_lists_at_hand_close_what_was_open(folder):
    given = [
        str(folder / "bare.pdf"),
        "--json",
        "--crl",
        str(folder / "root.crl"),
        "--crl",
        str(folder / "issuing.crl"),
    ]
    found = run(folder, *given, "--offline")
    (signature,) = json.loads(found.stdout)["signatures"]
    assert (found.return_value, signature["level"]) == (0, "PAdES-BASELINE-T")  # what was handed in is not in the file


def test_a_trusted_list_judges_whether_it_is_qualified(folder, tmp_path):
    at = (folder / "at").read_text()
    world = ListWorld.create(_small_world().NOW)
    location = next(place for place in world.files if "lotl" not in place.lower())
    (tmp_path / "list.xml").write_bytes(world.files[location])
    found = run(folder, str(folder / "files/good.pdf"), "--json", "--trusted-list", str(tmp_path / "list.xml"))
    assert found.return_value == 0
    assert json.loads(found.stdout)["signatures"][0]["qualification"] == "advanced at most, not qualified"
    late = run(
        folder, str(folder / "files/good.pdf"), "--json", "--at", at.replace("2026", "2036"),
        "--trusted-list", str(tmp_path / "list.xml"),
    )  # fmt: skip
    assert "trusted_list_stale" in json.loads(late.stdout)["findings"]
    assert json.loads(late.stdout)["signatures"][0]["qualification"] == "indeterminate"


def test_people_read_it_in_german_or_english(folder, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    german = run(folder, str(folder / "files/good.pdf")).stdout
    assert german.startswith("SANDBOX: Vertrauensdienste sind nachgestellt")
    assert f"{folder / 'files/good.pdf'}: gültig und unverändert" in german
    assert "Niveau              fortgeschritten" in german
    assert "Anlage contract.json: unterschrieben" in german
    english = run(folder, str(folder / "changed.pdf"), "--lang", "en").stdout
    assert f"{folder / 'changed.pdf'}: NOT VALID" in english
    assert "what was signed was changed" in english


def test_without_trust_it_is_said_that_nobody_is_trusted(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run(folder, str(folder / "files/good.pdf"), "--lang", "en", trust=False)
    assert (found.return_value, found.stderr) == (
        3,
        "note: without --trust nobody is trusted; every chain of certificates stays open\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--trust", "nowhere.pem"), "cli.file_unreadable"),
        (("--trust", "broken.pdf"), "cli.file_unreadable"),
        (("--trust", "empty"), "cli.file_unreadable"),
        (("--crl", "broken.pdf"), "cli.file_unreadable"),
        (("--trusted-list", "broken.pdf"), "validation.trusted_list.malformed"),
        (("--at", "yesterday"), "cli.usage"),
        (("--at", "0001-01-01T00:00:00+14:00"), "cli.usage"),
        (("empty",), "cli.usage"),
    ],
)
def test_wrong_use_is_status_2_and_nothing_is_verified(folder, monkeypatch, arguments, code):
    monkeypatch.chdir(folder)
    found = run(folder, "files/good.pdf", *arguments, "--json")
    assert (found.return_value, found.stdout) == (2, "")
    assert found.stderr.startswith("error: ") and f"({code})" in found.stderr


def test_nothing_in_a_file_steers_the_terminal(folder):
    verdict = in_process(b"", trust=None, material=None, at=_small_world().NOW, name="a\x1b[2Jb\u202ecod.pdf\nc: valid")
    assert all(line.isprintable() for line in lines(verdict, "en"))


def test_the_bar_is_for_terminals_only(folder):
    found = run(folder, str(folder / "broken.pdf"), str(folder / "unsigned.pdf"), "--json")
    assert "[" not in found.stderr


def test_on_a_terminal_the_bar_shows_how_far_it_is_and_leaves_the_answers_alone(folder):
    """Standard error is a terminal here; standard output, where programs read, is not."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "esign.cli", "verify", str(folder / "unsigned.pdf"), str(folder / "broken.pdf")]
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        found = subprocess.run([*command, "--json"], stdout=subprocess.PIPE, stderr=theirs, check=False)
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the end of a terminal that nobody writes to any more
            while part := terminal.read(4096):
                shown += part
    assert b"] 1/2" in shown
    assert shown.endswith(b"\r\x1b[K")
    assert [json.loads(line)["outcome"] for line in found.stdout.splitlines()] == ["no signature", "clean_error"]
    assert found.returncode == 2


def test_what_cannot_be_looked_into_is_told_and_not_left_out(folder, tmp_path, monkeypatch):
    (tmp_path / "good.pdf").write_bytes((folder / "files" / "good.pdf").read_bytes())
    (tmp_path / "lost.pdf").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.PDF")
    walk, closed = os.walk, PermissionError(13, "closed", str(tmp_path / "closed"))

    def with_a_closed_folder(path, onerror):
        onerror(closed)
        return walk(path, onerror=onerror)

    monkeypatch.setattr(os, "walk", with_a_closed_folder)
    found = run(folder, str(tmp_path), "--json")
    told = {Path(each["file"]).name: each["outcome"] for each in map(json.loads, found.stdout.splitlines())}
    assert told == {"closed": "clean_error", "good.pdf": "ok", "lost.pdf": "clean_error", "pipe.PDF": "clean_error"}
    assert found.return_value == 2


def heeding_interruptions() -> None:
    """A shell's job in the background ignores interruptions, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_who_interrupts_gets_status_130_and_no_helper_is_left(folder, tmp_path):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(300):
        (many / f"{number:03}.pdf").write_bytes((folder / "files" / "good.pdf").read_bytes())
    command = [sys.executable, "-m", "esign.cli", "verify", str(many), "--trust", str(folder / "trust"), "--jobs", "1"]
    process = subprocess.Popen(
        [*command, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heeding_interruptions,
    )
    first = process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    rest, errors = process.communicate(timeout=120)
    assert (process.returncode, errors.strip()) == (130, "")
    assert all(json.loads(line)["outcome"] == "ok" for line in (first, *rest.splitlines()))
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_trust_anchor_that_is_not_there_is_named(folder):
    found = run(folder, str(folder / "bare.pdf"), "--trust", "nowhere.pem", trust=False)
    assert (found.return_value, found.stdout) == (2, "")
    assert "[file: nowhere.pem] (cli.file_unreadable)" in found.stderr


def test_a_handed_list_that_cannot_be_used_is_named(folder):
    found = run(folder, str(folder / "bare.pdf"), "--trusted-list", str(folder / "broken.pdf"))
    assert (found.return_value, found.stdout) == (2, "")
    assert f"file: {folder / 'broken.pdf'}] (validation.trusted_list.malformed)" in found.stderr
