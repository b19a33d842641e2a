"""Reference data held in memory: postal codes and bank codes, from compact files or the bundled sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from esign.forms.errors import ReferenceFileMalformed, ReferenceFileTooLarge
from esign.forms.laender import LETTERS
from esign.forms.ports import Bank

MAX_BYTES = 16 * 1024 * 1024
"""The largest compact file that is read."""
POSTAL_HEAD = "# esign postal codes 2"
OLD_POSTAL_HEAD = "# esign postal codes 1"
"""Head of files of before the Länder: they are read on, and no Land is known from them."""
BANK_HEAD = "# esign bank codes 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceTables:
    """Postal codes and bank codes; implements the port :class:`esign.forms.ports.ReferenceData`."""

    postal_codes: Mapping[str, tuple[str, ...]]
    banks: Mapping[str, Bank]
    laender: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def towns(self, postal_code: str) -> tuple[str, ...]:
        """Return the towns of a postal code; empty if it is not known."""
        return self.postal_codes.get(postal_code, ())

    def laender_of(self, postal_code: str) -> tuple[str, ...]:
        """Return the letters of the Länder in which a postal code lies; empty if that is not known."""
        return self.laender.get(postal_code, ())

    def bank(self, bank_code: str) -> Bank | None:
        """Return the bank of a bank code, or None if it is not known."""
        return self.banks.get(bank_code)

    @classmethod
    def read(cls, *, postal_codes: bytes | None = None, banks: bytes | None = None) -> ReferenceTables:
        """Return the tables of compact files; where one is missing, the bundled sample stands in.

        Raises:
            ReferenceFileMalformed: Not a file that ``esign forms import-…`` wrote.
        """
        codes = _sample("postal-codes.tsv") if postal_codes is None else postal_codes
        return cls(
            postal_codes=read_postal_codes(codes),
            laender=read_laender(codes),
            banks=read_banks(_sample("bank-codes.tsv") if banks is None else banks),
        )


@cache
def sample_reference() -> ReferenceTables:
    """Return the bundled sample: the places and the bank of the sample contracts, and a few real ones."""
    return ReferenceTables.read()


def write_postal_codes(
    codes: Mapping[str, tuple[str, ...]], laender: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> bytes:
    """Return the compact file of postal codes: a line each, code, towns and Länder parted by semicolons, with tabs.

    Args:
        codes: Towns of each postal code.
        laender: Letters of the Länder of each postal code, where they are known.
    """
    rows = (f"{code}\t{';'.join(codes[code])}\t{';'.join(laender.get(code, ()))}" for code in sorted(codes))
    lines = [POSTAL_HEAD, *rows]
    return ("\n".join(lines) + "\n").encode()


def read_postal_codes(data: bytes) -> Mapping[str, tuple[str, ...]]:
    """Return the postal codes of a compact file.

    Raises:
        ReferenceFileMalformed: Not such a file.
    """
    return MappingProxyType({row[0]: tuple(row[1].split(";")) for row in _postal_rows(data)})


def read_laender(data: bytes) -> Mapping[str, tuple[str, ...]]:
    """Return the Länder of the postal codes of a compact file; those of which none is known are left out.

    Raises:
        ReferenceFileMalformed: Not such a file.
    """
    found = {row[0]: tuple(row[2].split(";")) for row in _postal_rows(data) if len(row) > 2 and row[2]}
    return MappingProxyType(found)


def _postal_rows(data: bytes) -> list[list[str]]:
    old = data.startswith(OLD_POSTAL_HEAD.encode() + b"\n")
    rows = _rows(data, OLD_POSTAL_HEAD if old else POSTAL_HEAD, 2 if old else 3)
    for row in rows:
        if len(row[0]) != 5 or not (row[0].isascii() and row[0].isdigit()) or not row[1]:
            raise ReferenceFileMalformed("a line is not a postal code with its towns")
        if len(row) > 2 and not all(land in LETTERS for land in row[2].split(";") if row[2]):
            raise ReferenceFileMalformed("a line names what is not a Land")
    return rows


def write_banks(banks: Mapping[str, Bank]) -> bytes:
    """Return the compact file of bank codes: a line each, code, name, town, BIC, parted by tabs."""
    rows = (f"{code}\t{banks[code].name}\t{banks[code].town}\t{banks[code].bic or ''}" for code in sorted(banks))
    return ("\n".join([BANK_HEAD, *rows]) + "\n").encode()


def read_banks(data: bytes) -> Mapping[str, Bank]:
    """Return the banks of a compact file.

    Raises:
        ReferenceFileMalformed: Not such a file.
    """
    rows = _rows(data, BANK_HEAD, 4)
    for row in rows:
        if len(row[0]) != 8 or not (row[0].isascii() and row[0].isdigit()) or not row[1]:
            raise ReferenceFileMalformed("a line is not a bank code with its bank")
    return MappingProxyType({row[0]: Bank(name=row[1], town=row[2], bic=row[3] or None) for row in rows})


def _rows(data: bytes, head: str, columns: int) -> list[list[str]]:
    if len(data) > MAX_BYTES:
        raise ReferenceFileTooLarge("the file is too large", limit=MAX_BYTES)
    try:
        first, *lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ReferenceFileMalformed("not text in UTF-8") from error
    if first.strip() != head:
        raise ReferenceFileMalformed("the first line does not say what the file is")
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    if any(len(row) != columns or not all(part.isprintable() for part in row) for row in rows):
        raise ReferenceFileMalformed("a line has the wrong number of columns", columns=columns)
    return rows


def _sample(name: str) -> bytes:
    return files("esign.forms").joinpath("sample").joinpath(name).read_bytes()
