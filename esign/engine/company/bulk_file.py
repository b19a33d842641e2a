"""A file of rows (CSV), read strictly: its encoding, how it is divided, and rows of a bounded number and size.

What is given out again never begins like a formula, so that no spreadsheet carries it out.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from esign.engine.refusals import EngineError

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 1000
MAX_COLUMNS = 80
MAX_CELL = 2000
_DELIMITERS = (";", ",", "\t")
_SEPARATOR = re.compile(r"sep=([;,\t])\r?\n", re.IGNORECASE)
"""The line with which Excel names the delimiter."""
_QUOTED = re.compile(r'"[^"]*"')
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class BulkFileRefused(EngineError):
    """The file cannot be read as rows of contracts; the facts say why."""

    code = "engine.bulk.file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row as it stands in the file."""

    number: int
    """In the file, the header is 1; of a row over several lines the first."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file of rows."""

    encoding: str
    """``utf-8``, ``utf-16`` or ``windows-1252``; ``json`` where the rows came by the interface."""
    delimiter: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    def to_bytes(self) -> bytes:
        """Return the table as JSON, from which :meth:`from_bytes` makes it again."""
        lines = [[line.number, *line.cells] for line in self.lines]
        return json.dumps([self.encoding, self.delimiter, self.columns, lines]).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Table:
        """Return the table that :meth:`to_bytes` wrote."""
        encoding, delimiter, columns, lines = json.loads(data)
        rows = tuple(Line(number=number, cells=tuple(cells)) for number, *cells in lines)
        return cls(encoding=encoding, delimiter=delimiter, columns=tuple(columns), lines=rows)

    def examples(self, place: int, most: int = 3) -> tuple[str, ...]:
        """Return what stands in a column in the first rows in which something does."""
        cells = (line.cells[place] for line in self.lines if place < len(line.cells) and line.cells[place])
        return tuple(cell[:60] for cell in itertools.islice(cells, most))


def read_table(data: bytes) -> Table:
    """Return the rows of a file.

    1. UTF-8 with or without mark, UTF-16 with its mark; anything else is taken as Windows-1252, and that is said.
    2. The delimiter is the one of semicolon, comma and tabulator that divides the first line most, outside of quotation
    marks; a line ``sep=;`` before it (Excel) names it.  3. Rows of nothing are left out.

    Raises:
        BulkFileRefused: Too large, in no such encoding, no header, a column without a name or named twice, no rows, too
            many of them, a quotation that does not end.
    """
    if len(data) > MAX_BYTES:
        raise BulkFileRefused("too large", reason="size", limit=MAX_BYTES)
    encoding, text = _decoded(data)
    if "\0" in text:
        raise BulkFileRefused("no text", reason="encoding")
    named = _SEPARATOR.match(text)
    first = _QUOTED.sub("", next((line for line in text.splitlines() if line.strip()), ""))
    delimiter = named[1] if named else max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    columns: tuple[str, ...] = ()
    begin = 1
    try:
        for cells in reader:
            number, begin = begin, reader.line_num + 1
            if not any(cell.strip() for cell in cells) or (named and number == 1):
                continue
            if not columns:
                columns = _header(cells)
                continue
            if len(lines) >= MAX_ROWS:
                raise BulkFileRefused("too many rows", reason="rows", limit=MAX_ROWS)
            lines.append(Line(number=number, cells=tuple(cell[: MAX_CELL + 1].strip() for cell in cells)))
    except csv.Error as error:
        raise BulkFileRefused("not in the form of CSV", reason="form", line=begin) from error
    if not columns or not lines:
        raise BulkFileRefused("no rows", reason="empty")
    return Table(encoding=encoding, delimiter=delimiter, columns=columns, lines=tuple(lines))


def write_table(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV that spreadsheets open as they are: UTF-8 with mark, semicolons, no cell that is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet carries out. Source: OWASP, CSV injection."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return "utf-16", data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise BulkFileRefused("not UTF-16, though it says so", reason="encoding") from error
    try:
        return "utf-8", data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return "windows-1252", data.decode("windows-1252")
    except UnicodeDecodeError as error:
        raise BulkFileRefused("neither UTF-8 nor Windows-1252", reason="encoding") from error


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    names = tuple(cell.strip()[:120] for cell in cells)
    if len(names) > MAX_COLUMNS:
        raise BulkFileRefused("too many columns", reason="columns", limit=MAX_COLUMNS)
    if not all(names) or len({name.casefold() for name in names}) != len(names):
        raise BulkFileRefused("a column has no name, or two have the same", reason="header")
    return names
