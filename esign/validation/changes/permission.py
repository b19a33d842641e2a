"""What a signature permits afterwards: certification (DocMDP), locked fields (FieldMDP) and the field's own lock."""

from __future__ import annotations

from dataclasses import dataclass

from esign.pdf import Dictionary, Field, Object, String, View

NOTHING, FORMS, ANNOTATIONS = 1, 2, 3
"""ISO 32000-2 table 257: the values of P."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a signature permits afterwards.

    Args:
        certifies: P of a certification signature; None where it is none.
        afterwards: P of the signature field's lock; None where it has none.
        action: ``All``, ``Include`` or ``Exclude`` where fields are locked; None where none are.
        fields: The names that the action is about.
        understood: Whether everything that it says of permissions could be read.
    """

    certifies: int | None = None
    afterwards: int | None = None
    action: str | None = None
    fields: frozenset[str] = frozenset()
    understood: bool = True

    def locks(self, field: str) -> bool:
        """Whether a field may not be changed any more; a name stands for all fields below it."""
        if self.action is None:
            return False
        parts = field.split(".")
        named = any(".".join(parts[:count]) in self.fields for count in range(1, len(parts) + 1))
        return {"All": True, "Include": named, "Exclude": not named}.get(self.action, True)


def strictest(one: int | None, other: int | None) -> int | None:
    """Return the lesser of two values of P; None stands for no certification."""
    return min((level for level in (one, other) if level is not None), default=None)


def read_permission(view: View, field: Field, signature: Dictionary) -> Permission:
    """Return what a signature permits afterwards.

    Args:
        view: A view that shows the signature.
        field: Its field.
        signature: Its dictionary.

    Source: ISO 32000-2 clauses 12.7.5.5, 12.8.2.2, 12.8.2.4.
    """
    certifies: int | None = None
    lock = view.resolve(field.dictionary.get("Lock"))
    afterwards, action, fields, understood = None, None, frozenset[str](), True
    if lock is not None:
        if isinstance(lock, dict):
            action, fields, understood = _locked(view, lock)
            afterwards = _level(view, lock, None)
        else:
            understood = False
    references = view.value(signature, "Reference")
    for item in references if isinstance(references, list) else ():
        reference = view.resolve(item)
        if not isinstance(reference, dict):
            understood = False
            continue
        method = view.value(reference, "TransformMethod")
        parameters = view.value(reference, "TransformParams")
        if method == "DocMDP":
            certifies = _level(view, parameters if isinstance(parameters, dict) else {}, FORMS)
        elif method == "FieldMDP":
            if isinstance(parameters, dict):
                action, fields, clear = _locked(view, parameters)
                understood = understood and clear
            else:
                understood = False
    return Permission(certifies=certifies, afterwards=afterwards, action=action, fields=fields, understood=understood)


def _level(view: View, parameters: Dictionary, default: int | None) -> int | None:
    level = view.value(parameters, "P")
    if level is None:
        return default
    return level if type(level) is int and level in (NOTHING, FORMS, ANNOTATIONS) else NOTHING


def _locked(view: View, parameters: Dictionary) -> tuple[str, frozenset[str], bool]:
    action = view.value(parameters, "Action")
    listed: Object = view.value(parameters, "Fields")
    items = [view.resolve(item) for item in listed] if isinstance(listed, list) else []
    names = [item.text for item in items if isinstance(item, String)]
    understood = action in ("All", "Include", "Exclude") and len(names) == len(items)
    return str(action) if understood else "All", frozenset(names), understood
