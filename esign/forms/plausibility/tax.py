"""VAT numbers, German tax numbers and identification numbers."""

from __future__ import annotations

import re

from stdnum import exceptions
from stdnum.de import idnr

from esign.forms.plausibility.result import Found, Question, Result, ascii_digits, compact, good, wrong

_EU = {
    "AT": r"U[0-9]{8}", "BE": r"[01][0-9]{9}", "BG": r"[0-9]{9,10}", "CY": r"[0-9]{8}[A-Z]", "CZ": r"[0-9]{8,10}",
    "DE": r"[1-9][0-9]{8}", "DK": r"[0-9]{8}", "EE": r"[0-9]{9}", "EL": r"[0-9]{9}", "ES": r"[A-Z0-9][0-9]{7}[A-Z0-9]",
    "FI": r"[0-9]{8}", "FR": r"[A-Z0-9]{2}[0-9]{9}", "HR": r"[0-9]{11}", "HU": r"[0-9]{8}",
    "IE": r"[0-9][A-Z0-9+*][0-9]{5}[A-Z]{1,2}", "IT": r"[0-9]{11}", "LT": r"([0-9]{9}|[0-9]{12})", "LU": r"[0-9]{8}",
    "LV": r"[0-9]{11}", "MT": r"[0-9]{8}", "NL": r"[0-9A-Z+*]{10}[0-9]{2}", "PL": r"[0-9]{10}", "PT": r"[0-9]{9}",
    "RO": r"[0-9]{2,10}", "SE": r"[0-9]{10}01", "SI": r"[0-9]{8}", "SK": r"[0-9]{10}",
    "XI": r"([0-9]{9}|[0-9]{12}|GD[0-9]{3}|HA[0-9]{3})",
}  # fmt: skip
"""Form of a VAT number by Member State. Source: European Commission, VIES, structure of VAT identification numbers."""


def vat_id(value: str, question: Question) -> Result:
    """A VAT identification number: for Germany with its check digit, for other Member States its form.

    Source: UStG § 27a; ISO/IEC 7064 (MOD 11, 10) for Germany; VIES for the forms.
    """
    number = compact(value)
    country, rest = number[:2], number[2:]
    if country == "GR":
        country = "EL"
    if country not in _EU:
        return wrong(value, "vat_id.country")
    if not number.isascii() or re.fullmatch(_EU[country], rest) is None:
        return wrong(value, "vat_id.form", country=country)
    if country == "DE" and mod_11_10(rest[:8]) != int(rest[8]):
        return wrong(value, "vat_id.check_digit")
    return good(country + rest)


def tax_id(value: str, question: Question) -> Result:
    """The identification number that a person keeps for life: 11 digits, one of the first ten two or three times.

    Source: AO § 139b; StIdV § 1; ISO/IEC 7064 (MOD 11, 10).
    """
    number = compact(value)
    if not ascii_digits(number) or len(number) != 11:
        return wrong(value, "tax_id.length")
    try:
        idnr.validate(number)
    except exceptions.InvalidChecksum:
        return wrong(value, "tax_id.check_digit")
    except exceptions.ValidationError:
        return wrong(value, "tax_id.form")
    return good(number)


def tax_number(value: str, question: Question) -> Result:
    """The number that a tax office gives: 10 or 11 digits as the Länder write it, or 13 for the whole country.

    Only the number of digits can be said for certain; the Länder have check digits of their own kinds.

    Source: AO § 139a; Federal Central Tax Office, structure of the tax number.
    """
    number = compact(value)
    if not ascii_digits(number):
        return wrong(value, "tax_number.not_digits")
    if len(number) not in (10, 11, 13):
        return wrong(value, "tax_number.length")
    if len(number) == 13 and number[4] != "0":
        return wrong(value, "tax_number.form")
    if len(number) == 11 and idnr.is_valid(number):
        return good(number, Found(code="tax_number.looks_like_tax_id"))
    return good(number)


def mod_11_10(digits: str) -> int:
    """Return the check digit of digits after ISO/IEC 7064, MOD 11, 10."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10
