"""The three levels of electronic signatures."""

from __future__ import annotations

from enum import IntEnum


class LegalLevel(IntEnum):
    """What the law calls a signature; a higher level always satisfies a lower one.

    Source: Regulation (EU) No 910/2014 (eIDAS) Art. 3 (10), (11), (12).
    """

    SIMPLE = 0
    ADVANCED = 1
    QUALIFIED = 2

    @property
    def word(self) -> str:
        """The word used in data, protocols and policies: ``simple``, ``advanced`` or ``qualified``."""
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> LegalLevel:
        """Return the level named by its word.

        Raises:
            ValueError: Not one of the three words.
        """
        for level in cls:
            if level.word == word:
                return level
        raise ValueError("not a legal level")
