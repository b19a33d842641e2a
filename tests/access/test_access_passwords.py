"""What is accepted as a password, and that it is kept as Argon2id."""

from __future__ import annotations

import pytest

from esign.access import passwords
from esign.access.errors import PasswordTooWeak

KNOWN = ("Jana", "Beispiel", "jana.beispiel")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "kurz",
        "elf Zeichen",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "JanaBeispiel2026",
        "beispielbeispiel1",
        "Passwort12345678",
        "passwordpassword1",
        "line\nbreak in a password",
        "x" * 201,
    ],
)
def test_what_is_short_or_easy_to_guess_is_refused(typed: str) -> None:
    with pytest.raises(PasswordTooWeak) as refused:
        passwords.checked(typed, known=KNOWN)
    assert refused.value.code == "access.password_weak"
    assert typed == "" or typed not in str(refused.value)


@pytest.mark.parametrize(
    "typed", ["zwölf Boxkämpfer jagen", "correct horse battery", "🦔 igel im winterschlaf", "Xk7!pQ2#vM9z"]
)
def test_long_ones_are_accepted_whatever_they_are_made_of(typed: str) -> None:
    assert passwords.checked(typed, known=KNOWN) == typed


def test_the_unicode_form_makes_no_difference() -> None:
    kept = passwords.hashed("zwo\u0308lf Boxka\u0308mpfer jagen")
    assert passwords.matches("zwölf Boxkämpfer jagen", kept)


def test_it_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    first, second = passwords.hashed("correct horse battery"), passwords.hashed("correct horse battery")
    assert first.startswith(b"$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second
    assert passwords.matches("correct horse battery", first)
    assert not passwords.matches("correct horse batterz", first)


@pytest.mark.parametrize("typed", ["", "anything", "\ud800", "x" * 100_000])
def test_nobody_has_no_password(typed: str) -> None:
    assert not passwords.matches(typed, None)
