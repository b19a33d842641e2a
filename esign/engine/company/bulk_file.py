"""A file of rows (CSV), read strictly: what it is encoded in, how it is divided, and rows of a bounded number and size.

What is given out again never begins like a formula, so that no spreadsheet carries it out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from esign.engine.refusals import EngineError

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 1000
MAX_COLUMNS = 80
MAX_CELL = 2000
_DELIMITERS = (";", ",", "\t")
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
    """``utf-8`` or ``windows-1252``."""
    delimiter: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def read_table(data: bytes) -> Table:
    """Return the rows of a file.

    1. UTF-8 with or without mark; what is none is taken as Windows-1252, and that is said.  2. The delimiter is the one
    of semicolon, comma and tabulator that divides the first line most.  3. Rows of nothing are left out.

    Raises:
        BulkFileRefused: Too large, in no such encoding, no header, a column without a name or named twice, no rows, too
            many of them, a quotation that does not end.
    """
    if len(data) > MAX_BYTES:
        raise BulkFileRefused("too large", reason="size", limit=MAX_BYTES)
    encoding, text = _decoded(data)
    if "\0" in text:
        raise BulkFileRefused("no text", reason="encoding")
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    columns: tuple[str, ...] = ()
    begin = 1
    try:
        for cells in reader:
            number, begin = begin, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
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
