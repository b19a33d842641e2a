"""``esign seal --watch``: what comes into folders is sealed until somebody stops it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from esign.cli.seal_inputs import Inputs
from esign.cli.seal_lines import Speaker, line_of
from esign.seal_works import FolderBatch
from esign.seal_works.hot_folder import HotFolder
from esign.sealing.batches import Counts, ItemResult


@dataclass(frozen=True, slots=True)
class Folders:
    """Where documents come in and where they go."""

    watched: Sequence[str]
    out: Path
    set_aside: Path
    processed: Path | None
    base: Path | None


def seal_what_comes(
    batch: FolderBatch, folders: Folders, speaker: Speaker, *, jobs: int, settle: float, stop: threading.Event
) -> int:
    """Seal until stopped; returns the exit status: 0, or 1 if documents were set aside."""
    names = Inputs(
        (), sys.stdin.buffer, os.fsencode(folders.out), None if folders.base is None else os.fsencode(folders.base)
    )
    hot = HotFolder(
        folders=[os.fsencode(path) for path in folders.watched],
        ignored=[os.fsencode(each) for each in (folders.out, folders.set_aside, folders.processed) if each is not None],
        set_aside=folders.set_aside,
        processed=folders.processed,
        item=names.within,
        settle=settle,
    )

    def told(results: Sequence[ItemResult], counts: Counts) -> None:
        speaker.told(results, counts)
        for result in results:
            hot.put_away(result, line_of(result, sandbox=speaker.sandbox))

    counts = batch.watch(hot.blocks(stop), jobs=jobs, told=told, stop=stop)
    speaker.ended(counts)
    return 1 if counts.set_aside else 0
