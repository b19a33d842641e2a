"""Numbers of electricity meters and market locations."""

from __future__ import annotations

import re

from esign.forms.plausibility.result import Found, Question, Result, ascii_digits, compact, good, wrong

_METER = re.compile(r"[0-9A][A-Z]{3}[0-9]{10}", re.ASCII)
"""Kind of energy, maker (FLAG), then block and serial number. Source: DIN 43863-5."""


def meter_number(value: str, question: Question) -> Result:
    """The number on an electricity meter: 14 characters, or an older form, which is a warning.

    Source: DIN 43863-5 (maker-independent identification of metering devices); kind 1 is electricity.
    """
    number = compact(value)
    if not number.isascii() or not number.isalnum():
        return wrong(value, "meter_number.characters")
    if _METER.fullmatch(number):
        return good(number) if number[0] == "1" else good(number, Found(code="meter_number.other_energy"))
    if not 4 <= len(number) <= 20 or not any(char.isdigit() for char in number):
        return wrong(value, "meter_number.length")
    if len(number) == 11 and ascii_digits(number) and _malo_digit(number) == int(number[10]) and number[0] != "0":
        return good(number, Found(code="meter_number.looks_like_market_location"))
    return good(number, Found(code="meter_number.old_form"))


def market_location(value: str, question: Question) -> Result:
    """The number of a market location (MaLo-ID): 11 digits, the last one a check digit.

    Numbers that begin with 0 are not given out: a warning.

    Source: BDEW, identifiers in the market communication: MaLo-ID.
    """
    number = compact(value)
    if number.startswith("DE") and len(number) == 33:
        return wrong(value, "market_location.metering_point")
    if not ascii_digits(number):
        return wrong(value, "market_location.not_digits")
    if len(number) != 11:
        return wrong(value, "market_location.length", digits=str(len(number)))
    if _malo_digit(number) != int(number[10]):
        return wrong(value, "market_location.check_digit")
    return good(number, Found(code="market_location.not_given_out")) if number[0] == "0" else good(number)


def _malo_digit(number: str) -> int:
    """1. Add the digits at odd places.  2. Add twice the digits at even places.  3. What is missing to the next ten."""
    odd = sum(int(digit) for digit in number[0:10:2])
    even = sum(int(digit) for digit in number[1:10:2])
    return -(odd + 2 * even) % 10
