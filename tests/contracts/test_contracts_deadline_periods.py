"""The arithmetic of periods: vectors, and properties over thousands of days."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.cli.program import run
from esign.contracts.deadlines import (
    LAENDER,
    HolidayCalendar,
    Period,
    PeriodOutOfRange,
    acceptance_end,
    ends_at,
    latest_receipt,
    local_day,
    nominal_end,
    nominal_end_from_beginning,
    own_duty,
    period_answer,
    period_end,
    reminder_window,
)

VECTORS = [
    # id, trigger, months, days, consumer, trader, nominal, shifted with the holidays of both, exclusive instant
    # Computed by a script of its own with python-holidays 0.109; W, I, R, G as in the law sheet B.10.
    ("W01", "2026-11-18", 0, 14, "SN", "SN", "2026-12-02", "2026-12-02", "2026-12-02T23:00:00Z"),
    ("W02", "2026-11-28", 0, 14, "BE", "BE", "2026-12-12", "2026-12-14", "2026-12-14T23:00:00Z"),
    ("W03", "2026-11-22", 0, 14, "NW", "NW", "2026-12-06", "2026-12-07", "2026-12-07T23:00:00Z"),
    ("W05", "2026-12-17", 0, 14, "BY", "BY", "2026-12-31", "2026-12-31", "2026-12-31T23:00:00Z"),
    ("W06", "2026-12-18", 0, 14, "HH", "HH", "2027-01-01", "2027-01-04", "2027-01-04T23:00:00Z"),
    ("W10", "2026-04-17", 0, 14, "BE", "BE", "2026-05-01", "2026-05-04", "2026-05-04T22:00:00Z"),
    ("W12", "2026-05-21", 0, 14, "NW", "NW", "2026-06-04", "2026-06-05", "2026-06-05T22:00:00Z"),
    ("W13", "2026-05-21", 0, 14, "BE", "BE", "2026-06-04", "2026-06-04", "2026-06-04T22:00:00Z"),
    ("W14", "2026-11-04", 0, 14, "SN", "SN", "2026-11-18", "2026-11-19", "2026-11-19T23:00:00Z"),
    ("W18", "2028-02-15", 0, 14, "BW", "BW", "2028-02-29", "2028-02-29", "2028-02-29T23:00:00Z"),
    ("W20", "2026-11-16", 0, 14, "NW", "NW", "2026-11-30", "2026-11-30", "2026-11-30T23:00:00Z"),
    ("W21", "2026-11-05", 0, 14, "NW", "NW", "2026-11-19", "2026-11-19", "2026-11-19T23:00:00Z"),
    ("W22", "2026-11-20", 0, 14, "BE", "BE", "2026-12-04", "2026-12-04", "2026-12-04T23:00:00Z"),
    ("W23", "2026-07-10", 12, 14, "BE", "BE", "2027-07-24", "2027-07-26", "2027-07-26T22:00:00Z"),
    ("W25", "2027-07-09", 0, 14, "BE", "BE", "2027-07-23", "2027-07-23", "2027-07-23T22:00:00Z"),
    ("W28", "2026-04-30", 0, 14, "HH", "HH", "2026-05-14", "2026-05-15", "2026-05-15T22:00:00Z"),
    ("I01", "2026-11-13", 0, 14, "NW", "NW", "2026-11-27", "2026-11-27", "2026-11-27T23:00:00Z"),
    ("I02", "2026-11-13", 0, 14, "NW", "NW", "2026-11-27", "2026-11-27", "2026-11-27T23:00:00Z"),
    ("I04", "2026-11-22", 12, 14, "BE", "BE", "2027-12-06", "2027-12-06", "2027-12-06T23:00:00Z"),
    ("I06", "2026-08-31", 1, 0, "BE", "BE", "2026-09-30", "2026-09-30", "2026-09-30T22:00:00Z"),
    ("R02", "2026-12-05", 0, 30, "BE", "BE", "2027-01-04", "2027-01-04", "2027-01-04T23:00:00Z"),
    ("R03", "2026-12-01", 0, 14, "BE", "BE", "2026-12-15", "2026-12-15", "2026-12-15T23:00:00Z"),
    ("G01", "2027-01-31", 1, 0, "BE", "BE", "2027-02-28", "2027-03-01", "2027-03-01T23:00:00Z"),
    ("G03", "2027-01-31", 3, 0, "BE", "BE", "2027-04-30", "2027-04-30", "2027-04-30T22:00:00Z"),
]
TRIGGERS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
PERIODS = st.builds(Period, months=st.integers(0, 36), days=st.integers(1, 60))
CALENDARS = st.lists(st.sampled_from(LAENDER), min_size=1, max_size=2).map(HolidayCalendar.of)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector[0])
def test_every_vector_by_library_and_command(vector, capsys):
    _, trigger, months, days, consumer, trader, *expected = vector
    told = dict(zip(("nominal_end", "shifted_end", "expires_at"), expected, strict=True))
    end = period_end(
        date.fromisoformat(trigger), Period(months=months, days=days), HolidayCalendar.of([consumer, trader])
    )
    assert period_answer(end) == told
    command = ["deadline", "period", "--trigger", trigger, "--months", str(months), "--days", str(days)]
    assert run([*command, "--consumer", consumer, "--trader", trader, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == told


@settings(max_examples=2000, deadline=None)
@given(TRIGGERS, PERIODS, CALENDARS)
def test_a_shifted_period_never_ends_on_a_saturday_sunday_or_holiday_and_by_no_more_than_needed(day, period, calendar):
    end = period_end(day, period, calendar)
    assert end.shifted_end.weekday() < 5
    assert calendar.passed(end.shifted_end) is None
    assert end.shifted_end >= end.nominal_end
    between = (end.shifted_end - end.nominal_end).days
    assert [passed.day for passed in end.passed] == [end.nominal_end + timedelta(days=n) for n in range(between)]


@settings(max_examples=3000, deadline=None)
@given(TRIGGERS, PERIODS)
def test_the_nominal_end_is_that_of_another_librarys_calendar(day, period):
    assert nominal_end(day, period) == day + relativedelta(months=period.months) + relativedelta(days=period.days)


@settings(max_examples=1500, deadline=None)
@given(TRIGGERS, st.integers(0, 400), PERIODS, CALENDARS)
def test_a_later_event_never_ends_earlier(day, later, period, calendar):
    first, second = period_end(day, period, calendar), period_end(day + timedelta(days=later), period, calendar)
    assert first.nominal_end <= second.nominal_end
    assert first.shifted_end <= second.shifted_end
    assert first.expires_at <= second.expires_at


@settings(max_examples=1500, deadline=None)
@given(TRIGGERS, CALENDARS)
def test_fourteen_days_are_never_less_than_fourteen_full_days_after_the_day_of_the_event(day, calendar):
    end = period_end(day, Period(days=14), calendar)
    full = ends_at(end.nominal_end) - ends_at(day)
    assert abs(full - timedelta(days=14)) <= timedelta(
        hours=1
    )  # a night of daylight saving is an hour longer or shorter
    assert local_day(end.expires_at - timedelta(microseconds=1)) == end.shifted_end
    assert local_day(end.expires_at) == end.shifted_end + timedelta(days=1)


@settings(max_examples=1500, deadline=None)
@given(TRIGGERS, CALENDARS, CALENDARS)
def test_more_holidays_never_make_a_consumers_period_shorter(day, one, other):
    both = HolidayCalendar(places=one.places + other.places)
    assert period_end(day, Period(days=14), both).shifted_end >= max(
        period_end(day, Period(days=14), calendar).shifted_end for calendar in (one, other)
    )


@settings(max_examples=1500, deadline=None)
@given(TRIGGERS, PERIODS)
def test_notice_periods_are_never_shifted_and_the_day_found_is_the_last(end, notice):
    day = latest_receipt(end, notice)
    assert nominal_end(day, notice) <= end < nominal_end(day + timedelta(days=1), notice)
    assert own_duty(day, notice) == nominal_end(day, notice)


def test_a_months_notice_to_30_november_2026_is_received_on_a_saturday_at_the_latest():  # K01
    day = latest_receipt(date(2026, 11, 30), Period(months=1))
    assert (day, day.weekday()) == (date(2026, 10, 31), 5)


def test_an_offer_until_a_sunday_can_be_accepted_until_monday_midnight():  # A01
    end = acceptance_end(date(2026, 11, 29), HolidayCalendar.of(["BE"]))
    assert end.expires_at == datetime(2026, 11, 30, 23, tzinfo=UTC)


def test_the_reminder_of_a_financial_contract_is_due_from_the_first_to_the_seventh_day():  # F01
    window = reminder_window(date(2026, 11, 23))
    assert (window.first, window.last) == (date(2026, 11, 24), date(2026, 11, 30))


def test_the_day_of_an_instant_is_that_of_berlin():  # T05
    assert local_day(datetime(2026, 11, 30, 23, 30, tzinfo=UTC)) == date(2026, 12, 1)
    assert local_day(datetime(2026, 7, 31, 21, 59, 59, tzinfo=UTC)) == date(2026, 7, 31)
    assert local_day(datetime(2026, 7, 31, 22, tzinfo=UTC)) == date(2026, 8, 1)


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        ("2026-03-28", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("2026-03-29", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("2026-10-24", datetime(2026, 10, 24, 22, tzinfo=UTC)),
        ("2026-10-25", datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_daylight_saving_changes_the_hour_never_the_day(day, instant):
    assert ends_at(date.fromisoformat(day)) == instant


@pytest.mark.parametrize(
    ("trigger", "nominal", "shifted", "instant"),
    [
        ("2028-03-12", "2028-03-26", "2028-03-27", "2028-03-27T22:00:00Z"),  # ends on the Sunday on which it begins
        ("2028-10-15", "2028-10-29", "2028-10-30", "2028-10-30T23:00:00Z"),  # … on which it ends
        ("2028-03-26", "2028-04-09", "2028-04-10", "2028-04-10T22:00:00Z"),  # begins on that Sunday
        ("2028-10-29", "2028-11-12", "2028-11-13", "2028-11-13T23:00:00Z"),
    ],
)
def test_the_command_over_both_changes_of_the_hour(trigger, nominal, shifted, instant, capsys):
    where = ["--consumer", "BE", "--trader", "BE", "--json"]
    assert run(["deadline", "period", "--trigger", trigger, "--days", "14", *where]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["nominal_end"], told["shifted_end"], told["expires_at"]) == (nominal, shifted, instant)


@pytest.mark.parametrize(
    ("first", "months", "days", "end"),
    [
        ("2026-01-01", 0, 14, "2026-01-14"),
        ("2026-01-01", 1, 0, "2026-01-31"),
        ("2026-01-31", 1, 0, "2026-02-28"),
        ("2026-02-15", 12, 0, "2027-02-14"),
        ("2024-03-01", 24, 0, "2026-02-28"),
    ],
)
def test_a_period_from_the_beginning_of_a_day_counts_that_day_bgb_187_2(first, months, days, end):
    found = nominal_end_from_beginning(date.fromisoformat(first), Period(months=months, days=days))
    assert found == date.fromisoformat(end)


@pytest.mark.parametrize(("months", "days"), [(0, 0), (-1, 14), (0, -1), (1201, 0), (0, 36_526)])
def test_a_period_of_nothing_or_beyond_bounds_is_refused(months, days):
    with pytest.raises(PeriodOutOfRange):
        Period(months=months, days=days)


def test_days_outside_the_known_years_and_instants_without_zone_are_refused():
    for broken in (date(1990, 12, 31), date(2199, 12, 30), date.max):
        with pytest.raises(PeriodOutOfRange):
            period_end(broken, Period(days=14), HolidayCalendar.of(["BE"]))
    with pytest.raises(PeriodOutOfRange):
        local_day(datetime(2026, 11, 22))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"--consumer": "XX"}, "contracts.deadline.place"),
        ({"--days": "0"}, "contracts.deadline.range"),
        ({"--trigger": "1812-01-01"}, "contracts.deadline.range"),
    ],
)
def test_the_command_refuses_in_one_line(changed, code, capsys):
    given = {"--trigger": "2026-11-20", "--days": "14", "--consumer": "BE", "--trader": "BE"} | changed
    assert run(["deadline", "period", *(word for pair in given.items() for word in pair), "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1 and captured.err.endswith(f"({code})\n")


def test_wrong_use_of_the_command_is_exit_status_2(capsys):
    assert run(["deadline", "period", "--trigger", "2026-02-30", "--days", "1"]) == 2
