"""``esign verify --report``: what lies in the folder afterwards, and that nothing there is overwritten."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from esign.cli import verify_reports
from esign.cli.verify import verify
from esign.signing.devices import SealNotValid
from esign.validation.reports import Maker

BROKEN = b"%PDF-1.7 and nothing"


@pytest.fixture
def files(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.delenv("ESIGN_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.pdf").write_bytes(BROKEN)
    return tmp_path


def run(*arguments: object):
    return CliRunner().invoke(verify, [*map(str, arguments), "--lang", "en"], standalone_mode=False)


def test_reports_are_written_for_each_file_and_files_of_one_name_are_numbered(files):
    found = run(files / "a", files / "b", "--report", files / "out")
    assert (found.exception, found.return_value) == (None, 2)
    names = {f"{stem}.report.{kind}" for stem in ("same", "same-2") for kind in ("pdf", "xml", "json")}
    assert {path.name for path in (files / "out").iterdir()} == names
    assert (files / "out" / "same.report.pdf").read_bytes().startswith(b"%PDF-")


def test_a_report_that_lies_there_is_refused_before_any_file_is_looked_into(files):
    (files / "out").mkdir()
    (files / "out" / "same.report.xml").write_text("kept")
    found = run(files / "a" / "same.pdf", "--report", files / "out")
    assert found.return_value == 2
    assert "(cli.file_unwritable)" in found.stderr
    assert found.stdout == ""
    assert [(path.name, path.read_text()) for path in (files / "out").iterdir()] == [("same.report.xml", "kept")]


def test_reports_on_a_file_that_is_named_twice_are_written_once(files):
    found = run(files / "a", files / "a" / "same.pdf", "--report", files / "out")
    assert (found.exception, found.return_value, found.stderr.count("error")) == (None, 2, 0)
    names = {f"same.report.{kind}" for kind in ("pdf", "xml", "json")}
    assert {path.name for path in (files / "out").iterdir()} == names


def test_a_name_that_is_no_text_and_steers_terminals_has_reports_and_steers_nothing(files):
    name = os.fsdecode(b"b\xff\x1b[2J.pdf")
    (files / "a" / name).write_bytes(BROKEN)
    found = run(files / "a" / name, "--report", files / "out")
    assert (found.exception, found.return_value) == (None, 2)
    (report,) = (files / "out").glob("*.json")
    assert json.loads(report.read_bytes())["document"]["name"] == "b\N{REPLACEMENT CHARACTER}\x1b[2J.pdf"
    again = run(files / "a" / name, "--report", files / "out")
    assert (again.return_value, "\x1b" in again.stderr, "(cli.file_unwritable)" in again.stderr) == (2, False, True)


def test_where_a_seal_is_configured_and_fails_no_report_is_written_and_the_verdict_is_told(files, monkeypatch):
    class Desk:
        def maker(self) -> Maker:
            return Maker(name="esign test")

        def seal(self, reports):
            raise SealNotValid("expired")

    monkeypatch.setattr(verify_reports, "_desk", lambda config: Desk())
    found = run(files / "a" / "same.pdf", "--report", files / "out")
    assert (found.return_value, list((files / "out").iterdir())) == (2, [])
    assert "(signing.seal.not_valid)" in found.stderr
    assert "cannot be read" in found.stdout
