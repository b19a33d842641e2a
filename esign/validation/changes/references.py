"""Who refers to an object: as of a revision, in which objects, and where in them.

A quick search of the bytes finds every object that could refer to the ones in question (and some that do not: the
content of a stream may look like a reference); those are then read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Set

from esign.pdf import Object, Pdf, PdfError, Ref, Stream, View

TRAILER = 0
"""The holder that stands for the trailer; no object has this number."""

Path = tuple[str | int, ...]
"""Keys and indices from an object's value inwards."""

Use = tuple[int, Path]
"""Number of the object that refers, and where in it."""

_SPACE = rb"[\0\t\n\f\r ]"
_BACKWARDS = re.compile(rb"R" + _SPACE + rb"++([0-9]{1,5}+)" + _SPACE + rb"++([0-9]++)")
"""A reference read from its end: beginning with a fixed letter it is found ten times as fast."""
_COMMENT = re.compile(rb"%[^\r\n]*+(?:[\r\n]++" + _SPACE + rb"*+([0-9R%]))?")


class References:
    """Finds who refers to the objects that later revisions tell of.

    Args:
        pdf: The file.
        also: Objects in question besides those that later revisions tell of.
    """

    def __init__(self, pdf: Pdf, also: Set[int]) -> None:
        self._pdf = pdf
        self._wanted = set(pdf.history) | _moved(pdf) | also
        self._holders: dict[int, set[tuple[int, int]]] | None = None
        self._uses: dict[tuple[int, int], dict[int, list[Use]]] = {}

    @property
    def wanted(self) -> Set[int]:
        """The objects in question: those that later revisions tell of, by themselves or in a stream, and more."""
        return self._wanted

    def uses(self, view: View, number: int) -> tuple[Use, ...]:
        """Return where an object number is referred to, as of a view; whatever the generation.

        Args:
            view: The view.
            number: One of the objects in question.
        """
        if self._holders is None:
            self._holders = self._search()
        found = [(TRAILER, path) for path, ref in references_in(view.trailer) if ref.number == number]
        for holder, revision in sorted(self._holders.get(number, ())):
            told = self._pdf.entry(holder, view.index)
            if told is not None and told[1] == revision and told[0].kind != "free":
                found.extend(self._of_holder(view, holder, revision).get(number, ()))
        return tuple(found)

    def _of_holder(self, view: View, holder: int, revision: int) -> dict[int, list[Use]]:
        key = (holder, revision)
        if key not in self._uses:
            found: dict[int, list[Use]] = {}
            reference = view.reference(holder)
            for path, ref in references_in(view.get(reference) if reference else None):
                if ref.number in self._wanted:
                    found.setdefault(ref.number, []).append((holder, path))
            self._uses[key] = found
        return self._uses[key]

    def _search(self) -> dict[int, set[tuple[int, int]]]:
        """Return for each object in question the objects, with their revision, that could refer to it."""
        found: dict[int, set[tuple[int, int]]] = {}
        told: dict[int, set[int]] = {}
        for offset, target in self._plain():
            told.setdefault(offset, set()).add(target)
        for revision in self._pdf.revisions:
            for number, entry in revision.entries.items():
                if entry.kind == "plain":
                    targets = told.get(entry.offset, ())
                else:
                    targets = self._packed(number, revision.index) if entry.kind == "packed" else ()
                for target in targets:
                    found.setdefault(target, set()).add((number, revision.index))
        return found

    def _packed(self, number: int, revision: int) -> set[int]:
        view = self._pdf.view(revision)
        reference = view.reference(number)
        try:
            value = view.get(reference) if reference else None
        except PdfError:
            return set()
        return {ref.number for _, ref in references_in(value)} & self._wanted

    def _plain(self) -> Iterator[tuple[int, int]]:
        """Yield pairs: where an object begins, and an object that it could refer to."""
        data, starts = self._pdf.data, self._pdf.starts
        wanted = {b"%d" % number for number in self._wanted}
        end = len(data)
        for found in _BACKWARDS.finditer(data[::-1]):
            number = found[2].rstrip(b"0")[::-1] or b"0"
            if number in wanted:
                place = bisect_right(starts, end - found.end())
                if place:
                    yield starts[place - 1], int(number)
        for comment in _COMMENT.finditer(data):
            if comment[1] is not None:  # it may stand within a reference: everything is possible
                place = bisect_right(starts, comment.start())
                if place:
                    yield from ((starts[place - 1], target) for target in self._wanted)


def references_in(value: Object) -> Iterator[tuple[Path, Ref]]:
    """Yield each reference within a value, and where in it; a stream's dictionary counts as the value."""
    waiting: list[tuple[Path, Object]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        if type(item) is Ref:
            yield path, item
            continue
        if isinstance(item, Stream):
            item = item.dictionary
        inner: Iterable[tuple[str | int, Object]] = ()
        if isinstance(item, dict):
            inner = item.items()
        elif isinstance(item, list):
            inner = enumerate(item)
        for key, part in inner:
            if type(part) is Ref:
                yield (*path, key), part
            elif isinstance(part, dict | list):
                waiting.append(((*path, key), part))


def _moved(pdf: Pdf) -> set[int]:
    """Return the objects that stand in object streams which a later revision tells of."""
    return {
        number
        for revision in pdf.revisions
        if revision.kind != "table"
        for number, entry in revision.entries.items()
        if entry.kind == "packed" and entry.stream in pdf.history
    }
