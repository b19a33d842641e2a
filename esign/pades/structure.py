"""The signature field's place in the tag tree, so that assistive technology finds it (PDF/UA)."""

from __future__ import annotations

from typing import Any

from esign.pades.document import Array, Dictionary, Document, Indirect, Page, entry
from esign.pades.revision import Reference, Revision, as_reference, pointer, serialise, text, with_entries, with_items


def tag_widget(document: Document, revision: Revision, *, widget: Reference, page: Page, label: str) -> int | None:
    """Hang a ``Form`` element for the widget into the tag tree, as the last thing of the document.

    A tag tree of an unusual shape is left alone; so is that of a signed document, which nobody may change any more.

    Args:
        document: The document.
        revision: Where the objects go.
        widget: The field's widget annotation.
        page: The page it stands on.
        label: What assistive technology says.

    Returns:
        The widget's ``/StructParent``, or None where nothing was tagged.

    Source: ISO 14289-1 7.18.4; ISO 32000-1 14.7.4.4.
    """
    tree_reference = document.root.raw_get("/StructTreeRoot") if "/StructTreeRoot" in document.root else None
    if not isinstance(tree_reference, Indirect):
        return None
    tree = tree_reference.get_object()
    top = _top(tree)
    key = entry(tree, "/ParentTreeNextKey") if isinstance(tree, Dictionary) else None
    if top is None or not isinstance(key, int) or key < 0 or "/ParentTree" not in tree:
        return None
    element = revision.new()
    parents = _with_parent(revision, tree, key, element)
    if parents is None:
        return None
    revision.put(tree_reference, with_entries(tree, {**parents, "/ParentTreeNextKey": b"%d" % (key + 1)}))
    place = b"/Pg %s" % pointer(page.reference)
    content = b"/K<</Type/OBJR/Obj %s%s>>" % (pointer(widget), place)
    revision.put(element, b"<</Type/StructElem/S/Form/P %s%s%s/Alt%s>>" % (pointer(top), place, content, text(label)))
    _append_kid(revision, top, element)
    return int(key)


def _top(tree: object) -> Any:
    """Return the one element below the root (``Document``), if it is one whose kids can be appended to."""
    if not isinstance(tree, Dictionary) or "/K" not in tree:
        return None
    kids = tree.raw_get("/K")
    if isinstance(kids, Indirect) and isinstance(kids.get_object(), Array):
        kids = kids.get_object()
    if isinstance(kids, Array):
        if len(kids) != 1:
            return None
        kids = kids.raw_get(0)
    if not isinstance(kids, Indirect):
        return None
    element = kids.get_object()
    return kids if isinstance(element, Dictionary) and "/K" in element else None


def _append_kid(revision: Revision, top: Any, element: Reference) -> None:
    dictionary = top.get_object()
    kids = dictionary.raw_get("/K")
    resolved = kids.get_object()
    if not isinstance(resolved, Array):
        revision.put(top, with_entries(dictionary, {"/K": b"[%s %s]" % (serialise(kids), pointer(element))}))
    elif isinstance(kids, Indirect):
        revision.put(kids, with_items(resolved, pointer(element)))
    else:
        revision.put(top, with_entries(dictionary, {"/K": with_items(resolved, pointer(element))}))


def _with_parent(revision: Revision, tree: Any, key: int, element: Reference) -> dict[str, bytes] | None:
    """Return the change of the tag tree's root that adds the widget's parent, or None for an unusual tree."""
    raw = tree.raw_get("/ParentTree")
    parents = raw.get_object()
    if not isinstance(parents, Dictionary):
        return None
    number_and_parent = b"%d %s" % (key, pointer(element))
    if isinstance(entry(parents, "/Nums"), Array):
        changed = with_entries(parents, {"/Nums": with_items(parents["/Nums"], number_and_parent)})
    elif isinstance(entry(parents, "/Kids"), Array):
        leaf = revision.new(b"<</Limits[%d %d]/Nums[%s]>>" % (key, key, number_and_parent))
        changed = with_entries(parents, {"/Kids": with_items(parents["/Kids"], pointer(leaf))})
    else:
        return None
    if isinstance(raw, Indirect):
        revision.put(as_reference(raw), changed)
        return {}
    return {"/ParentTree": changed}
