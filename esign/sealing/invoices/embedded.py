"""The files within a document that may be its e-invoice, as readers find them: by the list of names and as associated.

Source: ISO 32000-2 clauses 7.11.4 (embedded files), 14.13 (associated files); ISO 19005-3 clause 6.8; Factur-X 1.0
section 6.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from esign.pdf import Dictionary, Name, Object, Ref, Stream, String, View

_MOST = 200
"""Most entries that are looked at; a document with more embedded files is refused."""
_DEEPEST = 16


class TooManyFiles(ValueError):
    """The document has more embedded files, or a deeper list of them, than anybody needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedFile:
    """One file specification of a document with its content still encoded."""

    name: str
    """``/UF``, else ``/F``."""
    other_name: str
    """``/F`` where it differs from ``/UF``, else empty."""
    stream: Stream
    other_stream: Stream | None
    """What ``/EF /F`` leads to where that is another stream than ``/EF /UF``."""
    relationship: str
    """``/AFRelationship``, or empty."""
    media_type: str
    """``/Subtype`` of the stream, or empty."""
    listed: bool
    """Whether it stands in the list of names that viewers show."""
    associated: bool
    """Whether it is associated with the document as a whole (``/AF`` of the catalog)."""


def embedded_files(view: View) -> tuple[EmbeddedFile, ...]:
    """Return the embedded files of a document, each stream once, in the order of the list of names.

    Raises:
        PdfError: They cannot be read.
        TooManyFiles: More than allowed.
    """
    names = view.value(view.catalog, "Names")
    listed = list(_tree(view, names.get("EmbeddedFiles"))) if isinstance(names, dict) else []
    associated = _items(view, view.catalog.get("AF"))
    if len(listed) + len(associated) > _MOST:
        raise TooManyFiles
    found: list[EmbeddedFile] = []
    seen: set[int] = set()
    for place, item in enumerate((*listed, *associated)):
        specification = view.resolve(item)
        if not isinstance(specification, dict):
            continue
        file = _read(view, specification, listed=place < len(listed), associated=_among(view, item, associated))
        if file is None or file.stream.start in seen:
            continue
        seen.add(file.stream.start)
        found.append(file)
    return tuple(found)


def _among(view: View, item: Object, items: list[Object]) -> bool:
    if type(item) is Ref:
        return item in items
    return any(view.resolve(other) is view.resolve(item) for other in items)


def _tree(view: View, root: Object) -> Iterator[Object]:
    waiting: list[tuple[Object, int]] = [(root, 0)]
    nodes = 0
    while waiting:
        value, depth = waiting.pop()
        node = view.resolve(value)
        nodes += 1
        if nodes > _MOST or depth > _DEEPEST:
            raise TooManyFiles
        if not isinstance(node, dict):
            continue
        yield from _items(view, node.get("Names"))[1::2]
        waiting.extend((kid, depth + 1) for kid in reversed(_items(view, node.get("Kids"))))


def _items(view: View, value: Object) -> list[Object]:
    items = view.resolve(value)
    if not isinstance(items, list):
        return []
    if len(items) > 2 * _MOST:
        raise TooManyFiles
    return items


def _read(view: View, specification: Dictionary, *, listed: bool, associated: bool) -> EmbeddedFile | None:
    files = view.value(specification, "EF")
    if not isinstance(files, dict):
        return None
    streams = [found for key in ("UF", "F") if isinstance(found := view.value(files, key), Stream)]
    if not streams:
        return None
    names = [found.text for key in ("UF", "F") if isinstance(found := view.value(specification, key), String)]
    relationship = view.value(specification, "AFRelationship")
    media_type = view.value(streams[0].dictionary, "Subtype")
    return EmbeddedFile(
        name=names[0] if names else "",
        other_name=names[1] if len(set(names)) == 2 else "",
        stream=streams[0],
        other_stream=streams[1] if len(streams) == 2 and streams[1].start != streams[0].start else None,
        relationship=str(relationship) if isinstance(relationship, Name) else "",
        media_type=str(media_type) if isinstance(media_type, Name) else "",
        listed=listed,
        associated=associated,
    )
