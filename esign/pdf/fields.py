"""The fields of a form, with what they inherit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.pdf.errors import PdfCircularError, PdfLimitError, PdfStructureError
from esign.pdf.objects import Dictionary, Object, Ref, String

if TYPE_CHECKING:
    from esign.pdf.view import View

_MOST_KEPT = 20_000
_INHERITED = ("FT", "Ff", "V", "DV", "DA", "Q", "MaxLen", "Opt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A form field without fields below it.

    Args:
        name: Fully qualified name.
        ref: Its object; None where it stands directly in the list of fields.
        dictionary: Its dictionary as it stands in the file.
        inherited: What it inherits and does not state itself; references not followed.
        widgets: Where it is shown: its own object, or those below it; pairs of object and dictionary.
        parents: The fields above it, the outermost first.
    """

    name: str
    ref: Ref | None
    dictionary: Dictionary
    inherited: Dictionary
    widgets: tuple[tuple[Ref | None, Dictionary], ...]
    parents: tuple[Ref, ...]

    def get(self, key: str) -> Object:
        """Return one of its values, inherited ones included; references not followed."""
        return self.dictionary.get(key, self.inherited.get(key))

    @property
    def kind(self) -> str:
        """``Sig``, ``Tx``, ``Btn``, ``Ch``, or an empty string."""
        kind = self.get("FT")
        return kind if isinstance(kind, str) else ""


def read_fields(view: View) -> tuple[Field, ...]:
    """Return the form's terminal fields in order.

    Raises:
        PdfStructureError: The form is damaged or circular.
        PdfLimitError: More fields than allowed, or nested too deeply.

    Source: ISO 32000-2 clause 12.7.4.
    """
    form = view.value(view.catalog, "AcroForm")
    if form is None:
        return ()
    if not isinstance(form, dict):
        raise PdfStructureError("the form is no dictionary")
    roots = view.value(form, "Fields")
    if not isinstance(roots, list | None):
        raise PdfStructureError("the form's list of fields is none")
    fields: list[Field] = []
    seen: set[Ref] = set()
    nothing: Dictionary = {}
    waiting: list[tuple[Object, str, Dictionary, tuple[Ref, ...]]] = []
    waiting.extend((root, "", nothing, ()) for root in reversed(roots or []))
    while waiting:
        reference, prefix, inherited, parents = waiting.pop()
        if len(seen) > 4 * view.pdf.limits.fields or len(waiting) > 4 * view.pdf.limits.fields:
            raise PdfLimitError("the form has more fields than allowed")
        if len(parents) > view.pdf.limits.depth:
            raise PdfLimitError("the form is nested too deeply")
        node = _node(view, reference, seen)
        if len(fields) > view.pdf.limits.fields:
            raise PdfLimitError("the form has more fields than allowed", fields=len(fields))
        alone = not (prefix or inherited or parents or "Kids" in node)
        met = view.pdf.plain_fields.get(reference) if alone and type(reference) is Ref else None
        if met is not None and met.dictionary is node:
            fields.append(met)
            continue
        name = _name(view, node, prefix)
        kids = [(kid, _node(view, kid, seen)) for kid in _kids(view, node)]
        below = [kid for kid, dictionary in kids if "T" in dictionary]
        own = reference if type(reference) is Ref else None
        if below:
            if len(below) != len(kids):
                raise PdfStructureError("a field has both fields and widgets below it")
            seen.difference_update(kid for kid in below if type(kid) is Ref)
            passed = {**inherited, **{key: node[key] for key in _INHERITED if key in node}}
            above = (*parents, own) if own else parents
            waiting.extend((kid, name, passed, above) for kid in reversed(below))
            continue
        widgets = tuple((kid if type(kid) is Ref else None, dictionary) for kid, dictionary in kids)
        fields.append(
            Field(
                name=name,
                ref=own,
                dictionary=node,
                inherited={key: value for key, value in inherited.items() if key not in node},
                widgets=widgets or ((own, node),),
                parents=parents,
            )
        )
        if alone and own is not None and type(node.get("T")) is not Ref and len(view.pdf.plain_fields) < _MOST_KEPT:
            view.pdf.plain_fields[own] = fields[-1]
    if len(fields) > view.pdf.limits.fields:
        raise PdfLimitError("the form has more fields than allowed", fields=len(fields))
    return tuple(fields)


def _node(view: View, reference: Object, seen: set[Ref]) -> Dictionary:
    if type(reference) is Ref:
        if reference in seen:
            raise PdfCircularError("the form names a field twice", object=reference.number)
        seen.add(reference)
    node = view.resolve(reference)
    if not isinstance(node, dict):
        raise PdfStructureError("a field is no dictionary")
    return node


def _kids(view: View, node: Dictionary) -> list[Object]:
    kids = view.value(node, "Kids")
    if kids is None:
        return []
    if not isinstance(kids, list):
        raise PdfStructureError("a field's list of fields is none")
    return kids


def _name(view: View, node: Dictionary, prefix: str) -> str:
    part = view.value(node, "T")
    if part is None:
        return prefix
    if not isinstance(part, String):
        raise PdfStructureError("a field's name is no text")
    return f"{prefix}.{part.text}" if prefix else part.text
