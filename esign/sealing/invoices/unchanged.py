"""After sealing: the e-invoice is the same to the byte, and the document is still what it says it is.

1. The document's bytes come first, and the newest revision follows on the one that readers found before.
2. Objects that were there are only written again as ``growth`` allows: catalog, form, page and tag tree, with what a
   field adds to them. So the embedded files, the metadata and the output intents are those of before.
3. Nothing new is encrypted, runs a script or has an action. The version of PDF is not raised.
4. Where the metadata declare PDF/A, what is new keeps its rules: no transparency (PDF/A-1), annotations that are
   printed and have an appearance, colours that the output intent knows.

Source: ISO 32000-2 clause 7.5.6 (incremental updates); ISO 19005-3 clauses 6.1-6.3, 6.6, 6.8; Factur-X 1.0 section 6.
"""

from __future__ import annotations

from collections.abc import Iterator

from esign.pdf import Dictionary, Name, Object, Pdf, PdfError, Ref, Revision, Stream, View
from esign.sealing.invoices.declared import declared_part
from esign.sealing.invoices.embedded import TooManyFiles, embedded_files
from esign.sealing.invoices.errors import InvoiceChanged
from esign.sealing.invoices.growth import changed_as_allowed, grown, kind_of
from esign.sealing.invoices.invoice import LIMITS
from esign.sealing.invoices.pdfa import breaches

_TRAILER = ("Root", "Info", "Encrypt")
_ACTIVE = frozenset({"JS", "AA", "A", "XFA", "OpenAction", "EmbeddedFiles", "NeedAppearances"})
"""Keys that nothing new may have. A link or a button has ``A``; a signature field has none of them."""
_MOST_NEW = 2_000
_DEEPEST = 40


def unchanged(document: bytes, tail: bytes) -> None:
    """Check that a seal added what a seal is, and nothing else.

    Args:
        document: The document before it was sealed.
        tail: What was appended to it.

    Raises:
        InvoiceChanged: Something else would be different; the fact ``reason`` says what.
    """
    sealed = document + tail
    try:
        pdf = Pdf(sealed, limits=LIMITS)
        before, after = _views(pdf, document)
        _trailers(pdf, before, after)
        new = _rewritten(pdf, before, after)
        for number in new:
            _harmless(after.get(Ref(number, 0)))
        part = declared_part(before)
        if part:
            for reason in breaches(after, before, new, part):
                raise InvoiceChanged("the document would not be the PDF/A that it declares", reason=reason)
    except PdfError as error:
        raise InvoiceChanged("what was sealed cannot be compared with what it was", reason=error.code) from None


def unchanged_files(document: bytes, tail: bytes) -> None:
    """Check once more, file by file, that embedded files and metadata are the same: the long way, for a sample.

    :func:`unchanged` proves it by what was not written again; this compares what readers find.

    Raises:
        InvoiceChanged: A file or the metadata would be different.
    """
    try:
        _files(Pdf(document, limits=LIMITS).view(), Pdf(document + tail, limits=LIMITS).view())
    except (PdfError, TooManyFiles) as error:
        reason = error.code if isinstance(error, PdfError) else "limit"
        raise InvoiceChanged("what was sealed cannot be compared with what it was", reason=reason) from None


def _views(pdf: Pdf, document: bytes) -> tuple[View, View]:
    """Return the document as it was and as it is, both from the sealed bytes: one is the prefix of the other."""
    old = [revision for revision in pdf.revisions if _within(pdf.data, revision, len(document))]
    if not old or len(old) == len(pdf.revisions):
        raise InvoiceChanged("the seal is no update of the document", reason="revision")
    newest = old[-1]
    if document.rfind(b"startxref") != newest.marker or not pdf.ends_with_last_revision:
        raise InvoiceChanged("the seal follows on another state than the newest one", reason="revision")
    return pdf.view(newest.index), pdf.view(-1)


def _within(data: bytes, revision: Revision, length: int) -> bool:
    """Tell whether a revision ends within the first bytes; the end of its last line may be missing there."""
    return revision.end <= length or (revision.marker < length and not data[length : revision.end].strip())


def _trailers(pdf: Pdf, before: View, after: View) -> None:
    for revision in pdf.revisions[before.index + 1 :]:
        if any(revision.trailer.get(key) != before.trailer.get(key) for key in _TRAILER):
            raise InvoiceChanged("the seal names another catalog, other information or an encryption", reason="trailer")
        old, new = before.resolve(before.trailer.get("ID")), after.resolve(revision.trailer.get("ID"))
        if isinstance(old, list) and (not isinstance(new, list) or old[:1] != new[:1]):
            raise InvoiceChanged("the seal changes the identifier of the document", reason="trailer")


def _rewritten(pdf: Pdf, before: View, after: View) -> tuple[int, ...]:
    """Check the objects that were there and are written again; return the numbers of those that are new."""
    numbers = sorted({number for revision in pdf.revisions[before.index + 1 :] for number in revision.entries})
    if len(numbers) > _MOST_NEW:
        raise InvoiceChanged("the seal writes more objects than a seal needs", reason="limit")
    kinds = _kinds(before)
    new = []
    for number in numbers:
        was, reference = before.reference(number), after.reference(number)
        if reference is None:
            if was is not None and before.get(was) is not None:
                raise InvoiceChanged("the seal removes an object", reason="object")
            continue
        if was is None or before.get(was) is None:
            new.append(number)
            continue
        kind = kinds.get(was, "")
        old, now = before.get(was), after.get(reference)
        _permitted(_inlined(before, old, now) if kind == "catalog" else old, now, kind)
    return tuple(new)


def _kinds(before: View) -> dict[Ref, str]:
    """Return of which kind those objects are that only their place tells."""
    catalog = before.catalog
    store = before.value(catalog, "DSS")
    places: list[tuple[Object, str]] = [
        (before.trailer.get("Root"), "catalog"),
        (catalog.get("AcroForm"), "form"),
        (catalog.get("Extensions"), "extensions"),
        (catalog.get("DSS"), "store"),
        (store.get("VRI") if isinstance(store, dict) else None, "extensions"),
    ]
    return {place: kind for place, kind in places if type(place) is Ref}


def _inlined(before: View, was: Object, now: Object) -> Object:
    """Return a catalog with its extensions within it, where they are so now: writers add theirs that way."""
    if isinstance(was, dict) and isinstance(now, dict) and isinstance(now.get("Extensions"), dict):
        return was | {"Extensions": before.value(was, "Extensions")} if "Extensions" in was else was
    return was


def _permitted(was: Object, now: Object, kind: str) -> None:
    if was == now or (isinstance(was, list) and grown(was, now)):
        return
    if isinstance(was, Stream) and isinstance(now, Stream) and was.dictionary.get("Type") == "XRef":
        return  # where readers look things up, not a thing
    if isinstance(was, dict) and isinstance(now, dict) and changed_as_allowed(was, now, kind or kind_of(was)):
        return
    raise InvoiceChanged("the seal changes an object that is none of a seal", reason="object")


def _files(before: View, after: View) -> None:
    """Check that readers find the same files: by the same names, related in the same way, with the same bytes."""
    old, new = embedded_files(before), embedded_files(after)
    if len(old) != len(new):
        raise InvoiceChanged("the seal adds or removes an embedded file", reason="attachment")
    for was, now in zip(old, new, strict=True):
        same = (was.name, was.other_name, was.relationship, was.media_type, was.listed, was.associated)
        if same != (now.name, now.other_name, now.relationship, now.media_type, now.listed, now.associated):
            raise InvoiceChanged("the seal changes how a file is embedded", reason="attachment")
        if not _same_stream(was.stream, now.stream) or before.decode(was.stream) != after.decode(now.stream):
            raise InvoiceChanged("the seal changes an embedded file", reason="attachment")
    was_metadata, now_metadata = (view.value(view.catalog, "Metadata") for view in (before, after))
    if isinstance(was_metadata, Stream) and not (
        isinstance(now_metadata, Stream) and _same_stream(was_metadata, now_metadata)
    ):
        raise InvoiceChanged("the seal changes the metadata", reason="metadata")


def _same_stream(was: Stream, now: Stream) -> bool:
    return was.dictionary == now.dictionary and was.raw == now.raw


def _harmless(value: Object) -> None:
    for dictionary in _dictionaries(value, 0):
        found = _ACTIVE & dictionary.keys()
        if found or dictionary.get("S") in ("JavaScript", "Launch") or dictionary.get("Type") == "Filespec":
            raise InvoiceChanged("the seal brings a script, an action or a file", reason="active")


def _dictionaries(value: Object, depth: int) -> Iterator[Dictionary]:
    if depth > _DEEPEST:
        raise InvoiceChanged("the seal nests deeper than a seal needs", reason="limit")
    if isinstance(value, Stream):
        yield from _dictionaries(value.dictionary, depth + 1)
    elif isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _dictionaries(item, depth + 1)
    elif isinstance(value, list) and not isinstance(value, Name):
        for item in value:
            if isinstance(item, list | dict | Stream):
                yield from _dictionaries(item, depth + 1)
