"""The security store that a document has already: every entry stays, and what is missing is added.

Source: ETSI EN 319 142-1 clause 5.4.2; ISO 32000-2 clause 12.8.4.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from esign.sealing.incremental.revision import Object
from esign.sealing.incremental.source import Reference, Source
from esign.sealing.incremental.syntax import Entries, reference, split, written
from esign.sealing.incremental.unusual import Unusual

_MOST_VALUES = 1_000
_MOST_BYTES = 64 << 20
"""Of all that the store holds together, as far as it is looked at here."""
_W = rb"[\0\t\n\f\r ]"
_find_references = re.compile(rb"([0-9]{1,10}+)" + _W + rb"++([0-9]{1,5}+)" + _W + rb"++R").findall
_match_references = re.compile(
    rb"\[" + _W + rb"*+(?:[0-9]{1,10}+" + _W + rb"++[0-9]{1,5}+" + _W + rb"++R" + _W + rb"*+)*+\]"
).fullmatch


def references_of(array: bytes, *, most: int) -> list[Reference]:
    """Return the references of an array that holds nothing else.

    Raises:
        Unusual: It holds something else, or more of them.
    """
    if not _match_references(array) or array.count(b"R") > most:
        raise Unusual("an array of something else than references, or a long one")
    return [(int(number), int(generation)) for number, generation in _find_references(array)]


@dataclass(frozen=True, slots=True)
class KeptStore:
    """A security store as it stands in a document.

    Args:
        source: The document.
        place: Where it stands; None: in the catalog itself.
        entries: What it holds.
    """

    source: Source
    place: Reference | None
    entries: Entries

    @classmethod
    def of(cls, source: Source, value: bytes) -> KeptStore:
        """Return the store of a document.

        Args:
            source: The document.
            value: The catalog's entry.

        Raises:
            Unusual: It is written in a way that is not known here.
        """
        place = reference(value)
        entries = split(value) if place is None else source.dictionary(*place)[1]
        if entries.get(b"Type", b"/DSS") != b"/DSS":
            raise Unusual("security store")
        return cls(source, place, entries)

    def with_missing(
        self, wanted: Iterable[tuple[bytes, Sequence[bytes], Sequence[bytes]]], first: int
    ) -> tuple[list[Object], bytes]:
        """Return the streams of what it does not hold yet, and the store with them; no streams: nothing is missing.

        Args:
            wanted: For each of its arrays the name, the values, and the same as streams.
            first: The first object number that is free.

        Raises:
            Unusual: It is written in a way that is not known here.
        """
        objects: list[Object] = []
        changed = dict(self.entries)
        left = _MOST_BYTES
        for name, values, streams in wanted:
            array = self._array(name)
            held = set()
            for place in references_of(array, most=_MOST_VALUES):
                held.add(data := self.source.stream_data(*place))
                left -= len(data)
                if left < 0:
                    raise Unusual("large security store")
            missing = [stream for value, stream in zip(values, streams, strict=True) if value not in held]
            if missing:
                added = [b"%d 0 R" % (first + len(objects) + n) for n in range(len(missing))]
                objects += [(first + len(objects) + n, 0, stream) for n, stream in enumerate(missing)]
                changed[name] = b"%b %b]" % (array[:-1], b" ".join(added))
        return objects, written(changed if self.place else {b"Type": b"/DSS", **changed})

    def _array(self, name: bytes) -> bytes:
        value = self.entries.get(name, b"[]")
        place = reference(value)
        array = value if place is None else self.source.value(*place)
        if any(number >= self.source.size for number, _ in references_of(array, most=_MOST_VALUES)):
            raise Unusual("a reference to an object that is not there")
        return array
