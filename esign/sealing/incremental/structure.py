"""A visible seal's place in the tag tree, so that assistive technology finds it (PDF/UA).

An invisible seal has none: its rectangle is empty and lies outside the crop box, for which ISO 14289-1 7.18.1 asks for
no tag; a ``Form`` element that points at nothing visible would only be read aloud.
"""

from __future__ import annotations

from esign.pades.revision import text as text_string
from esign.sealing.incremental.revision import Object
from esign.sealing.incremental.source import Reference, Source
from esign.sealing.incremental.syntax import Entries, integer, reference, split, written
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.incremental.values import whole


def tag_widget(
    source: Source, objects: list[Object], catalog: Entries, *, widget: int, page: Reference, label: str, element: int
) -> tuple[int, int]:
    """Hang a ``Form`` element for the widget into the tag tree, as the last thing of the document.

    Args:
        source: The document.
        objects: Where the objects go.
        catalog: The document's catalog.
        widget: Object number of the widget.
        page: The page that it stands on.
        label: What assistive technology says.
        element: Object number of the new element; the next one may be used too.

    Returns:
        The widget's ``/StructParent``, and the next free object number.

    Raises:
        Unusual: A tag tree of another shape.

    Source: ISO 14289-1 7.18.4; ISO 32000-1 14.7.4.4.
    """
    place = reference(catalog[b"StructTreeRoot"])
    if place is None:
        raise Unusual("tag tree")
    _, tree = source.dictionary(*place)
    key = integer(tree.get(b"ParentTreeNextKey"))
    if key is None:
        raise Unusual("tag tree")
    top = _top(source, tree)
    changed = {**tree, b"ParentTreeNextKey": b"%d" % (key + 1)}
    parents = tree.get(b"ParentTree", b"")
    parents_place = reference(parents)
    known = source.dictionary(*parents_place)[1] if parents_place else split(parents)
    with_parent = _with_parent(objects, known, key, element)
    if parents_place:
        objects.append((*parents_place, with_parent))
    else:
        changed[b"ParentTree"] = with_parent
    objects.append((*place, written(changed)))
    _append_kid(source, objects, top, element)
    on_page = b"/Pg %d %d R" % page
    content = b"/K<</Type/OBJR/Obj %d 0 R%b>>" % (widget, on_page)
    told = b"/P %d %d R%b%b/Alt%b" % (*top, on_page, content, text_string(label))
    objects.append((element, 0, b"<</Type/StructElem/S/Form%b>>" % told))
    return key, element + 2 if b"Nums" not in known else element + 1


def _top(source: Source, tree: Entries) -> Reference:
    """Return the one element below the root."""
    kids = tree.get(b"K", b"")
    place = reference(kids)
    if place and source.value(*place)[:1] == b"[":
        kids, place = source.value(*place), None
    if place is None:
        place = reference(kids[1:-1].strip(b"\0\t\n\f\r ")) if kids[:1] == b"[" else None
    if place is None:
        raise Unusual("tag tree")
    return place


def _with_parent(objects: list[Object], parents: Entries, key: int, element: int) -> bytes:
    added = b"%d %d 0 R" % (key, element)
    if b"Nums" in parents:
        return written({**parents, b"Nums": _appended(parents[b"Nums"], added)})
    if b"Kids" in parents:
        leaf = element + 1
        objects.append((leaf, 0, b"<</Limits[%d %d]/Nums[%b]>>" % (key, key, added)))
        return written({**parents, b"Kids": _appended(parents[b"Kids"], b"%d 0 R" % leaf)})
    raise Unusual("tag tree")


def _append_kid(source: Source, objects: list[Object], top: Reference, element: int) -> None:
    _, entries = source.dictionary(*top)
    kids = entries.get(b"K")
    item = b"%d 0 R" % element
    if kids is None:
        raise Unusual("tag tree")
    place = reference(kids)
    text = source.value(*place) if place else kids
    if text[:1] != b"[":
        objects.append((*top, written({**entries, b"K": b"[%b %b]" % (kids, item)})))
    elif place:
        objects.append((*place, _appended(text, item)))
    else:
        objects.append((*top, written({**entries, b"K": _appended(text, item)})))


def _appended(array: bytes, item: bytes) -> bytes:
    if array[:1] != b"[" or b"%" in array or not isinstance(whole(array), list):
        raise Unusual("array")
    return b"%b %b]" % (array[:-1], item)
