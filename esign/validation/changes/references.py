"""Who refers to an object: as of a revision, in which objects, and where in them.

A quick search of the bytes finds every object that could refer to the ones in question (and some that do not: the
content of a stream may look like a reference); those are then read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from itertools import islice, pairwise

from esign.pdf import Object, Pdf, PdfLimitError, Ref, Stream, View

TRAILER = 0
"""The holder that stands for the trailer; no object has this number."""

Path = tuple[str | int, ...]
"""Keys and indices from an object's value inwards."""

Use = tuple[int, Path]
"""Number of the object that refers, and where in it."""

_SPACE = rb"[\0\t\n\f\r ]"
_BACKWARDS = re.compile(rb"R" + _SPACE + rb"++([0-9.+-]++)" + _SPACE + rb"++([0-9.+-]++)")
"""A reference read from its end: beginning with a fixed letter it is found ten times as fast."""
_COMMENT = re.compile(rb"%[^\r\n]*+(?:[\r\n]++" + _SPACE + rb"*+([0-9R%]))?")
"""A comment that may stand within a reference."""


_MOST_PLACES = 1_000
"""What looks like more references than this is read, however it looks."""
_MOST_READ = 60_000
_OF_TRAILER = (("Root",), ("Info",))
"""What a cross-reference stream refers to as the trailer that it is."""

_Holder = tuple[int, int]
"""Number of an object, and the revision that tells of it."""


class References:
    """Finds who refers to the objects that later revisions tell of.

    Args:
        pdf: The file.
        also: Objects in question besides those that later revisions tell of.
    """

    def __init__(self, pdf: Pdf, also: Set[int]) -> None:
        self._pdf = pdf
        self.moved: Set[int] = _moved(pdf)
        """The objects that ever stood in an object stream which a later revision tells of."""
        self._wanted = set(pdf.history) | self.moved | also
        self._digits = {b"%d" % number for number in self._wanted}
        self._holders: dict[int, dict[int, set[int]]] | None = None
        self._sections = {section.number for revision in pdf.revisions for section in revision.sections}
        self._spent = 0
        self._restless: set[_Holder] = set()
        self._often: dict[int, set[int]] = {}
        self._uses: dict[tuple[int, int, int], dict[int, list[Use]]] = {}

    def uses(self, view: View, number: int) -> tuple[Use, ...]:
        """Return where an object number is referred to, as of a view; whatever the generation.

        Args:
            view: The view.
            number: One of the objects in question.
        """
        found = [(TRAILER, path) for path, ref in references_in(view.trailer) if ref.number == number]
        for holder, revisions in self._candidates(number):
            revision = self._pdf.told_by(holder, view.index)
            if revision in revisions:
                found.extend(self._of_holder(view, holder, revision).get(number, ()))
        return tuple(found)

    def spend(self, count: int) -> None:
        """Count objects that have to be read for the comparison.

        Raises:
            PdfLimitError: More than anybody's document has.
        """
        self._spent += count
        if self._spent > _MOST_READ:
            raise PdfLimitError("too many objects have to be compared", objects=self._spent)

    def _candidates(self, number: int) -> Iterable[tuple[int, set[int]]]:
        """Return each object that could refer to another, and the revisions that tell of it."""
        if self._holders is None:
            self._holders = {target: _by_number(holders) for target, holders in self._search().items()}
            self._often = _by_number(self._restless)
        found = self._holders.get(number, {})
        if not self._often:
            return found.items()
        return [
            (holder, found.get(holder, set()) | self._often.get(holder, set()))
            for holder in sorted({*found, *self._often})
        ]

    def _of_holder(self, view: View, holder: int, revision: int) -> dict[int, list[Use]]:
        key = (holder, revision, view.index if (holder, revision) in self._restless else -1)
        if key not in self._uses:
            self.spend(1)
            found: dict[int, list[Use]] = {}
            reference = view.reference(holder)
            for path, ref in references_in(view.get(reference) if reference else None):
                if ref.number in self._wanted and not (path in _OF_TRAILER and holder in self._sections):
                    found.setdefault(ref.number, []).append((holder, path))
            self._uses[key] = found
        return self._uses[key]

    def _search(self) -> dict[int, set[_Holder]]:
        """Return for each object in question the objects, with their revision, that could refer to it."""
        found: dict[int, set[_Holder]] = {}
        told, doubtful = self._plain()
        for revision in self._pdf.revisions:
            for number, entry in revision.entries.items():
                holder = (number, revision.index)
                targets: Set[int] = told.get(entry.offset, set()) if entry.kind == "plain" else set()
                if entry.kind == "packed":
                    targets = self._packed(number, revision.index)
                    if entry.stream in self._pdf.history:
                        self._restless.add(holder)
                elif entry.kind == "plain" and entry.offset in doubtful:
                    targets = targets | self._read(number, revision.index)
                for target in targets:
                    found.setdefault(target, set()).add(holder)
        return found

    def _read(self, number: int, revision: int) -> set[int]:
        view = self._pdf.view(revision)
        reference = view.reference(number)
        return {ref.number for _, ref in references_in(view.get(reference) if reference else None)} & self._wanted

    def _packed(self, number: int, revision: int) -> set[int]:
        data, start, end = self._pdf.view(revision).text(Ref(number, 0))
        text = data[start:end]
        if b"%" in text:
            return self._read(number, revision)
        return set(self._referred(text))

    def _plain(self) -> tuple[dict[int, set[int]], set[int]]:
        """Return where objects begin that could refer to those in question, and where those that must be read."""
        data = self._pdf.data
        told: dict[int, set[int]] = {}
        doubtful: set[int] = set()
        for start, end in pairwise((*self._pdf.starts, len(data))):
            text = data[start:end]
            if b"R" not in text:
                continue
            targets = list(islice(self._referred(text), _MOST_PLACES))
            if targets:
                told[start] = set(targets)
            if len(targets) == _MOST_PLACES or (b"%" in text and any(c[1] for c in _COMMENT.finditer(text))):
                doubtful.add(start)
        return told, doubtful

    def _referred(self, text: bytes) -> Iterator[int]:
        """Yield the objects in question that bytes look like a reference to."""
        for found in _BACKWARDS.finditer(text[::-1]):
            number = found[2].rpartition(b".")[2].rstrip(b"0+-")[::-1] or b"0"
            if number in self._digits:
                yield int(number)


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


def _by_number(holders: Iterable[_Holder]) -> dict[int, set[int]]:
    """Return the revisions of each object, objects in order."""
    found: dict[int, set[int]] = {}
    for number, revision in sorted(holders):
        found.setdefault(number, set()).add(revision)
    return found


def _moved(pdf: Pdf) -> set[int]:
    """Return the objects that stand in object streams which a later revision tells of."""
    return {
        number
        for revision in pdf.revisions
        if revision.kind != "table"
        for number, entry in revision.entries.items()
        if entry.kind == "packed" and entry.stream in pdf.history
    }
