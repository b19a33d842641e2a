"""The signatures of a file as they stand in it: their fields, dictionaries, byte ranges and what they permit."""

from __future__ import annotations

from dataclasses import dataclass

from esign.pdf import Dictionary, Field, HexString, Object, Pdf, PdfError, Ref, String, View
from esign.validation.changes.permission import Permission, read_permission


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSignature:
    """A signature field that holds something.

    Args:
        field: Fully qualified name of the field.
        kind: ``Sig`` or ``DocTimeStamp``.
        subfilter: ``ETSI.CAdES.detached``, ``ETSI.RFC3161`` …; empty where none is named.
        ref: The object that holds the signature's dictionary.
        path: Where in that object it stands; empty where the object is the dictionary itself.
        dictionary: The signature's dictionary.
        byte_range: As it stands there; None where it is no list of numbers.
        contents: The bytes of its ``/Contents``, padding included; None where there are none.
        hole: Where ``/Contents`` stands in the file, brackets included; None where it does not stand there.
        revision: The revision that it signs: the one in which it stands.
        permission: What it permits afterwards.
    """

    field: str
    kind: str
    subfilter: str
    ref: Ref
    path: tuple[str, ...]
    dictionary: Dictionary
    byte_range: tuple[int, ...] | None
    contents: bytes | None
    hole: tuple[int, int] | None
    revision: int
    permission: Permission

    @property
    def end(self) -> int:
        """Where the signed bytes end; 0 where that cannot be told."""
        return sum(self.byte_range[-2:]) if self.byte_range else 0


def find_signatures(pdf: Pdf, index: int = -1) -> tuple[FoundSignature, ...]:
    """Return the signatures that a reader of a revision sees, in the order of the file.

    Args:
        pdf: The file.
        index: The revision; -1 is the newest.

    Raises:
        PdfError: The form cannot be read.
    """
    view = pdf.view(index)
    found = (_signature(view, field) for field in view.fields() if field.kind == "Sig")
    return tuple(sorted((s for s in found if s is not None), key=lambda s: (s.revision, s.end, s.field)))


def _signature(view: View, field: Field) -> FoundSignature | None:
    holder, path = (field.ref, ("V",)) if "V" in field.dictionary else (None, ())
    value: Object = field.get("V")
    if holder is None and field.parents:
        holder, path = next(((p, ("V",)) for p in reversed(field.parents) if _has_value(view, p)), (None, ()))
    if type(value) is Ref:
        holder, path = value, ()
    dictionary = view.resolve(value)
    if holder is None or not isinstance(dictionary, dict):
        return None
    contents = view.value(dictionary, "Contents")
    kind = view.value(dictionary, "Type")
    subfilter = view.value(dictionary, "SubFilter")
    hole = _hole(view, holder, path, dictionary)
    timestamp = kind == "DocTimeStamp" or (kind is None and subfilter == "ETSI.RFC3161")
    return FoundSignature(
        field=field.name,
        kind="DocTimeStamp" if timestamp else "Sig",
        subfilter=subfilter if isinstance(subfilter, str) else "",
        ref=holder,
        path=path,
        dictionary=dictionary,
        byte_range=_numbers(view.value(dictionary, "ByteRange")),
        contents=bytes(contents) if isinstance(contents, String) and contents else None,
        hole=hole,
        revision=_revision(view, holder, hole),
        permission=read_permission(view, field, dictionary),
    )


def _revision(view: View, holder: Ref, hole: tuple[int, int] | None) -> int:
    """Return in whose bytes the signature stands; what a cross-reference repeats later does not count."""
    told = view.pdf.entry(holder.number, view.index)
    if told is None:
        return view.index
    place = hole[0] if hole else told[0].offset
    return next((r.index for r in view.pdf.revisions if r.start <= place < r.end), told[1]) if place else told[1]


def _has_value(view: View, reference: Ref) -> bool:
    node = view.get(reference)
    return isinstance(node, dict) and "V" in node


def _numbers(value: Object) -> tuple[int, ...] | None:
    if not isinstance(value, list) or not value or len(value) > 64:
        return None
    numbers = [number for number in value if type(number) is int]
    return tuple(numbers) if len(numbers) == len(value) else None


def _hole(view: View, holder: Ref, path: tuple[str, ...], dictionary: Dictionary) -> tuple[int, int] | None:
    if not isinstance(dictionary.get("Contents"), HexString):
        return None
    try:
        return view.extent_of(holder, *path, "Contents")
    except PdfError:
        return None
