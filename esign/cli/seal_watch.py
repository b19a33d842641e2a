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


@dataclass(frozen=True, slots=True)
class RecordWishes:
    """When evidence records are made: after so many documents, or so many seconds after the first of them."""

    after: int
    within: float


def seal_what_comes(
    batch: FolderBatch,
    folders: Folders,
    speaker: Speaker,
    *,
    jobs: int,
    settle: float,
    stop: threading.Event,
    wishes: RecordWishes | None,
) -> int:
    """Seal until stopped; returns the exit status: 0, or 1 if documents were set aside, or have no evidence record."""
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

    records = None
    if wishes is not None:
        records = batch.watched_proof(told=speaker.proved_or_not, after=wishes.after, within=wishes.within)

    def told(results: Sequence[ItemResult], counts: Counts) -> None:
        speaker.told(results, counts)
        if records is not None:
            records.add(results)
        for result in results:
            hot.put_away(result, line_of(result, sandbox=speaker.sandbox))

    counts = batch.watch(hot.blocks(stop), jobs=jobs, told=told, stop=stop, records=records)
    proven = records is None or records.finish()
    speaker.ended(counts)
    return 1 if counts.set_aside or not proven else 0
