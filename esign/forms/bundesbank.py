"""Reads the Deutsche Bundesbank's file of bank codes (Bankleitzahlendatei, fixed width, 168 characters a line)."""

from __future__ import annotations

from collections.abc import Mapping

from esign.forms.errors import ReferenceFileMalformed, ReferenceFileTooLarge
from esign.forms.ports import Bank

MAX_BYTES = 16 * 1024 * 1024
"""The largest file that is read. The Bundesbank's has about 3 MiB."""
WIDTH = 168
"""Characters of a line. Source: Deutsche Bundesbank, Merkblatt Bankleitzahlendatei, record layout."""
_CODE, _LEADS, _NAME, _TOWN = slice(0, 8), 8, slice(9, 67), slice(72, 107)
_SHORT, _BIC, _DELETED = slice(107, 134), slice(139, 150), 159


def read_bundesbank(data: bytes) -> Mapping[str, Bank]:
    """Return the bank of each bank code; only rows that lead their code, and that are not to be deleted.

    Raises:
        ReferenceFileTooLarge: Larger than such files are.
        ReferenceFileMalformed: Not such a file.
    """
    if len(data) > MAX_BYTES:
        raise ReferenceFileTooLarge("the file is too large", limit=MAX_BYTES)
    found: dict[str, Bank] = {}
    for line in data.decode("iso-8859-1").split("\n"):
        row = line.rstrip("\r\x1a")
        if not row:
            continue
        if len(row) != WIDTH or not row.isprintable() or not (row[_CODE].isascii() and row[_CODE].isdigit()):
            raise ReferenceFileMalformed("a line has not the layout of the Bundesbank's file", width=len(row))
        if row[_LEADS] == "1" and row[_DELETED] != "1":
            found[row[_CODE]] = _bank(row)
    if not found:
        raise ReferenceFileMalformed("the file holds no bank code")
    return found


def _bank(row: str) -> Bank:
    name = row[_SHORT].strip() or row[_NAME].strip()
    bic = row[_BIC].strip()
    return Bank(name=name or "–", town=row[_TOWN].strip(), bic=bic if len(bic) in (8, 11) and bic.isalnum() else None)
