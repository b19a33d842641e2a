"""A hot folder: complete files are taken as they come; what was sealed is put away or kept, the rest set aside.

A file is complete when nothing about it has changed for a while and nobody has it open for writing; one that is renamed
into the folder after it was written is so at once. Names of files that other programs are still writing are passed
over. The operating system tells of changes; because shares do not, the folder is looked through from time to time too.
"""

# Names are bytes as the system writes them, some of them no text; a Path has to be text:
# ruff: noqa: PTH116, PTH118, PTH119, PTH120

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from watchfiles import watch

from esign.sealing.batches import ItemResult, NewItem
from esign.sealing.batches.errors import InputChanged, InputMissing

SETTLE_SECONDS = 2.0
"""How long nothing may have changed about a file."""
LOOK_SECONDS = 10.0
"""After how long the folder is looked through although nobody told of a change."""
BLOCK = 500
UNFINISHED = (b".tmp", b".part", b".partial", b".crdownload", b".filepart", b".swp", b"~")
"""Ends of names of files that are still being written."""
_LATER = {InputChanged.code, InputMissing.code}
"""Not set aside: the file is looked at again when it has settled, or has gone."""

_log = logging.getLogger("esign.sealing")
_Stamp = tuple[int, int, int]


@dataclass(slots=True)
class _Seen:
    stamp: _Stamp
    since: float


@dataclass(slots=True, kw_only=True)
class HotFolder:
    """Folders into which documents are put to be sealed.

    Args:
        folders: Where documents come in.
        ignored: Folders that are not looked into, wherever they lie: that of the sealed documents, and the next two.
        set_aside: Where documents go that cannot be sealed, each with a file that says why.
        processed: Where sealed ones go; None: they stay.
        item: Makes what is sealed of a path and the folder in which it was found.
        settle: Seconds for which nothing may have changed.
        look: Seconds between two looks through everything.
    """

    folders: Sequence[bytes]
    ignored: Sequence[bytes]
    set_aside: Path
    processed: Path | None
    item: Callable[[bytes, bytes], NewItem]
    settle: float = SETTLE_SECONDS
    look: float = LOOK_SECONDS
    _waiting: dict[bytes, _Seen] = field(default_factory=dict)
    _taken: dict[bytes, _Stamp] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def blocks(self, stop: threading.Event) -> Iterator[Sequence[NewItem]]:
        """Return complete files as they come, until stopped."""
        again = 0.0
        for changed in self._changes(stop):
            now = time.monotonic()
            if not changed and not self._waiting and now < again:
                continue
            again = now + self.look
            block = []
            for item in self.complete(now):
                block.append(item)
                if len(block) == BLOCK:
                    yield block
                    block = []
            if block:
                yield block

    def complete(self, now: float) -> Iterator[NewItem]:
        """Look through the folders and return files that are complete and not taken yet.

        Args:
            now: Seconds of a clock that never goes back.
        """
        there: set[bytes] = set()
        for folder in self.folders:
            for path, found in self._files(folder):
                there.add(path)
                stamp = _stamp(found)
                if self._taken.get(path) == stamp:
                    continue
                seen = self._waiting.get(path)
                if seen is None or seen.stamp != stamp:
                    seen = self._waiting[path] = _Seen(stamp, now)
                    quiet = time.time() - found.st_mtime
                else:
                    quiet = max(now - seen.since, time.time() - found.st_mtime)
                if quiet >= self.settle and not _being_written(path):
                    del self._waiting[path]
                    with self._lock:
                        self._taken[path] = stamp
                    yield self.item(path, folder)
        with self._lock:
            for gone in [path for path in self._taken if path not in there]:
                del self._taken[gone]
        for gone in [path for path in self._waiting if path not in there]:
            del self._waiting[gone]

    def put_away(self, result: ItemResult, line: dict[str, object]) -> None:
        """Move what was worked on out of the folder, as it was asked for; told on the log if that cannot be done.

        Args:
            result: What became of it.
            line: What is said about it, for the file beside it.
        """
        path = result.item.source
        if result.code in _LATER:
            with self._lock:
                self._taken.pop(path, None)
            return
        try:
            if self._exchanged(path):
                return
            if result.sealed:
                if self.processed is not None:
                    self._move(path, os.fsencode(self.processed), result.item.output)
                return
            moved = self._move(path, os.fsencode(self.set_aside), result.item.output)
            _write_new(moved, b".reason.json", json.dumps(line, ensure_ascii=False, indent=2) + "\n")
        except FileNotFoundError:
            pass  # somebody took it away
        except OSError as error:
            _log.error("a processed file cannot be moved", extra={"item": result.item.number, "errno": error.errno})

    def _exchanged(self, path: bytes) -> bool:
        """Tell whether another file has the name of the one that was worked on; it is looked at anew then."""
        found = os.lstat(path)
        with self._lock:
            stamp = self._taken.get(path)
            if stamp is None or stat.S_ISLNK(found.st_mode) or stamp == _stamp(found):
                return False
            del self._taken[path]
        return True

    def _changes(self, stop: threading.Event) -> Iterator[bool]:
        """Return now and then, with True where the system told of a change."""
        yield True
        while not stop.is_set():
            try:
                for changes in watch(
                    *(os.fsdecode(folder) for folder in self.folders),
                    stop_event=stop,
                    rust_timeout=500,
                    yield_on_timeout=True,
                    debounce=400,
                    step=100,
                    raise_interrupt=False,
                ):
                    if stop.is_set():
                        return
                    yield bool(changes)
            except (OSError, RuntimeError) as error:  # the folder went away, or too many are watched
                _log.warning("changes are not told by the system", extra={"why": type(error).__name__})
                stop.wait(1.0)
                yield False

    def _files(self, folder: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
        waiting = [folder]
        while waiting:
            current = waiting.pop()
            try:
                with os.scandir(current) as entries:
                    for entry in entries:
                        name = entry.name
                        if name.startswith((b".", b"~")) or name.lower().endswith(UNFINISHED):
                            continue
                        if entry.is_dir(follow_symlinks=False):
                            if not any(_same(entry.path, each) for each in self.ignored):
                                waiting.append(entry.path)
                            continue
                        with suppress(FileNotFoundError):
                            yield entry.path, entry.stat()
            except OSError as error:
                _log.error("a folder cannot be read", extra={"errno": error.errno})

    def _move(self, path: bytes, folder: bytes, output: bytes) -> bytes:
        """Move a file into a folder, under a name that is free; the structure below the hot folder is kept."""
        name = os.path.join(folder, os.path.dirname(output), os.path.basename(path))
        os.makedirs(os.path.dirname(name), exist_ok=True)  # noqa: PTH103 - see above
        for number in range(2, 10_000):
            try:
                os.link(path, name)
            except FileExistsError:
                stem, dot, kind = os.path.basename(path).rpartition(b".")
                free = stem + b"~%d" % number + dot + kind if dot else kind + b"~%d" % number
                name = os.path.join(os.path.dirname(name), free)
            except OSError as error:
                if error.errno not in (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP):
                    raise
                shutil.move(os.fsdecode(path), os.fsdecode(name))
                return name
            else:
                os.unlink(path)  # noqa: PTH108 - see above
                return name
        raise OSError(errno.EEXIST, "no free name")


def _stamp(found: os.stat_result) -> _Stamp:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _write_new(beside: bytes, kind: bytes, content: str) -> None:
    """Write a file that was not there: whoever fills the hot folder chooses names, and could have put a link there."""
    for number in range(1, 10_000):
        name = beside + (b"~%d" % number if number > 1 else b"") + kind
        try:
            handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        return
    raise OSError(errno.EEXIST, "no free name")


def _same(one: bytes, other: bytes) -> bool:
    try:
        return os.path.samestat(os.stat(one), os.stat(other))
    except OSError:
        return False


def _being_written(path: bytes) -> bool:
    """Tell whether somebody has a file open for writing, where the system knows that."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False  # whoever reads it will tell
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN  # other errors: leases are not to be had here
    finally:
        os.close(handle)
    return False
