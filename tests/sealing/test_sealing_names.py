"""Names of documents are bytes: whatever the file system allows has one line, and nothing lands elsewhere."""

# Names are bytes as the system writes them, some of them no text; a Path has to be text:
# ruff: noqa: PTH103, PTH109, PTH118, PTH120, PTH123, PTH208

from __future__ import annotations

import base64
import contextlib
import io
import itertools
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from esign.cli import program
from esign.seal_works import FolderBatch
from tests.pdf.writer import page_objects, write
from tests.sealing.helpers.seal_files import seal_file

SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "docs/schemas/seal.schema.json").read_text("utf-8"))
)
DOCUMENT = write(page_objects())
ODD = [
    b"-",
    b"-rf",
    b"--out",
    b"--",
    b"\n",
    b"a\nb.pdf",
    b"a\r",
    b"\xff\xfe.pdf",
    b"\xed\xa0\x80",
    "\u2028\x85.pdf".encode(),
    "é.pdf".encode(),
    "e\u0301.pdf".encode(),
    "\u202egnp.pdf".encode(),
    b"n" * 251 + b".pdf",
    b"n" * 252 + b".PDF"[:3],
    b"n" * 251 + b".xml",
    b"a.xml",
    b"A.XML",
    b" ",
    b"a ",
    b"\\",
    b"%41",
    b"*.pdf",
    b"[a]?",
    b"~",
    b"$HOME",
    b"..x",
    b"...",
    b".hidden.pdf",
    b".esign-",
    b".esign-x.part",
    b".esign-0011223344556677.part",
    b".esign-seal",
    b".ESIGN-SEAL",
    b".esign-seal.pdf",
    b"journal.sqlite",
    b"journal.sqlite-wal",
    b"lock",
    b"a.pdf.ers",
    b"\x1b[2J.pdf",
    b'"quoted", {}',
]
PARTS = st.sampled_from(ODD) | st.binary(min_size=1, max_size=255).filter(lambda part: not {0, 0x2F} & set(part))
NAMES = st.lists(PARTS.filter(lambda part: part not in (b".", b"..")), min_size=1, max_size=3).map(b"/".join)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> str:
    return seal_file(tmp_path_factory.mktemp("key"))


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are sealed by threads of this process."""
    run = FolderBatch.run
    monkeypatch.setattr(FolderBatch, "run", lambda self, items, *, jobs, **more: run(self, items, jobs=0, **more))


class World:
    """Documents under odd names, an output folder, and everything else beside it."""

    def __init__(self, folder: Path, names: list[bytes], key: str) -> None:
        self.folder, self.key = os.fsencode(folder), key
        self.documents: dict[bytes, bytes] = {}
        for name in names:
            path = os.path.join(self.folder, b"in", name)
            with contextlib.suppress(OSError):  # what the file system does not allow is no document
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "xb") as file:
                    self.documents[name] = DOCUMENT + b"%%%d\n" % len(self.documents)
                    file.write(self.documents[name])

    def seal(self, paths: list[str], listed: bytes = b"") -> tuple[int, list[dict[str, Any]]]:
        """Run the command; returns its status and its lines, which are one each whatever stands in them."""
        said, before = io.StringIO(), (sys.stdin, os.getcwd())
        sys.stdin = SimpleNamespace(buffer=io.BytesIO(listed))  # type: ignore[assignment]  # all that is read of it
        os.chdir(self.folder)
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
                options = ["--out", "out", "--base", "in", "--json", "--device", self.key, "--policy", "none"]
                status = program.run(["seal", *options, "--", *paths])
        finally:
            sys.stdin = before[0]
            os.chdir(before[1])
        lines = [json.loads(line) for line in said.getvalue().split("\n") if line]
        for line in lines:
            assert not list(SCHEMA.iter_errors(line)), line
        return status, lines

    def there(self, below: bytes) -> dict[bytes, bytes]:
        """Everything below a folder that is no folder, but for the journal."""
        found = {}
        for folder, folders, names in os.walk(os.path.join(self.folder, below)):
            if folder == os.path.join(self.folder, b"out"):
                folders[:] = [each for each in folders if each != b".esign-seal"]
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, os.path.join(self.folder, below))] = file.read()
        return found


def name_of(line: dict[str, Any], word: str) -> bytes:
    """The name as it is."""
    plain = line[word]
    return base64.b64decode(line[f"{word}_bytes"]) if f"{word}_bytes" in line else (plain or "").encode()


def sealed_name(name: bytes) -> bytes | None:
    """The name of the sealed document; None: it may have none."""
    made = name + b".pdf" if name.lower().endswith(b".xml") else name
    last = made.rpartition(b"/")[2]
    reserved = made.partition(b"/")[0].lower() == b".esign-seal"
    part = last.startswith(b".esign-") and last.endswith(b".part")
    return None if reserved or part or len(last) > 255 else made


COUNT = itertools.count()


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(names=st.lists(NAMES, min_size=8, max_size=16, unique=True))
@example(names=ODD)
@example(names=[b"-d/" + name for name in ODD])
@example(names=[b".esign-seal/" + name for name in ODD] + [b".Esign-Seal/x", b"d/.esign-seal/x.pdf", b"..d/x.pdf"])
def test_every_name_has_one_line_and_nothing_lands_elsewhere(tmp_path: Path, key: str, names: list[bytes]) -> None:
    folder = tmp_path / str(next(COUNT))
    world = World(folder, names, key)
    inputs = world.there(b"in")
    assert inputs == world.documents
    expected = {name: sealed_name(name) for name in inputs}
    listed = b"\0".join(b"in/" + name for name in inputs) + b"\0"
    status, lines = world.seal(["-"], listed)
    assert status == (0 if None not in expected.values() else 1)
    assert sorted(name_of(line, "input") for line in lines) == sorted(b"in/" + name for name in inputs)
    said = {name_of(line, "input").removeprefix(b"in/"): line for line in lines}
    sealed = world.there(b"out")
    for name, line in said.items():
        output = expected[name]
        if output is None:
            assert (line["state"], line["error"]["code"], line["output"]) == ("set_aside", "sealing.output.name", None)
        else:
            assert (line["state"], name_of(line, "output")) == ("sealed", output)
            assert sealed[output].startswith(inputs[name]) and sealed[output] != inputs[name]
    assert sorted(sealed) == sorted(output for output in expected.values() if output is not None)
    assert world.there(b"in") == inputs
    assert set(os.listdir(folder)) == {"in", "out"}
    # Given again, as words of the command: nothing is swept, sealed a second time or overwritten.
    words = [os.fsdecode(b"in/" + name) for name in inputs]
    again_status, again = world.seal(words)
    assert (again_status, world.there(b"out")) == (status, sealed)
    assert [line["again"] for line in again] == [line["state"] == "sealed" for line in again]
    assert sorted(name_of(line, "input") for line in again) == sorted(b"in/" + name for name in inputs)


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8", "cp1252"])
def test_lines_are_json_whatever_standard_output_takes(
    tmp_path: Path, key: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["é.pdf".encode(), "漢字.pdf".encode(), "\U0001f600.pdf".encode(), b"\xff.pdf"]
    world = World(tmp_path / "w", names, key)
    written = io.BytesIO()
    monkeypatch.chdir(world.folder)
    with contextlib.redirect_stdout(io.TextIOWrapper(written, encoding=encoding, write_through=True)) as kept:
        assert program.run(["seal", "in", "--out", "out", "--json", "--device", key, "--policy", "none"]) == 0
    assert not kept.closed
    lines = [json.loads(line) for line in written.getvalue().decode("utf-8").split("\n") if line]
    assert sorted(name_of(line, "output") for line in lines) == sorted(names)
