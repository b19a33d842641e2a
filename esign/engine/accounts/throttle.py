"""Failed logins slow further ones down: per address, whether or not there is such an account; and all together.

Each try counts before it is looked at, so that many at the same time are not more than many one after another.
Passkeys and the identity provider are not slowed down: there is nothing to guess, and nobody can lock an owner out.
"""

from __future__ import annotations

from datetime import timedelta

from esign.access.errors import LoginBlocked
from esign.engine.accounts.records import ThrottleRecord
from esign.engine.household import Household
from esign.engine.ports import Transaction

FREE = 5
"""Tries before the first pause."""

PAUSE, LONGEST = timedelta(seconds=30), timedelta(minutes=15)
"""The first pause, which doubles with each further try, and the longest one."""

CALM = timedelta(days=1)
"""After how long without a try the count begins anew."""

WINDOW, ALL_TOGETHER = timedelta(minutes=1), 120
"""How many tries under all addresses together are looked at in a minute."""

_EVERYBODY = b"\x00" * 32


def count(house: Household, tx: Transaction, name: bytes) -> LoginBlocked | None:
    """Count a try under a name; return the refusal if nothing may be looked at now."""
    now = house.clock.now()
    total = tx.logins.throttle(_EVERYBODY)
    if total is None or now - total.changed_at >= WINDOW:
        total = ThrottleRecord(name=_EVERYBODY, failures=0, changed_at=now)
    if total.failures >= ALL_TOGETHER:
        return LoginBlocked(seconds=int(WINDOW.total_seconds()))
    known = tx.logins.throttle(name)
    if known is not None and known.blocked_until is not None and known.blocked_until > now:
        return LoginBlocked(seconds=int((known.blocked_until - now).total_seconds()) + 1)
    tries = 1 + (known.failures if known is not None and now - known.changed_at < CALM else 0)
    pause = min(PAUSE * 2 ** min(tries - FREE, 10), LONGEST) if tries >= FREE else None
    tx.logins.keep_throttle(
        ThrottleRecord(name=name, failures=tries, changed_at=now, blocked_until=now + pause if pause else None)
    )
    tx.logins.keep_throttle(ThrottleRecord(name=_EVERYBODY, failures=total.failures + 1, changed_at=total.changed_at))
    return None


def succeeded(tx: Transaction, name: bytes) -> None:
    """Forget the tries under a name: its owner has logged in."""
    tx.logins.drop_throttle(name)
