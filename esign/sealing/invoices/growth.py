"""How objects of a document may be different after a seal: each by so much as a signature field adds.

Source: ISO 32000-2 clauses 7.7.2 (catalog), 12.7.3 (form), 7.7.3.3 (page), 14.7.4 and 14.7.5.4 (tag tree, parent tree).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from esign.pdf import Dictionary, Object, Ref


def grown(was: Object, now: Object) -> bool:
    """Tell whether a list is as it was with references behind it; one that was not there is empty."""
    if was is None:
        was = []
    if not isinstance(was, list) or not isinstance(now, list) or now[: len(was)] != was:
        return False
    return all(type(item) is Ref for item in now[len(was) :])


def kind_of(value: Dictionary) -> str:
    """Return which of the kinds below a dictionary is, by what it says; empty for all others."""
    kind = value.get("Type")
    if kind in ("Page", "StructTreeRoot", "StructElem"):
        return str(kind)
    if kind is None and value.keys() & {"Nums", "Kids"} and not value.keys() - {"Nums", "Kids", "Limits"}:
        return "number tree"
    return "StructElem" if kind is None and {"S", "P"} <= value.keys() else ""


def changed_as_allowed(was: Dictionary, now: Dictionary, kind: str) -> bool:
    """Tell whether a dictionary differs only in entries that a seal may change, and each only so."""
    if kind == "extensions":
        return kept(was, now)
    allowed = _ALLOWED.get(kind, {})
    return all(
        was.get(key) == now.get(key) or (key in allowed and allowed[key](was.get(key), now.get(key)))
        for key in {*was, *now}
    )


def _form(was: Object, now: Object) -> bool:
    if was is None:
        return type(now) is Ref or (isinstance(now, dict) and now.keys() <= {"Fields", "SigFlags"})
    return isinstance(was, dict) and isinstance(now, dict) and changed_as_allowed(was, now, "form")


def kept(was: Object, now: Object) -> bool:
    """Tell whether a dictionary has at least the entries that it had."""
    return isinstance(now, dict) and (
        was is None or (isinstance(was, dict) and all(now.get(key) == value for key, value in was.items()))
    )


def _flags(was: Object, now: Object) -> bool:
    """Source: ISO 32000-2 table 225: flags are only ever added."""
    return type(now) is int and (was is None or (type(was) is int and was & now == was))


def _store(was: Object, now: Object) -> bool:
    """Source: ISO 32000-2 clause 12.8.4.3: what a security store holds is only ever added to."""
    if was is None:
        return type(now) is Ref or (isinstance(now, dict) and now.keys() <= {"Type", *_STORED, "VRI"})
    return isinstance(was, dict) and isinstance(now, dict) and changed_as_allowed(was, now, "store")


def _referred(was: Object, now: Object) -> bool:
    """Tell whether a list is as it was with references behind it, or now stands where there was none."""
    return grown(was, now) or (was is None and type(now) is Ref)


def _by_signature(was: Object, now: Object) -> bool:
    return kept(was, now) or (was is None and type(now) is Ref)


def _tabs(was: Object, now: Object) -> bool:
    """Tell whether a page that did not say so says now that the keyboard follows the structure (ISO 14289-1 7.18.3)."""
    return was is None and now == "S"


def _next(was: Object, now: Object) -> bool:
    return type(was) is int and type(now) is int and was < now <= was + 1_000


def _numbers(was: Object, now: Object) -> bool:
    """Tell whether a list of keys and values is as it was with further pairs behind it."""
    if not isinstance(was, list) or not isinstance(now, list) or now[: len(was)] != was:
        return False
    added = now[len(was) :]
    return all(type(key) is int for key in added[::2]) and all(type(value) is Ref for value in added[1::2])


def _parents(was: Object, now: Object) -> bool:
    return isinstance(was, dict) and isinstance(now, dict) and changed_as_allowed(was, now, "number tree")


def _children(was: Object, now: Object) -> bool:
    return grown(was if isinstance(was, list) else [was], now)


_STORED = ("Certs", "OCSPs", "CRLs")
_ALLOWED: Mapping[str, Mapping[str, Callable[[Object, Object], bool]]] = {
    "catalog": {"AcroForm": _form, "DSS": _store, "Extensions": kept},
    "form": {"Fields": grown, "SigFlags": _flags},
    "store": {**dict.fromkeys(_STORED, _referred), "VRI": _by_signature},
    "Page": {"Annots": grown, "Tabs": _tabs},
    "StructTreeRoot": {"ParentTreeNextKey": _next, "ParentTree": _parents},
    "StructElem": {"K": _children},
    "number tree": {"Nums": _numbers, "Kids": grown},
}
