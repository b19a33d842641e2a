"""What this product itself appends to a signed document, recognised entry by entry."""

from __future__ import annotations

from typing import Any

from pyhanko.sign.diff_analysis import ModificationLevel

from esign.pades.document import Array, Dictionary, Indirect, Stream, entry
from esign.pades.revision import serialise
from esign.validation.signed_revision import ObjectNumber, References

_STORE = {"/Certs", "/CRLs", "/OCSPs"}
_WIDGET = {"/Type", "/Subtype", "/FT", "/T", "/TU", "/F", "/Rect", "/P", "/V", "/AP"}
_TIMESTAMP = {"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents"}
_SIGNATURE = {*_TIMESTAMP, "/Name", "/Reason", "/M"}


class NotRecognised(Exception):
    """Not exactly what this product appends."""


class Appended:
    """A revision that adds security store values, document timestamps or signature fields, and nothing else at all.

    1. It frees nothing and has no object streams; the trailer names the same catalog and information dictionary.
    2. The objects that it overwrites are the catalog, the security store, the form and pages; everything else in it
       is new, and nothing in the signed bytes refers to a new object.
    3. The catalog differs in the entry of the security store alone, and only if it had none.
    4. The security store is a dictionary of arrays of streams; what was in them stands first, the others are new. If
       it is not new itself, nothing but the catalog refers to it.
    5. The form differs in new fields at the end of its list alone, and nothing but the catalog refers to it.
    6. Each new field is a widget that holds a document timestamp and is invisible, or a signature with an appearance
       of new objects; field and signature are new and have no entries but the usual ones.
    7. A page differs in new annotations at the end of its list alone, and these are such widgets of this page.
    8. Every object of the revision was met on this way.
    """

    def __init__(self, old: Any, new: Any, signed: References) -> None:
        self._old, self._new, self._signed = old, new, signed
        self._written = {_number(reference) for reference in new.explicit_refs_in_revision()}
        self._met: set[ObjectNumber] = set()
        self._level = ModificationLevel.LTA_UPDATES

    def level(self) -> ModificationLevel:
        """Return how much this changes.

        Raises:
            NotRecognised: Not exactly what this product appends.
        """
        old, new = self._old, self._new
        _require(not new.refs_freed_in_revision() and not new.object_streams_used())
        before, after = _entries(old.trailer_view), _entries(new.trailer_view)
        _require(all(before.get(key) == after.get(key) for key in ("/Root", "/Info", "/Encrypt")))
        table = new.reader.xrefs.get_xref_container_info(new.revision).stream_ref
        if table is not None:
            self._meet_new(table)
        self._catalog()
        if "/DSS" in new.root:
            self._store()
        if "/AcroForm" in old.root:
            self._form()
        _require(self._met >= self._written)
        return self._level

    def _catalog(self) -> None:
        before, after = _entries(self._old.root), _entries(self._new.root)
        self._met.add(_number(self._new.root_ref))
        _require(before.pop("/DSS", None) in (None, after.pop("/DSS", None)))
        _require(before == after)

    def _store(self) -> None:
        reference = self._new.root.raw_get("/DSS")
        known = Dictionary()
        if "/DSS" in self._old.root:
            self._meet_of_catalog(reference)
            known = self._old.root["/DSS"]
            kinds = self._new.root["/DSS"]
        else:
            kinds = self._new_dictionary(reference)
        _require(type(kinds) is Dictionary and set(kinds) <= {"/Type", *_STORE} and set(known) <= set(kinds))
        _require(_entries(kinds).get("/Type", b"/DSS") == b"/DSS")
        for kind in _STORE & set(kinds):
            for item in _appended(known, kinds, kind):
                self._meet_new(item)
                _require(type(item.get_object()) is Stream)

    def _form(self) -> None:
        reference = self._new.root.raw_get("/AcroForm")
        old, new = self._old.root["/AcroForm"], self._new.root["/AcroForm"]
        fields = _same_but_appended(old, new, "/Fields")
        if not fields:
            return
        self._meet_of_catalog(reference)
        names = {str(entry(field.get_object(), "/T")) for field in old["/Fields"]}
        pages: dict[ObjectNumber, set[ObjectNumber]] = {}
        for field in fields:
            widget = self._field(field)
            _require(str(widget["/T"]) not in names)
            names.add(str(widget["/T"]))
            pages.setdefault(_number(widget.raw_get("/P")), set()).add(_number(field))
        for widgets in pages.values():
            self._page(fields, widgets)

    def _page(self, fields: list[Any], widgets: set[ObjectNumber]) -> None:
        """Check the page that these widgets name; all of them, and nothing else, are new on it."""
        reference = next(f for f in fields if _number(f) in widgets).get_object().raw_get("/P")
        before = self._old.get_object(reference.reference)
        after = self._new.get_object(reference.reference)
        _require(_entries(before).get("/Type") == b"/Page")
        _require({_number(item) for item in _same_but_appended(before, after, "/Annots")} == widgets)
        self._met.add(_number(reference))

    def _field(self, reference: Any) -> Any:
        widget = self._new_dictionary(reference)
        _require({"/FT", "/T", "/Rect", "/P", "/V"} <= set(widget) <= _WIDGET)
        shown = _entries(widget)
        _require(shown.get("/Type", b"/Annot") == b"/Annot" and shown.get("/Subtype") == b"/Widget")
        _require(shown["/FT"] == b"/Sig" and type(widget.raw_get("/P")) is Indirect)
        _require(type(widget.raw_get("/Rect")) is Array)
        name = str(widget.raw_get("/T"))
        _require(bool(name) and "." not in name)
        value = self._new_dictionary(widget.raw_get("/V"))
        _require(not any(type(value.raw_get(key)) is Indirect for key in value))
        kind = _entries(value).get("/Type")
        if kind == b"/DocTimeStamp":
            _require(set(value) == _TIMESTAMP and _entries(value)["/SubFilter"] == b"/ETSI.RFC3161")
            _require([float(number) for number in widget.raw_get("/Rect")] == [0.0] * 4 and "/AP" not in widget)
        else:
            _require(kind == b"/Sig" and _TIMESTAMP <= set(value) <= _SIGNATURE)
            self._level = ModificationLevel.FORM_FILLING
            if "/AP" in widget:
                self._appearance(widget.raw_get("/AP"))
        return widget

    def _appearance(self, appearance: Any) -> None:
        _require(type(appearance) is Dictionary and set(appearance) == {"/N"})
        for reference in self._new.collect_dependencies(appearance, since_revision=self._old.revision + 1):
            self._meet_new(reference)

    def _meet_of_catalog(self, reference: Any) -> None:
        _require(type(reference) is Indirect)
        _require(self._signed.to(_number(reference)) == {_number(self._new.root_ref)})
        self._met.add(_number(reference))

    def _new_dictionary(self, reference: Any) -> Any:
        self._meet_new(reference)
        dictionary = reference.get_object()
        _require(type(dictionary) is Dictionary)
        return dictionary

    def _meet_new(self, reference: Any) -> None:
        _require(hasattr(reference, "idnum") and self._old.is_ref_unassignable(reference))
        _require(_number(reference) not in self._signed.referred)
        self._met.add(_number(reference))


def _same_but_appended(before: Any, after: Any, key: str) -> list[Any]:
    """Return the references that a dictionary's array has more than before; everything else must be the same."""
    _require(type(before) is Dictionary and type(after) is Dictionary)
    old, new = _entries(before), _entries(after)
    old.pop(key, None)
    new.pop(key, None)
    _require(old == new)
    return _appended(before, after, key)


def _appended(before: Any, after: Any, key: str) -> list[Any]:
    """Return the references that a dictionary's array has more than before."""
    known, items = _items(before, key), _items(after, key)
    _require([serialise(item) for item in known] == [serialise(item) for item in items[: len(known)]])
    added = items[len(known) :]
    _require(all(type(item) is Indirect for item in added))
    return added


def _items(dictionary: Any, key: str) -> list[Any]:
    if key not in dictionary:
        return []
    array = dictionary.raw_get(key)
    _require(type(array) is Array)
    return [array.raw_get(index) for index in range(len(array))]


def _entries(dictionary: Any) -> dict[str, bytes]:
    _require(isinstance(dictionary, Dictionary) and not isinstance(dictionary, Stream))
    return {str(key): serialise(dictionary.raw_get(key)) for key in dictionary}


def _number(reference: Any) -> ObjectNumber:
    return reference.idnum, reference.generation


def _require(condition: bool) -> None:
    if not condition:
        raise NotRecognised
