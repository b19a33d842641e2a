"""What the quick way leaves to the library."""

from __future__ import annotations


class Unusual(Exception):
    """The document is not written as the quick way knows it; another reader says what it is, or that it is damaged.

    Never leaves the room: the sealer catches it and takes the library's way.
    """
