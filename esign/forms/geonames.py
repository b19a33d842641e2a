"""Reads GeoNames' file of postal codes (``DE.txt`` or ``DE.zip``; CC BY 4.0, name the source where you use it)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping

from esign.forms.errors import ReferenceFileMalformed, ReferenceFileTooLarge
from esign.forms.laender import LETTERS, NAMES

MAX_BYTES = 64 * 1024 * 1024
"""The largest file that is read, unpacked. Germany's has about 2 MiB."""
COLUMNS = 12
"""Country, postal code, place name, three administrative levels with codes, latitude, longitude, accuracy."""
MAX_TOWNS = 100
"""Towns of one postal code."""
_COMPANY = (" gmbh", " ag", " kg", " mbh", " e.v.", " eg", " se", " ohg", " kgaa", " co.", " bank", " versicherung")


def read_geonames(data: bytes, country: str = "DE") -> Mapping[str, tuple[str, ...]]:
    """Return the towns of each postal code of a country.

    Codes of companies that receive much post carry the company's name as a place; such rows are left out.

    Args:
        data: The file as it is offered: tab separated text in UTF-8, or the zip that holds it.
        country: ISO 3166 code of the country that is read; rows of others are passed over.

    Raises:
        ReferenceFileTooLarge: Larger than such files are, also when unpacked.
        ReferenceFileMalformed: Not such a file, or none of its rows is of the country.
    """
    found: dict[str, list[str]] = {}
    for row in _rows(data, country):
        code, town = row[1].strip(), " ".join(row[2].split())
        if not _usable(code, town):
            continue
        towns = found.setdefault(code, [])
        if town not in towns and len(towns) < MAX_TOWNS:
            towns.append(town)
    if not found:
        raise ReferenceFileMalformed("the file holds no postal code of the country", country=country)
    return {code: tuple(sorted(towns)) for code, towns in sorted(found.items())}


def read_geonames_laender(data: bytes) -> Mapping[str, tuple[str, ...]]:
    """Return the letters of the Länder in which each German postal code lies, by all rows of it.

    A code of which one row names no Land that is known is left out: in which Länder it lies is then not known.

    Raises:
        ReferenceFileTooLarge: Larger than such files are, also when unpacked.
        ReferenceFileMalformed: Not such a file.
    """
    found: dict[str, set[str]] = {}
    for row in _rows(data, "DE"):
        found.setdefault(row[1].strip(), set()).add(_land(row[3], row[4]))
    return {code: tuple(sorted(lands)) for code, lands in sorted(found.items()) if "" not in lands}


def _land(name: str, letters: str) -> str:
    """Return a Land's letters where name and letters of a row do not contradict each other; empty otherwise."""
    by_name, by_letters = NAMES.get(" ".join(name.split()), ""), letters.strip() if letters.strip() in LETTERS else ""
    if by_name and by_letters and by_name != by_letters:
        return ""
    return by_name or by_letters


def _rows(data: bytes, country: str) -> Iterator[list[str]]:
    for line in _text(data, country).split("\n"):
        row = line.rstrip("\r").split("\t")
        if row == [""]:
            continue
        if len(row) != COLUMNS:
            raise ReferenceFileMalformed("a line has not the twelve columns of GeoNames", columns=len(row))
        if row[0] == country:
            yield row


def _usable(code: str, town: str) -> bool:
    if len(code) != 5 or not (code.isascii() and code.isdigit()):
        return False
    if not town or len(town) > 80 or ";" in town or not town.isprintable():
        return False
    return not any(f" {town.casefold()} ".replace(",", " ").find(f"{mark} ") >= 0 for mark in _COMPANY)


def _text(data: bytes, country: str) -> str:
    if len(data) > MAX_BYTES:
        raise ReferenceFileTooLarge("the file is too large", limit=MAX_BYTES)
    plain = _unpacked(data, f"{country}.txt") if data[:4] == b"PK\x03\x04" else data
    try:
        return plain.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReferenceFileMalformed("not text in UTF-8") from error


def _unpacked(data: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(name) as file:
            plain = file.read(MAX_BYTES + 1)
    except Exception as error:  # a foreign file: what zip and its compressions raise has no common base
        raise ReferenceFileMalformed("the zip cannot be unpacked, or holds no such file", member=name) from error
    if len(plain) > MAX_BYTES:
        raise ReferenceFileTooLarge("the file is too large when unpacked", limit=MAX_BYTES)
    return plain
