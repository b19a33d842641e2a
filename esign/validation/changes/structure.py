"""The tag tree: it may learn of new signature fields and remarks, nothing that it said may change."""

from __future__ import annotations

from collections.abc import Iterator

from esign.pdf import Dictionary, Object, Ref, View
from esign.validation.changes.change import ChangeKind, Noted
from esign.validation.changes.references import Use
from esign.validation.changes.sameness import differing, same
from esign.validation.changes.skeleton import Skeleton

_ELEMENT = {"Type", "S", "P", "Pg", "K", "Alt", "T", "Lang", "ID", "R", "A"}
_MOST = 200_000


def compare_structure(
    old: Skeleton,
    new: Skeleton,
    number: int,
    before: Object,
    after: Object,
    uses: tuple[tuple[Use, ...], tuple[Use, ...]],
) -> Iterator[Noted]:
    """Compare an object of the tag tree; nothing is yielded where it is none or changed in any other way.

    1. The root: its elements, its number tree and the next free number of it grow.
    2. An element: its kids grow.
    3. The number tree: numbers are added.
    4. A list of kids or numbers that is an object of its own grows, and is nothing else.
    5. What is added are elements for annotations that are new themselves.

    Source: ISO 32000-2 clauses 14.7.2, 14.7.5.4; ISO 14289-1 clause 7.18.4.
    """
    root = old.catalog.get("StructTreeRoot")
    if type(root) is not Ref or root != new.catalog.get("StructTreeRoot"):
        return
    if _grew(old, new, number, before, after, root, uses):
        yield Noted(kind=ChangeKind.STRUCTURE, what="the tag tree learned of what was added")


def _grew(
    old: Skeleton,
    new: Skeleton,
    number: int,
    before: Object,
    after: Object,
    root: Ref,
    uses: tuple[tuple[Use, ...], tuple[Use, ...]],
) -> bool:
    if isinstance(before, list) and isinstance(after, list):
        role = {_list_role(old, root, use) for use in uses[0]} | {_list_role(new, root, use) for use in uses[1]}
        if role == {"K"}:
            return _kids(old, new, before, after)
        if role == {"Nums"}:
            return _numbers(old, new, before, after)
        return role == {"Kids"} and _leaves(old, new, before, after)
    if not isinstance(before, dict) or not isinstance(after, dict):
        return False
    if number == root.number:
        return _root(old, new, before, after)
    changed = differing(before, after)
    if _is_element(before) and changed == {"K"}:
        return _kids(old, new, _listed(old.view, before.get("K")), _listed(new.view, after.get("K")))
    if number in _number_tree(old.view, root) and number in _number_tree(new.view, root):
        return _node(old, new, before, after)
    return False


def _root(old: Skeleton, new: Skeleton, before: Dictionary, after: Dictionary) -> bool:
    for key in differing(before, after):
        one, other = old.view.value(before, key), new.view.value(after, key)
        if key == "ParentTreeNextKey" and type(other) is int and (one is None or (type(one) is int and one <= other)):
            continue
        if key == "K" and _kids(old, new, _listed(old.view, before.get(key)), _listed(new.view, after.get(key))):
            continue
        if key == "ParentTree" and isinstance(one, dict) and isinstance(other, dict) and _node(old, new, one, other):
            continue
        return False
    return True


def _node(old: Skeleton, new: Skeleton, before: Dictionary, after: Dictionary) -> bool:
    """Whether a node of the number tree only has more numbers or leaves."""
    for key in differing(before, after):
        one, other = old.view.value(before, key), new.view.value(after, key)
        if key == "Limits":
            continue
        if not isinstance(one, list | None) or not isinstance(other, list):
            return False
        if not (_numbers if key == "Nums" else _leaves if key == "Kids" else _never)(old, new, one or [], other):
            return False
    return True


def _kids(old: Skeleton, new: Skeleton, before: list[Object], after: list[Object]) -> bool:
    if not same(list[Object](before), list[Object](after[: len(before)])):
        return False
    return all(_new_element(old, new, item) for item in after[len(before) :])


def _numbers(old: Skeleton, new: Skeleton, before: list[Object], after: list[Object]) -> bool:
    one, other = dict(_pairs(before)), dict(_pairs(after))
    if len(other) * 2 != len(after) or any(not same(value, other.get(key)) for key, value in one.items()):
        return False
    return all(_new_element(old, new, value) for key, value in other.items() if key not in one)


def _leaves(old: Skeleton, new: Skeleton, before: list[Object], after: list[Object]) -> bool:
    if not same(list[Object](before), list[Object](after[: len(before)])):
        return False
    for item in after[len(before) :]:
        leaf = new.view.resolve(item)
        if not isinstance(leaf, dict) or not leaf.keys() <= {"Limits", "Nums"}:
            return False
        if not _numbers(old, new, [], _listed(new.view, leaf.get("Nums"))):
            return False
    return True


def _never(*_: object) -> bool:
    return False


def _new_element(old: Skeleton, new: Skeleton, item: Object) -> bool:
    """Whether an element stands for an annotation that is as new as itself, and says nothing else."""
    if type(item) is not Ref or old.view.get(item) is not None:
        return False
    element = new.view.get(item)
    if not isinstance(element, dict) or not element.keys() <= _ELEMENT or not _is_element(element):
        return False
    for kid in _listed(new.view, element.get("K")):
        reference = new.view.resolve(kid)
        if not isinstance(reference, dict) or reference.get("Type") != "OBJR":
            return False
        target = reference.get("Obj")
        if type(target) is not Ref or old.view.get(target) is not None or target.number not in new.shown_on:
            return False
    return True


def _is_element(dictionary: Dictionary) -> bool:
    return dictionary.get("Type", "StructElem") == "StructElem" and {"S", "P"} <= dictionary.keys()


def _list_role(skeleton: Skeleton, root: Ref, use: Use) -> str | None:
    """Return which list of the tag tree an array is, where it is referred to."""
    holder, path = use
    if len(path) != 1 or path[0] not in ("K", "Nums", "Kids"):
        return None
    reference = skeleton.view.reference(holder)
    value = skeleton.view.get(reference) if reference else None
    if not isinstance(value, dict):
        return None
    if path[0] == "K":
        return "K" if holder == root.number or _is_element(value) else None
    return str(path[0]) if holder in _number_tree(skeleton.view, root) else None


def _number_tree(view: View, root: Ref) -> set[int]:
    """Return the objects that are nodes of the tag tree's number tree."""
    tree = view.get(root)
    waiting: list[Object] = [tree.get("ParentTree")] if isinstance(tree, dict) else []
    found: set[int] = set()
    while waiting and len(found) < _MOST:
        reference = waiting.pop()
        node = view.resolve(reference)
        if type(reference) is Ref:
            if reference.number in found:
                continue
            found.add(reference.number)
        if isinstance(node, dict):
            waiting.extend(_listed(view, node.get("Kids")))
    return found


def _listed(view: View, value: Object) -> list[Object]:
    resolved = view.resolve(value)
    if resolved is None:
        return []
    if isinstance(resolved, list):
        return resolved
    return [value]


def _pairs(items: list[Object]) -> Iterator[tuple[int, Object]]:
    for key, value in zip(items[::2], items[1::2], strict=False):
        if type(key) is int:
            yield key, value
