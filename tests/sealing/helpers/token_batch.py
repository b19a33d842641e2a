"""A batch of four processes with a token, by itself in a process: prints each line's code, or why nothing began."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from esign.foundation.errors import EsignError
from esign.jobs import seal_processes
from esign.seal_works import FolderBatch, SealOrder, look_at_key
from esign.sealing.batches import NewItem


def main(folder: Path, device: str) -> None:
    seal_processes.MOST_DEATHS = 6  # four, and two that replace them
    order = SealOrder(device=device, out=folder / "out", chunk=2)
    items = [NewItem(source=bytes(path), output=path.name.encode()) for path in sorted((folder / "in").iterdir())]
    codes: list[str] = []
    try:
        look_at_key(order)  # as the command does
        with FolderBatch(order=order) as batch:
            batch.run(
                items, jobs=4, told=lambda lines, _: codes.extend(each.code for each in lines), stop=threading.Event()
            )
    except EsignError as error:
        codes = ["nothing began", error.code]
    print(json.dumps(codes))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
