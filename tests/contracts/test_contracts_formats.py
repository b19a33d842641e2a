"""Amounts, days and numbers as people write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esign.contracts.formats import add_months, day, iban, money, months, notice, number, quantity, whole_money
from esign.contracts.price import rounded


@pytest.mark.parametrize(
    ("cents", "german", "english"),
    [
        (0, "0,00\u00a0€", "€0.00"),
        (5, "0,05\u00a0€", "€0.05"),
        (104656, "1.046,56\u00a0€", "€1,046.56"),
        (123456789, "1.234.567,89\u00a0€", "€1,234,567.89"),
    ],
)
def test_money(cents: int, german: str, english: str) -> None:
    assert (money(cents, "de"), money(cents, "en")) == (german, english)


def test_whole_euro_lose_their_zeros_only_where_asked() -> None:
    assert (whole_money(6000000, "de"), whole_money(6000050, "de")) == ("60.000\u00a0€", "60.000,50\u00a0€")


def test_days_months_quantities() -> None:
    assert (day(date(2027, 1, 2), "de"), day(date(2027, 1, 2), "en")) == ("02.01.2027", "2\u00a0January\u00a02027")
    assert (months(1, "de"), months(12, "de"), months(12, "en")) == ("1\u00a0Monat", "12\u00a0Monate", "12\u00a0months")
    assert (notice(1, "de"), notice(3, "de"), notice(24, "de")) == ("einem Monat", "drei Monaten", "24\u00a0Monaten")
    assert quantity(Decimal("31.42"), "ct/kWh", "de", 2) == "31,42\u00a0ct/kWh"
    assert number(2800, "de") == "2.800"
    assert iban("DE00100200300012345678").split("\u00a0") == ["DE00", "1002", "0030", "0012", "3456", "78"]


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_months_end_on_the_same_number_or_the_months_last_day(start: date, count: int, end: date) -> None:
    """BGB § 188 (2), (3)."""
    assert add_months(start, count) == end


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 600))
def test_adding_months_never_runs_over_into_the_month_after(start: date, count: int) -> None:
    end = add_months(start, count)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == count
    assert end.day <= start.day


@given(st.decimals(0, 10**9, places=4))
def test_rounding_is_commercial(value: Decimal) -> None:
    assert abs(Decimal(rounded(value)) - value) <= Decimal("0.5")
    assert rounded(Decimal("0.5")) == 1
    assert rounded(Decimal("1.5")) == 2
    assert rounded(Decimal("2.5")) == 3


@given(st.integers(0, 10**11))
def test_money_reads_back(cents: int) -> None:
    euro = money(cents, "de").removesuffix("\u00a0€").replace(".", "").replace(",", ".")
    assert Decimal(euro) * 100 == cents
