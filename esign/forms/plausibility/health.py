"""Numbers of statutory health insurance."""

from __future__ import annotations

import re

from esign.forms.plausibility.result import Question, Result, ascii_digits, compact, good, wrong

_INSURED = re.compile(r"[A-Z][0-9]{9}", re.ASCII)


def health_insurance_number(value: str, question: Question) -> Result:
    """The part of an insurance number that stays for life: a letter and nine digits, the last a check digit.

    Source: SGB V § 290; GKV-Spitzenverband, Richtlinien zur Krankenversichertennummer, Anlage 1.
    """
    number = compact(value)
    if _INSURED.fullmatch(number) is None:
        return wrong(value, "health_insurance_number.form")
    if insured_digit(number[:9]) != int(number[9]):
        return wrong(value, "health_insurance_number.check_digit")
    return good(number)


def institution_code(value: str, question: Question) -> Result:
    """The institution code (Institutionskennzeichen, IK) of a provider: nine digits, the last a check digit.

    Source: SGB V § 293; Gemeinsames Rundschreiben Institutionskennzeichen, section 2.1.
    """
    number = compact(value)
    if not ascii_digits(number) or len(number) != 9:
        return wrong(value, "institution_code.length")
    if institution_digit(number) != int(number[8]):
        return wrong(value, "institution_code.check_digit")
    return good(number)


def insured_digit(number: str) -> int:
    """Return the check digit of a letter and eight digits: the letter's place as two digits, weights 1 2 1 2 …."""
    digits = f"{ord(number[0]) - 64:02d}{number[1:]}"
    products = (int(digit) * (1 + place % 2) for place, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in products) % 10


def institution_digit(number: str) -> int:
    """Return the check digit of an institution code: places 3 to 8, weights 2 1 2 1 2 1, sums of digits."""
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(number[2:8]))
    return sum(product // 10 + product % 10 for product in products) % 10
