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


Standing = tuple[Ref, tuple[str, ...], int]
"""The object that holds a signature's dictionary, where in it, and the revision that tells of the object last."""


def find_signatures(pdf: Pdf, index: int = -1, known: set[Standing] | None = None) -> tuple[FoundSignature, ...]:
    """Return the signatures that a reader of a revision sees, in the order of the file.

    Args:
        pdf: The file.
        index: The revision; -1 is the newest.
        known: Signatures that need not be found again; those of this revision are added, once all of it could be read.

    Raises:
        PdfError: The form cannot be read.
    """
    view = pdf.view(index)
    found: list[FoundSignature] = []
    met: list[Standing] = []
    for field in view.fields():
        place = _place(view, field) if field.kind == "Sig" else None
        if place is None:
            continue
        standing = (*place, pdf.told_by(place[0].number, view.index))
        if known is not None and standing in known:
            continue
        signature = _signature(view, field, *place)
        if signature is not None:
            found.append(signature)
            met.append(standing)
    if known is not None:
        known.update(met)
    return tuple(sorted(found, key=lambda signature: (signature.revision, signature.end, signature.field)))


def _place(view: View, field: Field) -> tuple[Ref, tuple[str, ...]] | None:
    """Return the object that holds the dictionary of a field's signature, and where in it."""
    value: Object = field.get("V")
    if type(value) is Ref:
        return value, ()
    if "V" in field.dictionary and field.ref is not None:
        return field.ref, ("V",)
    return next(((parent, ("V",)) for parent in reversed(field.parents) if _has_value(view, parent)), None)


def _signature(view: View, field: Field, holder: Ref, path: tuple[str, ...]) -> FoundSignature | None:
    dictionary = view.resolve(field.get("V"))
    if not isinstance(dictionary, dict):
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
