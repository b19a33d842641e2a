"""The document timestamp: one revision that proves when everything before it already stood there.

It has a revision of its own. Security store and timestamp in one revision would be shorter by a few hundred bytes, but
tools disagree about what such a timestamp proves; apart, the store is below the timestamp for every reader.
"""

from __future__ import annotations

from esign.pades.document import Document, reading
from esign.pades.errors import DocumentUnreadableError
from esign.pades.form import add_field
from esign.pades.placeholder import PreparedDocument, finish, signature_dictionary
from esign.pades.prepare import PRINT_AND_LOCKED
from esign.pades.revision import Revision, pointer, text

_RESERVED = 8_192


def prepare_document_timestamp(pdf: bytes, *, reserved: int = _RESERVED) -> PreparedDocument:
    """Return the document with one revision appended: an invisible field with room for an RFC 3161 token.

    The token is made over the digest of the result and goes in by :func:`esign.pades.embed`.

    Args:
        pdf: Signed document, security store included.
        reserved: Bytes kept free for the token.

    Raises:
        DocumentUnreadableError: The document is damaged.
        PrepareError: Reserve out of range.

    Source: ETSI EN 319 142-1 clause 5.4.3; ISO 19005-3 6.3.2, 6.3.3 (printed, empty rectangle needs no appearance).
    """
    document = Document(pdf)
    with reading():
        place = document.page(0)
        if place is None:
            raise DocumentUnreadableError("no page")
        names = {field.name for field in document.fields()}
        name = next(f"DocumentTimestamp{i}" for i in range(1, len(names) + 2) if f"DocumentTimestamp{i}" not in names)
        revision = Revision(document)
        widget, dictionary = revision.new(), revision.new()
        add_field(document, revision, page=place, widget=widget)
        revision.put(
            widget,
            b"<</Type/Annot/Subtype/Widget/FT/Sig/T%s/F %d/Rect[0 0 0 0]/P %s/V %s>>"
            % (text(name), PRINT_AND_LOCKED, pointer(place.reference), pointer(dictionary)),
        )
        body = signature_dictionary(b"DocTimeStamp", b"ETSI.RFC3161", reserved=reserved)
        return finish(revision, dictionary, body, name)
