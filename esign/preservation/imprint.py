"""Which hash a new timestamp is asked for with: a stronger one before the present one weakens."""

from __future__ import annotations

from datetime import datetime, timedelta

from esign.preservation.errors import NoHashReliable
from esign.validation.process import CryptographicSuites

HASHES = ("sha256", "sha384", "sha512")
"""From the usual to the stronger."""

HORIZON = timedelta(days=5 * 365)
"""A timestamp should prove something for as long as authorities' certificates usually last."""


def imprint_hash(suites: CryptographicSuites, at: datetime) -> str:
    """Return the first hash that is reliable for the next years; where none is, the one that is for longest.

    Args:
        suites: Until when a hash proves something (``policies/cryptography``).
        at: Now.

    Raises:
        NoHashReliable: None of them proves anything any more.

    Source: ETSI TS 119 312; ETSI EN 319 102-1 clause 5.6.3 (renewal before algorithms weaken).
    """
    for name in HASHES:
        if suites.hash_until(name) > at + HORIZON:
            return name
    longest = max(HASHES, key=suites.hash_until)
    if suites.hash_until(longest) <= at:
        raise NoHashReliable
    return longest
