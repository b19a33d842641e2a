"""Codes of authenticator apps: time-based one-time passwords.

Source: RFC 6238 (SHA-1, 30 seconds, six digits: what every app can), RFC 4226 section 5.3.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote, urlencode

from esign.foundation.clock import seconds

STEP = 30
"""Seconds that a code stands."""

DIGITS = 6
DRIFT = 1
"""Steps that the clocks may lie apart, either way (RFC 6238 section 5.2)."""

SEED_LENGTH = 20
"""Bytes; RFC 4226 section 4, R6."""


def new_seed(random: Callable[[int], bytes]) -> bytes:
    """Return a fresh seed."""
    return random(SEED_LENGTH)


def code_at(seed: bytes, step: int) -> str:
    """Return the code of a time step (seconds since 1970 divided by 30)."""
    mac = hmac.digest(seed, step.to_bytes(8, "big"), "sha1")
    place = mac[-1] & 0x0F
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(code: str, seed: bytes, *, now: datetime, after: int) -> int | None:
    """Return the time step that a code is of, or None if it is not right.

    Args:
        code: As it was typed; spaces count for nothing.
        seed: The account's seed.
        now: The present instant.
        after: The last step whose code was used: no code counts twice (RFC 6238 section 5.2).
    """
    typed = "".join(code.split())
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
        return None
    present = seconds(now) // STEP
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):  # all of them: the time taken tells nothing
        if hmac.compare_digest(code_at(seed, step), typed) and step > after:
            found = step
    return found


def written(seed: bytes) -> str:
    """Return a seed as people type it into an app: base32 in groups of four."""
    text = base64.b32encode(seed).decode("ascii")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def address(seed: bytes, *, issuer: str, account: str) -> str:
    """Return the ``otpauth`` address that apps read from a QR code."""
    label = quote(f"{issuer}:{account}", safe="")
    secret = base64.b32encode(seed).decode("ascii")
    query = {"secret": secret, "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"
