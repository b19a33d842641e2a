"""The skeleton of the file: its page tree, and what the catalogue may keep."""

from __future__ import annotations

from typing import Any

import pikepdf

from esign.documents.intake import limits
from esign.documents.intake.reasons import Reasons, Refused

_KEPT = {
    "/Type",
    "/Pages",
    "/Names",
    "/Dests",
    "/Outlines",
    "/PageLabels",
    "/Lang",
    "/MarkInfo",
    "/StructTreeRoot",
    "/ViewerPreferences",
    "/OutputIntents",
    "/AcroForm",
}
"""What of the catalogue stays; the rest is for other uses than reading (ISO 32000-1 table 28)."""
_PAGE_DROPPED = (
    "/Metadata",
    "/PieceInfo",
    "/LastModified",
    "/Thumb",
    "/Trans",
    "/Dur",
    "/B",
    "/ID",
    "/PZ",
    "/Tabs",
    "/PresSteps",
)
_STREAM_DROPPED = ("/Alternates", "/OPI")
"""Other pictures, for printers and prepress: what is seen is the picture itself (ISO 32000-1 8.9.5.4, 14.11.7)."""


def check_page_tree(document: pikepdf.Pdf) -> None:
    """Refuse a page tree that goes in circles, is too deep or too large, before any library walks it.

    Raises:
        Refused: ``damaged``, ``no_pages``, ``too_many_pages``.
    """
    root = document.Root.get("/Pages")
    waiting: list[tuple[Any, int]] = [(root, 0)]
    seen: set[tuple[int, int]] = set()
    pages = 0
    while waiting:
        node, depth = waiting.pop()
        if not isinstance(node, pikepdf.Dictionary) or depth > limits.MAX_DEPTH or node.objgen in seen:
            raise Refused("damaged", where="pages")
        if node.is_indirect:
            seen.add(node.objgen)
        if "/Kids" in node:
            kids = node["/Kids"]
            if not isinstance(kids, pikepdf.Array) or len(kids) > 10 * limits.MAX_PAGES:
                raise Refused(
                    "too_many_pages" if isinstance(kids, pikepdf.Array) else "damaged", limit=limits.MAX_PAGES
                )
            waiting.extend((kid, depth + 1) for kid in kids)
            if len(seen) > 20 * limits.MAX_PAGES:
                raise Refused("too_many_pages", limit=limits.MAX_PAGES)
        else:
            pages += 1
            if pages > limits.MAX_PAGES:
                raise Refused("too_many_pages", limit=limits.MAX_PAGES)
    if not pages:
        raise Refused("no_pages")


def check_catalogue(root: Any, reasons: Reasons) -> None:
    """Note what the catalogue says that no contract may say."""
    if "/XFA" in _inside(root, "/AcroForm") or bool(root.get("/NeedsRendering", False)):
        reasons.add("xfa")
    opening = root.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") != "/GoTo":
        reasons.add("javascript" if opening.get("/S") == "/JavaScript" else "open_action")
    if len(_inside(root, "/AA")):
        reasons.add("additional_actions")
    layers = root.get("/OCProperties")
    if layers is not None and len(_inside(layers, "/OCGs") if isinstance(layers, pikepdf.Dictionary) else "x"):
        reasons.add("layers")
    if len(_inside(root, "/Perms")):
        reasons.add("signed")
    if "/Collection" in root:
        reasons.add("attachments")
    names = _inside(root, "/Names")
    if "/JavaScript" in names:
        reasons.add("javascript")
    files = _inside(names, "/EmbeddedFiles")
    if len(_inside(files, "/Names")) or len(_inside(files, "/Kids")):
        reasons.add("attachments")


def prune(document: pikepdf.Pdf) -> None:
    """Take away what readers of a contract never see: metadata of others, editors' data, leftovers of earlier uses."""
    root: Any = document.Root
    for key in [key for key in list(root) if key not in _KEPT]:
        del root[key]
    intents = root.get("/OutputIntents")
    if intents is not None and not (
        isinstance(intents, pikepdf.Array) and all(isinstance(each, pikepdf.Dictionary) for each in intents)
    ):
        del root["/OutputIntents"]
    tags = root.get("/StructTreeRoot")
    if tags is not None and not (_tree_ends(tags) and _well_formed(tags)):
        del root["/StructTreeRoot"]
    names: Any = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        for key in [key for key in list(names) if key != "/Dests"]:
            del names[str(key)]
    if "/Info" in document.trailer:
        del document.trailer["/Info"]
    for item in document.objects:
        for name in _STREAM_DROPPED:
            if isinstance(item, pikepdf.Stream) and name in item:
                del item[name]
    for page in document.pages:
        if not isinstance(page.obj.get("/StructParents", 0), int):
            del page.obj["/StructParents"]
        for name in _PAGE_DROPPED:
            if name in page.obj:
                del page.obj[name]
        actions = page.obj.get("/AA")
        if isinstance(actions, pikepdf.Dictionary) and not len(actions):
            del page.obj["/AA"]


def _tree_ends(tree: Any) -> bool:
    """Tell whether a tag tree is one: no element below itself or in two places."""
    waiting: list[Any] = [tree]
    seen: set[tuple[int, int]] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting.extend(node)
            continue
        if not isinstance(node, pikepdf.Dictionary):
            continue
        if node.is_indirect:
            if node.objgen in seen or len(seen) > limits.MAX_OBJECTS:
                return False
            seen.add(node.objgen)
        if "/K" in node and node.get("/Type") not in ("/MCR", "/OBJR"):
            waiting.append(node["/K"])
    return isinstance(tree, pikepdf.Dictionary)


def _well_formed(tree: Any) -> bool:
    """Tell whether a tag tree has elements at its top and numbers in its tree of parents."""
    kids = tree.get("/K")
    tops = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    waiting = [(tree.get("/ParentTree", pikepdf.Dictionary()), 0)]
    while waiting:
        node, depth = waiting.pop()
        numbers = node.get("/Nums", pikepdf.Array()) if isinstance(node, pikepdf.Dictionary) else None
        below = node.get("/Kids", pikepdf.Array()) if isinstance(node, pikepdf.Dictionary) else None
        if not isinstance(numbers, pikepdf.Array) or not isinstance(below, pikepdf.Array) or depth > 8:
            return False
        if len(numbers) % 2 or not all(isinstance(key, int) for key in list(numbers)[::2]):
            return False
        waiting.extend((kid, depth + 1) for kid in below)
    return all(isinstance(top, pikepdf.Dictionary) for top in tops)


def _inside(item: Any, key: str) -> Any:
    found = item.get(key) if isinstance(item, pikepdf.Dictionary) else None
    return pikepdf.Dictionary() if found is None else found
