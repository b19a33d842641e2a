"""Documents in folders: read once, written where nobody sees them, given out by name at once and as a whole.

A sealed document is written to a file without a name in the folder where it shall stand, brought to the disk, and then
linked to its name, which fails where something has that name: nothing is overwritten, and what stands under a name is
whole. A process that is killed before leaves nothing behind. Where the file system knows no files without names (NFS,
some shares), a hidden one beside it is used. Then the folder itself is brought to the disk, once for many documents.
"""

# Names are bytes as the system writes them, some of them no text; a Path has to be text:

from __future__ import annotations

import errno
import hashlib
import mmap
import os
import secrets
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn

from esign.foundation.errors import EsignError
from esign.sealing.batches.errors import (
    InputChanged,
    InputMissing,
    InputNotAFile,
    InputUnreadable,
    OutputDiskFull,
    OutputExists,
    OutputNameUnusable,
    OutputUnwritable,
)
from esign.sealing.batches.ports import Buffer, Document, Staged
from esign.store.seal_folder_calls import PIECE, lies_within, open_file, publish, read_all, write_all
from esign.store.seal_folder_tree import FolderTree, apart

LARGE = 32 << 20
"""Bytes from which a document is copied to the disk first and mapped from there, instead of being held in memory."""
JOURNAL = b".esign-seal"
"""Folder of the journal: no sealed document stands in it, or in its place."""
PART_PREFIX = b".esign-"
PART_SUFFIX = b".part"
"""Hidden files that a killed process may leave where there are none without names; they are swept."""

_NO_NAMELESS = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BAD_NAME = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EILSEQ, errno.EINVAL, errno.ELOOP}
_PROC = "/proc/self/fd"


@dataclass(slots=True)
class FolderDocument:
    """A document as it was read.

    Args:
        data: Its bytes: its own, or mapped from a copy that nobody else can reach.
        part: That copy, where the document is large: the sealed one is made of it.
    """

    data: Buffer
    part: _Part | None = None
    mapped: mmap.mmap | None = None
    mode: int = 0o644
    """Who may read the sealed one: nobody who may not read the document."""

    def close(self) -> None:
        """Let it go."""
        if self.mapped is not None:
            with suppress(BufferError):  # somebody still looks at it; it goes with them
                if isinstance(self.data, memoryview):
                    self.data.release()
                self.mapped.close()
            self.mapped = None
        if self.part is not None:
            self.part.close()
            self.part = None


@dataclass(slots=True)
class _Part:
    """A file that is being written, open."""

    handle: int
    folder: bytes
    """Where it shall stand, below the output folder."""
    hidden: bytes | None
    """Its name, where the file system wants one."""
    beside: int = -1
    """A handle of its own of the folder where it has that name."""

    def close(self) -> None:
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1
        if self.hidden is not None:
            with suppress(OSError):
                os.unlink(self.hidden, dir_fd=self.beside)
            self.hidden = None
        if self.beside >= 0:
            os.close(self.beside)
            self.beside = -1


@dataclass(slots=True)
class StagedFile:
    """A sealed document that is written and not given out yet."""

    name: bytes
    part: _Part


@dataclass(slots=True)
class FolderDocuments:
    """Reads documents anywhere and gives sealed ones out below a folder. One object serves one thread.

    Args:
        out: The folder.
        large: Bytes from which a document is not held in memory.
        within: Folders, without links in their paths, outside of which nothing is read: where others put documents, a
            link among them must not lead to what only we may read. Empty: anywhere.
    """

    out: bytes
    large: int = LARGE
    within: tuple[bytes, ...] = ()
    _tree: FolderTree = field(init=False)
    _touched: set[int] = field(default_factory=set)
    _proc: int | None = None

    def __post_init__(self) -> None:
        self._tree = FolderTree(self.out)

    def read(self, source: bytes, output: bytes) -> Document:
        """Read a document.

        Raises:
            InputError: It cannot be had.
            OutputError: It is large, and its copy cannot be written.
        """
        try:
            handle = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError):
            raise InputMissing from None
        except (OSError, ValueError) as error:
            raise InputUnreadable(errno=getattr(error, "errno", None) or 0) from error
        try:
            looked = os.fstat(handle)
            if not stat.S_ISREG(looked.st_mode):
                raise InputNotAFile
            if self.within and not lies_within(handle, source, self.within):
                raise InputNotAFile("a link leads out of the folder")
            mode = looked.st_mode & 0o666 | 0o600
            if looked.st_size >= self.large:
                document = self._copy(handle, output, mode)
            else:
                document = FolderDocument(read_all(handle, looked.st_size), mode=mode)
            after = os.fstat(handle)
            if (after.st_size, after.st_mtime_ns, len(document.data)) != (
                looked.st_size,
                looked.st_mtime_ns,
                looked.st_size,
            ):
                document.close()
                raise InputChanged
            return document
        except OSError as error:
            raise InputUnreadable(errno=error.errno or 0) from error
        finally:
            os.close(handle)

    def stage(self, document: Document, tail: bytes, output: bytes) -> Staged:
        """Write a sealed document where nobody sees it yet; the disk begins to write at once.

        Raises:
            OutputError: It cannot be written.
        """
        part = document.part if isinstance(document, FolderDocument) else None
        try:
            if part is None:
                part = self._begin(output, getattr(document, "mode", 0o644))
                write_all(part.handle, document.data, tail)
            else:
                document.part = None  # type: ignore[attr-defined]  # from here on it is the sealed document's
                os.lseek(part.handle, 0, os.SEEK_END)
                write_all(part.handle, tail)
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(part.handle, 0, 0, os.POSIX_FADV_DONTNEED)
        except OSError as error:
            if part is not None:
                part.close()
            _refuse(error)
        return StagedFile(output, part)

    def settle(self, staged: Sequence[Staged]) -> Mapping[bytes, EsignError]:
        """Bring all to the disk; returns those that failed by output name."""
        failed: dict[bytes, EsignError] = {}
        for each in staged:
            try:
                os.fsync(_file(each).part.handle)
            except OSError as error:
                failed[each.name] = _reason(error)
        return failed

    def release(self, staged: Staged) -> None:
        """Give a settled document out under its name.

        Raises:
            OutputExists: Something has that name.
            OutputError: It cannot be.
        """
        part = _file(staged).part
        name = staged.name.rpartition(b"/")[2]
        try:
            folder = self._tree.held(part.folder)
            if part.hidden is None:
                os.link(str(part.handle), name, src_dir_fd=self._descriptors(), dst_dir_fd=folder)
            else:
                publish(part.hidden, name, beside=part.beside, folder=folder)
                part.hidden = None
        except FileExistsError:
            raise OutputExists from None
        except OSError as error:
            _refuse(error)
        self._touched.add(folder)

    def confirm(self) -> None:
        """Bring the names that were given out to the disk.

        Raises:
            OutputError: The disk failed.
        """
        touched, self._touched = self._touched, set()
        try:
            for folder in touched:
                os.fsync(folder)
        except OSError as error:
            _refuse(error)
        finally:
            self._tree.forget_retired()

    def digest(self, output: bytes) -> bytes | None:
        """Return the SHA-256 of what has an output name; None: nothing has, or it is no file that can be read."""
        try:
            with os.fdopen(self._found(output), "rb") as file:
                return hashlib.file_digest(file, "sha256").digest()
        except OSError:
            return None

    def content(self, output: bytes, most: int) -> bytes | None:
        """Return what has an output name, so many bytes at the most; None: nothing has, or no file that can be read."""
        try:
            with os.fdopen(self._found(output), "rb") as file:
                return file.read(most)
        except OSError:
            return None

    def exists(self, output: bytes) -> bool:
        """Return whether something has an output name."""
        try:
            folder, name = apart(output)
            os.stat(name, dir_fd=self._tree.reach(folder, make=False), follow_symlinks=False)
        except OSError:
            return False
        return True

    def discard(self, staged: Staged) -> None:
        """Let a written document go; also after it was given out."""
        _file(staged).part.close()

    def close(self) -> None:
        """Close the folders."""
        self._tree.close()
        if self._proc is not None:
            os.close(self._proc)
            self._proc = None

    def sweep(self) -> int:
        """Remove hidden parts that killed processes have left; returns how many. Nobody may be working here."""
        found = 0
        for _, _, names, folder in os.fwalk(self.out):
            for name in names:
                if _is_ours(name):
                    with suppress(OSError):
                        os.unlink(name, dir_fd=folder)
                        found += 1
        return found

    def _begin(self, output: bytes, mode: int) -> _Part:
        folder, name = apart(output)
        if _is_ours(name) or output.partition(b"/")[0].lower() == JOURNAL:
            raise OutputNameUnusable("a name that this program keeps for itself")
        self._tree.forget(keep=self._touched)
        above = self._tree.reach(folder)
        try:
            handle = os.open(b".", os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, mode, dir_fd=above)
        except (OSError, AttributeError) as error:
            if getattr(error, "errno", errno.EOPNOTSUPP) not in _NO_NAMELESS:
                raise
            hidden = PART_PREFIX + secrets.token_hex(8).encode() + PART_SUFFIX
            handle = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode, dir_fd=above)
            return _Part(handle, folder, hidden, os.dup(above))
        return _Part(handle, folder, None)

    def _copy(self, handle: int, output: bytes, mode: int) -> FolderDocument:
        try:
            part = self._begin(output, mode)
        except OSError as error:
            _refuse(error)
        try:
            size = 0
            while piece := os.read(handle, PIECE):
                try:
                    write_all(part.handle, piece)
                except OSError as error:
                    _refuse(error)
                size += len(piece)
            mapped = mmap.mmap(part.handle, size, access=mmap.ACCESS_READ) if size else None
        except BaseException:
            part.close()
            raise
        return FolderDocument(memoryview(mapped) if mapped is not None else b"", part, mapped, mode)

    def _found(self, output: bytes) -> int:
        """Return a handle of the file that has an output name; of nothing that a link leads to."""
        folder, name = apart(output)
        return open_file(name, folder=self._tree.reach(folder, make=False))

    def _descriptors(self) -> int:
        if self._proc is None:
            self._proc = os.open(_PROC, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return self._proc


def _is_ours(name: bytes) -> bool:
    """Tell whether a name is one of a hidden part: it would be swept."""
    return name.startswith(PART_PREFIX) and name.endswith(PART_SUFFIX)


def _file(staged: Staged) -> StagedFile:
    if not isinstance(staged, StagedFile):
        raise TypeError("written by another store")
    return staged


def _reason(error: OSError) -> EsignError:
    if error.errno in _FULL:
        return OutputDiskFull()
    if error.errno in _BAD_NAME:
        return OutputNameUnusable()
    if error.errno == errno.EEXIST:
        return OutputExists()
    return OutputUnwritable(errno=error.errno or 0)


def _refuse(error: OSError) -> NoReturn:
    raise _reason(error) from error
