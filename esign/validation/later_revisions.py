"""What stands behind a signature: the difference analysis of the second implementation, with two things more.

1. The signed revision is taken by itself (:mod:`esign.validation.signed_revision`): what it shows stands in the signed
   bytes. The library alone compares a revision with what a cross-reference may have borrowed from behind them.
2. What this product itself appends – a first security store, and invisible document timestamps – is recognised entry
   by entry. To know that nothing else was changed, the library then need not follow every path through the document.

Whatever is not recognised is judged by the library's own policy; nothing is permitted that it would not permit.
"""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffResult,
    ModificationLevel,
    StandardDiffPolicy,
    SuspiciousModification,
)

from esign.pades.document import Array, Dictionary, Indirect, Stream, entry
from esign.pades.revision import serialise
from esign.validation.signed_revision import NotPlain, ObjectNumber, read_alone, references

_log = logging.getLogger(__name__)

_STORE = {"/Certs", "/CRLs", "/OCSPs"}
_WIDGET = {"/Type", "/Subtype", "/FT", "/T", "/F", "/Rect", "/P", "/V"}
_TIMESTAMP = {"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents"}


class LaterRevisions(StandardDiffPolicy):
    """Judges what was appended behind the signed bytes.

    Args:
        signed: The file up to the end of the signature's byte range.
    """

    def __init__(self, signed: bytes) -> None:
        super().__init__(DEFAULT_DIFF_POLICY.global_rules, DEFAULT_DIFF_POLICY.form_rule)
        self._signed = signed
        self._references: Counter[ObjectNumber] | None = None

    def review_file(
        self, reader: Any, base_revision: Any, field_mdp_spec: Any = None, doc_mdp: Any = None
    ) -> DiffResult | SuspiciousModification:
        """Compare each later revision with the signed one."""
        number = base_revision if isinstance(base_revision, int) else base_revision.revision
        base = reader.get_historical_resolver(number)
        try:
            self._references = references(base, self._signed)
        except NotPlain:
            return self._review_alone(reader, number, field_mdp_spec, doc_mdp)
        return super().review_file(reader, base, field_mdp_spec=field_mdp_spec, doc_mdp=doc_mdp)

    def _review_alone(
        self, reader: Any, number: int, field_mdp_spec: Any, doc_mdp: Any
    ) -> DiffResult | SuspiciousModification:
        try:
            base = read_alone(self._signed, number)
            return super().review_file(reader, base, field_mdp_spec=field_mdp_spec, doc_mdp=doc_mdp)
        except Exception as error:
            return SuspiciousModification(f"the signed revision is not whole by itself: {type(error).__name__}")

    def apply(self, old: Any, new: Any, field_mdp_spec: Any = None, doc_mdp: Any = None) -> DiffResult:
        """Judge one later revision.

        Raises:
            SuspiciousModification: Something was changed that nothing permits.
        """
        if self._references is not None and field_mdp_spec is None and doc_mdp is None:
            try:
                _Archival(old, new, self._references).check()
                return DiffResult(ModificationLevel.LTA_UPDATES, set())
            except Exception:  # not recognised, or not even readable: the library says what it is
                _log.debug("a later revision is judged by every path through the document")
        return super().apply(old, new, field_mdp_spec=field_mdp_spec, doc_mdp=doc_mdp)


class _NotRecognised(Exception):
    """Not exactly what this product appends."""


class _Archival:
    """A revision that adds a first security store or invisible document timestamps, and nothing else at all.

    1. It frees nothing and has no object streams; the trailer names the same catalog and information dictionary.
    2. The objects that it overwrites are the catalog, the form and pages; everything else in it is new, and
       nothing in the signed bytes refers to a new object.
    3. The catalog differs in the security store alone, and had none before.
    4. The security store is a dictionary of arrays of new streams.
    5. The form differs in new fields at the end of its list alone, and nothing but the catalog refers to it.
    6. Each new field is an invisible widget that holds a document timestamp, both new, both without anything else.
    7. A page differs in new annotations at the end of its list alone, and these are such widgets of this page.
    8. Every object of the revision was met on this way.
    """

    def __init__(self, old: Any, new: Any, referred: Counter[ObjectNumber]) -> None:
        self._old, self._new, self._referred = old, new, referred
        self._written = {_number(reference) for reference in new.explicit_refs_in_revision()}
        self._met: set[ObjectNumber] = set()

    def check(self) -> None:
        """Raise unless the revision is exactly this."""
        old, new = self._old, self._new
        _require(not new.refs_freed_in_revision() and not new.object_streams_used())
        for key in ("/Root", "/Info", "/Encrypt"):
            _require(_entries(old.trailer_view).get(key) == _entries(new.trailer_view).get(key))
        table = new.reader.xrefs.get_xref_container_info(new.revision).stream_ref
        if table is not None:
            self._meet_new(table)
        self._catalog()
        if "/AcroForm" in old.root:
            self._form()
        _require(self._met >= self._written)

    def _catalog(self) -> None:
        before, after = _entries(self._old.root), _entries(self._new.root)
        self._met.add(_number(self._new.root_ref))
        store = after.pop("/DSS", None)
        _require(before == after)
        if store is None:
            return
        _require("/DSS" not in self._old.root)
        kinds = self._new_dictionary(self._new.root.raw_get("/DSS"))
        _require(set(kinds) <= {"/Type", *_STORE} and str(kinds.get("/Type", "/DSS")) == "/DSS")
        for kind in _STORE & set(kinds):
            values = kinds.raw_get(kind)
            _require(type(values) is Array)
            for item in (values.raw_get(index) for index in range(len(values))):
                self._meet_new(item)
                _require(type(item.get_object()) is Stream)

    def _form(self) -> None:
        reference = self._new.root.raw_get("/AcroForm")
        _require(type(reference) is Indirect)
        old, new = self._old.root["/AcroForm"], self._new.root["/AcroForm"]
        fields = _appended(old, new, "/Fields")
        if not fields:
            return
        _require(self._referred[_number(reference)] == 1)
        self._met.add(_number(reference))
        names = {str(entry(field.get_object(), "/T")) for field in old["/Fields"]}
        pages: dict[ObjectNumber, set[ObjectNumber]] = {}
        for field in fields:
            widget = self._timestamp_field(field)
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
        _require({_number(item) for item in _appended(before, after, "/Annots")} == widgets)
        self._met.add(_number(reference))

    def _timestamp_field(self, reference: Any) -> Any:
        widget = self._new_dictionary(reference)
        _require({"/FT", "/T", "/Rect", "/P", "/V"} <= set(widget) <= _WIDGET)
        shown = _entries(widget)
        _require(shown.get("/Type", b"/Annot") == b"/Annot" and shown.get("/Subtype") == b"/Widget")
        _require(shown["/FT"] == b"/Sig" and type(widget.raw_get("/P")) is Indirect)
        rectangle = widget.raw_get("/Rect")
        _require(type(rectangle) is Array and [float(number) for number in rectangle] == [0.0] * 4)
        name = str(widget.raw_get("/T"))
        _require(bool(name) and "." not in name)
        value = self._new_dictionary(widget.raw_get("/V"))
        _require(set(value) == _TIMESTAMP)
        shown = _entries(value)
        _require(shown["/Type"] == b"/DocTimeStamp" and shown["/SubFilter"] == b"/ETSI.RFC3161")
        _require(not any(type(value.raw_get(key)) is Indirect for key in _TIMESTAMP))
        return widget

    def _new_dictionary(self, reference: Any) -> Any:
        self._meet_new(reference)
        dictionary = reference.get_object()
        _require(type(dictionary) is Dictionary)
        return dictionary

    def _meet_new(self, reference: Any) -> None:
        _require(hasattr(reference, "idnum") and self._old.is_ref_unassignable(reference))
        _require(not self._referred[_number(reference)])
        self._met.add(_number(reference))


def _appended(before: Any, after: Any, key: str) -> list[Any]:
    """Return the references that a dictionary's array has more than before; everything else must be the same."""
    _require(type(before) is Dictionary and type(after) is Dictionary)
    old, new = _entries(before), _entries(after)
    old.pop(key, None)
    new.pop(key, None)
    _require(old == new)
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
        raise _NotRecognised
