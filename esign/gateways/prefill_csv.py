"""A file with a header and a line for each customer."""

from __future__ import annotations

import codecs
import csv
import io
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from esign.gateways.errors import PrefillFileMalformed, PrefillUnavailable

MAX_BYTES = 64 * 1024 * 1024
"""The largest file that is read."""
_MAX_CELL = 4000


@dataclass(slots=True)
class _Read:
    """The file as it was read."""

    stamp: tuple[int, int, int] = (0, 0, -1)
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    indexes: dict[tuple[str, ...], dict[tuple[str, ...], list[int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvSource:
    """Reads the file anew when it has changed. One line that does not fit refuses the whole file: cells that slipped
    would show one person another one's data.
    """

    file: Path
    encoding: str
    delimiter: str
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    _read: _Read = field(default_factory=_Read, repr=False, compare=False)

    @classmethod
    def of(cls, table: Mapping[str, Any], folder: Path) -> Self:
        """Return the source of a table of the configuration.

        Raises:
            ValueError: A member cannot be used.
            KeyError: One is missing.
        """
        try:
            encoding = codecs.lookup(str(table["encoding"])).name
        except LookupError as error:
            if "encoding" not in table:
                raise ValueError("encoding is missing: it is never guessed") from error
            raise ValueError("there is no such encoding") from error
        delimiter = str(table.get("delimiter", ";"))
        if len(delimiter) != 1 or delimiter in '"\r\n' or not delimiter.isascii():
            raise ValueError("the delimiter is one character; it is never guessed")
        return cls(file=folder / str(table["file"]), encoding=encoding, delimiter=delimiter)

    def prepared(self, query: object, parts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Return which part of the key stands in which column.

        Raises:
            ValueError: Not a table with exactly these parts.
        """
        if not isinstance(query, Mapping) or set(query) != set(parts):
            raise ValueError(f"a table says in which column each of {', '.join(parts)} stands")
        return tuple((part, str(query[part])) for part in parts)

    def find(self, query: tuple[tuple[str, str], ...], key: Mapping[str, str]) -> Mapping[str, object] | None:
        """Return the one line of a key; None: there is none, or there are several."""
        columns = tuple(column for _, column in query)
        wanted = tuple(_plain(key[part]) for part, _ in query)
        if not all(wanted):
            return None
        with self._lock:
            read = self._current()
            if columns not in read.indexes:
                read.indexes[columns] = self._index(read, columns)
            lines = read.indexes[columns].get(wanted, [])
            return dict(zip(read.header, read.rows[lines[0]], strict=True)) if len(lines) == 1 else None

    def check(self) -> None:
        """Look whether the file is there and of its form."""
        with self._lock:
            self._current()

    def _current(self) -> _Read:
        read = self._read
        try:
            found = self.file.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            if stamp == read.stamp:
                return read
            if found.st_size > MAX_BYTES:
                raise PrefillFileMalformed("the file is too large", limit=MAX_BYTES)
            text = self.file.read_bytes().decode(self.encoding)
        except OSError as error:
            raise PrefillUnavailable("the file cannot be read", file=self.file.name) from error
        except UnicodeDecodeError as error:
            raise PrefillFileMalformed("not text of the stated encoding", file=self.file.name) from error
        read.header, read.rows = self._parsed(text.removeprefix("\ufeff"))
        read.indexes = {}
        read.stamp = stamp
        return read

    def _parsed(self, text: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        if "\0" in text:
            raise PrefillFileMalformed("a character that no text has", file=self.file.name)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter, strict=True)
        rows: list[tuple[str, ...]] = []
        header: tuple[str, ...] = ()
        try:
            for row in lines:
                if not row:
                    continue
                if not header:
                    header = tuple(cell.strip() for cell in row)
                    if len(set(header)) != len(header) or not all(header):
                        raise PrefillFileMalformed("a column has no name, or the name of another", file=self.file.name)
                    continue
                if len(row) != len(header) or any(len(cell) > _MAX_CELL for cell in row):
                    raise PrefillFileMalformed(
                        "a line has other columns than the header", file=self.file.name, line=lines.line_num
                    )
                rows.append(tuple(cell.strip() for cell in row))
        except csv.Error as error:
            raise PrefillFileMalformed("not CSV", file=self.file.name, line=lines.line_num) from error
        if not header:
            raise PrefillFileMalformed("the file has no header", file=self.file.name)
        return header, tuple(rows)

    def _index(self, read: _Read, columns: tuple[str, ...]) -> dict[tuple[str, ...], list[int]]:
        if missing := [column for column in columns if column not in read.header]:
            raise PrefillFileMalformed("a column is missing", file=self.file.name, columns=len(missing))
        places = [read.header.index(column) for column in columns]
        found: dict[tuple[str, ...], list[int]] = {}
        for number, row in enumerate(read.rows):
            found.setdefault(tuple(_plain(row[place]) for place in places), []).append(number)
        return found


def _plain(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())
