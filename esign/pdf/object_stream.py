"""An object stream: objects packed into one stream."""

from __future__ import annotations

from itertools import pairwise

from esign.pdf.errors import PdfObjectError, PdfSyntaxError
from esign.pdf.limits import Limits
from esign.pdf.objects import Object, Ref, Stream
from esign.pdf.syntax import parse, skip


class ObjectStream:
    """The objects of an object stream, read when asked for.

    Args:
        stream: The stream.
        decoded: Its content.
        number: Its own object number.
        limits: Bounds.

    Raises:
        PdfObjectError: Not an object stream, or its list of objects is damaged.

    Source: ISO 32000-2 clause 7.5.7.
    """

    def __init__(self, stream: Stream, decoded: bytes, number: int, limits: Limits) -> None:
        self.number = number
        self.data = decoded
        self._limits = limits
        self._read: dict[int, Object] = {}
        count, first = stream.dictionary.get("N"), stream.dictionary.get("First")
        if stream.dictionary.get("Type") != "ObjStm" or type(count) is not int or type(first) is not int:
            raise PdfObjectError("an object stream is none", object=number)
        if not 0 <= count <= limits.objects or not 0 <= first <= len(decoded):
            raise PdfObjectError("an object stream has an impossible list of objects", object=number)
        try:
            numbers = [int(word) for word in decoded[:first].split()]
        except ValueError as error:
            raise PdfObjectError("an object stream has an impossible list of objects", object=number) from error
        if len(numbers) < 2 * count:
            raise PdfObjectError("an object stream has an impossible list of objects", object=number)
        self.numbers = tuple(numbers[: 2 * count : 2])
        starts = [first + offset for offset in numbers[1 : 2 * count : 2]]
        if any(a >= b for a, b in pairwise(starts)) or any(s > len(decoded) for s in starts):
            raise PdfObjectError("the objects of an object stream are not in order", object=number)
        if len(set(self.numbers)) != len(self.numbers):
            raise PdfObjectError("an object stream holds an object twice", object=number)
        self._bounds = (*starts, len(decoded))

    def extent(self, number: int, index: int) -> tuple[int, int]:
        """Return where an object stands in the stream's content.

        Args:
            number: Its number.
            index: Its place, as the cross-reference says.

        Raises:
            PdfObjectError: Another object has this place.
        """
        if not 0 <= index < len(self.numbers) or self.numbers[index] != number:
            raise PdfObjectError("an object stream does not hold what the cross-reference says", object=number)
        return self._bounds[index], self._bounds[index + 1]

    def get(self, number: int, index: int) -> Object:
        """Return an object.

        Args:
            number: Its number.
            index: Its place, as the cross-reference says.

        Raises:
            PdfObjectError: Another object has this place.
        """
        start, end = self.extent(number, index)
        if index not in self._read:
            value, stop = parse(self.data, start, self._limits)
            if stop > end or skip(self.data, stop) < end:
                raise PdfSyntaxError("an object in an object stream does not fill its place", object=number)
            if type(value) is Ref:
                raise PdfObjectError("an object in an object stream is a reference", object=number)
            self._read[index] = value
        return self._read[index]
