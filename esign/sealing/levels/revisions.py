"""The two revisions of the long term, written at speed: a security store, and the field of a document timestamp.

They follow a revision of the sealer's, so that as a rule everything they change was written by it a moment ago. What is
written in another way goes to the library (:class:`Unusual`).

Source: ETSI EN 319 142-1 clauses 5.4.2 and 5.4.3; ISO 32000-2 clauses 12.8.4.3, 12.8.5; ISO 19005-3 6.3.2, 6.3.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from esign.foundation.digests import sha256
from esign.pades.revision import stream, text
from esign.pdf import String
from esign.sealing.incremental.form import each_once, first_page
from esign.sealing.incremental.revision import Object, append, append_with_room, ending_of
from esign.sealing.incremental.source import Reference, Source
from esign.sealing.incremental.syntax import Entries, integer, reference, split, written
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.incremental.values import whole
from esign.sealing.levels.kept_store import KeptStore, references_of

_PRINT_AND_LOCKED = 132
"""Annotation flags: printed and not to be moved."""
_MOST_FIELDS = 64
"""Fields of a form that are looked at for their names."""
_WIDGET = b"<</Type/Annot/Subtype/Widget/FT/Sig/T%b/F %d/Rect[0 0 0 0]/P %d %d R/V %d 0 R>>"
_DICTIONARY = b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161"
_match_plain = re.compile(rb"\(([ -'*-\[\]-~]*+)\)").fullmatch
_match_hexadecimal = re.compile(rb"<FEFF((?:[0-9A-Fa-f]{4})*+)>").fullmatch


@dataclass(frozen=True, slots=True)
class StoreValues:
    """What belongs into a security store, and the same as it stands in a file.

    Args:
        certificates: DER, roots included.
        crls: DER.
        ocsp_responses: DER.
        objects: By name of the array, the streams.
        identifier: The digest of all of them.
    """

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    ocsp_responses: tuple[bytes, ...]
    objects: tuple[tuple[bytes, tuple[bytes, ...]], ...]
    identifier: bytes

    @classmethod
    def of(
        cls, *, certificates: Iterable[bytes], crls: Iterable[bytes], ocsp_responses: Iterable[bytes]
    ) -> StoreValues:
        """Return the store of these values, each once."""
        kinds = [tuple(dict.fromkeys(values)) for values in (certificates, crls, ocsp_responses)]
        named = zip((b"Certs", b"CRLs", b"OCSPs"), kinds, strict=True)
        objects = tuple((name, tuple(stream(b"", value) for value in values)) for name, values in named if values)
        everything = [value for values in kinds for value in values]
        certificates, crls, ocsp_responses = kinds
        return cls(certificates, crls, ocsp_responses, objects, sha256(*map(sha256, everything)))

    def wanted(self) -> Iterator[tuple[bytes, Sequence[bytes], Sequence[bytes]]]:
        """Yield for each array that is not empty its name, the values, and the same as streams."""
        named = {b"Certs": self.certificates, b"CRLs": self.crls, b"OCSPs": self.ocsp_responses}
        for name, streams in self.objects:
            yield name, named[name], streams


def store_revision(source: Source, values: StoreValues, *, identity: bytes) -> bytes:
    """Return the revision that adds a security store to a document, or to the one that it has what is missing there.

    Nothing is missing: the revision is empty.

    Args:
        source: The document.
        values: What belongs into the store.
        identity: A digest that no other document has: of it, the file identifier is made.

    Raises:
        Unusual: The document is written in a way that is not known here.
    """
    number, generation = source.root
    catalog, entries = source.dictionary(number, generation)
    if entries.get(b"Type") != b"/Catalog":
        raise Unusual("catalog")
    identifier = sha256(values.identifier, identity)[:16]
    if b"DSS" in entries:
        return _longer_store(source, entries, values, identifier)
    following = source.size + 1
    objects: list[Object] = []
    arrays = []
    for name, streams in values.objects:
        first = following
        for body in streams:
            objects.append((following, 0, body))
            following += 1
        arrays.append(b"/%b[%b]" % (name, b" ".join([b"%d 0 R" % n for n in range(first, following)])))
    objects.append((source.size, 0, b"<</Type/DSS%b>>" % b"".join(arrays)))
    objects.append((number, generation, b"<</DSS %d 0 R%b" % (source.size, catalog[2:])))
    return append(ending_of(source), objects, size=following, identifier=identifier).tail


def _longer_store(source: Source, catalog: Entries, values: StoreValues, identifier: bytes) -> bytes:
    kept = KeptStore.of(source, catalog[b"DSS"])
    objects, store = kept.with_missing(values.wanted(), source.size + (kept.place is None))
    if not objects:
        return b""
    size = objects[-1][0] + 1
    if kept.place is not None:
        objects.append((*kept.place, store))
    else:
        objects.append((source.size, 0, store))
        objects.append((*source.root, written({**catalog, b"DSS": b"%d 0 R" % source.size})))
    return append(ending_of(source), objects, size=size, identifier=identifier).tail


def archive_revision(source: Source, *, reserved: int, identity: bytes) -> tuple[bytes, bytes]:
    """Return the revision of a document timestamp, up to the room for its token and from there on.

    Args:
        source: The document.
        reserved: Bytes of the longest token for which there is room.
        identity: A digest that no other document has: of it, the file identifier is made.

    Raises:
        Unusual: The document has no form, or is written in a way that is not known here.
    """
    number, generation = source.root
    _, entries = source.dictionary(number, generation)
    if entries.get(b"Type") != b"/Catalog":
        raise Unusual("catalog")
    page, page_text, page_entries = first_page(source, entries)
    value, widget = source.size, source.size + 1
    objects, name = _in_form(source, entries, widget)
    objects += _on_page(source, page, page_text, page_entries, widget)
    each_once(objects)
    objects.append((widget, 0, _WIDGET % (text(name), _PRINT_AND_LOCKED, *page, value)))
    revision = append_with_room(
        ending_of(source),
        objects,
        dictionary=(value, _DICTIONARY),
        room=2 * reserved + 2,
        size=widget + 1,
        identifier=sha256(_DICTIONARY, identity)[:16],
    )
    return revision.before, revision.after


def _in_form(source: Source, catalog: Entries, widget: int) -> tuple[list[Object], str]:
    """Return what changes in the form, and a name for the field that is free."""
    value = catalog.get(b"AcroForm", b"")
    place = reference(value)
    form = split(value) if place is None else source.dictionary(*place)[1]
    if b"XFA" in form or b"Fields" not in form:
        raise Unusual("form")
    listed = reference(form[b"Fields"])
    fields = form[b"Fields"] if listed is None else source.value(*listed)
    flags = integer(form.get(b"SigFlags", b"0"))
    if flags is None:
        raise Unusual("flags of the form")
    name = _free_name(source, references_of(fields, most=_MOST_FIELDS))
    longer = b"%b %d 0 R]" % (fields[:-1], widget)
    changed: list[Object] = []
    if listed is not None:
        changed.append((*listed, longer))
        if flags & 3 == 3:
            return changed, name
        longer = form[b"Fields"]
    new = written({**form, b"Fields": longer, b"SigFlags": b"%d" % (flags | 3)})
    if place is not None:
        changed.append((*place, new))
    else:  # the form stands in the catalog itself
        changed.append((*source.root, written({**catalog, b"AcroForm": new})))
    return changed, name


def _free_name(source: Source, fields: Sequence[Reference]) -> str:
    """Return ``DocumentTimestamp`` with the first number that is free.

    Raises:
        Unusual: A name that readers may understand differently: it might be the same.
    """
    taken = set()
    for field in fields:
        written_name = source.dictionary(*field)[1].get(b"T", b"()")
        plain, hexadecimal = _match_plain(written_name), _match_hexadecimal(written_name)
        if plain is not None:
            taken.add(plain[1].decode("ascii"))
        elif hexadecimal is not None:
            taken.add(bytes.fromhex(hexadecimal[1].decode("ascii")).decode("utf-16-be", "replace"))
        else:
            taken.add(_name_of(written_name))
    return next(name for n in range(1, len(fields) + 2) if (name := f"DocumentTimestamp{n}") not in taken)


def _name_of(written_name: bytes) -> str:
    name = whole(written_name)
    if not isinstance(name, String) or not (name.isascii() or name.startswith(b"\xfe\xff")):
        raise Unusual("name of a field")
    return name.text


def _on_page(source: Source, page: Reference, body: bytes, entries: Entries, widget: int) -> list[Object]:
    annotations = entries.get(b"Annots")
    if annotations is None:
        return [(*page, b"<</Annots[%d 0 R]%b" % (widget, body[2:]))]
    listed = reference(annotations)
    if listed is not None:
        annotations = source.value(*listed)
    if annotations[:1] != b"[" or annotations[-1:] != b"]":
        raise Unusual("annotations")
    longer = b"%b %d 0 R]" % (annotations[:-1], widget)
    return [(*listed, longer)] if listed is not None else [(*page, written({**entries, b"Annots": longer}))]
