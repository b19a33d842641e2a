"""The document security store: everything that verification needs after the issuers are gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from esign.foundation.digests import sha256
from esign.pades.document import Array, Dictionary, Document, Indirect, Stream, entry, reading
from esign.pades.errors import DocumentUnreadableError
from esign.pades.revision import Revision, pointer, stream, with_entries, with_items

_MOST = 1_000
"""Values of one kind that a store may hold."""


def add_document_security_store(
    pdf: bytes, *, certificates: Iterable[bytes], crls: Iterable[bytes], ocsp_responses: Iterable[bytes]
) -> bytes:
    """Return the document with one revision appended whose security store holds these values besides those it had.

    Values that stand there already are not written again; if nothing is new, the document comes back unchanged.

    Args:
        pdf: Signed document.
        certificates: DER certificates, roots included.
        crls: DER certificate revocation lists.
        ocsp_responses: DER OCSP responses.

    Raises:
        DocumentUnreadableError: The document or its security store is damaged.

    Source: ETSI EN 319 142-1 clause 5.4.2.
    """
    document = Document(pdf)
    with reading():
        raw = document.root.raw_get("/DSS") if "/DSS" in document.root else None
        store = Dictionary() if raw is None else raw.get_object()
        if not isinstance(store, Dictionary):
            raise DocumentUnreadableError("security store is damaged")
        revision = Revision(document)
        changes = {}
        for key, values in (("/Certs", certificates), ("/CRLs", crls), ("/OCSPs", ocsp_responses)):
            known = entry(store, key, Array())
            seen = _digests(known)
            fresh = {sha256(value): value for value in values if sha256(value) not in seen}
            if fresh:
                items = [pointer(revision.new(stream(b"", value))) for value in fresh.values()]
                changes[key] = with_items(known, *items)
        if not changes:
            return pdf
        if isinstance(raw, Indirect):
            revision.put(raw, with_entries(store, changes))
        else:
            fresh_store = revision.new(with_entries(store, {"/Type": b"/DSS", **changes}))
            revision.put(document.reader.root_ref, with_entries(document.root, {"/DSS": pointer(fresh_store)}))
        return revision.write()[0]


def read_security_store(pdf: bytes | Document) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
    """Return certificates, CRLs and OCSP responses of the security store; empty where there is none.

    Args:
        pdf: The file, or the file as it was opened before.

    Raises:
        DocumentUnreadableError: The document or its security store is damaged.
    """
    document = pdf if isinstance(pdf, Document) else Document(pdf)
    with reading():
        store = entry(document.root, "/DSS", Dictionary())
        if not isinstance(store, Dictionary):
            raise DocumentUnreadableError("security store is damaged")
        certificates, crls, ocsp_responses = (
            tuple(_values(entry(store, key, Array()))) for key in ("/Certs", "/CRLs", "/OCSPs")
        )
        return certificates, crls, ocsp_responses


def _digests(array: Any) -> set[bytes]:
    return {sha256(value) for value in _values(array)}


def _values(array: Any) -> Iterable[bytes]:
    if not isinstance(array, Array) or len(array) > _MOST:
        raise DocumentUnreadableError("security store is damaged")
    for item in array:
        value = item.get_object()
        if not isinstance(value, Stream):
            raise DocumentUnreadableError("security store is damaged")
        yield bytes(value.data)
