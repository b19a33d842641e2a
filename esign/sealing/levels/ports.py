"""What the levels need from outside: a line to a timestamp authority over which many may ask at a time."""

from __future__ import annotations

from typing import Protocol


class TimestampLine(Protocol):
    """Carries requests of RFC 3161 to one authority; knows nothing of what stands in them."""

    @property
    def name(self) -> str:
        """Return whom it leads to: host and port, no path and no secret."""

    async def ask(self, request: bytes) -> bytes:
        """Return the bytes of the answer to a TimeStampReq (DER). Who asks sees to the time, and gives up by
        cancelling.

        Raises:
            SealTimestampError: ``TimestampUnreachable``, ``TimestampStatus``, ``TimestampTooLarge``,
                ``TimestampGarbled`` (of another kind than was asked for), or ``TimestampBusy``, with the fact
                ``seconds`` where the authority says when to come back.
        """

    async def close(self) -> None:
        """Close its connections."""
