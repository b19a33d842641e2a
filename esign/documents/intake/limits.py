"""How much a file may ask of the helper."""

from __future__ import annotations

import resource

MEMORY = 1_500_000_000
"""Address space in bytes."""
CPU_SECONDS = 7
MAX_PAGES = 150
MAX_OBJECTS = 120_000
MAX_EXPANDED = 400_000_000
"""Bytes of all streams of a file, unpacked."""
MAX_CONTENT = 60_000_000
"""Bytes of one stream of drawing commands or of packed objects, unpacked."""
MAX_FILTERS = 3
"""Filters one behind the other on one stream."""
SIDES = (72.0, 3400.0)
"""Shortest and longest side of a page in PDF points: from a stamp to DIN A0."""
MAX_DEPTH = 60
"""How deep a page tree may nest."""


def confine() -> None:
    """Take from this process what it does not need, before it reads anything."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
