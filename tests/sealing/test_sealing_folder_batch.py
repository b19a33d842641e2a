"""A batch from files to a folder, as the library runs it."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from esign.seal_works import FolderBatch, SealOrder, folder_batch
from esign.sealing.batches import NewItem
from tests.sealing.helpers.seal_files import seal_file


@pytest.mark.parametrize(("documents", "wanted"), [(1, 1), (200, 2), (201, 3), (600, 7)])
def test_as_many_processes_work_as_are_asked_for_where_there_is_work_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, documents: int, wanted: int
) -> None:
    counts: list[int] = []

    class Processes:
        def __init__(self, *, count: int, **_: Any) -> None:
            counts.append(count)

        def start(self) -> None:
            raise KeyboardInterrupt  # enough is known

    monkeypatch.setattr(folder_batch, "SealProcesses", Processes)
    order = SealOrder(device=seal_file(tmp_path / "key"), out=tmp_path / "out", chunk=100)
    items = [
        NewItem(source=os.fsencode(tmp_path / f"{each}.pdf"), output=b"%d.pdf" % each) for each in range(documents)
    ]
    with FolderBatch(order=order) as batch, pytest.raises(KeyboardInterrupt):
        batch.run(items, jobs=7, told=lambda *_: None, stop=threading.Event())
    assert counts == [wanted]
