"""Text of strangers on a terminal."""

from __future__ import annotations


def plain(text: str) -> str:
    """Return text without what could steer a terminal or turn its writing round."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
