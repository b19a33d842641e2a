"""``esign seal``: what the options come to for the processes that seal."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from esign.cli import program, seal_watch
from esign.cli.seal_lines import progress
from esign.seal_works import FolderBatch, SealOrder
from esign.sealing.batches import Counts
from esign.sealing.invoices import InvoiceRules
from tests.sealing.helpers.seal_files import seal_file


def test_a_slow_batch_does_not_look_as_if_nothing_were_done() -> None:
    counts = Counts(listed=60, sealed=6, set_aside=0, complete=True)
    assert progress(counts, 10.0) == "[##..................] 6 of 60, 0 set aside, 0.6/s, 0:01:30 left"
    assert progress(replace(counts, sealed=30), 0.1).endswith(" 300/s, 0:00:00 left")


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[SealOrder]:
    """What was ordered; nothing is sealed."""
    monkeypatch.chdir(tmp_path)
    found: list[SealOrder] = []
    run = FolderBatch.run

    def ordered(batch: FolderBatch, items: Any, *, jobs: int, **more: Any) -> Any:
        found.append(batch.order)
        return run(batch, (), jobs=0, **more)

    def watched(batch: FolderBatch, *_: object, **__: object) -> int:
        found.append(batch.order)
        return 0

    monkeypatch.setattr(FolderBatch, "run", ordered)
    monkeypatch.setattr(seal_watch, "seal_what_comes", watched)
    seal_file(tmp_path / "key")
    (tmp_path / "real").mkdir()
    (tmp_path / "inbox").symlink_to("real")
    return found


def seal(*arguments: str) -> int:
    return program.run(["seal", "inbox", "--out", "out", "--device", "file:key/seal.p12", *arguments])


def test_a_watched_folder_is_read_within_and_named_ones_anywhere(orders: list[SealOrder], tmp_path: Path) -> None:
    assert (seal("--watch", "--policy", "none"), seal("--policy", "none")) == (0, 0)
    assert [order.within for order in orders] == [(os.fsencode(tmp_path / "real"),), ()]


def test_hosts_may_be_named_without_an_installation(orders: list[SealOrder]) -> None:
    assert seal("--policy", "none", "--fetch", "crl.example.com", "--fetch", "localhost:8082") == 0
    assert orders[0].revocation_hosts == ("crl.example.com", "localhost:8082")


def test_it_is_told_when_invoices_cannot_be_checked(
    orders: list[SealOrder], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert seal() == 0
    assert "einvoice" not in capsys.readouterr().err
    monkeypatch.setattr(InvoiceRules, "installed", staticmethod(lambda: False))
    assert (seal(), seal("--policy", "none")) == (0, 0)
    assert capsys.readouterr().err.count("pip install 'esign[einvoice]'") == 1
