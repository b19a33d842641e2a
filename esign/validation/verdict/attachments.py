"""The files within a file: what a reader lists, and whether an intact signature covers them.

Source: ISO 32000-2 clauses 7.11.4 (embedded files), 14.13 (associated files), 12.5.6.15 (file attachments).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from esign.foundation.digests import sha256
from esign.pdf import Dictionary, Name, Object, PdfError, PdfLimitError, Stream, String, View
from esign.validation.verdict.signature_verdict import AttachmentVerdict

_MOST = 1_000
_DEEPEST = 32
_Found = tuple[str, bytes, str | None]
"""Name, SHA-256, relationship."""


def attachments(shown: View, signed: View | None) -> tuple[AttachmentVerdict, ...]:
    """Return the attachments that a reader shows.

    Args:
        shown: The file as readers show it.
        signed: The newest revision that an intact signature covers; None where there is none.

    Raises:
        PdfLimitError: They would cost more than allowed.
    """
    found = _all(shown)
    if not found:
        return ()
    covered = found if signed is shown else set(_all(signed)) if signed is not None else set()
    return tuple(
        AttachmentVerdict(name=name, sha256=digest, af_relationship=relationship, signed=item in covered)
        for item in found
        for name, digest, relationship in [item]
    )


def _all(view: View) -> list[_Found]:
    found: dict[_Found, None] = {}
    for specification in _specifications(view):
        item = _read(view, specification)
        if item is not None:
            found[item] = None
        if len(found) >= _MOST:
            break
    return list(found)


def _specifications(view: View) -> Iterator[Dictionary]:
    """Yield file specifications: of the list of attachments, of the document, of its pages, of remarks on them."""
    names = _value(view, view.catalog, "Names")
    if isinstance(names, dict):
        yield from _tree(view, names.get("EmbeddedFiles"))
    yield from _listed(view, view.catalog.get("AF"))
    with suppress(PdfError):  # no page tree: the lists above are what readers show
        for page in view.pages():
            yield from _listed(view, page.dictionary.get("AF"))
            annotations = _resolved(view, page.dictionary.get("Annots"))
            for item in annotations[:_MOST] if isinstance(annotations, list) else ():
                annotation = _resolved(view, item)
                if isinstance(annotation, dict) and _value(view, annotation, "Subtype") == "FileAttachment":
                    yield from _listed(view, [annotation.get("FS")])


def _tree(view: View, root: Object) -> Iterator[Dictionary]:
    waiting: list[tuple[Object, int]] = [(root, 0)]
    seen = 0
    while waiting and seen < _MOST:
        value, depth = waiting.pop()
        node = _resolved(view, value)
        seen += 1
        if not isinstance(node, dict) or depth > _DEEPEST:
            continue
        pairs = _resolved(view, node.get("Names"))
        if isinstance(pairs, list):
            yield from _listed(view, pairs[1 : 2 * _MOST : 2])
        kids = _resolved(view, node.get("Kids"))
        if isinstance(kids, list):
            waiting.extend((kid, depth + 1) for kid in reversed(kids[:_MOST]))


def _listed(view: View, value: Object) -> Iterator[Dictionary]:
    items = _resolved(view, value)
    for item in items[:_MOST] if isinstance(items, list) else ():
        specification = _resolved(view, item)
        if isinstance(specification, dict):
            yield specification


def _read(view: View, specification: Dictionary) -> _Found | None:
    files = _value(view, specification, "EF")
    if not isinstance(files, dict):
        return None
    stream = next((s for key in ("UF", "F") if isinstance(s := _value(view, files, key), Stream)), None)
    if stream is None:
        return None
    try:
        content = view.decode(stream)
    except PdfLimitError:
        raise
    except PdfError:
        return None
    names = (_value(view, specification, key) for key in ("UF", "F"))
    name = next((n.text for n in names if isinstance(n, String)), "")
    relationship = _value(view, specification, "AFRelationship")
    return name, sha256(content), f"/{relationship}" if isinstance(relationship, Name) else None


def _value(view: View, holder: Dictionary, key: str) -> Object:
    return _resolved(view, holder.get(key))


def _resolved(view: View, value: Object) -> Object:
    try:
        return view.resolve(value)
    except PdfLimitError:
        raise
    except PdfError:
        return None
