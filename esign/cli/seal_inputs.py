"""Which documents are meant: files, folders, patterns, a list; and the name of each sealed one.

A folder keeps its structure, a pattern what its wildcards stand for, a file its name. Nothing is left out without a
line: what cannot be listed becomes one with its code. Only hidden files and folders in a folder are passed over.
"""

# Names are bytes as the system writes them, some of them no text; a Path has to be text:
# ruff: noqa: PTH100, PTH112, PTH116, PTH119, PTH120, PTH207

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from esign.foundation.errors import EsignError
from esign.sealing.batches import NewItem
from esign.sealing.batches.errors import InputMissing, InputUnreadable, OutputNameUnusable

LIST = "-"
"""Stands for a list of paths on standard input: one a line, or divided by NUL."""
_MAGIC = b"*?["
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was given on the command line.

    Args:
        paths: As they were given.
        listed: Standard input, for ``-``.
        out: Folder of the sealed documents: it is not walked through, wherever it lies.
        base: Names of sealed documents keep what stands below this folder; None: see above.
    """

    paths: Sequence[str]
    listed: BinaryIO
    out: bytes
    base: bytes | None = None

    def __iter__(self) -> Iterator[NewItem]:
        for path in self.paths:
            if path == LIST:
                for line in _lines(self.listed):
                    yield from self._of(line)
            else:
                yield from self._of(os.fsencode(path))

    def within(self, path: bytes, folder: bytes) -> NewItem:
        """Return a file that was found in a folder."""
        return self._file(path, os.path.relpath(path, folder))

    def _of(self, path: bytes) -> Iterator[NewItem]:
        if os.path.isdir(path):
            yield from self._folder(path, path)
        elif os.path.lexists(path) or not any(sign in path for sign in _MAGIC):
            yield self._file(path, os.path.basename(path))
        else:
            yield from self._pattern(path)

    def _pattern(self, pattern: bytes) -> Iterator[NewItem]:
        fixed = _fixed(pattern)
        found = False
        for path in glob.iglob(pattern, recursive=True):
            found = True
            if os.path.isdir(path):
                if not pattern.endswith(b"**"):
                    yield from self._folder(path, fixed)
            else:
                yield self._file(path, os.path.relpath(path, fixed or b"."))
        if not found:
            yield _refused(pattern, InputMissing("nothing matches"))

    def _folder(self, folder: bytes, top: bytes) -> Iterator[NewItem]:
        waiting = [folder]
        while waiting:
            current = waiting.pop()
            try:
                if _same(current, self.out):
                    continue
                with os.scandir(current) as entries:
                    for entry in entries:
                        if entry.name.startswith(b"."):
                            continue
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        else:
                            yield self._file(entry.path, os.path.relpath(entry.path, top))
            except OSError as error:
                yield _refused(current, InputUnreadable(errno=error.errno or 0))

    def _file(self, path: bytes, name: bytes) -> NewItem:
        if self.base is not None:
            below = os.path.relpath(os.path.abspath(path), os.path.abspath(self.base))
            name = os.path.basename(path) if below == b".." or below.startswith(b"../") else below
        if name.lower().endswith(b".xml"):
            name += b".pdf"
        parts = name.split(b"/")
        if (
            not name
            or b"\x00" in path
            or any(part in (b"", b".", b"..") for part in parts)
            or parts[0] == b".esign-seal"
        ):
            return _refused(path, OutputNameUnusable())
        return NewItem(source=path, output=name)


def _refused(path: bytes, error: EsignError) -> NewItem:
    return NewItem(source=path, output=b"", code=error.code, detail=error.detail)


def _fixed(pattern: bytes) -> bytes:
    """Return the folder above the first wildcard."""
    parts = pattern.split(b"/")
    for number, part in enumerate(parts):
        if any(sign in part for sign in _MAGIC):
            return b"/".join(parts[:number]) or (b"/" if pattern.startswith(b"/") else b"")
    return os.path.dirname(pattern)


def _same(one: bytes, other: bytes) -> bool:
    try:
        return os.path.samestat(os.stat(one), os.stat(other))
    except FileNotFoundError:
        return False


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Return the paths of a list; divided by NUL if there is one in its first piece, else by line ends."""
    rest = b""
    divider: bytes | None = None
    while piece := file.read(_PIECE):
        rest += piece
        divider = divider or (b"\x00" if b"\x00" in rest else b"\n" if b"\n" in rest else None)
        if divider is not None:
            *whole, rest = rest.split(divider)
            yield from _cleaned(whole, divider)
    yield from _cleaned([rest], divider or b"\n")


def _cleaned(lines: Sequence[bytes], divider: bytes) -> Iterator[bytes]:
    for line in lines:
        path = line.removesuffix(b"\r") if divider == b"\n" else line
        if path:
            yield path
