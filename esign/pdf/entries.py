"""What a cross-reference section says of object numbers: rows are looked up where they stand, not read all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from esign.pdf.errors import PdfXrefError


class Entry(NamedTuple):
    """What a cross-reference says of one object number.

    Args:
        kind: ``free``, ``plain`` (at an offset) or ``packed`` (in an object stream).
        offset: Where a plain object begins, counted from the beginning of the file; 0 for others.
        generation: A plain object's generation; of a free one, the next that may be used.
        stream: Number of the object stream of a packed object.
        place: Which one of its stream a packed object is.
    """

    kind: str
    offset: int = 0
    generation: int = 0
    stream: int = 0
    place: int = 0


class Subsection(NamedTuple):
    """Consecutive object numbers and where the row of the first one stands."""

    first: int
    length: int
    position: int


class Rows(Mapping[int, Entry]):
    """The rows of one cross-reference section.

    Args:
        subsections: In any order, none twice.
        width: Bytes of a row.
        read: Returns the entry of the row at a position.

    Raises:
        PdfXrefError: Two subsections tell of the same object.
    """

    def __init__(self, subsections: Iterable[Subsection], width: int, read: Callable[[int], Entry]) -> None:
        self._parts = sorted(part for part in subsections if part.length)
        self._firsts = [part.first for part in self._parts]
        self._width = width
        self._read = read
        end = 0
        for part in self._parts:
            if part.first < end:
                raise PdfXrefError("a cross-reference tells twice of the same object", object=part.first)
            end = part.first + part.length
        self.end = end

    def __getitem__(self, number: int) -> Entry:
        place = bisect_right(self._firsts, number) - 1
        if place >= 0:
            part = self._parts[place]
            if number < part.first + part.length:
                return self._read(part.position + (number - part.first) * self._width)
        raise KeyError(number)

    def get(self, number: int, default: object = None) -> Entry | None:  # type: ignore[override]  # one default only
        """Return the entry of an object number, or None."""
        place = bisect_right(self._firsts, number) - 1
        if place >= 0:
            first, count, position = self._parts[place]
            if number < first + count:
                return self._read(position + (number - first) * self._width)
        return None

    def __iter__(self) -> Iterator[int]:
        for part in self._parts:
            yield from range(part.first, part.first + part.length)

    def __len__(self) -> int:
        return sum(part.length for part in self._parts)


class Joined(Mapping[int, Entry]):
    """Several sections read as one: the first that knows an object decides.

    Args:
        sections: In the order of their precedence.
        hidden: Whether a later section decides where an earlier one calls an object free (hybrid files).
    """

    def __init__(self, sections: tuple[Mapping[int, Entry], ...], *, hidden: bool = False) -> None:
        self._sections = sections
        self._hidden = hidden

    def __getitem__(self, number: int) -> Entry:
        found: Entry | None = None
        for section in self._sections:
            entry = section.get(number)
            if entry is not None and not (self._hidden and entry.kind == "free"):
                return entry
            found = found or entry
        if found is None:
            raise KeyError(number)
        return found

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(set().union(*self._sections)))

    def __len__(self) -> int:
        return len(set().union(*self._sections))
