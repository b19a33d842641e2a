"""``docs/verify.md``: its examples are run, its table of findings is complete."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from esign.cli.verify import verify
from esign.validation.findings import FindingKind
from esign.validation.verdict import words
from esign.validation.verdict.signature_verdict import SPOKEN

PAGE = Path(__file__).parents[2] / "docs" / "verify.md"


def _load(name: str, path: Path) -> Any:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    from tests.validation.test_verdict_own_files import added_page, changed_byte

    small = _load("esign_tests_small_world", PAGE.parents[1] / "tests" / "pades" / "small_world.py")
    folder, walked = tmp_path_factory.mktemp("docs"), small.walk()
    (folder / "contract.pdf").write_bytes(walked.finished)
    (folder / "changed.pdf").write_bytes(changed_byte(walked.finished))
    (folder / "page-added.pdf").write_bytes(added_page(walked.finished))
    (folder / "letter.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    (folder / "trust").mkdir()
    small.write_pem(folder / "trust" / "root.pem", walked.world.root.der)
    return folder


def test_the_examples_say_what_the_command_says(place, monkeypatch):
    monkeypatch.chdir(place)
    monkeypatch.delenv("ESIGN_CONFIG", raising=False)
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    examples = [part for block in blocks for part in re.split(r"(?m)^\$ ", block)[1:]]
    assert len(examples) == 4
    for example in examples:
        command, _, output = example.partition("\n")
        program, name, *arguments = shlex.split(command)
        assert (program, name) == ("esign", "verify")
        found = CliRunner().invoke(verify, arguments, standalone_mode=False)
        assert found.exception is None
        assert found.stdout == output, command


def test_the_example_in_python_runs(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    exec(compile(block, "docs/verify.md", "exec"), {})
    assert "Erika Mustermann SANDBOX" in capsys.readouterr().out


def test_the_table_of_findings_is_complete():
    rows = dict(re.findall(r"(?m)^\| `([a-z_]+)` \| (.+) \|$", PAGE.read_text("utf-8")))
    assert rows == {kind.value: words.FINDING[kind]["en"] for kind in FindingKind if kind not in SPOKEN}
