"""What the proofs need from outside: an authority that says when something existed."""

from __future__ import annotations

from typing import Protocol

from esign.proof.timestamps import TimestampToken


class TimestampSource(Protocol):
    """A timestamp authority (*Zeitstempeldienst*)."""

    def stamp(self, digest: bytes) -> TimestampToken:
        """Return a checked token over a digest: SHA-256 (32 bytes), SHA-384 (48) or SHA-512 (64).

        Raises:
            EsignError: No token could be had, or the one that came is not good. There is no substitute for it: the
                local clock is never used instead.
        """
