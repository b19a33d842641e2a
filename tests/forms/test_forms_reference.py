"""Postal codes and bank codes: files from outside become compact files; anything else is refused."""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.cli.program import run
from esign.contracts.deadlines import LAENDER
from esign.forms import (
    ReferenceFileMalformed,
    ReferenceFileTooLarge,
    ReferenceTables,
    bundesbank,
    geonames,
    sample_reference,
)
from esign.forms.bundesbank import read_bundesbank
from esign.forms.geonames import read_geonames, read_geonames_laender
from esign.forms.laender import LETTERS
from esign.forms.ports import Bank
from esign.forms.reference import read_banks, read_postal_codes, write_banks, write_postal_codes

DATA = Path(__file__).parent / "data"
GEONAMES = (DATA / "DE.txt").read_bytes()
BANKS = (DATA / "blz-sample.txt").read_bytes()
TOWNS = {"00124": ("Beispielstadt",), "00127": ("Beispielstadt", "Musterau"), "00128": ("Probeheim",)}


def zipped(data, name="DE.txt", method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("readme.txt", "x")
        archive.writestr(name, data)
    return file.getvalue()


def test_geonames_rows_become_towns_without_companies_and_other_countries():
    assert read_geonames(GEONAMES) == TOWNS
    assert read_geonames(zipped(GEONAMES)) == TOWNS


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"a\tb\n",
        b"PK\x03\x04rest",
        zipped(GEONAMES, "AT.txt"),
        GEONAMES.replace(b"DE\t", b"CH\t"),
        b"\0" * 50,
    ],
    ids=["empty", "not text", "columns", "broken zip", "other file", "other country", "zeros"],
)
def test_what_is_no_file_of_geonames_is_refused(data):
    with pytest.raises(ReferenceFileMalformed) as caught:
        read_geonames(data)
    assert caught.value.code == "forms.reference_file"


def test_a_zip_that_unpacks_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(geonames, "MAX_BYTES", 100_000)
    with pytest.raises(ReferenceFileTooLarge):
        read_geonames(zipped(b"\0" * 5_000_000))
    with pytest.raises(ReferenceFileTooLarge):
        read_geonames(b"\0" * 100_001)


def test_bundesbank_rows_become_banks_of_leading_rows_that_stay():
    assert read_bundesbank(BANKS) == {
        "10020030": Bank(name="Musterbank Beispielstadt", town="Beispielstadt", bic="MUSTDEXXXXX"),
        "20030040": Bank(name="Größere Musterbank", town="Musterhafen", bic=None),
    }


@pytest.mark.parametrize("data", [b"", b"x\n", BANKS[:-3], BANKS.replace(b"10020030", b"1002003X")])
def test_what_is_no_file_of_the_bundesbank_is_refused(data):
    with pytest.raises(ReferenceFileMalformed):
        read_bundesbank(data)


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(bundesbank, "MAX_BYTES", 100)
    with pytest.raises(ReferenceFileTooLarge) as caught:
        read_bundesbank(BANKS)
    assert caught.value.code == "forms.reference_file.too_large"


def test_compact_files_read_back():
    assert dict(read_postal_codes(write_postal_codes(TOWNS))) == TOWNS
    banks = read_bundesbank(BANKS)
    assert dict(read_banks(write_banks(banks))) == banks


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# esign postal codes 3\n",
        b"# esign postal codes 2\n00124\tX\n",
        b"# esign postal codes 2\n00124\tX\tXX\n",
        b"# esign postal codes 1\n0012\tX\n",
        b"# esign postal codes 1\n00124\n",
        b"\xff",
    ],
)
def test_what_is_no_compact_file_is_refused(data):
    with pytest.raises(ReferenceFileMalformed):
        read_postal_codes(data)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_reader_falls_over(data):
    for read in (read_geonames, read_bundesbank, read_postal_codes, read_banks):
        for candidate in (
            data,
            b"# esign postal codes 1\n" + data,
            b"# esign postal codes 2\n" + data,
            b"PK\x03\x04" + data,
        ):
            try:
                read(candidate)
            except ReferenceFileMalformed:
                continue


@settings(deadline=None)
@given(st.integers(0, len(zipped(GEONAMES)) - 1), st.integers(1, 255))
def test_a_damaged_zip_is_read_or_refused(place, change):
    data = bytearray(zipped(GEONAMES))
    data[place] ^= change
    with contextlib.suppress(ReferenceFileMalformed):
        assert read_geonames(bytes(data))


def _row(code, town, land, letters=""):
    return f"DE\t{code}\t{town}\t{land}\t{letters}\t\t00\tKreis\t00000\t50.1\t10.2\t4\n"


def test_a_land_is_known_where_every_row_of_a_postal_code_names_one():
    """BGB § 193: what is not known for certain is not known."""
    rows = [
        _row("01067", "Dresden", "Sachsen", "SN"),
        _row("01945", "Grünewald", "Brandenburg", ""),
        _row("89081", "Ulm", "Baden-Württemberg", "BW"),
        _row("89081", "Neu-Ulm", "Bayern", "BY"),
        _row("10115", "Berlin", "Berlin", "BY"),
        _row("50667", "Köln", "Nordrhein-Westfalen", "07"),
        _row("50667", "Köln", "Irgendwo", "07"),
        _row("20095", "Hamburg", "Hamburg", "02"),
        _row("20095", "Versand GmbH", "Hamburg", "02"),
    ]
    data = "".join(rows).encode()
    laender = read_geonames_laender(data)
    assert laender == {"01067": ("SN",), "01945": ("BB",), "20095": ("HH",), "89081": ("BW", "BY")}
    tables = ReferenceTables.read(postal_codes=write_postal_codes(read_geonames(data), laender))
    assert tables.laender_of("01067") == ("SN",) and tables.laender_of("89081") == ("BW", "BY")
    assert tables.laender_of("10115") == tables.laender_of("99999") == ()


def test_files_of_before_the_laender_are_read_on_and_know_none():
    tables = ReferenceTables.read(postal_codes=b"# esign postal codes 1\n01067\tDresden\n")
    assert tables.towns("01067") == ("Dresden",)
    assert tables.laender_of("01067") == ()


def test_the_laender_are_those_of_the_holidays():
    assert frozenset(LAENDER) == LETTERS
    assert sample_reference().laender_of("80331") == ("BY",)
    assert sample_reference().laender_of("00124") == ()


def test_the_sample_stands_in_for_what_was_not_imported():
    tables = ReferenceTables.read(postal_codes=write_postal_codes(TOWNS))
    assert tables.towns("00127") == ("Beispielstadt", "Musterau")
    assert tables.towns("10115") == ()
    assert tables.bank("10020030") == sample_reference().bank("10020030")
    assert tables.bank("00000000") is None


def test_the_command_writes_the_file_whole_or_not_at_all(tmp_path, capsys):
    out = tmp_path / "codes.tsv"
    assert run(["forms", "import-postal-codes", str(DATA / "DE.txt"), "--out", str(out)]) == 0
    assert "3 postal codes, 1 with several towns, 0 in exactly one Land" in capsys.readouterr().out
    before = out.read_bytes()
    assert run(["forms", "import-postal-codes", str(DATA / "blz-sample.txt"), "--out", str(out)]) == 1
    assert "(forms.reference_file)" in capsys.readouterr().err
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["codes.tsv"]
    assert run(["forms", "import-bank-codes", str(DATA / "blz-sample.txt"), "--out", str(tmp_path / "b.tsv")]) == 0
    assert run(["forms", "import-bank-codes", str(tmp_path / "nothing"), "--out", str(out)]) == 1
    assert "(cli.file_unreadable)" in capsys.readouterr().err


def test_the_command_lists_the_forms_of_a_day(capsys):
    assert run(["forms", "list", "--date", "2026-06-18"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["forms", "list"]) == 0
    assert "electricity-supply\tversion 1\tfrom 2026-06-19\tStrom bestellen" in capsys.readouterr().out
