"""Objects of a document as values, where more of them is needed than the text of one dictionary."""

from __future__ import annotations

from esign.pdf import Dictionary, Object, PdfError, Ref
from esign.pdf.syntax import parse, skip
from esign.sealing.incremental.source import Source
from esign.sealing.incremental.syntax import LIMITS
from esign.sealing.incremental.unusual import Unusual

_LONGEST_WAY = 8


class Values:
    """Reads objects of a source as values; references are followed when they are asked for.

    Args:
        source: The document.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._read: dict[Ref, Object] = {}

    def resolve(self, value: Object) -> Object:
        """Return a value, or what a reference leads to; None where it leads to nothing.

        Raises:
            Unusual: It leads to something damaged, to a stream, or in a circle.
        """
        for _ in range(_LONGEST_WAY):
            if not isinstance(value, Ref):
                return value
            known = self._read.get(value)
            if known is None:
                self._read[value] = known = whole(self._source.value(*value))
            value = known
        raise Unusual("references in a circle")

    def value(self, dictionary: Dictionary, key: str) -> Object:
        """Return an entry's value, its reference followed."""
        return self.resolve(dictionary.get(key))


def whole(text: bytes) -> Object:
    """Return the one object that a text holds.

    Raises:
        Unusual: More or less than one object.
    """
    try:
        value, end = parse(text, 0, LIMITS)
    except PdfError as error:
        raise Unusual(error.detail) from error
    if skip(text, end) != len(text):
        raise Unusual("something stands behind an object")
    return value
