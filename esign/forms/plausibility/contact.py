"""Telephone numbers and e-mail addresses."""

from __future__ import annotations

import email_validator
import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from esign.forms.plausibility.result import Found, Question, Result, good, wrong

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_DOMAINS = (
    "gmail.com", "googlemail.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "outlook.com", "outlook.de",
    "hotmail.com", "hotmail.de", "yahoo.de", "yahoo.com", "icloud.com", "freenet.de", "posteo.de", "mailbox.org",
    "aol.com", "live.de", "arcor.de", "proton.me", "magenta.de", "vodafone.de",
)  # fmt: skip
"""Domains with many mailboxes in Germany, for the question whether another one was meant."""
_ENDINGS = {".con": ".com", ".cmo": ".com", ".ocm": ".com", ".dee": ".de", ".ed": ".de"}


def phone(value: str, question: Question) -> Result:
    """A telephone number anywhere; without a country code it is a German one. Kept as E.164.

    Source: ITU-T E.164; numbering plans of Google's libphonenumber.
    """
    return _number(value, mobile=False)


def mobile(value: str, question: Question) -> Result:
    """A German mobile number, such as one that is taken along to another provider. Kept as E.164.

    Source: TKG § 59; Bundesnetzagentur, numbering plan for mobile services.
    """
    return _number(value, mobile=True)


def email(value: str, question: Question) -> Result:
    """An e-mail address in the form of the standards; a domain that looks mistyped is a warning.

    Source: RFC 5321, RFC 6531; no question is sent to any server.
    """
    try:
        address = email_validator.validate_email(value, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return wrong(value, _mistake(value))
    domain = address.domain.lower()
    if len(domain.rpartition(".")[2]) < 2:
        return wrong(value, "email.invalid")
    meant = meant_domain(domain)
    if meant is None:
        return good(address.normalized)
    suggestion = f"{address.local_part}@{meant}"
    return good(
        address.normalized, Found(code="email.typo", facts={"suggestion": suggestion}, suggestions=(suggestion,))
    )


def meant_domain(domain: str) -> str | None:
    """Return the well-known domain that differs from this one by one slip of the fingers, or None."""
    if domain in _DOMAINS:
        return None
    for known in _DOMAINS:
        if one_slip(domain, known):
            return known
    for wrong_ending, ending in _ENDINGS.items():
        if domain.endswith(wrong_ending):
            return domain[: -len(wrong_ending)] + ending
    return None


def one_slip(left: str, right: str) -> bool:
    """Tell whether two words differ by one letter more, less, changed, or by two neighbours changing places."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    rest, other = left[start:], right[start:]
    if len(rest) == len(other):
        swapped = len(rest) > 1 and rest[1::-1] == other[:2] and rest[2:] == other[2:]
        return rest[1:] == other[1:] or swapped
    return rest[1:] == other or rest == other[1:]


def _number(value: str, *, mobile: bool) -> Result:
    checker = "mobile" if mobile else "phone"
    if any(not (char.isascii() and char in "0123456789+()/-. \u00a0") for char in value.replace("\u00a0", " ")):
        return wrong(value, f"{checker}.characters")
    try:
        number = phonenumbers.parse(value, "DE")
    except phonenumbers.NumberParseException:
        return wrong(value, f"{checker}.invalid")
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        return wrong(value, f"{checker}.invalid")
    if mobile and (number.country_code != 49 or phonenumbers.number_type(number) not in _MOBILE):
        return wrong(value, "mobile.not_mobile")
    shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return good(phonenumbers.format_number(number, PhoneNumberFormat.E164), international=shown)


def _mistake(value: str) -> str:
    local, at, domain = value.partition("@")
    if not at:
        return "email.no_at"
    if not local or not domain or "@" in domain:
        return "email.parts"
    return "email.no_dot" if "." not in domain else "email.invalid"
