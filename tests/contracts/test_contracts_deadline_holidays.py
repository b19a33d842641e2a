"""Holidays of 2026, typed by hand as the statutes of the Länder have them: the package is not its own oracle.

Typed from knowledge of the statutes and the table of the law sheet (B.10), not read beside their official text.
"""

from datetime import date, timedelta

import pytest

from esign.contracts.deadlines import LAENDER, HolidayCalendar, PlaceUnknown, nominal_end
from esign.contracts.deadlines.periods import Period

EVERYWHERE = """
2026-01-01 Neujahr
2026-04-03 Karfreitag
2026-04-06 Ostermontag
2026-05-01 Erster Mai
2026-05-14 Christi Himmelfahrt
2026-05-25 Pfingstmontag
2026-10-03 Tag der Deutschen Einheit
2026-12-25 Erster Weihnachtstag
2026-12-26 Zweiter Weihnachtstag
"""
"""Feiertagsgesetze of all Länder; 3 October: Unification Treaty Art. 2 (2). Easter Sunday 2026 is 5 April."""

OF_THE_LAND = {
    "BW": ["2026-01-06", "2026-06-04", "2026-11-01"],  # FTG § 1
    "BY": ["2026-01-06", "2026-06-04", "2026-08-08", "2026-08-15", "2026-11-01"],  # BayFTG Art. 1; two are municipal
    "BE": ["2026-03-08"],  # Gesetz über die Sonn- und Feiertage § 1
    "BB": ["2026-04-05", "2026-05-24", "2026-10-31"],  # FTG § 2, Easter and Whit Sunday by name
    "HB": ["2026-10-31"],  # SFTG § 2
    "HH": ["2026-10-31"],  # FeiertagsG § 1
    "HE": ["2026-06-04"],  # HFeiertagsG § 1
    "MV": ["2026-03-08", "2026-10-31"],  # FTG M-V § 2
    "NI": ["2026-10-31"],  # NFeiertagsG § 2
    "NW": ["2026-06-04", "2026-11-01"],  # Feiertagsgesetz NW § 2
    "RP": ["2026-06-04", "2026-11-01"],  # LFtG § 2
    "SL": ["2026-06-04", "2026-08-15", "2026-11-01"],  # SFG § 2
    "SN": ["2026-06-04", "2026-10-31", "2026-11-18"],  # SächsSFG § 1; Corpus Christi is municipal
    "ST": ["2026-01-06", "2026-10-31"],  # FeiertagsG LSA § 2
    "SH": ["2026-10-31"],  # SFTG § 2
    "TH": ["2026-06-04", "2026-09-20", "2026-10-31"],  # ThürFGtG § 2; Corpus Christi is municipal
}
SUNDAYS_BY_NAME = {"2026-04-05", "2026-05-24"}


@pytest.mark.parametrize("land", LAENDER)
def test_the_holidays_of_2026_are_those_of_the_statutes(land):
    expected = {line.split()[0] for line in EVERYWHERE.strip().splitlines()} | set(OF_THE_LAND[land])
    calendar = HolidayCalendar.of([land])
    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    found = {day.isoformat() for day in year if (p := calendar.passed(day)) and p.reason == "public_holiday"}
    assert found == expected


@pytest.mark.parametrize("land", LAENDER)
def test_every_land_has_its_row(land):
    assert land in OF_THE_LAND
    assert len(OF_THE_LAND) == len(LAENDER) == 16


@pytest.mark.parametrize("day", ["2026-12-24", "2026-12-31"])
def test_christmas_eve_and_new_years_eve_are_working_days_everywhere(day):
    assert HolidayCalendar.everywhere().is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("place", "day", "holiday"),
    [
        ("BY", "2028-08-08", True),
        ("BY:Augsburg", "2028-08-08", True),
        ("BY:München", "2028-08-08", False),
        ("BY:München", "2028-08-15", True),
        ("BY:Nürnberg", "2028-08-15", False),
        ("BY:Hinterdorf", "2028-08-15", True),
        ("SN:Dresden", "2028-06-15", True),
        ("BE", "2028-06-15", False),
    ],
)
def test_a_municipal_holiday_is_assumed_unless_the_municipality_is_known_not_to_observe_it(place, day, holiday):
    assert (not HolidayCalendar.of([place]).is_working_day(date.fromisoformat(day))) is holiday


def test_the_holiday_of_a_single_year_counts_in_its_land_only():
    assert HolidayCalendar.of(["BE"]).passed(date(2025, 5, 8)) is not None
    assert HolidayCalendar.of(["BB"]).passed(date(2025, 5, 8)) is None


def test_the_holidays_of_both_laender_are_united():
    end = nominal_end(date(2026, 11, 4), Period(days=14))
    both, passed = HolidayCalendar.of(["BE", "SN"]).next_working_day(end)
    assert (both, [day.name for day in passed]) == (date(2026, 11, 19), ["Buß- und Bettag"])
    assert HolidayCalendar.of(["BE", "BB"]).next_working_day(end) == (end, ())


@pytest.mark.parametrize("place", ["XX", "", "by", "BY Augsburg", "NW:Augsburg", "AT"])
def test_what_is_no_land_is_refused(place):
    with pytest.raises(PlaceUnknown):
        HolidayCalendar.of([place])
