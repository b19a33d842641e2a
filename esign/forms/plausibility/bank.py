"""IBAN: country, length, check digits, and for German ones the bank."""

from __future__ import annotations

from stdnum import exceptions
from stdnum.iso7064 import mod_97_10

from esign.forms.plausibility.result import Found, Question, Result, compact, good, wrong

_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
"""Length of an IBAN by country of the SEPA area. Source: ISO 13616 registry, EPC409-09."""


def iban(value: str, question: Question) -> Result:
    """An IBAN of the SEPA area, with check digits modulo 97; for German ones the bank, unknown is a warning.

    Source: ISO 13616, ISO/IEC 7064 (MOD 97-10); Deutsche Bundesbank, file of bank codes.
    """
    number = compact(value)
    if number.startswith("IBAN"):
        number = number[4:].lstrip(":")
    if not number.isascii() or not number.isalnum():
        return wrong(value, "iban.characters")
    country = number[:2]
    if not country.isalpha():
        return wrong(value, "iban.no_country")
    if country not in _LENGTHS:
        return wrong(value, "iban.country", country=country)
    if len(number) != _LENGTHS[country]:
        facts = {"country": country, "expected": str(_LENGTHS[country]), "length": str(len(number))}
        return wrong(value, "iban.length", **facts)
    if not number[2:4].isdigit() or not 2 <= int(number[2:4]) <= 98:
        return wrong(value, "iban.check_digits")
    try:
        mod_97_10.validate(number[4:] + number[:4])
    except exceptions.ValidationError:
        return wrong(value, "iban.check_digits")
    if country != "DE":
        return good(number, shown=_shown(number))
    if not number[2:].isdigit():
        return wrong(value, "iban.characters")
    bank = question.reference.bank(number[4:12])
    if bank is None:
        return good(number, Found(code="iban.bank_unknown", facts={"bank_code": number[4:12]}), shown=_shown(number))
    known = f"{bank.name}, BIC {bank.bic}" if bank.bic else bank.name
    found = Found(code="iban.bank", facts={"bank": known})
    return good(number, found, shown=_shown(number), bank=bank.name, bic=bank.bic or "")


def _shown(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
