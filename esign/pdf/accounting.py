"""Which bytes of a revision are nobody's: content that no cross-reference names, but that some readers may find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esign.pdf.errors import PdfLimitError
from esign.pdf.objects import Ref
from esign.pdf.revisions import END
from esign.pdf.syntax import WHITE, skip

if TYPE_CHECKING:
    from esign.pdf.pdf import Pdf

_MOST_OBJECTS = 100_000


def unaccounted(pdf: Pdf, index: int) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Return the parts of a revision that belong to no object that it names.

    Returns:
        Those that are not white space or comments, and those that are, in their order.

    Raises:
        PdfError: One of its objects cannot be read.
        PdfLimitError: It tells of too many.
    """
    revision = pdf.revisions[index]
    if len(revision.entries) > _MOST_OBJECTS:
        raise PdfLimitError("a revision tells of too many objects to account for them", objects=len(revision.entries))
    view = pdf.view(index)
    taken = [(section.start, section.end) for section in revision.sections]
    taken += [section.hidden for section in revision.sections if section.hidden]
    taken += [_own_end(pdf.data, section.end) for section in revision.sections[:-1]]
    for number, entry in revision.entries.items():
        if entry.kind == "plain" and revision.start <= entry.offset < revision.end:
            taken.append(view.extent(Ref(number, entry.generation)))
    taken.append((revision.marker, revision.end))
    found, empty = [], []
    position = revision.start
    for start, end in sorted(taken):
        place = skip(pdf.data, position)
        if place < start:
            found.append((place, start))
        elif position < start and pdf.data[start - 1] not in WHITE:
            found.append((position, start))  # a comment without an end: for some readers it swallows what follows
        elif position < start:
            empty.append((position, start))
        position = max(position, end)
    place = skip(pdf.data, position)
    if place < revision.end:
        found.append((place, revision.end))
    return tuple(found), tuple(empty)


def _own_end(data: bytes, section_end: int) -> tuple[int, int]:
    """Return where the first section of a linearised file ends with a mark of its own."""
    place = skip(data, section_end)
    mark = END.match(data, place)
    return place, mark.end() if mark else place
