"""Passwords: what is accepted as one, and how it is kept (Argon2id). A password alone logs nobody in.

Source: NIST SP 800-63B section 5.1.1 (length, no rules of composition, nothing that everybody tries), RFC 9106
section 4 (second recommended option), RFC 8265 section 4 (normalisation).
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from esign.access.errors import PasswordTooWeak

SHORTEST, LONGEST = 12, 200
"""Characters."""

_PASSES, _LANES, _KIBIBYTES, _SALT, _LENGTH = 3, 4, 64 * 1024, 16, 32
_DISTINCT = 5
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each computation takes 64 MiB; a flood of logins must not take all memory."""

_EVERYBODY_TRIES = ("password", "passwort", "123456", "qwert", "abcdef", "iloveyou", "letmein", "welcome", "willkommen")
"""Passwords that begin with one of these and add next to nothing are refused."""


def checked(password: str, *, known: Iterable[str]) -> str:
    """Return a password that may be used.

    Args:
        password: As it was typed.
        known: What strangers know about its owner, such as name and address; a password made of it is refused.

    Raises:
        PasswordTooWeak: Too short, too long, or easy to guess.
    """
    text = unicodedata.normalize("NFC", password)
    folded = "".join(text.casefold().split())
    if not SHORTEST <= len(text) <= LONGEST:
        raise PasswordTooWeak("a password has 12 to 200 characters", shortest=SHORTEST, longest=LONGEST)
    if any(unicodedata.category(character).startswith("C") for character in text):
        raise PasswordTooWeak("a password holds no control characters")
    rest = folded
    for word in sorted({word.casefold() for word in known if len(word) >= 3} | set(_EVERYBODY_TRIES), key=len)[::-1]:
        rest = rest.replace(word, "")
    if len(set(folded)) < _DISTINCT or len(rest) < SHORTEST // 2:
        raise PasswordTooWeak("a password is not made of what everybody knows or tries")
    return text


def hashed(password: str) -> bytes:
    """Return what is kept of a password: PHC string format, ASCII."""
    kdf = Argon2id(
        salt=secrets.token_bytes(_SALT), length=_LENGTH, iterations=_PASSES, lanes=_LANES, memory_cost=_KIBIBYTES
    )
    with _AT_ONCE:
        return kdf.derive_phc_encoded(unicodedata.normalize("NFC", password).encode()).encode("ascii")


def matches(password: str, kept: bytes | None) -> bool:
    """Tell whether a password is the one that is kept; takes as long where none is kept."""
    against = kept if kept is not None else _nobodys()
    typed = unicodedata.normalize("NFC", password[: 4 * LONGEST]).encode("utf-8", "surrogatepass")
    try:
        with _AT_ONCE:
            Argon2id.verify_phc_encoded(typed, against.decode("ascii"))
    except InvalidKey:
        return False
    return kept is not None


@cache
def _nobodys() -> bytes:
    return hashed(secrets.token_urlsafe(32))
