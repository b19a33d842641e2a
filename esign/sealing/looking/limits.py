"""How much one document may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LookLimits:
    """What one document is given.

    Args:
        seconds: Processor time for looking at it, the rehearsal included; whole seconds.
        rehearsal_seconds: Processor time for the rehearsal alone: so long the process that seals will work on it.
        rendering_seconds: Processor time for the pages of an invoice that is XML.
        memory: Address space of a helper that looks, in bytes; it begins with about 220 MB.
        rehearsal_room: Bytes that the rehearsal may take, and sixteen times the document besides.
        rendering_memory: Address space of a helper that makes pages, in bytes; it begins with about 450 MB.
        waiting: Seconds by the clock on the wall beyond the processor time.
    """

    seconds: int = 9
    rehearsal_seconds: int = 4
    rendering_seconds: int = 20
    memory: int = 900_000_000
    rehearsal_room: int = 128 << 20
    rendering_memory: int = 2_000_000_000
    waiting: float = 3.0
