"""The table that Python and JavaScript share, and what check digits promise."""

from __future__ import annotations

import json
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.forms import sample_reference
from esign.forms.messages import message_policy, messages
from esign.forms.plausibility import ARGUMENTS, CHECKERS, Question
from esign.forms.plausibility.contact import meant_domain, one_slip
from esign.forms.plausibility.health import institution_digit, insured_digit
from esign.forms.plausibility.tax import mod_11_10

TABLE = json.loads(Path(__file__).with_name("plausibility.json").read_text("utf-8"))
DAY = date(2026, 11, 20)
digits = st.text("0123456789", min_size=10, max_size=10)


def question(**arguments):
    return Question(day=DAY, reference=sample_reference(), arguments=arguments)


def codes(checker, value, **arguments):
    return [found.code for found in CHECKERS[checker](value, question(**arguments)).found]


@pytest.mark.parametrize("row", TABLE["rows"], ids=lambda row: f"{row['check']}:{row['value']}")
def test_table(row):
    day = date.fromisoformat(row.get("day", TABLE["day"]))
    asked = Question(day=day, reference=sample_reference(), arguments=row.get("arguments", {}))
    result = CHECKERS[row["check"]](row["value"], asked)
    assert [found.code for found in result.found] == row["finds"]
    assert result.value == row["keeps"]
    assert dict(result.parts) == row.get("parts", {})


def test_the_table_knows_the_bundled_sample():
    reference = sample_reference()
    assert {code: tuple(towns) for code, towns in TABLE["postal_codes"].items()} == dict(reference.postal_codes)
    assert {code: bank["name"] for code, bank in TABLE["banks"].items()} == {
        code: bank.name for code, bank in reference.banks.items()
    }


def test_every_checker_stands_in_the_table():
    assert {row["check"] for row in TABLE["rows"]} == set(CHECKERS)
    assert set(ARGUMENTS) <= set(CHECKERS)


def test_every_message_of_a_checker_is_met_in_the_table():
    met = {code for row in TABLE["rows"] for code in row["finds"]}
    general = {code for code in messages() if code.startswith("answer.")} | {"town.choose"}
    assert met | general == set(messages())


def test_messages_say_the_same_placeholders_in_both_languages():
    for item in messages().values():
        placeholders = [
            sorted(part[1] for part in string.Formatter().parse(text) if part[1]) for text in item.texts.values()
        ]
        assert placeholders[0] == placeholders[1], item.code


def test_the_file_of_messages_carries_test_cases():
    assert len(message_policy()["tests"]) >= 10


@settings(deadline=None)
@given(st.sampled_from(sorted(CHECKERS)), st.text(min_size=1, max_size=60))
def test_no_checker_falls_over_whatever_is_written(checker, value):
    result = CHECKERS[checker](value, question(postal_code="00124", limit="3", day="2026-01-01", years="18", value="x"))
    assert all(found.code in messages() for found in result.found)
    assert all(found.code.startswith(f"{checker}.") for found in result.found)


@settings(deadline=None)
@given(st.sampled_from(sorted(CHECKERS)), st.text(min_size=1, max_size=60))
def test_what_is_kept_is_kept_again(checker, value):
    asked = question(postal_code="00124", limit="3", day="2026-01-01", years="18", value="x")
    first = CHECKERS[checker](value, asked)
    if not any(messages()[found.code].severity == "error" for found in first.found) and checker != "amount":
        again = CHECKERS[checker](first.value, asked)
        assert again.value == first.value
        assert [found.code for found in again.found] == [found.code for found in first.found]


# --- check digits: what is valid stays valid; single wrong digits are caught where the scheme promises it


def other(digit, step):
    return str((int(digit) + step) % 10)


def changed(number, place, step):
    return number[:place] + other(number[place], step) + number[place + 1 :]


@settings(deadline=None)
@given(digits, digits, st.integers(0, 17), st.integers(1, 9))
def test_iban_catches_every_single_wrong_digit(bank, account, place, step):
    basic = bank[:8] + account
    number = f"{98 - int(basic + '131400') % 97:02d}{basic}"
    assert codes("iban", f"DE{number}") in (["iban.bank"], ["iban.bank_unknown"])
    assert codes("iban", "DE" + changed(number, place, step)) == ["iban.check_digits"]


@settings(deadline=None)
@given(digits, digits, st.integers(2, 18))
def test_iban_catches_neighbours_that_change_places(bank, account, place):
    basic = bank[:8] + account
    number = f"{98 - int(basic + '131400') % 97:02d}{basic}"
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        assert codes("iban", f"DE{swapped}") == ["iban.check_digits"]


@settings(deadline=None)
@given(digits, st.integers(0, 8), st.integers(1, 9))
def test_vat_id_catches_every_single_wrong_digit(start, place, step):
    base = f"{1 + int(start[0]) % 9}{start[1:8]}"
    number = f"{base}{mod_11_10(base)}"
    assert codes("vat_id", f"DE{number}") == []
    assert codes("vat_id", "DE" + changed(number, place, step)) in (["vat_id.check_digit"], ["vat_id.form"])


@settings(deadline=None)
@given(digits, st.integers(0, 10), st.integers(1, 9))
def test_tax_id_never_takes_a_single_wrong_digit(start, place, step):
    number = f"{start}{mod_11_10(start)}"
    if codes("tax_id", number) == []:
        assert codes("tax_id", changed(number, place, step)) != []


@settings(deadline=None)
@given(digits, st.integers(0, 10), st.integers(1, 9))
def test_market_location_catches_single_wrong_digits_but_five_at_even_places(start, place, step):
    odd, even = sum(map(int, start[0::2])), sum(map(int, start[1::2]))
    number = f"{start}{-(odd + 2 * even) % 10}"
    assert "market_location.check_digit" not in codes("market_location", number)
    caught = codes("market_location", changed(number, place, step)) == ["market_location.check_digit"]
    assert caught == (not (place % 2 == 1 and step == 5))


@settings(deadline=None)
@given(st.sampled_from(string.ascii_uppercase), digits, st.integers(1, 9), st.integers(1, 9))
def test_health_insurance_number_catches_every_single_wrong_digit(letter, start, place, step):
    base = f"{letter}{start[:8]}"
    number = f"{base}{insured_digit(base)}"
    assert codes("health_insurance_number", number) == []
    assert codes("health_insurance_number", changed(number, place, step)) == ["health_insurance_number.check_digit"]


@settings(deadline=None)
@given(digits, st.integers(0, 8), st.integers(1, 9))
def test_institution_code_catches_single_wrong_digits_behind_its_class(start, place, step):
    number = f"{start[:8]}{institution_digit(start[:8])}"
    assert codes("institution_code", number) == []
    caught = codes("institution_code", changed(number, place, step)) == ["institution_code.check_digit"]
    assert caught == (place >= 2)  # the first two digits are not part of the sum


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_of_the_calendar_is_taken_in_both_spellings(day):
    for written in (day.isoformat(), day.strftime("%d.%m.%Y"), f"{day.day}.{day.month}.{day.year:04d}"):
        result = CHECKERS["date"](written, question())
        assert (result.value, result.found) == (day.isoformat(), ())


@settings(deadline=None)
@given(st.integers(0, 99), st.integers(0, 99), st.integers(1900, 2199))
def test_days_that_the_calendar_does_not_have_are_refused(day, month, year):
    written = f"{day:02d}.{month:02d}.{year}"
    try:
        kept = date(year, month, day).isoformat()
    except ValueError:
        assert codes("date", written) == ["date.not_in_calendar"]
    else:
        assert CHECKERS["date"](written, question()).value == kept


@settings(deadline=None)
@given(st.integers(0, 999_999_999_999))
def test_integers_are_read_in_every_usual_spelling(number):
    for written in (str(number), f"{number:,}".replace(",", "."), f"{number:,}".replace(",", " ")):
        assert CHECKERS["integer"](written, question()).value == str(number)


@settings(deadline=None)
@given(st.integers(0, 99_999_999_999))
def test_amounts_are_kept_in_cents(cents):
    euro, rest = divmod(cents, 100)
    for written in (f"{euro},{rest:02d}", f"{euro:,}".replace(",", ".") + f",{rest:02d} €"):
        assert CHECKERS["amount"](written, question()).value == str(cents)


@settings(deadline=None)
@given(st.text("abcde.", min_size=1, max_size=8), st.text("abcde.", min_size=1, max_size=8))
def test_one_slip_goes_both_ways(left, right):
    assert one_slip(left, right) == one_slip(right, left)
    assert not one_slip(left, left)


def test_no_well_known_domain_is_taken_for_another():
    for domain in ("gmail.com", "gmx.de", "gmx.net", "web.de", "live.de", "aol.com", "yahoo.de", "hotmail.de"):
        assert meant_domain(domain) is None
